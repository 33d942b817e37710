/* Counts the operators' connections by what they wait for, and shuts down the one that must go. */
#include "visitors.h"

#include "invariant.h"
#include "memory.h"

#include <string.h>
#include <sys/socket.h>

enum { PREFIX_BYTES = 8 /* of IPv6: one household has a /64 */ };

static bool same_client(const struct in6_addr *one, const struct in6_addr *other)
{
    bool mapped = IN6_IS_ADDR_V4MAPPED(one);

    return memcmp(one, other, mapped ? sizeof *one : PREFIX_BYTES) == 0;
}

/* IPv4 as ::ffff:a.b.c.d, as a socket for both sees it. */
static struct in6_addr address_of(const struct sockaddr *from)
{
    struct in6_addr address = {0};

    if (from->sa_family == AF_INET6) {
        memcpy(&address, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, sizeof address);
        return address;
    }
    address.s6_addr[10] = address.s6_addr[11] = 0xff;
    memcpy(address.s6_addr + 12, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
    return address;
}

static void send_away(struct visitor *visitor)
{
    REQUIRE(visitor->state != VISIT_GONE); /* its descriptor may be another's by now */
    visitor->state = VISIT_GONE;
    shutdown(visitor->socket, SHUT_RDWR);
}

/* How many are in the state, of this address where one is given, and who has been longest. */
static size_t count(const struct visitors *visitors, enum visit state, const struct in6_addr *from,
                    struct visitor **longest)
{
    struct visitor *one;
    size_t found = 0;

    TAILQ_FOREACH(one, visitors, in_all) {
        if (one->state != state || (from != NULL && !same_client(from, &one->from)))
            continue;
        if (found++ == 0)
            *longest = one;
    }
    return found;
}

struct visitor *visitors_enter(struct visitors *visitors, int socket, const struct sockaddr *from,
                               int64_t now_ms)
{
    struct visitor *visitor = memory_new(1, sizeof *visitor), *longest = NULL;

    *visitor =
        (struct visitor){.socket = socket, .due_ms = now_ms + VISITORS_HEADERS_MS, .from = address_of(from)};
    if (count(visitors, VISIT_WAITING, &visitor->from, &longest) >= VISITORS_WAITING_OF_ADDRESS_MAX ||
        count(visitors, VISIT_WAITING, NULL, &longest) >= VISITORS_WAITING_MAX)
        send_away(longest);
    TAILQ_INSERT_TAIL(visitors, visitor, in_all);
    return visitor;
}

struct visitor *visitors_begin(struct visitors *visitors, int socket)
{
    struct visitor *visitor = TAILQ_LAST(visitors, visitors);

    while (visitor != NULL && (visitor->begun || visitor->socket != socket))
        visitor = TAILQ_PREV(visitor, visitors, in_all);
    if (visitor != NULL)
        visitor->begun = true;
    return visitor;
}

void visitors_drop(struct visitors *visitors)
{
    for (struct visitor *one = TAILQ_FIRST(visitors), *next; one != NULL; one = next) {
        next = TAILQ_NEXT(one, in_all);
        if (!one->begun)
            visitors_leave(visitors, one);
    }
}

bool visitors_ask(struct visitors *visitors, struct visitor *visitor, bool health, int64_t now_ms)
{
    struct visitor *longest = NULL;

    if (visitor->state != VISIT_WAITING)
        return false;
    if (health && count(visitors, VISIT_HEALTH, NULL, &longest) >= VISITORS_HEALTH_MAX)
        send_away(longest);
    if (!health && (count(visitors, VISIT_PAGE, &visitor->from, &longest) >= VISITORS_PAGES_OF_ADDRESS_MAX ||
                    count(visitors, VISIT_PAGE, NULL, &longest) >= VISITORS_PAGES_MAX))
        return false;
    TAILQ_REMOVE(visitors, visitor, in_all);
    visitor->state = health ? VISIT_HEALTH : VISIT_PAGE;
    visitor->due_ms = now_ms + (health ? VISITORS_HEALTH_MS : VISITORS_PAGE_MS);
    TAILQ_INSERT_TAIL(visitors, visitor, in_all);
    return true;
}

void visitors_leave(struct visitors *visitors, struct visitor *visitor)
{
    TAILQ_REMOVE(visitors, visitor, in_all);
    memory_free(visitor);
}

int64_t visitors_sweep(struct visitors *visitors, int64_t now_ms)
{
    struct visitor *one;
    int64_t next = INT64_MAX;

    TAILQ_FOREACH(one, visitors, in_all) {
        if (one->state != VISIT_GONE && one->due_ms <= now_ms)
            send_away(one);
        if (one->state != VISIT_GONE && one->due_ms < next)
            next = one->due_ms;
    }
    return next;
}
