/* What a token endpoint answers, in every spelling seen at BT, and what is not a token. */
#include "token.h"

#include "../codec/given.h"

static const struct {
    const char *body, *token; /* token null: refused */
    int64_t lifetime_ms;
} cases[] = {
    {"{'accessToken': 'abc', 'expiresIn': '3599'}", "abc", 3599000},
    {"{'access_token': 'abc', 'expires_in': 3599}", "abc", 3599000},
    {"{'accessToken': 'abc', 'expires_in': 60}", "abc", 60000},
    {"{'access_token': 'abc', 'token_type': 'Bearer'}", "abc", 0},
    {"{'access_token': 'a-._~+/=b', 'expires_in': 0}", "a-._~+/=b", 0},
    {"{'access_token': 'abc', 'expires_in': -5}", "abc", 0},
    {"{'access_token': 'abc', 'expires_in': 'never'}", "abc", 0},
    {"{'access_token': 'abc', 'expires_in': 1e300}", "abc", 86400000},
    {"{'access_token': 'abc', 'expires_in': {}}", "abc", 0},
    {"{'access_token': ''}", NULL, 0},
    {"{'access_token': 5}", NULL, 0},
    {"{'access_token': null}", NULL, 0},
    {"{'access_token': 'a b'}", NULL, 0},
    {"{'access_token': 'a\\r\\nEvil: 1'}", NULL, 0},
    {"{'access_token': 'ü'}", NULL, 0},
    {"{'access_token': 'a\\u0000b'}", NULL, 0},
    {"{}", NULL, 0},
    {"[]", NULL, 0},
    {"null", NULL, 0},
    {"", NULL, 0},
    {"<html>", NULL, 0},
    {"{'access_token': 'abc'", NULL, 0},
};

static void parse(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(memory_release) char *body = memory_text(cases[i].body), *token = NULL;
        int64_t lifetime_ms = -1;
        struct fault why = {.text = ""};
        for (char *at = body; *at != '\0'; at++)
            *at = *at == '\'' ? '"' : *at;
        bool good = token_parse(body, strlen(body), &token, &lifetime_ms, &why);
        if (good != (cases[i].token != NULL)) {
            printf("\n  %s: %d %s", cases[i].body, good, why.text);
            CU_FAIL("case above");
        }
        CU_ASSERT(good || (why.kind == FAULT_PEER && token == NULL && lifetime_ms == -1));
        CU_ASSERT(strstr(why.text, "Evil") == NULL);
        if (good && cases[i].token != NULL) {
            given_same(cases[i].body, token, cases[i].token);
            CU_ASSERT_EQUAL(lifetime_ms, cases[i].lifetime_ms);
        }
    }
}

CU_TestInfo test_token[] = {{"parse", parse}, CU_TEST_INFO_NULL};
