/* HMAC-SHA256: the cases of RFC 4231 whose key and data are text. */
#include "mac.h"

#include <CUnit/CUnit.h>

static void of_the_rfc(void)
{
    char out[MAC_TEXT_SIZE];

    mac_print("Jefe", "what do ya want for nothing?", out);
    CU_ASSERT_STRING_EQUAL(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    mac_print("\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b", "Hi There",
              out);
    CU_ASSERT_STRING_EQUAL(out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

static void comparing(void)
{
    CU_ASSERT(mac_same("abc", "abd", 2) && !mac_same("abc", "abd", 3) && mac_same("", "", 0));
}

CU_TestInfo test_mac[] = {{"the RFC's cases", of_the_rfc}, {"comparing", comparing}, CU_TEST_INFO_NULL};
