/* Builds the JSON of /status. */
#include "status_tree.h"

#include "await.h"
#include "memory.h"
#include "names.h"
#include "partitioner.h"
#include "tree_build.h"
#include "watching.h"

enum { DOUBTS_MAX = 1000 };

const char *const status_state_names[] = {
    [ORDER_QUEUED] = "queued",       [ORDER_READY] = "ready",     [ORDER_INTENDING] = "intending",
    [ORDER_PERMITTED] = "permitted", [ORDER_CALLING] = "calling", [ORDER_WAITING] = "waiting",
    [ORDER_AWAITING] = "awaiting",   [ORDER_PARKED] = "parked",   [ORDER_DONE] = "done",
    [ORDER_SETTLING] = "settling",
};
NAMES_COMPLETE(status_state_names, ORDER_SETTLING);

static struct json_object *partitions_tree(const struct worker *worker)
{
    struct json_object *list = json_object_new_array();

    for (int32_t i = 0; i < (int32_t)worker->partition_total; i++) {
        const struct partition_offsets *position = partitions_offsets(worker->partitions, i);
        if (position == NULL)
            continue;
        struct json_object *one = json_object_new_object();
        tree_add_integer(one, "partition", i);
        tree_add_integer(one, "position", position->next);
        tree_add_integer(one, "open", partition_offsets_span(position));
        json_object_array_add(list, one);
    }
    return list;
}

static struct json_object *apis_tree(const struct worker *worker)
{
    struct json_object *tree = json_object_new_object();
    const struct pace *pace;
    const char *tag;

    for (size_t i = 0; (pace = orders_pace(worker->orders, i, &tag)) != NULL; i++) {
        struct json_object *one = json_object_new_object();
        int64_t closed_ms = pace->closed_until_ms - loop_now_ms(worker->loop);
        tree_add_text(one, "baseUrl", worker_api(worker, tag)->base_url);
        tree_add_text(one, "state", pace->halted ? "halted" : closed_ms > 0 ? "closed" : "open");
        tree_add_number(one, "window", pace->open);
        tree_add_number(one, "windowMax", pace_limit(pace));
        tree_add_integer(one, "running", pace->in_flight);
        tree_add_integer(one, "opensInMs", closed_ms > 0 ? closed_ms : 0);
        tree_add(tree, tag, one);
    }
    return tree;
}

static struct json_object *doubt_tree(const struct order *order, int64_t now_ms)
{
    struct json_object *tree = json_object_new_object();
    int64_t absent_ms = order->doubt.absent_ms - now_ms, due_ms = order->due_ms - now_ms;

    tree_add_text(tree, "requestId", order->request.id);
    tree_add_text(tree, "orderType", order->type->name);
    tree_add_integer(tree, "partition", order->source.partition);
    tree_add_integer(tree, "attempt", order->attempt);
    tree_add_integer(tree, "nextLookUpInMs", order->state == ORDER_WAITING && due_ms > 0 ? due_ms : 0);
    tree_add_integer(tree, "absentCountsInMs", absent_ms > 0 ? absent_ms : 0);
    tree_add_integer(tree, "takeOvers", order->doubt.restarts);
    return tree;
}

/* Each order in doubt, and when it will be looked up. */
static struct json_object *doubts_tree(const struct worker *worker)
{
    struct json_object *list = json_object_new_array();

    for (const struct order *order = NULL; (order = orders_each(worker->orders, order)) != NULL;)
        if (order->doubt.open && json_object_array_length(list) < DOUBTS_MAX)
            json_object_array_add(list, doubt_tree(order, loop_now_ms(worker->loop)));
    return list;
}

/* Which texts of workflows that wait have orders: a file in history/ is needed as long. */
static struct json_object *workflows_tree(const struct worker *worker)
{
    struct json_object *list = json_object_new_array();
    size_t count;
    const struct workflow_count *workflows = orders_workflows(worker->orders, &count);

    for (size_t i = 0; i < count; i++) {
        if (workflows[i].orders == 0)
            continue;
        struct json_object *one = json_object_new_object();
        tree_add_text(one, "orderType", workflows[i].type->name);
        tree_add_text(one, "digest", workflows[i].digest);
        tree_add_integer(one, "orders", (int64_t)workflows[i].orders);
        json_object_array_add(list, one);
    }
    return list;
}

static struct json_object *turn_tree(const struct loop_turn *turn)
{
    struct json_object *tree = json_object_new_object();

    tree_add_number(tree, "tookMs", (double)turn->took_us / 1000);
    tree_add_number(tree, "cpuMs", (double)turn->cpu_us / 1000);
    tree_add_text(tree, "cause", turn->cause == NULL ? "" : turn->cause);
    tree_add_number(tree, "causeMs", (double)turn->cause_us / 1000);
    return tree;
}

struct json_object *status_tree(const struct worker *worker, const char *why, const char *bt,
                                const struct loop_turn *longest)
{
    struct json_object *tree = json_object_new_object();
    struct json_object *orders = json_object_new_object();

    tree_add_text(tree, "version", WORKER_VERSION);
    tree_add_text(tree, "group", worker->settings->group_id);
    tree_add_text(tree, "partitioner",
                  partitioner_name((enum partitioner_choice)worker->settings->requests_partitioner));
    tree_add_text(tree, "slot", worker->settings->worker_slot);
    tree_add_boolean(tree, "ready", *why == '\0');
    tree_add_text(tree, "reason", why);
    tree_add_text(tree, "bt", bt);
    tree_add_boolean(tree, "transactions", worker->settings->settlement_transactions != 0);
    tree_add_text(tree, "fence",
                  worker->settings->settlement_transactions
                      ? "probed at start"
                      : "not probed: without transactions an outcome may repeat");
    for (size_t i = 0; i < ORDER_STATES; i++)
        tree_add_integer(orders, status_state_names[i],
                         (int64_t)orders_state_count(worker->orders, (enum order_state)i));
    tree_add(tree, "orders", orders);
    tree_add_integer(tree, "orderBytes", (int64_t)orders_bytes(worker->orders));
    tree_add(tree, "workflows", workflows_tree(worker));
    tree_add(tree, "partitions", partitions_tree(worker));
    tree_add(tree, "apis", apis_tree(worker));
    tree_add(tree, "unstable", watching_tree(worker->watching));
    tree_add(tree, "longestTurn", turn_tree(longest));
    tree_add(tree, "inDoubt", doubts_tree(worker));
    return tree;
}
