/* A secret is gone when it is released. */
#include "secret.h"

#include "memory.h"

#include "same.h"

static void released(void)
{
    struct secret secret = {memory_text("hidden")};

    secret_release(&secret);
    CU_ASSERT_PTR_NULL(secret.hidden);
    secret_release(&secret);
}

CU_TestInfo test_secret[] = {{"released", released}, CU_TEST_INFO_NULL};
