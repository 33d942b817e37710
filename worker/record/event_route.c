/* Finds the partition of an event by the order's reference, or by BT's id. */
#include "event_route.h"

#include "digest.h"
#include "invariant.h"
#include "reference.h"

#include <stdlib.h>
#include <string.h>

/* The partition of a reference that can be ours; -1: it is none. */
static int32_t own_partition(const char *reference, int32_t partitions)
{
    int32_t partition = reference == NULL ? -1 : reference_partition(reference);

    if (partition < 0 || partition >= partitions)
        return -1;
    return reference[14] == '8' && strchr("89abAB", reference[19]) != NULL ? partition : -1;
}

int32_t event_route_of_order_id(const char *order_id, int32_t partitions)
{
    char text[DIGEST_TEXT_SIZE];

    REQUIRE(partitions > 0);
    digest_print(order_id, strlen(order_id), text);
    text[8] = '\0'; /* four bytes in hexadecimal */
    return (int32_t)(strtoul(text, NULL, 16) % (unsigned long)partitions);
}

struct event_route event_route(const char *reference, const char *order_id, int32_t partitions)
{
    int32_t partition = own_partition(reference, partitions);

    if (partition >= 0)
        return (struct event_route){partition, reference};
    if (order_id != NULL && *order_id != '\0')
        return (struct event_route){event_route_of_order_id(order_id, partitions), order_id};
    return (struct event_route){-1, NULL};
}
