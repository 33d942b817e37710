/* Counts the operators' connections by what they wait for, and shuts down the one that must go. */
#include "visitors.h"

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

static void unlink_one(struct visitors *visitors, struct visitor *visitor)
{
    *(visitor->before == NULL ? &visitors->first : &visitor->before->after) = visitor->after;
    *(visitor->after == NULL ? &visitors->last : &visitor->after->before) = visitor->before;
}

static void append(struct visitors *visitors, struct visitor *visitor)
{
    visitor->before = visitors->last;
    visitor->after = NULL;
    *(visitors->last == NULL ? &visitors->first : &visitors->last->after) = visitor;
    visitors->last = visitor;
}

static void send_away(struct visitor *visitor)
{
    visitor->state = VISIT_GONE;
    shutdown(visitor->socket, SHUT_RDWR);
}

/* How many are in the state, of this address where one is given, and who has been longest. */
static size_t count(const struct visitors *visitors, enum visit state, const struct in6_addr *from,
                    struct visitor **longest)
{
    size_t found = 0;

    for (struct visitor *one = visitors->first; one != NULL; one = one->after) {
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
    append(visitors, visitor);
    return visitor;
}

struct visitor *visitors_begin(struct visitors *visitors, int socket)
{
    struct visitor *visitor = visitors->last;

    while (visitor != NULL && (visitor->begun || visitor->socket != socket))
        visitor = visitor->before;
    if (visitor != NULL)
        visitor->begun = true;
    return visitor;
}

void visitors_drop(struct visitors *visitors)
{
    for (struct visitor *one = visitors->first, *next; one != NULL; one = next) {
        next = one->after;
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
    unlink_one(visitors, visitor);
    visitor->state = health ? VISIT_HEALTH : VISIT_PAGE;
    visitor->due_ms = now_ms + (health ? VISITORS_HEALTH_MS : VISITORS_PAGE_MS);
    append(visitors, visitor);
    return true;
}

void visitors_leave(struct visitors *visitors, struct visitor *visitor)
{
    unlink_one(visitors, visitor);
    memory_free(visitor);
}

int64_t visitors_sweep(struct visitors *visitors, int64_t now_ms)
{
    int64_t next = INT64_MAX;

    for (struct visitor *one = visitors->first; one != NULL; one = one->after) {
        if (one->state != VISIT_GONE && one->due_ms <= now_ms)
            send_away(one);
        if (one->state != VISIT_GONE && one->due_ms < next)
            next = one->due_ms;
    }
    return next;
}
