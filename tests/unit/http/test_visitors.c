/* Who is let in to the operators' pages, and who must go for it. */
#include "visitors.h"

#include "memory.h"

#include <CUnit/CUnit.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MANY = 80 };

struct given {
    struct visitors visitors;
    struct visitor *each[MANY];
    int ours[MANY];
    size_t count;
};

static void begin(struct given *given)
{
    *given = (struct given){.count = 0};
    TAILQ_INIT(&given->visitors);
}

/* Lets one in from 192.0.2.<host>, or from an IPv6 address. */
static struct visitor *enter(struct given *given, const char *address, int64_t now_ms)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    bool is_four = inet_pton(AF_INET, address, &four.sin_addr) == 1;
    int pair[2];

    if ((!is_four && inet_pton(AF_INET6, address, &six.sin6_addr) != 1) ||
        socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        abort();
    given->ours[given->count] = pair[1];
    given->each[given->count] =
        visitors_enter(&given->visitors, pair[0],
                       is_four ? (const struct sockaddr *)&four : (const struct sockaddr *)&six, now_ms);
    return given->each[given->count++];
}

/* What the other side sees: the end of the connection. */
static bool is_gone(const struct given *given, size_t index)
{
    char byte;

    return recv(given->ours[index], &byte, 1, MSG_DONTWAIT) == 0;
}

static size_t gone(const struct given *given)
{
    size_t found = 0;

    for (size_t i = 0; i < given->count; i++)
        found += is_gone(given, i);
    return found;
}

static void end(struct given *given)
{
    for (size_t i = 0; i < given->count; i++) {
        close(given->each[i]->socket);
        close(given->ours[i]);
        visitors_leave(&given->visitors, given->each[i]);
    }
    CU_ASSERT(TAILQ_EMPTY(&given->visitors));
}

/* The case: 70 half-sent requests of one address, then one that asks for its health. */
static void half_sent(void)
{
    struct given given;

    begin(&given);
    for (int i = 0; i < 70; i++)
        enter(&given, "192.0.2.1", i);
    CU_ASSERT_EQUAL(gone(&given), 70 - VISITORS_WAITING_OF_ADDRESS_MAX);
    struct visitor *probe = enter(&given, "192.0.2.1", 70);
    CU_ASSERT(visitors_ask(&given.visitors, probe, true, 70));
    CU_ASSERT_FALSE(is_gone(&given, 70));
    CU_ASSERT(is_gone(&given, 62) && !is_gone(&given, 63)); /* who waited longest */
    CU_ASSERT_FALSE(visitors_ask(&given.visitors, given.each[0], false, 70));
    end(&given);
}

/* Of many addresses; IPv6 counts by its /64. */
static void addresses(void)
{
    struct given given;
    char address[40];

    begin(&given);
    for (int i = 0; i < VISITORS_WAITING_MAX + 3; i++) {
        snprintf(address, sizeof address, "192.0.2.%d", i);
        enter(&given, address, i);
    }
    CU_ASSERT(gone(&given) == 3 && is_gone(&given, 0) && is_gone(&given, 2) && !is_gone(&given, 3));
    end(&given);
    begin(&given);
    for (int i = 0; i < VISITORS_WAITING_OF_ADDRESS_MAX + 1; i++) {
        snprintf(address, sizeof address, "2001:db8::%x", i);
        enter(&given, address, i);
        snprintf(address, sizeof address, "2001:db8:0:%x::1", i + 1);
        enter(&given, address, i);
    }
    CU_ASSERT(gone(&given) == 1 && is_gone(&given, 0));
    end(&given);
    begin(&given);
    for (int i = 0; i < VISITORS_WAITING_OF_ADDRESS_MAX; i++)
        enter(&given, "192.0.2.1", i);
    enter(&given, "::ffff:192.0.2.1", 9); /* the same client on a socket for both */
    CU_ASSERT_EQUAL(gone(&given), 1);
    end(&given);
}

/* Slow readers of pages keep nobody's health waiting, and have an end. */
static void pages_and_health(void)
{
    struct given given;
    char address[40];

    begin(&given);
    for (int i = 0; i < VISITORS_PAGES_OF_ADDRESS_MAX; i++)
        CU_ASSERT(visitors_ask(&given.visitors, enter(&given, "192.0.2.1", 0), false, 0));
    CU_ASSERT_FALSE(visitors_ask(&given.visitors, enter(&given, "192.0.2.1", 0), false, 0));
    for (int i = VISITORS_PAGES_OF_ADDRESS_MAX; i < VISITORS_PAGES_MAX; i++) {
        snprintf(address, sizeof address, "192.0.2.%d", i + 2);
        CU_ASSERT(visitors_ask(&given.visitors, enter(&given, address, 0), false, 0));
    }
    CU_ASSERT_FALSE(visitors_ask(&given.visitors, enter(&given, "192.0.2.99", 0), false, 0));
    for (int i = 0; i < VISITORS_HEALTH_MAX + 1; i++)
        CU_ASSERT(visitors_ask(&given.visitors, enter(&given, "192.0.2.1", 1), true, 1));
    CU_ASSERT_EQUAL(gone(&given), 1); /* the health that was read longest */
    CU_ASSERT_EQUAL(visitors_sweep(&given.visitors, 1), VISITORS_HEADERS_MS);
    CU_ASSERT_EQUAL(visitors_sweep(&given.visitors, VISITORS_HEADERS_MS + 1), VISITORS_PAGE_MS);
    CU_ASSERT_EQUAL(gone(&given), 1 + 2 + VISITORS_HEALTH_MAX);
    CU_ASSERT_EQUAL(visitors_sweep(&given.visitors, VISITORS_PAGE_MS), INT64_MAX);
    CU_ASSERT_EQUAL(gone(&given), given.count);
    end(&given);
}

/* Who was never taken is forgotten; a socket's number may come again meanwhile. */
static void not_taken(void)
{
    struct given given;

    begin(&given);
    struct visitor *first = enter(&given, "192.0.2.1", 0), *second = enter(&given, "192.0.2.2", 0);

    CU_ASSERT_PTR_EQUAL(visitors_begin(&given.visitors, first->socket), first);
    CU_ASSERT_PTR_NULL(visitors_begin(&given.visitors, first->socket)); /* it has begun */
    CU_ASSERT_PTR_NULL(visitors_begin(&given.visitors, -5));
    close(second->socket);
    close(given.ours[1]);
    given.count = 1;
    visitors_drop(&given.visitors);
    CU_ASSERT(TAILQ_FIRST(&given.visitors) == first && TAILQ_NEXT(first, in_all) == NULL);
    end(&given);
}

CU_TestInfo test_visitors[] = {{"half-sent requests", half_sent},
                               {"addresses", addresses},
                               {"pages and health", pages_and_health},
                               {"not taken", not_taken},
                               CU_TEST_INFO_NULL};
