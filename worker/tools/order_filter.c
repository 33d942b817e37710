/* Compares an order of the ledger with what was asked for. */
#include "order_filter.h"

#include "names.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Whether the list has the word; upper or lower case. */
static bool has_word(const char *list, const char *word)
{
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        size_t length = strcspn(at, ",");
        if (length == strlen(word) && strncasecmp(at, word, length) == 0)
            return true;
    }
    return false;
}

/* Every word of the list is a state. */
static bool check_states(const char *list, struct fault *why)
{
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        size_t length = strcspn(at, ",");
        bool known = false;
        for (int state = LEDGER_QUEUED; state <= LEDGER_DONE; state++) {
            const char *name = ledger_state_name((enum ledger_state)state);
            known = known || (length == strlen(name) && strncasecmp(at, name, length) == 0);
        }
        if (!known)
            return fault_set(why, FAULT_INPUT,
                             "--state '%.*s' is not a state; they are QUEUED, INTENDED, PARKED and DONE",
                             (int)(length > 60 ? 60 : length), at);
    }
    return true;
}

bool order_filter_check(const struct order_filter *filter, const struct catalogue *catalogue,
                        struct fault *why)
{
    TRY(check_states(filter->states, why));
    if (filter->waits_for != NULL &&
        (*filter->waits_for == '\0' || names_find(order_waits_words, filter->waits_for) < 0))
        return fault_set(why, FAULT_INPUT,
                         "--waits-for '%.60s' is none of retry, look-up, message, date, key, person",
                         filter->waits_for);
    if (filter->type != NULL && catalogue_type(catalogue, filter->type) == NULL)
        return fault_set(why, FAULT_INPUT, "--type '%.60s' is not an order type; whc-worker check lists them",
                         filter->type);
    return true;
}

static bool has_key(const struct ledger_record *record, const char *key)
{
    return record->key != NULL && record->key_length == strlen(key) &&
           memcmp(record->key, key, record->key_length) == 0;
}

static bool has_code(const struct order_standing *standing, const char *code)
{
    char both[200];

    snprintf(both, sizeof both, "%s/%s", standing->kind, standing->code);
    return strcasecmp(code, standing->kind) == 0 || strcasecmp(code, standing->code) == 0 ||
           strcasecmp(code, both) == 0;
}

bool order_filter_takes(const struct order_filter *filter, const struct ledger_item *item,
                        const struct order_standing *standing, int64_t now_ms)
{
    const struct ledger_record *record = &item->record;

    if (filter->states == NULL ? !ledger_item_live(item)
                               : !has_word(filter->states, ledger_state_name(record->state)))
        return false;
    return (filter->type == NULL || strcmp(filter->type, record->order_type) == 0) &&
           (filter->key == NULL || has_key(record, filter->key)) &&
           (filter->code == NULL || has_code(standing, filter->code)) &&
           (filter->waits_for == NULL ||
            strcmp(filter->waits_for, order_waits_words[standing->waits]) == 0) &&
           (!filter->late || standing->is_late) &&
           (filter->older_ms == 0 || now_ms - record->requested_at_ms >= filter->older_ms);
}
