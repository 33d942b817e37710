/* Fills and frees what requests change: orders, the index of imports by number, held numbers. */
#include "state.h"

#include "memory.h"
#include "number_form.h"
#include "sandbox_data.h"
#include "tree.h"

#include <string.h>

/* The keys are ours. */
static void free_key(struct lh_entry *entry)
{
    if (!lh_entry_k_is_constant(entry))
        memory_free(lh_entry_k(entry));
}

void state_index_import(struct state *state, struct order *order, struct json_object *numbers)
{
    for (size_t i = 0; i < json_object_array_length(numbers); i++) {
        const char *number = number_significant(tree_text(json_object_array_get_idx(numbers, i)));
        struct lh_entry *entry = lh_table_lookup_entry(state->importing, number);
        if (entry != NULL)
            lh_entry_set_val(entry, order);
        else
            lh_table_insert(state->importing, memory_text(number), order);
    }
}

struct order *state_import_of(const struct state *state, const char *number)
{
    void *found = NULL;

    return lh_table_lookup_ex(state->importing, number_significant(number), &found) ? found : NULL;
}

bool state_is_open(const char *word)
{
    static const char *const closed[] = {"completed", "cancelled", "rejected", "failed", "partial"};

    for (size_t i = 0; i < COUNT_OF(closed); i++)
        if (strcmp(closed[i], word) == 0)
            return false;
    return true;
}

static bool load_orders(struct order_store *store, const char *text, struct state *imports, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *list = NULL;

    TRY(tree_read(text, strlen(text), &list, why));
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *tree = json_object_array_get_idx(list, i);
        struct order *order = orders_add(store, tree, 0);
        if (imports != NULL)
            state_index_import(imports, order, tree_member(tree, "directoryNumbers"));
    }
    return true;
}

bool state_init(struct state *state, struct fault *why)
{
    *state = (struct state){
        .orders = orders_new(),
        .imports = orders_new(),
        .importing = lh_kchar_table_new(256, free_key),
        .next_order = 126001,
        .next_import = 226001,
        .next_address = 192647,
        .next_reservation = 700501,
        .next_service = 1001,
        .next_cancellation = 1,
    };
    numbers_init(&state->numbers);
    return load_orders(state->orders, product_orders_text, NULL, why) &&
           load_orders(state->imports, import_orders_text, state, why);
}

void state_release(struct state *state)
{
    orders_free(state->orders);
    orders_free(state->imports);
    if (state->importing != NULL)
        lh_table_free(state->importing);
    numbers_release(&state->numbers);
    *state = (struct state){.orders = NULL};
}
