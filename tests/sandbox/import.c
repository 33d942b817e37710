/* What is particular to import orders: checking their numbers, making one, activating the port. */
#include "import.h"

#include "answers.h"
#include "bt_time.h"
#include "characteristics.h"
#include "errors.h"
#include "memory.h"
#include "number_form.h"
#include "order_change.h"
#include "rules.h"
#include "tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANGE_MAX = 1000 };

static const char *const offerings[] = {"HVSingleLineImport", "HVMultiLineImport", NULL};
static const char product_pointer[] = "/productOrderItem/0/product";

bool import_is_active(const struct order *order)
{
    return strcmp(order->now.port_status, "ACTIVATING") == 0 ||
           strcmp(order->now.port_status, "ACTIVATED") == 0;
}

static bool has_number(struct json_object *list, const char *number)
{
    for (size_t i = 0; i < json_object_array_length(list); i++)
        if (strcmp(number_significant(tree_text(json_object_array_get_idx(list, i))),
                   number_significant(number)) == 0)
            return true;
    return false;
}

/* False when it is not a number. */
static bool add_number(struct json_object *list, const char *number)
{
    static const struct rule rule = {.kind = RULE_NUMBER};

    if (number == NULL || !rule_holds(&rule, number))
        return false;
    if (!has_number(list, number))
        json_object_array_add(list, json_object_new_string(number));
    return true;
}

static bool add_named(struct json_object *list, struct json_object *product)
{
    struct json_object *all = tree_member(product, "productCharacteristic");
    size_t count = all == NULL ? 0 : json_object_array_length(all);

    for (size_t i = 0; i < count; i++) {
        struct json_object *one = json_object_array_get_idx(all, i);
        if (strcmp(tree_text_of(one, "name"), "DirectoryNumbers") == 0 &&
            !add_number(list, tree_text_of(one, "value")))
            return false;
    }
    return true;
}

static bool add_range(struct json_object *list, const char *first, const char *last)
{
    char number[32];

    if (first == NULL || last == NULL)
        return first != NULL || last == NULL;
    uint64_t at = strtoull(first, NULL, 10);
    uint64_t end = strtoull(last, NULL, 10);
    if (strlen(first) != strlen(last) || end < at || end - at >= RANGE_MAX)
        return false;
    for (; at <= end; at++) {
        snprintf(number, sizeof number, "%0*" PRIu64, (int)strlen(first), at);
        if (!add_number(list, number))
            return false;
    }
    return true;
}

/* The numbers that the product names, by themselves, as a range, or as the main one; null when one is bad. */
static struct json_object *numbers_of(struct json_object *product)
{
    struct json_object *list = json_object_new_array();
    const char *first = characteristic_of(product, "RangeStart");
    const char *main_number = characteristic_of(product, "MainBillingNumber");

    if (add_named(list, product) && add_range(list, first, characteristic_of(product, "RangeEnd")) &&
        (json_object_array_length(list) > 0 || first == NULL || add_number(list, first)) &&
        (json_object_array_length(list) > 0 || main_number == NULL || add_number(list, main_number)))
        return list;
    json_object_put(list);
    return NULL;
}

/* Whether an open import order has one of the numbers. */
static bool on_import(const struct sandbox *sandbox, struct json_object *numbers)
{
    for (size_t i = 0; i < json_object_array_length(numbers); i++) {
        const struct order *import =
            state_import_of(&sandbox->state, tree_text(json_object_array_get_idx(numbers, i)));
        if (import != NULL && state_is_open(import->now.state))
            return true;
    }
    return false;
}

bool import_acceptable(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const struct switches *switches = &sandbox->switches;
    struct json_object *product = tree_at(request->tree, product_pointer);
    const char *offering = tree_text_of(tree_member(product, "productOffering"), "id");
    CLEANUP(tree_release) struct json_object *numbers = numbers_of(product);

    if (word_index(offerings, offering) < 0)
        error_answer_saying(switches, reply, offering == NULL ? 23 : 24, "The offering is not of an import");
    else if (numbers == NULL)
        error_answer_saying(switches, reply, 24, "A number or the range is not valid");
    else if (json_object_array_length(numbers) == 0)
        error_answer_saying(switches, reply, 23, "There are no numbers to import");
    else if (switches->unique_import && on_import(sandbox, numbers))
        error_answer_conflict(switches, reply, "NumberOnOpenImport",
                              "A number is on an import order that is open");
    else
        return true;
    return false;
}

struct json_object *import_draft(const struct sandbox *sandbox, const char *id, const struct request *request)
{
    struct json_object *tree = order_draft(sandbox, id, request);
    struct json_object *product = tree_at(request->tree, product_pointer);

    order_set(tree, "portStatus", NULL);
    order_set(tree, "portDate", NULL);
    order_set(tree, "productOfferingId", tree_text_of(tree_member(product, "productOffering"), "id"));
    json_object_object_add(tree, "directoryNumbers", numbers_of(product));
    return tree;
}

static const char *const conflicts[ACTIVATION_COUNT] = {
    [ACTIVATION_AGAIN] = "AlreadyActive",
    [ACTIVATION_BEFORE_ACCEPTANCE] = "PortNotAccepted",
    [ACTIVATION_BEFORE_DATE] = "PortDateNotReached",
};

/* Whether the port can be activated now, and why not. */
static enum activation judge(const struct order *order, struct json_object *tree, int64_t now_ms)
{
    const char *date = tree_text_of(tree, "portDate");
    char today[DAY_SIZE];

    bt_time_print_day(now_ms, today);
    if (import_is_active(order))
        return ACTIVATION_AGAIN;
    if (strcmp(order->now.port_status, "LCP_ACCEPTED") != 0 &&
        strcmp(order->now.port_status, "SCHEDULED") != 0)
        return ACTIVATION_BEFORE_ACCEPTANCE;
    return date == NULL || strncmp(date, today, DAY_SIZE - 1) > 0 ? ACTIVATION_BEFORE_DATE
                                                                  : ACTIVATION_ACCEPTED;
}

static bool all_on_order(struct json_object *wanted, struct json_object *tree)
{
    for (size_t i = 0; i < json_object_array_length(wanted); i++)
        if (!has_number(tree_member(tree, "directoryNumbers"),
                        tree_text(json_object_array_get_idx(wanted, i))))
            return false;
    return true;
}

void answer_activate(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    struct json_object *wanted = tree_member(request->tree, "directoryNumbers");
    struct order *order = order_named(sandbox, sandbox->state.imports, request->captures[0], reply);

    activations_count(sandbox->activations, wanted, ACTIVATION_RECEIVED);
    if (order == NULL)
        return;
    CLEANUP(tree_release) struct json_object *tree = order_tree(order);
    if (!number_form_holds_in_list(&sandbox->switches, wanted) || !all_on_order(wanted, tree)) {
        error_answer_saying(&sandbox->switches, reply, 24, "A number is not on the import order");
        return;
    }
    enum activation verdict = judge(order, tree, agenda_now_ms(&sandbox->agenda));
    if (verdict != ACTIVATION_ACCEPTED) {
        activations_count(sandbox->activations, wanted, verdict);
        error_answer_conflict(&sandbox->switches, reply, conflicts[verdict], "The port cannot be activated");
        return;
    }
    if (!order_goes_on(sandbox, order, reply))
        return;
    order_set(tree, "state", "inProgress");
    order_set(tree, "portStatus", "ACTIVATING");
    snapshot_take(sandbox, order, json_object_get(tree), EVENT_CHANGED, request);
    activations_count(sandbox->activations, wanted, ACTIVATION_ACCEPTED);
    lives_go_on(sandbox->lives, order, CUE_ACTIVATED);
    buffer_add_text(reply_json(reply, 202), "{\"id\":");
    write_text(&reply->body, order->id);
    buffer_add_text(&reply->body, ",\"state\":\"inProgress\",\"portStatus\":\"ACTIVATING\"}");
}
