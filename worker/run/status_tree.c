/* Builds the JSON of /status. */
#include "status_tree.h"

#include "memory.h"
#include "names.h"
#include "partitioner.h"
#include "watching.h"

enum { DOUBTS_MAX = 1000 };

const char *const status_state_names[] = {
    [ORDER_QUEUED] = "queued",       [ORDER_READY] = "ready",     [ORDER_INTENDING] = "intending",
    [ORDER_PERMITTED] = "permitted", [ORDER_CALLING] = "calling", [ORDER_WAITING] = "waiting",
    [ORDER_PARKED] = "parked",       [ORDER_DONE] = "done",       [ORDER_SETTLING] = "settling",
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
        json_object_object_add(one, "partition", json_object_new_int(i));
        json_object_object_add(one, "position", json_object_new_int64(position->next));
        json_object_object_add(one, "open", json_object_new_int64(partition_offsets_span(position)));
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
        json_object_object_add(one, "baseUrl", json_object_new_string(worker_api(worker, tag)->base_url));
        json_object_object_add(one, "state",
                               json_object_new_string(pace->halted    ? "halted"
                                                      : closed_ms > 0 ? "closed"
                                                                      : "open"));
        json_object_object_add(one, "window", json_object_new_double(pace->open));
        json_object_object_add(one, "windowMax", json_object_new_double(pace_limit(pace)));
        json_object_object_add(one, "running", json_object_new_int64(pace->in_flight));
        json_object_object_add(one, "opensInMs", json_object_new_int64(closed_ms > 0 ? closed_ms : 0));
        json_object_object_add(tree, tag, one);
    }
    return tree;
}

static struct json_object *doubt_tree(const struct order *order, int64_t now_ms)
{
    struct json_object *tree = json_object_new_object();
    int64_t absent_ms = order->doubt.absent_ms - now_ms, due_ms = order->due_ms - now_ms;

    json_object_object_add(tree, "requestId", json_object_new_string(order->request.id));
    json_object_object_add(tree, "orderType", json_object_new_string(order->type->name));
    json_object_object_add(tree, "partition", json_object_new_int(order->source.partition));
    json_object_object_add(tree, "attempt", json_object_new_int64(order->attempt));
    json_object_object_add(tree, "nextLookUpInMs",
                           json_object_new_int64(order->state == ORDER_WAITING && due_ms > 0 ? due_ms : 0));
    json_object_object_add(tree, "absentCountsInMs", json_object_new_int64(absent_ms > 0 ? absent_ms : 0));
    json_object_object_add(tree, "takeOvers", json_object_new_int64(order->doubt.restarts));
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

static struct json_object *turn_tree(const struct loop_turn *turn)
{
    struct json_object *tree = json_object_new_object();

    json_object_object_add(tree, "tookMs", json_object_new_double((double)turn->took_us / 1000));
    json_object_object_add(tree, "cpuMs", json_object_new_double((double)turn->cpu_us / 1000));
    json_object_object_add(tree, "cause", json_object_new_string(turn->cause == NULL ? "" : turn->cause));
    json_object_object_add(tree, "causeMs", json_object_new_double((double)turn->cause_us / 1000));
    return tree;
}

struct json_object *status_tree(const struct worker *worker, const char *why, const char *bt,
                                const struct loop_turn *longest)
{
    struct json_object *tree = json_object_new_object();
    struct json_object *orders = json_object_new_object();

    json_object_object_add(tree, "version", json_object_new_string(WORKER_VERSION));
    json_object_object_add(tree, "group", json_object_new_string(worker->settings->group_id));
    json_object_object_add(tree, "partitioner",
                           json_object_new_string(partitioner_name(
                               (enum partitioner_choice)worker->settings->requests_partitioner)));
    json_object_object_add(tree, "slot", json_object_new_string(worker->settings->worker_slot));
    json_object_object_add(tree, "ready", json_object_new_boolean(*why == '\0'));
    json_object_object_add(tree, "reason", json_object_new_string(why));
    json_object_object_add(tree, "bt", json_object_new_string(bt));
    json_object_object_add(tree, "transactions",
                           json_object_new_boolean(worker->settings->settlement_transactions != 0));
    json_object_object_add(
        tree, "fence",
        json_object_new_string(worker->settings->settlement_transactions
                                   ? "probed at start"
                                   : "not probed: without transactions an outcome may repeat"));
    for (size_t i = 0; i < ORDER_STATES; i++)
        json_object_object_add(
            orders, status_state_names[i],
            json_object_new_int64((int64_t)orders_state_count(worker->orders, (enum order_state)i)));
    json_object_object_add(tree, "orders", orders);
    json_object_object_add(tree, "orderBytes", json_object_new_int64((int64_t)orders_bytes(worker->orders)));
    json_object_object_add(tree, "partitions", partitions_tree(worker));
    json_object_object_add(tree, "apis", apis_tree(worker));
    json_object_object_add(tree, "unstable", watching_tree(worker->watching));
    json_object_object_add(tree, "longestTurn", turn_tree(longest));
    json_object_object_add(tree, "inDoubt", doubts_tree(worker));
    return tree;
}
