/* See alert.h. */
#include "alert.h"

#include "memory.h"

#include <openssl/ssl.h>

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
    if (alert != NULL && --alert->owners == 0)
        memory_free(alert);
}

static void context_freed(void *context, void *alert, CRYPTO_EX_DATA *all, int index, long number, void *more)
{
    (void)context, (void)all, (void)index, (void)number, (void)more;
    alert_release(alert);
}

/* Where a context keeps its alert: one index for the whole process. */
static int place_in_context(void)
{
    static int place = -1;

    if (place < 0)
        place = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, context_freed);
    return place;
}

static void told(const SSL *session, int where, int value)
{
    struct alert *alert = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), place_in_context());

    if (alert != NULL && (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && value >> 8 == SSL3_AL_FATAL)
        alert->description = value & 0xff;
}

static CURLcode context_made(CURL *easy, void *context, void *note)
{
    struct alert *alert = note;

    (void)easy;
    if (!SSL_CTX_set_ex_data(context, place_in_context(), alert))
        return CURLE_SSL_CONNECT_ERROR;
    alert->owners++;
    SSL_CTX_set_info_callback(context, told);
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
