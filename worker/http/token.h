/*
 * The OAuth 2 access token (client credentials, RFC 6749 section 4.4), kept fresh.
 *
 * One fetch at a time. Renewed before it expires, with jitter; a token that BT says has expired is dropped and
 * renewed. Both styles of asking and both spellings of the answer occur at BT (schemas/README.md). When the
 * credentials are refused their file is read again; while the endpoint does not work it is asked less and less often.
 */
#ifndef HTTP_TOKEN_H
#define HTTP_TOKEN_H

#include "client.h"

struct token;

/* `changed` is called on the loop when a token has come, or when the trouble has changed. */
MUST_USE bool token_new(struct settings *settings, const char *url, struct loop *loop,
                        struct http_client *client, void (*changed)(void *context), void *context,
                        struct token **token, struct fault *why);
void *token_free(struct token *token);

/* The token for a call that starts now; null when there is none yet: a fetch is then under way or due. Borrowed. */
const struct secret *token_get(struct token *token);

/* BT refused this token: unless a newer one has come since, it is dropped and renewed. */
void token_refused(struct token *token, uint64_t serial);

/* Which token token_get() gives, for token_refused(). */
uint64_t token_serial(const struct token *token);

/* Why there is no token, in words; "" when there is one or the first is on its way. Borrowed until the next turn. */
const char *token_trouble(const struct token *token);

/* Reads what a token endpoint answers: *lifetime_ms 0 when it does not say. For the tests and the fuzzer. */
MUST_USE bool token_parse(const char *body, size_t length, char **access_token, int64_t *lifetime_ms,
                          struct fault *why);

#endif
