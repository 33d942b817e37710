/* Reserving numbers and releasing them. */
#include "address_data.h"
#include "answers.h"
#include "bt_time.h"
#include "errors.h"
#include "loop.h"
#include "memory.h"
#include "number_form.h"
#include "reservation.h"
#include "sandbox.h"
#include "tree.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { CHOSEN_MAX = 100, POOL_FIRST = 400, POOL_BLOCK = 1000 };

static const char account[] = "CUG5009999999";

/* The numbers that will be held, as places among the drama numbers; or why none will. */
struct choice {
    int places[CHOSEN_MAX];
    size_t count;
    size_t quantity;
    const char *again; /* the key under which exactly these are held already */
    const char *refusal;
};

static bool held(const struct sandbox *sandbox, const char *number)
{
    return number_held(numbers_find(&sandbox->state.numbers, number), agenda_now_ms(&sandbox->agenda));
}

/* The import order that brings the number, where the losing provider has accepted it. */
static bool may_be_allocated(const struct order *import)
{
    return strcmp(import->now.port_status, "LCP_ACCEPTED") == 0 ||
           strcmp(import->now.port_status, "SCHEDULED") == 0;
}

static size_t held_under(const struct sandbox *sandbox, const char *key)
{
    const struct number_store *store = &sandbox->state.numbers;
    int64_t now_ms = agenda_now_ms(&sandbox->agenda);
    size_t count = 0;

    for (size_t i = 0; i < store->count; i++)
        count += strcmp(store->rows[i].key, key) == 0 && number_held(&store->rows[i], now_ms);
    return count;
}

/* Whether exactly these numbers are one reservation. The same call again then gives it again: BT may be so. */
static const char *same_reservation(const struct sandbox *sandbox, struct json_object *named)
{
    const char *key = NULL;
    size_t count = json_object_array_length(named);

    for (size_t i = 0; i < count; i++) {
        const char *number = tree_text(json_object_array_get_idx(named, i));
        const struct number_row *row = numbers_find(&sandbox->state.numbers, number);
        if (!number_held(row, agenda_now_ms(&sandbox->agenda)) || row->key[0] == '\0' ||
            (key != NULL && strcmp(key, row->key) != 0))
            return NULL;
        key = row->key;
    }
    return key != NULL && held_under(sandbox, key) == count ? key : NULL;
}

static void choose_named(const struct sandbox *sandbox, struct json_object *named, struct choice *choice)
{
    const char *again = sandbox->switches.unique_reference ? NULL : same_reservation(sandbox, named);

    choice->again = again;
    for (size_t i = 0; i < choice->quantity; i++) {
        const char *number = tree_text(json_object_array_get_idx(named, i));
        const struct order *import = state_import_of(&sandbox->state, number);
        choice->places[i] = drama_place(number);
        if (choice->places[i] < 0)
            choice->refusal = "A number is not known";
        else if (again == NULL && held(sandbox, number))
            choice->refusal = "A number is held already";
        else if (import != NULL && state_is_open(import->now.state) && !may_be_allocated(import))
            choice->refusal = "The losing provider has not accepted the port of a number";
    }
    choice->count = choice->quantity;
}

static bool free_in_pool(const struct sandbox *sandbox, int place, const char *prefix)
{
    char number[NUMBER_SIZE];

    drama_number(place, number);
    return place % POOL_BLOCK >= POOL_FIRST && strncmp(number, prefix, strlen(prefix)) == 0 &&
           !held(sandbox, number) && state_import_of(&sandbox->state, number) == NULL;
}

static void choose_new(const struct sandbox *sandbox, const char *prefix, bool run, struct choice *choice)
{
    for (int place = 0; place < DRAMA_NUMBERS && choice->count < choice->quantity; place++) {
        if (free_in_pool(sandbox, place, prefix))
            choice->places[choice->count++] = place;
        else if (run)
            choice->count = 0;
    }
    choice->refusal = choice->count < choice->quantity ? "There are not so many numbers" : NULL;
}

static void choose_by_prefix(const struct sandbox *sandbox, struct json_object *by, struct choice *choice)
{
    bool run = json_object_get_boolean(tree_member(by, "contiguosFlag"));

    choose_new(sandbox, tree_text_of(by, "numberString"), run, choice);
    if (choice->refusal == NULL || json_object_get_boolean(tree_member(by, "exactFlag")))
        return;
    choice->count = 0;
    choose_new(sandbox, "0", run, choice);
}

static void choose_by_place(const struct sandbox *sandbox, struct json_object *by, struct choice *choice)
{
    const char *exchange = tree_text_of(by, "servingExchangeId");
    const char *postcode = tree_text_of(by, "postCode");

    for (size_t i = 0; i < address_count; i++) {
        if ((exchange != NULL && strcmp(addresses[i].exchange, exchange) == 0) ||
            (postcode != NULL && strcasecmp(addresses[i].postcode, postcode) == 0)) {
            choose_new(sandbox, "01632", false, choice);
            return;
        }
    }
    choice->refusal = "No exchange is known there";
}

/* 0, or BT's code for what is wrong with the request. */
static unsigned choose(const struct sandbox *sandbox, const struct request *request, struct choice *choice)
{
    struct json_object *wanted = tree_member(request->tree, "numbers");
    struct json_object *named = tree_member(wanted, "directoryNumber");
    struct json_object *by = tree_member(wanted, "characteristics");
    bool prefix = tree_member(by, "numberString") != NULL;
    bool exchange = tree_member(by, "servingExchangeId") != NULL;
    bool postcode = tree_member(by, "postCode") != NULL;

    choice->quantity = (size_t)json_object_get_int64(tree_member(wanted, "quantity"));
    switch ((named != NULL) + prefix + exchange + postcode) {
    case 0:
        return 23;
    case 1:
        break;
    default:
        return 24;
    }
    if (strcmp(tree_text_of(tree_member(request->tree, "customer"), "id"), account) != 0)
        return 24;
    if (named == NULL) {
        prefix ? choose_by_prefix(sandbox, by, choice) : choose_by_place(sandbox, by, choice);
        return 0;
    }
    if (json_object_array_length(named) != choice->quantity ||
        !number_form_holds_in_list(&sandbox->switches, named))
        return 24;
    choose_named(sandbox, named, choice);
    return 0;
}

/* A repeated reservation is seen from when the first one is. */
static struct number_row *hold(struct sandbox *sandbox, int place, const struct number_row *model)
{
    char number[NUMBER_SIZE];

    drama_number(place, number);
    struct number_row *row = numbers_open(&sandbox->state.numbers, number);
    const struct order *import = state_import_of(&sandbox->state, number);
    int64_t shown_ms = strcmp(row->key, model->key) == 0 ? row->shown_ms : model->shown_ms;
    *row = *model;
    row->shown_ms = shown_ms;
    memcpy(row->number, number, sizeof row->number);
    if (import != NULL && may_be_allocated(import)) {
        CLEANUP(tree_release) struct json_object *tree = order_tree(import);
        const char *date = tree_text_of(tree, "portDate");
        row->source = "PORTED";
        snprintf(row->port_date, sizeof row->port_date, "%s", date == NULL ? "" : date);
    }
    return row;
}

/* What all numbers of a new reservation have in common. */
static struct number_row model_of(struct sandbox *sandbox, const struct request *request, const char *again)
{
    const struct switches *switches = &sandbox->switches;
    const char *service = tree_text_of(request->tree, "serviceReferenceId");
    int64_t ends_ms = agenda_now_ms(&sandbox->agenda) + switches->reservation_lifetime * 1000;
    struct number_row model = {
        .source = "NEW", .status = "RESERVED", .key_is_text = switches->key_form == KEY_TEXT};

    if (again != NULL)
        snprintf(model.key, sizeof model.key, "%s", again);
    else
        snprintf(model.key, sizeof model.key, "%s%u", model.key_is_text ? "R-" : "",
                 sandbox->state.next_reservation++);
    if (service != NULL)
        snprintf(model.company, sizeof model.company, "%s", service);
    bt_time_print(ends_ms, model.expiry);
    model.ends_ms = ends_ms;
    model.shown_ms = loop_now_ms(sandbox->loop) + request->hidden_ms;
    return model;
}

static void write_refusal(const char *refusal, struct reply *reply)
{
    struct buffer *out = reply_json(reply, 200);

    buffer_add_text(out, "{\"reservationStatus\":\"FAILED\",\"numbers\":[],\"expiryDate\":null,\"reason\":");
    write_text(out, refusal);
    buffer_add_byte(out, '}');
}

void answer_reserve(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    struct choice choice = {.count = 0};
    unsigned code = choose(sandbox, request, &choice);

    if (code != 0) {
        error_answer(&sandbox->switches, reply, code);
        return;
    }
    if (choice.refusal != NULL) {
        write_refusal(choice.refusal, reply);
        return;
    }
    struct number_row model = model_of(sandbox, request, choice.again);
    struct buffer *out = reply_json(reply, 200);
    reservation_begin(&model, out);
    for (size_t i = 0; i < choice.count; i++)
        reservation_write_number(hold(sandbox, choice.places[i], &model), i == 0, out);
    buffer_print(out, "],\"expiryDate\":\"%s\",\"reason\":null}", model.expiry);
    request->accepted = true;
}

void answer_release(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    struct number_store *store = &sandbox->state.numbers;
    int64_t now_ms = agenda_now_ms(&sandbox->agenda);

    for (size_t i = 0; i < store->count; i++) {
        struct number_row *row = &store->rows[i];
        if (strcmp(row->key, request->captures[0]) != 0 || !number_held(row, now_ms))
            continue;
        row->ends_ms = now_ms;
        row->gone_ms = loop_now_ms(sandbox->loop) + request->hidden_ms;
        request->accepted = true;
    }
    if (!request->accepted) {
        error_answer(&sandbox->switches, reply, 60);
        return;
    }
    reply_clear(reply);
    reply->status = 204;
}
