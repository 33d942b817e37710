/* The values are those of FIPS 180-4's examples. */
#include "digest.h"

#include <CUnit/Basic.h>
#include <string.h>

static void known_values(void)
{
    char text[DIGEST_TEXT_SIZE];

    digest_print("abc", 3, text);
    CU_ASSERT_STRING_EQUAL(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_print("", 0, text);
    CU_ASSERT_STRING_EQUAL(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

CU_TestInfo test_digest[] = {{"known values", known_values}, CU_TEST_INFO_NULL};
