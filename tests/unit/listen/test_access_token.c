/* Tokens: made by whoever has the key, and good until their end. */
#include "access_token.h"

#include "memory.h"

#include <CUnit/CUnit.h>
#include <string.h>

static char key_text[] = "0123456789abcdef0123456789abcdef",
            other_text[] = "another-key-another-key-another-";
static const struct secret key = {key_text}, other = {other_text}, none = {NULL};

static void good(void)
{
    char token[ACCESS_TOKEN_SIZE], again[ACCESS_TOKEN_SIZE];

    access_token_make(&key, 2000, token);
    access_token_make(&key, 2000, again);
    CU_ASSERT(strncmp(token, "v1.2000.", 8) == 0 && strcmp(token, again) != 0);
    CU_ASSERT_EQUAL(access_token_check(token, &key, &none, 1999), ACCESS_TOKEN_GOOD);
    CU_ASSERT_EQUAL(access_token_check(token, &other, &key, 1999),
                    ACCESS_TOKEN_GOOD); /* the key has changed */
    CU_ASSERT_EQUAL(access_token_check(token, &key, &none, 2000), ACCESS_TOKEN_EXPIRED);
    CU_ASSERT_EQUAL(access_token_check(token, &other, &none, 1999), ACCESS_TOKEN_WRONG);
}

/* Changed in any place, or cut anywhere, it is wrong: its end cannot be moved. */
static void wrong(void)
{
    char token[ACCESS_TOKEN_SIZE], changed[ACCESS_TOKEN_SIZE];

    access_token_make(&key, 2000, token);
    for (size_t i = 0; token[i] != '\0'; i++) {
        memcpy(changed, token, sizeof changed);
        changed[i] = token[i] == '9' ? '8' : '9';
        CU_ASSERT_EQUAL(access_token_check(changed, &key, &none, 1), ACCESS_TOKEN_WRONG);
        memcpy(changed, token, sizeof changed);
        changed[i] = '\0';
        CU_ASSERT_EQUAL(access_token_check(changed, &key, &none, 1), ACCESS_TOKEN_WRONG);
    }
}

static void nonsense(void)
{
    static const char *const texts[] = {"", "v1.", "v1..", "v2.2000.x.", "x", "v1.2000.n.0000", ".", "...."};
    char longer[1000];

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        CU_ASSERT_EQUAL(access_token_check(texts[i], &key, &other, 1), ACCESS_TOKEN_WRONG);
    memset(longer, '1', sizeof longer);
    memcpy(longer, "v1.", 3);
    longer[sizeof longer - 66] = '.';
    longer[sizeof longer - 1] = '\0';
    CU_ASSERT_EQUAL(access_token_check(longer, &key, &other, 1), ACCESS_TOKEN_WRONG);
}

CU_TestInfo test_access_token[] = {
    {"good", good}, {"wrong", wrong}, {"nonsense", nonsense}, CU_TEST_INFO_NULL};
