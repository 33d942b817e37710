/* How many orders there are of each text of a workflow that waits, counted as they come and go. See await.h. */
#include "await.h"
#include "orders_inside.h"

#include "invariant.h"
#include "memory.h"

#include <stdio.h>
#include <string.h>

/* Few: as many as there are files. */
unsigned orders_workflow_number(struct orders *orders, const struct order_type *type, const char *digest)
{
    for (size_t i = 0; i < orders->workflow_count; i++)
        if (orders->workflows[i].type == type && strcmp(orders->workflows[i].digest, digest) == 0)
            return (unsigned)i;
    orders->workflows =
        memory_resize(orders->workflows, orders->workflow_count + 1, sizeof *orders->workflows);
    struct workflow_count *count = &orders->workflows[orders->workflow_count++];
    *count = (struct workflow_count){.type = type};
    snprintf(count->digest, sizeof count->digest, "%s", digest);
    return (unsigned)(orders->workflow_count - 1);
}

void orders_count_at(struct orders *orders, unsigned workflow, bool comes)
{
    REQUIRE(workflow < orders->workflow_count);
    struct workflow_count *count = &orders->workflows[workflow];
    REQUIRE(comes || count->orders > 0);
    if (comes)
        count->orders++;
    else
        count->orders--;
}

void orders_count_workflow(struct orders *orders, const struct order *order, bool comes)
{
    const char *digest = order_digest(order);

    if (digest == NULL)
        return;
    orders_count_at(orders, orders_workflow_number(orders, order->type, digest), comes);
}

const struct workflow_count *orders_workflows(const struct orders *orders, size_t *count)
{
    *count = orders->workflow_count;
    return orders->workflows;
}
