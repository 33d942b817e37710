/* Listens to OpenSSL's callback for the alert with which a server refuses our certificate. */
#include "alert.h"

#include "invariant.h"
#include "memory.h"

#include <openssl/ssl.h>
#include <stdbool.h>

struct alert {
    unsigned owners;
    int description; /* 0: none */
};

struct alert *alert_new(void)
{
    struct alert *alert = memory_new(1, sizeof *alert);

    alert->owners = 1;
    return alert;
}

void alert_release(struct alert *alert)
{
    REQUIRE(alert == NULL || alert->owners > 0);
    if (alert != NULL && --alert->owners == 0)
        memory_free(alert);
}

/* What a context keeps; libcurl makes one for each connection, and for a proxy's TLS another. */
struct watched {
    struct alert *alert;
    bool spoke; /* the server has sent application data: it looked at a request */
};

static void context_freed(void *context, void *kept, CRYPTO_EX_DATA *all, int index, long number, void *more)
{
    struct watched *watched = kept;

    (void)context, (void)all, (void)index, (void)number, (void)more;
    if (watched != NULL)
        alert_release(watched->alert);
    memory_free(watched);
}

/* Where a context keeps it: one index for the whole process. */
static int place_in_context(void)
{
    static int place = -1;

    if (place < 0)
        place = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, context_freed);
    return place;
}

static struct watched *watched_by(const SSL *session)
{
    return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), place_in_context());
}

static void told(const SSL *session, int where, int value)
{
    struct watched *watched = watched_by(session);

    if (watched != NULL && !watched->spoke && (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT &&
        value >> 8 == SSL3_AL_FATAL)
        watched->alert->description = value & 0xff;
}

/* Of each record's header, whose type says nothing in TLS 1.3, and there of its inner type, too. */
static void passed(int written, int version, int type, const void *bytes, size_t length, SSL *session,
                   void *context)
{
    int telling = SSL_version(session) >= TLS1_3_VERSION ? SSL3_RT_INNER_CONTENT_TYPE : SSL3_RT_HEADER;
    struct watched *watched = watched_by(session);

    (void)version, (void)context;
    if (!written && type == telling && length > 0 && watched != NULL &&
        *(const unsigned char *)bytes == SSL3_RT_APPLICATION_DATA)
        watched->spoke = true;
}

static CURLcode context_made(CURL *easy, void *context, void *note)
{
    struct watched *watched = memory_new(1, sizeof *watched);

    (void)easy;
    REQUIRE(note != NULL); /* the call that makes the connection still has it */
    if (!SSL_CTX_set_ex_data(context, place_in_context(), watched)) {
        memory_free(watched);
        return CURLE_SSL_CONNECT_ERROR;
    }
    watched->alert = note;
    watched->alert->owners++;
    SSL_CTX_set_info_callback(context, told);
    SSL_CTX_set_msg_callback(context, passed);
    return CURLE_OK;
}

void alert_watch(struct alert *alert, CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, context_made);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, alert);
}

const char *alert_about_certificate(const struct alert *alert)
{
    /* OpenSSL 3.0 has no words for the last one, and short ones for some. */
    static const char *const words[] = {
        [SSL_AD_BAD_CERTIFICATE] = "bad certificate",
        [SSL_AD_UNSUPPORTED_CERTIFICATE] = "unsupported certificate",
        [SSL_AD_CERTIFICATE_REVOKED] = "certificate revoked",
        [SSL_AD_CERTIFICATE_EXPIRED] = "certificate expired",
        [SSL_AD_CERTIFICATE_UNKNOWN] = "certificate unknown",
        [SSL_AD_UNKNOWN_CA] = "unknown CA",
        [SSL_AD_ACCESS_DENIED] = "access denied",
        [SSL_AD_CERTIFICATE_REQUIRED] = "certificate required",
    };
    size_t description = (size_t)alert->description;

    return description < COUNT_OF(words) ? words[description] : NULL;
}
