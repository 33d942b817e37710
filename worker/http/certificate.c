/* Reads the end of validity from a certificate's PEM file, with OpenSSL. */
#include "certificate.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

bool certificate_end(const char *path, int64_t *end_s, struct fault *why)
{
    FILE *file = fopen(path, "re");
    struct tm end;

    if (file == NULL)
        return fault_set(why, FAULT_LOCAL, "the certificate '%s' cannot be read: %s", path, strerror(errno));
    X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    ERR_clear_error();
    if (certificate == NULL)
        return fault_set(why, FAULT_LOCAL, "'%s' has no certificate in PEM", path);
    bool known = ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1;
    X509_free(certificate);
    if (!known)
        return fault_set(why, FAULT_LOCAL, "the certificate '%s' has no end that can be read", path);
    *end_s = timegm(&end);
    return true;
}
