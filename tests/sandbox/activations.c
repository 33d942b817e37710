/* A hash table from number to counts. */
#include "activations.h"

#include "memory.h"
#include "number_form.h"
#include "reply.h"
#include "tree.h"

#include <json-c/linkhash.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_ROOM = 16 };

struct row {
    char number[NUMBER_ROOM]; /* with its zero; the key */
    uint64_t counts[ACTIVATION_COUNT];
};

struct activations {
    struct lh_table *rows;
};

static void free_row(struct lh_entry *entry)
{
    memory_free(lh_entry_v(entry));
}

struct activations *activations_new(void)
{
    struct activations *activations = memory_new(1, sizeof *activations);

    activations->rows = lh_kchar_table_new(64, free_row);
    return activations;
}

void *activations_free(struct activations *activations)
{
    if (activations == NULL)
        return NULL;
    lh_table_free(activations->rows);
    return memory_free(activations);
}

void activations_reset(struct activations *activations)
{
    lh_table_free(activations->rows);
    activations->rows = lh_kchar_table_new(64, free_row);
}

static struct row *row_of(struct activations *activations, const char *number)
{
    char key[NUMBER_ROOM];
    void *found;

    snprintf(key, sizeof key, "0%s", number_significant(number));
    if (lh_table_lookup_ex(activations->rows, key, &found))
        return found;
    struct row *row = memory_new(1, sizeof *row);
    memcpy(row->number, key, sizeof key);
    lh_table_insert(activations->rows, row->number, row);
    return row;
}

void activations_count(struct activations *activations, struct json_object *numbers, enum activation what)
{
    size_t count = numbers == NULL ? 0 : json_object_array_length(numbers);

    for (size_t i = 0; i < count; i++) {
        const char *number = tree_text(json_object_array_get_idx(numbers, i));
        if (number != NULL)
            row_of(activations, number)->counts[what]++;
    }
}

void activations_write(const struct activations *activations, struct buffer *out)
{
    static const char *const names[] = {"received", "accepted", "again", "beforeAcceptance", "beforeDate"};
    struct lh_entry *entry;
    const char *separator = "{";

    lh_foreach(activations->rows, entry)
    {
        const struct row *row = lh_entry_v(entry);
        buffer_add_text(out, separator);
        write_text(out, row->number);
        for (size_t i = 0; i < ACTIVATION_COUNT; i++)
            buffer_print(out, "%s\"%s\":%ju", i == 0 ? ":{" : ",", names[i], (uintmax_t)row->counts[i]);
        buffer_add_byte(out, '}');
        separator = ",";
    }
    buffer_add_text(out, separator[0] == '{' ? "{}" : "}");
}
