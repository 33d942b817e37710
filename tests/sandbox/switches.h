/*
 * How the sandbox behaves, changed at run time by POST /sandbox/switches. One table gives name, type and default.
 */
#ifndef SANDBOX_SWITCHES_H
#define SANDBOX_SWITCHES_H

#include "buffer.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

enum { SWITCH_TEXT_SIZE = 128 };

enum token_style { TOKEN_CAMEL, TOKEN_SNAKE };
enum expires_form { EXPIRES_NUMBER, EXPIRES_TEXT };
enum create_reply { CREATE_CREATED, CREATE_ACCEPTED };
enum leading_zero { ZERO_ANY, ZERO_REQUIRED, ZERO_REFUSED };
enum key_form { KEY_NUMBER, KEY_TEXT };
enum error_shape { SHAPE_AS_KNOWN, SHAPE_GATEWAY, SHAPE_BACKEND, SHAPE_APIGEE };

struct switches {
    char key[SWITCH_TEXT_SIZE]; /* of the one app that may fetch tokens */
    char secret[SWITCH_TEXT_SIZE];
    int64_t token_style;
    int64_t expires_form;
    int64_t lifetime_s;
    int64_t error_shape;
    bool code_as_number;
    bool exception_headers;               /* APIGW-Exception and the like with errors */
    bool authorization;                   /* whether BT's operations ask for it */
    bool tracking;                        /* the same for APIGW-Tracking-Header */
    bool unique_reference;                /* whether a repeated externalId is refused */
    bool unique_import;                   /* whether a number on an open import order is refused */
    bool look_up_by_reference;            /* whether orders are listed by externalId */
    int64_t create_reply;                 /* what creating an order answers */
    int64_t key_form;                     /* of reservation keys */
    int64_t leading_zero;                 /* of numbers in requests */
    int64_t reservation_lifetime;         /* of new ones, in s */
    int64_t latency_ms;                   /* of everything but the control endpoint */
    char registry_user[SWITCH_TEXT_SIZE]; /* "": the registry asks for no password */
    char registry_password[SWITCH_TEXT_SIZE];
};

void switches_init(struct switches *switches);

/* Takes the members of the object, all or none. FAULT_INPUT names the member. */
MUST_USE bool switches_set(struct switches *switches, struct json_object *tree, struct fault *why);

void switches_write(const struct switches *switches, struct buffer *out);

/* The place of `word` in `words` (ended by null), -1 when it is none. */
int word_index(const char *const words[], const char *word);

/* "camel" and so on of error shapes, for faults too. */
extern const char *const error_shape_words[];

#endif
