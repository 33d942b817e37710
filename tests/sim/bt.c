/* BT in the simulator: carries calls out, late or not at all, and answers them. */
#include "bt.h"

#include "types.h"

struct bt bt;

void bt_reset(void)
{
    bt = (struct bt){.call_count = 0};
}

struct call_model *bt_call(void)
{
    for (int i = 0; i < CALLS; i++) {
        if (bt.calls[i].state != CALL_NONE)
            continue;
        if (i >= bt.call_count)
            bt.call_count = i + 1;
        return &bt.calls[i];
    }
    return NULL;
}

bool bt_is_open(int order, int step)
{
    for (int i = 0; i < bt.call_count; i++) {
        const struct call_model *call = &bt.calls[i];
        if (!call->looks && call->order == order && (step < 0 || call->step == step) &&
            (call->state == CALL_LEAVING || call->state == CALL_LEFT))
            return true;
    }
    return false;
}

static void reply(struct call_model *call, int status, struct json_object *body)
{
    call->status = status;
    call->body = body;
    call->state = CALL_DECIDED;
    TRACE("BT      answers %s of order %d step %d with %d", call->looks ? "look-up" : "write", call->order,
          call->step, status);
}

static void carry_out_call(struct call_model *call, struct effect *effect)
{
    bool repeatable = sim.upstream[call->order].type == TYPE_REPEATABLE;

    effect->accepted++;
    if (effect->accepted == 1)
        effect->shown_us = sim.now_us + (sim.calm ? 0 : chance(READ_LAG * 1000));
    TRACE("BT      ACCEPTS order %d step %d, %d times now", call->order, call->step, effect->accepted);
    if (effect->accepted > 1 && !repeatable)
        violated("BT accepted order %d step %d twice", call->order, call->step);
}

static void decide_write(struct call_model *call)
{
    struct effect *effect = &bt.effects[call->order][call->step];

    if (sim.bt_refuses && effect->accepted > 0 && sim.upstream[call->order].type != TYPE_REPEATABLE) {
        reply(call, 409, reply_error);
        return;
    }
    if (sim.seed >= REJECTS_FROM && sim.upstream[call->order].type == TYPE_WAITS && call->step == 0 &&
        effect->accepted == 0 && trouble(4)) {
        TRACE("BT      rejects order %d step %d, and does not answer", call->order, call->step);
        effect->rejected++;
        effect->rejected_us = sim.now_us + chance(2 * ABSENT_AFTER * 1000);
        call->state = CALL_LOST;
        return;
    }
    switch (sim.calm ? 9 : chance(20)) {
    case 0:
        reply(call, 400, reply_error); /* refused */
        return;
    case 1:
        reply(call, 429, reply_error);
        return;
    case 2:
        reply(call, 500, reply_error); /* and nothing was done */
        return;
    case 3:
        carry_out_call(call, effect);
        reply(call, 500, reply_error); /* and yet it was done */
        return;
    case 4:
    case 5:
        carry_out_call(call, effect);
        call->state = CALL_LOST;
        return;
    case 6:
    case 7:
        TRACE("BT      never gets the write of order %d step %d", call->order, call->step);
        call->state = CALL_LOST;
        return;
    default:
        carry_out_call(call, effect);
        reply(call, 201, types_reply(call->order, call->step));
    }
}

static void decide_look(struct call_model *call)
{
    const struct effect *effect = &bt.effects[call->order][call->step];
    bool shown = effect->accepted > 0 && sim.now_us >= effect->shown_us;

    if (trouble(8))
        call->state = CALL_LOST;
    else if (trouble(8))
        reply(call, 500, reply_error);
    else if (sim.seed >= ODD_LOOKS_FROM && trouble(4))
        reply(call, 200, reply_odd);
    else
        reply(call, 200, shown ? types_reply(call->order, call->step) : reply_absent);
    if (call->status == 200 && call->body != reply_odd)
        TRACE("BT      shows order %d step %d: %s", call->order, call->step, shown ? "found" : "absent");
}

void bt_decide(struct call_model *call)
{
    if (call->looks)
        decide_look(call);
    else
        decide_write(call);
    if (call->state == CALL_LOST && call->for_order == NULL)
        call->state = CALL_NONE;
    if (call->state == CALL_DECIDED && call->for_order == NULL)
        call->state = CALL_NONE; /* nobody waits for the answer */
}
