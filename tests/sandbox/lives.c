/* Keeps where in its life each order is, and takes the next step when it is due. */
#include "lives.h"

#include "bt_time.h"
#include "characteristics.h"
#include "memory.h"
#include "order_change.h"
#include "timestamp.h"
#include "tree.h"

#include <stdio.h>
#include <string.h>

enum {
    DAY_MS = 86400000,
    LEAD_DAYS = 2,
    USUAL_LEAD_DAYS = 7,
    MOVED_DAYS = 7,
    WEEK = 7,
    THURSDAY = 4,
    SATURDAY = 6
};

struct life {
    struct lives *lives;
    struct order *order;
    const struct life_step *next; /* the step to be taken */
    char *import_id;              /* of the order that brings the numbers; null: none */
    bool begun;
    struct agenda_item due;
    struct life *younger, *older;
};

struct lives {
    struct agenda *agenda;
    struct events *events;
    const struct order_store *imports;
    struct life *last;
};

struct lives *lives_new(struct agenda *agenda, struct events *events)
{
    struct lives *lives = memory_new(1, sizeof *lives);

    lives->agenda = agenda;
    lives->events = events;
    return lives;
}

static void end(struct life *life)
{
    if (life == NULL)
        return;
    if (life->younger != NULL)
        life->younger->older = life->older;
    else
        life->lives->last = life->older;
    if (life->older != NULL)
        life->older->younger = life->younger;
    agenda_clear(life->lives->agenda, &life->due);
    life->order->life = NULL;
    memory_free(life->import_id);
    memory_free(life);
}

void lives_clear(struct lives *lives)
{
    while (lives->last != NULL)
        end(lives->last);
}

void *lives_free(struct lives *lives)
{
    if (lives == NULL)
        return NULL;
    lives_clear(lives);
    return memory_free(lives);
}

void lives_know(struct lives *lives, const struct order_store *imports)
{
    lives->imports = imports;
}

static int64_t port_date_ms(const struct life *life)
{
    CLEANUP(tree_release) struct json_object *tree = order_tree(life->order);
    const char *date = tree_text_of(tree, "portDate");
    struct fault why;
    int32_t day;

    return date != NULL && timestamp_parse_date(date, &day, &why) ? (int64_t)day * DAY_MS : 0;
}

static bool is_active(const struct lives *lives, const char *import_id)
{
    const struct order *import = import_id == NULL ? NULL : orders_by_id(lives->imports, import_id);

    return import != NULL && strcmp(import->now.port_status, "ACTIVATED") == 0;
}

/* The step before was taken at this moment. */
static void wait_for_next(struct life *life, int64_t at_ms)
{
    int64_t due_ms = at_ms + life->next->after_ms;

    switch (life->next->cue) {
    case CUE_END:
        end(life);
        return;
    case CUE_AMENDED:
    case CUE_ACTIVATED:
        return;
    case CUE_PORTED:
        if (!is_active(life->lives, life->import_id))
            return;
        break;
    case CUE_PORT_DATE:
        due_ms = port_date_ms(life) + life->next->after_ms;
        break;
    case CUE_BEFORE:
        break;
    }
    agenda_set(life->lives->agenda, &life->due, due_ms < at_ms ? at_ms : due_ms);
}

/* Those that waited for this port go on. */
static void port_is_active(struct lives *lives, const struct order *import, int64_t at_ms)
{
    struct life *older;

    for (struct life *life = lives->last; life != NULL; life = older) {
        older = life->older;
        if (life->begun && life->next->cue == CUE_PORTED && life->import_id != NULL &&
            strcmp(life->import_id, import->id) == 0)
            agenda_set(lives->agenda, &life->due, at_ms + life->next->after_ms);
    }
}

/* What was asked for, if there is time enough; else a week from now, on a working day. */
static int32_t agreed_day(struct json_object *tree, int64_t at_ms)
{
    const char *wish = tree_text_of(tree, "requestedCompletionDate");
    int32_t today = (int32_t)(at_ms / DAY_MS), day;
    struct fault why;

    if (wish != NULL && timestamp_parse_date(wish, &day, &why) && day >= today + LEAD_DAYS)
        return day;
    for (day = today + USUAL_LEAD_DAYS; (day + THURSDAY) % WEEK == 0 || (day + THURSDAY) % WEEK == SATURDAY;)
        day++;
    return day;
}

static void set_date(struct json_object *tree, enum life_date date, int64_t at_ms)
{
    const char *old = tree_text_of(tree, "portDate");
    char text[TIMESTAMP_TEXT_SIZE];
    struct fault why;
    int32_t day;

    if (date == DATE_STAYS)
        return;
    if (date == DATE_AGREED || old == NULL || !timestamp_parse_date(old, &day, &why))
        day = agreed_day(tree, at_ms);
    else
        day += MOVED_DAYS;
    timestamp_print_date(day, text);
    order_set(tree, "portDate", text);
}

static void set_errors(struct json_object *tree, const char *code, int64_t at_ms)
{
    struct json_object *list = json_object_new_array();

    if (code != NULL) {
        struct json_object *error = json_object_new_object();
        char time[TIMESTAMP_SIZE];
        bt_time_print(at_ms, time);
        order_set(error, "code", code);
        order_set(error, "reason", life_error_reason(code));
        order_set(error, "timestamp", time);
        json_object_array_add(list, error);
    }
    json_object_object_add(tree, "errorMessage", list);
}

static void take_step(const struct life_step *step, struct json_object *tree, int64_t at_ms)
{
    char time[TIMESTAMP_SIZE];

    if (step->state != NULL)
        order_set(tree, "state", step->state);
    if (step->port_status != NULL)
        order_set(tree, "portStatus", step->port_status);
    if (step->state != NULL && strcmp(step->state, "completed") == 0) {
        bt_time_print(at_ms, time);
        order_set(tree, "completionDate", time);
    }
    set_date(tree, step->date, at_ms);
    set_errors(tree, step->error, at_ms);
}

static void happen(void *context, int64_t at_ms)
{
    struct life *life = context;
    struct lives *lives = life->lives;
    struct order *order = life->order;
    const struct life_step *step = life->next++;
    CLEANUP(tree_release) struct json_object *tree = order_tree(order);

    take_step(step, tree, at_ms);
    order_change(order, tree, loop_now_ms(lives->agenda->loop), 0);
    lives_tell(lives, order, EVENT_CHANGED, tree, at_ms);
    wait_for_next(life, at_ms);
    if (step->port_status != NULL && strcmp(step->port_status, "ACTIVATED") == 0)
        port_is_active(lives, order, at_ms);
}

static void describe(const void *context, struct buffer *out)
{
    const struct life *life = context;
    const struct life_step *step = life->next;

    buffer_print(out, "order %s: ", life->order->id);
    if (step->state != NULL)
        buffer_add_text(out, step->state);
    if (step->port_status != NULL)
        buffer_print(out, "%s%s", step->state == NULL ? "" : ", ", step->port_status);
    if (step->date == DATE_LATER)
        buffer_add_text(out, "another port date");
}

static void add(struct lives *lives, struct order *order, const struct life_step *steps)
{
    struct life *life = memory_new(1, sizeof *life);

    life->lives = lives;
    life->order = order;
    life->next = steps;
    life->due.happen = happen;
    life->due.describe = describe;
    life->due.context = life;
    life->older = lives->last;
    if (life->older != NULL)
        life->older->younger = life;
    lives->last = life;
    order->life = life;
}

void lives_choose(struct lives *lives, struct order *order, struct json_object *tree, bool import)
{
    static const char *const ported[] = {"ImportOrderId", NULL};
    static const char *const names[] = {"CompanyName", "SiteName", NULL};
    struct json_object *items = tree_member(tree, "productOrderItem");
    const char *import_id = import ? NULL : characteristic_within(items, ported);
    struct life_plan plan = import ? life_of_import(tree_text(tree_at(tree, "/directoryNumbers/0")))
                                   : life_of_order(characteristic_within(items, names), import_id != NULL);

    order->silent = plan.silent;
    add(lives, order, plan.steps);
    order->life->import_id = memory_text(import_id);
}

void lives_begin(struct lives *lives, struct order *order)
{
    if (order->life == NULL)
        return;
    order->life->begun = true;
    wait_for_next(order->life, agenda_now_ms(lives->agenda));
}

void lives_go_on(struct lives *lives, struct order *order, enum life_cue cue)
{
    if (order->life == NULL && cue == CUE_ACTIVATED) /* one that was there from the beginning */
        add(lives, order, life_of_import(NULL).steps);
    if (order->life == NULL)
        return;
    for (const struct life_step *step = order->life->next; step->cue != CUE_END; step++) {
        if (step->cue != cue)
            continue;
        agenda_clear(lives->agenda, &order->life->due);
        order->life->next = step + 1;
        order->life->begun = true;
        wait_for_next(order->life, agenda_now_ms(lives->agenda));
        return;
    }
}

void lives_moved(struct lives *lives, struct order *order)
{
    if (order->life != NULL)
        agenda_clear(lives->agenda, &order->life->due);
    if (strcmp(order->now.port_status, "ACTIVATED") == 0)
        port_is_active(lives, order, agenda_now_ms(lives->agenda));
}

void lives_end(struct lives *lives, struct order *order)
{
    (void)lives;
    end(order->life);
}

uint64_t lives_tell(struct lives *lives, const struct order *order, enum event_type type,
                    struct json_object *tree, int64_t at_ms)
{
    return order->silent ? 0 : events_tell(lives->events, type, tree, at_ms);
}
