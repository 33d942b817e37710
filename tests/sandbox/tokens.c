/* Gives out and checks access tokens, and is the token endpoint in both of the styles that clients report. */
#include "tokens.h"

#include "answers.h"
#include "base64.h"
#include "errors.h"
#include "loop.h"
#include "memory.h"
#include "sandbox.h"
#include "uuid.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What follows the scheme in Authorization; null when the scheme is another. */
static const char *credentials(const struct request *request, const char *scheme)
{
    const char *value = request_header(request, "Authorization");
    size_t length = strlen(scheme);

    if (value == NULL || strncasecmp(value, scheme, length) != 0 || value[length] != ' ')
        return NULL;
    return value + length + strspn(value + length, " ");
}

/* The place of the token in the ring, newest first; -1 when it is not there. */
static ptrdiff_t find(const struct tokens *tokens, const char *token)
{
    size_t known = tokens->issued < TOKENS_MAX ? tokens->issued : TOKENS_MAX;

    for (size_t i = 1; i <= known; i++) {
        size_t place = (tokens->issued - i) % TOKENS_MAX;
        if (strcmp(tokens->ring[place].text, token) == 0)
            return (ptrdiff_t)place;
    }
    return -1;
}

unsigned tokens_check(const struct tokens *tokens, const struct request *request, int64_t now_ms)
{
    const char *token = credentials(request, "Bearer");

    if (request_header(request, "Authorization") == NULL)
        return 40;
    ptrdiff_t place = token == NULL ? -1 : find(tokens, token);
    if (place < 0)
        return 41;
    return tokens->ring[place].ends_ms <= now_ms ? 42 : 0;
}

void tokens_expire(struct tokens *tokens, const struct request *request)
{
    const char *token = credentials(request, "Bearer");
    ptrdiff_t place = token == NULL ? -1 : find(tokens, token);

    if (place >= 0)
        tokens->ring[place].ends_ms = 0;
}

static const char *issue(struct tokens *tokens, int64_t ends_ms)
{
    char uuid[UUID_TEXT_SIZE];
    size_t place = tokens->issued++ % TOKENS_MAX;

    uuid_print(uuid_random(), uuid);
    snprintf(tokens->ring[place].text, TOKEN_SIZE, "token-%s", uuid);
    tokens->ring[place].ends_ms = ends_ms;
    return tokens->ring[place].text;
}

unsigned basic_check(const struct request *request, const char *user, const char *password)
{
    CLEANUP(buffer_release) struct buffer given = {0};
    char wanted[2 * SWITCH_TEXT_SIZE + 2];
    struct fault why;
    const char *coded = credentials(request, "Basic");

    buffer_init(&given, 4096);
    if (request_header(request, "Authorization") == NULL)
        return 40;
    if (coded == NULL || !base64_read(coded, strlen(coded), &given, &why))
        return 41;
    snprintf(wanted, sizeof wanted, "%s:%s", user, password);
    return strcmp(buffer_text(&given), wanted) == 0 && given.length == strlen(wanted) ? 0 : 41;
}

/* 0 when the grant is there and known, else BT's code for what is wrong with it. */
static unsigned grant_check(const struct request *request)
{
    struct argument form[ARGUMENTS_MAX];
    const char *grant = request_query(request, "grant_type");
    bool post = strcmp(request->method, "POST") == 0;

    if (!post)
        return grant == NULL ? 27 : strcmp(grant, "client_credentials") == 0 ? 0 : 28;

    const char *type = request_header(request, "Content-Type");
    if (request->body.length > 0 &&
        (type == NULL || strncasecmp(type, "application/x-www-form-urlencoded", 33) != 0))
        return 68;
    CLEANUP(memory_release) char *text = memory_text(buffer_text(&request->body));
    size_t count = arguments_split(text, form);
    for (size_t i = 0; i < count; i++)
        if (strcmp(form[i].name, "grant_type") == 0)
            grant = form[i].value;
    return grant == NULL ? 23 : strcmp(grant, "client_credentials") == 0 ? 0 : 24;
}

void answer_token(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    static const char *const names[][3] = {
        [TOKEN_CAMEL] = {"accessToken", "tokenType", "expiresIn"},
        [TOKEN_SNAKE] = {"access_token", "token_type", "expires_in"},
    };
    const struct switches *switches = &sandbox->switches;
    unsigned code = basic_check(request, switches->key, switches->secret);

    if (code == 0)
        code = grant_check(request);
    if (code != 0) {
        error_answer(switches, reply, code);
        return;
    }
    const char *token = issue(&sandbox->tokens, loop_now_ms(sandbox->loop) + switches->lifetime_s * 1000);
    const char *const *name = names[switches->token_style];
    const char *quote = switches->expires_form == EXPIRES_TEXT ? "\"" : "";
    buffer_print(reply_json(reply, 200), "{\"%s\":\"%s\",\"%s\":\"Bearer\",\"%s\":%s%" PRId64 "%s}", name[0],
                 token, name[1], name[2], quote, switches->lifetime_s, quote);
    reply_header(reply, "Cache-Control", "no-store");
}
