/* Addresses that a person writes for the operators' pages. */
#include "listener.h"

#include "memory.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *address;
    bool good;
} addresses[] = {
    {"127.0.0.1", true},   {"0.0.0.0", true},     {"::1", true},         {"[::1]", false},
    {"::", true},          {"", false},           {"localhost", false},  {"127.1", false},
    {"1", false},          {"999.1.1.1", false},  {"[127.0.0.1", false}, {":::", false},
    {"0x7f.0.0.1", false}, {"127.0.0.1 ", false},
};

static void opened(void)
{
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        struct fault why = {.text = ""};
        int listener = -1;
        bool good = listener_open("admin", addresses[i].address, 0, &listener, &why);
        if (good != addresses[i].good &&
            !(strchr(addresses[i].address, ':') != NULL && why.kind == FAULT_LOCAL)) {
            printf("\n  '%s': %s", addresses[i].address, good ? "is taken" : why.text);
            CU_FAIL("case above");
        }
        CU_ASSERT(good || why.kind == (addresses[i].good ? FAULT_LOCAL : FAULT_INPUT)); /* no IPv6 here */
        CU_ASSERT(!good || listener_port(listener) > 0);
        if (good)
            close(listener);
    }
}

static void taken(void)
{
    struct fault why = {.text = ""};
    int one, other;

    CU_ASSERT_FATAL(listener_open("admin", "127.0.0.1", 0, &one, &why));
    CU_ASSERT_FALSE(listener_open("admin", "127.0.0.1", listener_port(one), &other, &why));
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "cannot listen on"));
    close(one);
}

CU_TestInfo test_listener[] = {{"opened", opened}, {"taken", taken}, CU_TEST_INFO_NULL};
