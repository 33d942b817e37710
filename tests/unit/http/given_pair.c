/* Keys and certificates of a test, as files that go with it. */
#include "given_server.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static FILE *new_file(char path[64])
{
    snprintf(path, 64, "/tmp/whc-pair-XXXXXX");
    int file = mkstemp(path);

    return file < 0 ? NULL : fdopen(file, "w");
}

static void add_extension(X509 *certificate, int kind, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);

    if (extension == NULL || X509_add_ext(certificate, extension, -1) != 1)
        abort();
    X509_EXTENSION_free(extension);
}

void given_pair_make(struct given_pair *pair, const char *name, const struct given_pair *issuer,
                     char *key_password)
{
    static long serial;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509_NAME *subject = X509_get_subject_name(certificate);
    char names[200];

    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(certificate, issuer == NULL ? subject : X509_get_subject_name(issuer->x509));
    if (issuer == NULL)
        add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    snprintf(names, sizeof names, "%s:%s", *name == '1' ? "IP" : "DNS", name);
    add_extension(certificate, NID_subject_alt_name, names);
    if (X509_sign(certificate, issuer == NULL ? key : issuer->private_key, EVP_sha256()) == 0)
        abort();
    FILE *certificate_file = new_file(pair->certificate), *key_file = new_file(pair->key);
    if (certificate_file == NULL || key_file == NULL || PEM_write_X509(certificate_file, certificate) != 1 ||
        PEM_write_PrivateKey(key_file, key, key_password == NULL ? NULL : EVP_aes_128_cbc(), NULL, 0, NULL,
                             key_password) != 1)
        abort();
    fclose(certificate_file);
    fclose(key_file);
    pair->x509 = certificate;
    pair->private_key = key;
}

void given_pair_end(struct given_pair *pair)
{
    X509_free(pair->x509);
    EVP_PKEY_free(pair->private_key);
    unlink(pair->certificate);
    unlink(pair->key);
}
