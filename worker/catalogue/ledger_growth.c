/* Adds up how large the parts of BT's replies can be that an order keeps in its ledger record. */
#include "ledger_growth.h"

/* What the last step gives is in the outcome, and the record then has no outputs any more. */
static bool another_follows(const struct workflow *workflow, size_t index)
{
    const struct step *step = &workflow->steps[index];

    for (size_t i = 0; i < step->on_success_count; i++)
        if (step->on_success[i].type == ACTION_GOTO)
            return true;
    return index + 1 < workflow->step_count;
}

enum { MAILBOX_BYTES = 256 << 10 /* of messages that no step has taken yet: order/mailbox.h */ };

static size_t reply_bytes(const struct step *step, const struct settings *settings)
{
    struct problems told_at_start = {0};
    struct api_settings api;

    settings_of_api(settings, step->operation->tag, &api, &told_at_start);
    problems_release(&told_at_start);
    return (size_t)api.reply_max_bytes;
}

size_t ledger_growth_of(const struct workflow *workflow, const struct settings *settings)
{
    size_t sum = 0, most = 0;

    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = &workflow->steps[i];
        if (step->operation == NULL || step->output_count == 0 || !another_follows(workflow, i))
            continue;
        size_t bytes = reply_bytes(step, settings);
        sum += bytes;
        most = bytes > most ? bytes : most;
    }
    return workflow->waits ? most + (size_t)settings->listen.request_max_bytes + MAILBOX_BYTES : sum;
}

size_t ledger_growth_most(const struct catalogue *catalogue, const struct settings *settings)
{
    size_t most = 0;

    for (size_t i = 0; i < catalogue->type_count; i++) {
        const struct order_type *type = catalogue->types[i];
        bool grows = type->writes && catalogue_serves(type, settings);
        size_t bytes = grows ? ledger_growth_of(type->workflow, settings) : 0;
        most = bytes > most ? bytes : most;
    }
    return (size_t)settings->request_max_bytes + most + LEDGER_GROWTH_EXTRA_BYTES;
}
