/* Reads a token request, and compares its client with those of the settings. */
#include "login.h"

#include "base64.h"
#include "mac.h"
#include "memory.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { CREDENTIALS_MAX = 2048 };

/* What the client says of itself; owned. */
struct client {
    char *id, *secret;
    char *
        raw; /* by Basic: "id:secret" as it came, since few clients encode them as the RFC says; null: in the form */
};

static int digit_of(char hex)
{
    return isdigit((unsigned char)hex) ? hex - '0' : tolower((unsigned char)hex) - 'a' + 10;
}

/* The value of application/x-www-form-urlencoded text; null: it is none, or holds a NUL. Owned. */
static char *decoded(const char *text, size_t length)
{
    char *out = memory_text_of(text, length), *to = out;

    for (const char *from = out; *from != '\0'; to++) {
        *to = *from == '+' ? ' ' : *from;
        if (*from++ != '%')
            continue;
        if (!isxdigit((unsigned char)from[0]) || !isxdigit((unsigned char)from[1]) ||
            (from[0] == '0' && from[1] == '0'))
            return memory_free(out);
        *to = (char)(digit_of(from[0]) << 4 | digit_of(from[1]));
        from += 2;
    }
    *to = '\0';
    return out;
}

/* Puts the form's value into *value; false: the name stands there twice, or its value is none. */
static bool take_member(const char *part, size_t length, const char *name, char **value)
{
    size_t name_length = strlen(name);

    if (length <= name_length || strncmp(part, name, name_length) != 0 || part[name_length] != '=')
        return true;
    if (*value != NULL)
        return false;
    *value = decoded(part + name_length + 1, length - name_length - 1);
    return *value != NULL;
}

static bool read_form(const char *body, struct client *client, char **grant)
{
    bool good = true;

    for (const char *at = body; good && *at != '\0'; at += *at == '&') {
        size_t length = strcspn(at, "&");
        good = take_member(at, length, "grant_type", grant) &&
               take_member(at, length, "client_id", &client->id) &&
               take_member(at, length, "client_secret", &client->secret);
        at += length;
    }
    return good;
}

/* RFC 7617; RFC 6749 has both parts encoded like a form's, which matters for few secrets. */
static bool read_basic(const char *header, struct client *client)
{
    CLEANUP(buffer_release) struct buffer text = {0};
    struct fault unused;

    buffer_init(&text, CREDENTIALS_MAX);
    header += strcspn(header, " ");
    header += strspn(header, " ");
    if (!base64_read(header, strlen(header), &text, &unused) || text.full ||
        strlen(buffer_text(&text)) != text.length)
        return false;
    const char *colon = strchr(buffer_text(&text), ':');
    if (colon == NULL)
        return false;
    client->raw = memory_text(buffer_text(&text));
    client->id = decoded(text.data, (size_t)(colon - text.data));
    client->secret = decoded(colon + 1, strlen(colon + 1));
    return true;
}

/* Both are hashed, so that their lengths do not show either. */
static bool same_text(const char *one, const char *other)
{
    char left[MAC_TEXT_SIZE], right[MAC_TEXT_SIZE];

    mac_print("whc-worker", one, left);
    mac_print("whc-worker", other, right);
    return mac_same(left, right, sizeof left);
}

/* All are compared, whatever the first ones say. */
static bool is_known(const struct listen_settings *settings, const struct client *client)
{
    const struct {
        const char *id, *secret;
    } known[] = {{settings->client_id, settings->client_secret.hidden},
                 {settings->client_id_previous, settings->client_secret_previous.hidden}};
    unsigned good = 0;

    for (size_t i = 0; i < COUNT_OF(known); i++) {
        bool given = *known[i].id != '\0' && known[i].secret != NULL;
        const char *wanted = known[i].secret != NULL ? known[i].secret : "";
        char both[CREDENTIALS_MAX];
        snprintf(both, sizeof both, "%s:%s", known[i].id, wanted);
        unsigned id = same_text(client->id != NULL ? client->id : "", known[i].id),
                 secret = same_text(client->secret != NULL ? client->secret : "", wanted),
                 raw = same_text(client->raw != NULL ? client->raw : "", both);
        good |= ((id & secret) | raw) & given;
        explicit_bzero(both, sizeof both);
    }
    return good != 0;
}

static bool is_form(const char *content_type)
{
    static const char form[] = "application/x-www-form-urlencoded";

    return content_type != NULL && strncasecmp(content_type, form, sizeof form - 1) == 0;
}

static enum login judge(const struct listen_settings *settings, const struct login_ask *ask,
                        struct client *client, char **grant)
{
    CLEANUP(memory_release) char *body = memory_text_of(ask->body, ask->length);
    bool basic = ask->authorization != NULL;

    if (basic &&
        (strncasecmp(ask->authorization, "Basic ", 6) != 0 || !read_basic(ask->authorization, client)))
        return LOGIN_WRONG;
    struct client in_form = {0};
    bool good = is_form(ask->content_type) && strlen(body) == ask->length &&
                read_form(body, &in_form, grant) && *grant != NULL && !(basic && in_form.secret != NULL);
    if (!basic) {
        *client = in_form;
    } else {
        memory_free(in_form.id);
        memory_free(in_form.secret);
    }
    if (!good)
        return LOGIN_INVALID;
    if (!is_known(settings, client))
        return LOGIN_WRONG;
    return strcmp(*grant, "client_credentials") == 0 ? LOGIN_GOOD : LOGIN_UNSUPPORTED;
}

enum login login_check(const struct listen_settings *settings, const struct login_ask *ask)
{
    struct client client = {0};
    char *grant = NULL;
    enum login login = judge(settings, ask, &client, &grant);

    if (client.secret != NULL)
        explicit_bzero(client.secret, strlen(client.secret));
    if (client.raw != NULL)
        explicit_bzero(client.raw, strlen(client.raw));
    memory_free(client.id);
    memory_free(client.secret);
    memory_free(client.raw);
    memory_free(grant);
    return login;
}
