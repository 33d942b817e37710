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

size_t ledger_growth_of(const struct workflow *workflow, const struct settings *settings)
{
    size_t bytes = 0;

    for (size_t i = 0; i < workflow->step_count; i++) {
        struct problems told_at_start = {0};
        struct api_settings api;
        if (workflow->steps[i].operation == NULL || workflow->steps[i].output_count == 0 ||
            !another_follows(workflow, i))
            continue;
        settings_of_api(settings, workflow->steps[i].operation->tag, &api, &told_at_start);
        problems_release(&told_at_start);
        bytes += (size_t)api.reply_max_bytes;
    }
    return bytes;
}

size_t ledger_growth_most(const struct catalogue *catalogue, const struct settings *settings)
{
    size_t most = 0;

    for (size_t i = 0; i < catalogue->type_count; i++) {
        const struct order_type *type = catalogue->types[i];
        size_t bytes = type->served && type->writes ? ledger_growth_of(type->workflow, settings) : 0;
        most = bytes > most ? bytes : most;
    }
    return (size_t)settings->request_max_bytes + most + LEDGER_GROWTH_EXTRA_BYTES;
}
