/* Checks the settings of whc-worker listen. */
#include "listen_check.h"

#include "memory.h"
#include "settings.h"

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

static void complain(const struct settings *settings, const char *name, const char *remedy,
                     struct problems *problems, const char *what)
{
    problems_add(problems, settings_where(settings, name), remedy, "%s %s", name, what);
}

static bool is_address(const char *text)
{
    unsigned char address[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

static bool is_loopback(const char *text)
{
    struct in_addr four;
    struct in6_addr six;

    return (inet_pton(AF_INET, text, &four) == 1 && ntohl(four.s_addr) >> 24 == 127) ||
           (inet_pton(AF_INET6, text, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six));
}

static void check_addresses(const struct settings *settings, struct problems *problems)
{
    static const char remedy[] = "an address in digits: 0.0.0.0, 127.0.0.1, ::";
    const struct listen_settings *listen = &settings->listen;

    if (!is_address(listen->address))
        complain(settings, "listen.address", remedy, problems, "is not an IP address");
    else if (*listen->certificate_file == '\0' && !listen->behind_proxy && !is_loopback(listen->address))
        complain(
            settings, "listen.address",
            "listen.tls.certificate.file and listen.tls.key.file; or listen.behind.proxy=on where a gateway "
            "speaks TLS",
            problems,
            "is not this machine's own and has no certificate: BT's secret would travel in the clear");
    if (!is_address(listen->admin_address))
        complain(settings, "listen.admin.address", remedy, problems, "is not an IP address");
}

static void check_files(const struct settings *settings, struct problems *problems)
{
    static const char *const names[] = {"listen.tls.certificate.file", "listen.tls.key.file"};
    const char *const files[] = {settings->listen.certificate_file, settings->listen.key_file};

    for (size_t i = 0; i < COUNT_OF(files); i++) {
        if (*files[i] != '\0' && access(files[i], R_OK) != 0)
            complain(settings, names[i], "name a file that this user may read", problems, "cannot be read");
        if (*files[i] == '\0' && *files[1 - i] != '\0')
            complain(settings, names[i], "name both, certificate and key", problems, "is missing");
    }
}

static size_t length_of(const struct secret *secret)
{
    return secret->hidden == NULL ? 0 : strlen(secret->hidden);
}

static void check_client(const struct settings *settings, bool previous, struct problems *problems)
{
    const struct listen_settings *listen = &settings->listen;
    const char *id = previous ? listen->client_id_previous : listen->client_id;
    size_t length = length_of(previous ? &listen->client_secret_previous : &listen->client_secret);
    const char *id_name = previous ? "listen.client.previous.id" : "listen.client.id";
    const char *secret_name = previous ? "listen.client.previous.secret" : "listen.client.secret";

    if (previous && *id == '\0' && length == 0)
        return;
    if (*id == '\0' || strchr(id, ':') != NULL)
        complain(settings, id_name, "the id that BT was given, without a ':'", problems,
                 *id == '\0' ? "is missing: nobody could get a token"
                             : "has a ':', which HTTP Basic does not allow");
    if (length < LISTEN_SECRET_MIN)
        complain(settings, secret_name, "16 characters by chance at least, in listen.client.secret.file",
                 problems, length == 0 ? "is missing" : "is shorter than 16 characters, and can be guessed");
}

static void check_keys(const struct settings *settings, struct problems *problems)
{
    size_t length = length_of(&settings->listen.token_key),
           previous = length_of(&settings->listen.token_key_previous);

    if (length < LISTEN_KEY_MIN)
        complain(settings, "listen.token.key", "openssl rand -hex 32, in listen.token.key.file", problems,
                 length == 0 ? "is missing" : "is shorter than 32 characters");
    if (previous > 0 && previous < LISTEN_KEY_MIN)
        complain(settings, "listen.token.key.previous", "the key before, whole", problems,
                 "is shorter than 32 characters");
}

void listen_check(const struct settings *settings, struct problems *problems)
{
    check_addresses(settings, problems);
    check_files(settings, problems);
    check_client(settings, false, problems);
    check_client(settings, true, problems);
    check_keys(settings, problems);
}
