/* Who gets a token: by Basic or in the form, one of two clients, and nobody else. */
#include "login.h"

#include "base64.h"
#include "memory.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

static char id[] = "bt", secret[] = "s3cret/with+signs", id_before[] = "bt",
            secret_before[] = "the-one-before";
static const struct listen_settings settings = {.client_id = id,
                                                .client_secret = {secret},
                                                .client_id_previous = id_before,
                                                .client_secret_previous = {secret_before}};

#define FORM "application/x-www-form-urlencoded"
#define GRANT "grant_type=client_credentials"

static const struct {
    const char *name, *basic, *type, *body; /* basic: in plain text */
    enum login login;
} cases[] = {
    {"Basic", "bt:s3cret/with+signs", FORM, GRANT, LOGIN_GOOD}, /* most clients do not encode it */
    {"Basic, encoded", "bt:s3cret%2Fwith%2Bsigns", FORM, GRANT, LOGIN_GOOD},
    {"in the form", NULL, FORM, GRANT "&client_id=bt&client_secret=s3cret%2fwith%2bsigns", LOGIN_GOOD},
    {"in another order", NULL, FORM "; charset=utf-8", "client_secret=the-one-before&client_id=bt&" GRANT,
     LOGIN_GOOD},
    {"the client before", "bt:the-one-before", FORM, GRANT "&scope=all", LOGIN_GOOD},
    {"id in both", "bt:the-one-before", FORM, GRANT "&client_id=bt", LOGIN_GOOD},
    {"secret in both", "bt:the-one-before", FORM, GRANT "&client_secret=the-one-before", LOGIN_INVALID},
    {"wrong secret", "bt:nonsense", FORM, GRANT, LOGIN_WRONG},
    {"unknown id", "someone:the-one-before", FORM, GRANT, LOGIN_WRONG},
    {"no secret", NULL, FORM, GRANT "&client_id=bt", LOGIN_WRONG},
    {"both halves in the id", "bt:the-one-before:", FORM, GRANT, LOGIN_WRONG},
    {"empty secret", "bt:", FORM, GRANT, LOGIN_WRONG},
    {"nothing", NULL, FORM, GRANT, LOGIN_WRONG},
    {"no colon", "bt", FORM, GRANT, LOGIN_WRONG},
    {"broken encoding", "bt:%0", FORM, GRANT, LOGIN_WRONG},
    {"a NUL", "bt%00:the-one-before", FORM, GRANT, LOGIN_WRONG},
    {"another grant", "bt:the-one-before", FORM, "grant_type=password", LOGIN_UNSUPPORTED},
    {"another grant by a stranger", "bt:nonsense", FORM, "grant_type=password", LOGIN_WRONG},
    {"no grant", "bt:the-one-before", FORM, "scope=all", LOGIN_INVALID},
    {"grant twice", "bt:the-one-before", FORM, GRANT "&" GRANT, LOGIN_INVALID},
    {"id twice", NULL, FORM, GRANT "&client_id=bt&client_id=bt&client_secret=the-one-before", LOGIN_INVALID},
    {"JSON", "bt:the-one-before", "application/json", "{}", LOGIN_INVALID},
    {"no type", "bt:the-one-before", NULL, GRANT, LOGIN_INVALID},
    {"empty", "bt:the-one-before", FORM, "", LOGIN_INVALID},
};

static void logins(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buffer header;
        buffer_init(&header, 1000);
        buffer_add_text(&header, "basic  ");
        if (cases[i].basic != NULL)
            base64_write(cases[i].basic, strlen(cases[i].basic), &header);
        const struct login_ask ask = {cases[i].basic != NULL ? buffer_text(&header) : NULL, cases[i].type,
                                      cases[i].body, strlen(cases[i].body)};
        enum login login = login_check(&settings, &ask);
        if (login != cases[i].login) {
            printf("\n  %s: %d, expected %d", cases[i].name, (int)login, (int)cases[i].login);
            CU_FAIL("case above");
        }
        buffer_release(&header);
    }
}

/* Other headers, and a body with a NUL. */
static void headers(void)
{
    static const char body[] = GRANT "\0&client_id=bt&client_secret=the-one-before";
    static const char *const wrong[] = {"Bearer x", "Basic", "Basic ", "Basic !!!", ""};

    CU_ASSERT_EQUAL(login_check(&settings, &(struct login_ask){NULL, FORM, body, sizeof body - 1}),
                    LOGIN_INVALID);
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        CU_ASSERT_EQUAL(login_check(&settings, &(struct login_ask){wrong[i], FORM, GRANT, strlen(GRANT)}),
                        LOGIN_WRONG);
}

/* Settings without a second client let nobody in without a name. */
static void no_second_client(void)
{
    static char nothing[] = "";
    const struct listen_settings one = {
        .client_id = id, .client_secret = {secret}, .client_id_previous = nothing};
    static const char body[] = GRANT "&client_id=&client_secret=";

    CU_ASSERT_EQUAL(login_check(&one, &(struct login_ask){NULL, FORM, body, sizeof body - 1}), LOGIN_WRONG);
}

CU_TestInfo test_login[] = {
    {"logins", logins}, {"headers", headers}, {"no second client", no_second_client}, CU_TEST_INFO_NULL};
