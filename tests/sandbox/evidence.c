/* The rows of evidence: a hash table from "<operation> <reference>" to a row, in the order of arrival. */
#include "evidence.h"

#include "memory.h"
#include "operations.h"
#include "reply.h"

#include <json-c/linkhash.h>
#include <string.h>

struct row {
    uint64_t received;
    uint64_t accepted;
    size_t operation_length; /* of the key's first word */
    char key[];
};

struct evidence {
    struct lh_table *rows;
    uint64_t received;
    uint64_t accepted;
    uint64_t twice; /* rows accepted more than once */
    uint64_t dropped;
};

/* The key is a part of the row. */
static void free_row(struct lh_entry *entry)
{
    memory_free(lh_entry_v(entry));
}

struct evidence *evidence_new(void)
{
    struct evidence *evidence = memory_new(1, sizeof *evidence);

    evidence->rows = lh_kchar_table_new(1024, free_row);
    return evidence;
}

void *evidence_free(struct evidence *evidence)
{
    if (evidence == NULL)
        return NULL;
    lh_table_free(evidence->rows);
    return memory_free(evidence);
}

void evidence_reset(struct evidence *evidence)
{
    lh_table_free(evidence->rows);
    *evidence = (struct evidence){.rows = lh_kchar_table_new(1024, free_row)};
}

/* Null when there is none, and `make` is false or there is no room. */
static struct row *row_of(const struct evidence *evidence, const char *operation, const char *reference,
                          bool make)
{
    size_t length = strlen(operation);
    size_t size = length + strlen(reference) + 2;
    struct row *row = memory_new(1, sizeof *row + size);
    void *found;

    row->operation_length = length;
    memcpy(row->key, operation, length);
    row->key[length] = ' ';
    memcpy(row->key + length + 1, reference, size - length - 1);
    if (lh_table_lookup_ex(evidence->rows, row->key, &found)) {
        memory_free(row);
        return found;
    }
    if (make && lh_table_length(evidence->rows) < EVIDENCE_MAX) {
        lh_table_insert(evidence->rows, row->key, row);
        return row;
    }
    return memory_free(row);
}

void evidence_received(struct evidence *evidence, const char *operation, const char *reference)
{
    struct row *row = row_of(evidence, operation, reference, true);

    evidence->received++;
    if (row == NULL)
        evidence->dropped++;
    else
        row->received++;
}

void evidence_accepted(struct evidence *evidence, const char *operation, const char *reference)
{
    struct row *row = row_of(evidence, operation, reference, false);

    evidence->accepted++;
    if (row != NULL && ++row->accepted == 2)
        evidence->twice++;
}

uint64_t evidence_times(const struct evidence *evidence, const char *operation, const char *reference)
{
    const struct row *row = row_of(evidence, operation, reference, false);

    return row == NULL ? 0 : row->accepted;
}

/* With its separator, unless it is not wanted. */
static void write_row(const struct row *row, bool twice, const char **separator, struct buffer *out)
{
    if (row == NULL || (twice && row->accepted < 2))
        return;
    buffer_add_text(out, *separator);
    write_text(out, row->key);
    buffer_print(out, ":{\"received\":%ju,\"accepted\":%ju}", (uintmax_t)row->received,
                 (uintmax_t)row->accepted);
    *separator = ",";
}

static void write_all(const struct evidence *evidence, const char *operation, bool twice,
                      const char **separator, struct buffer *out)
{
    struct lh_entry *entry;
    size_t length = operation == NULL ? 0 : strlen(operation);

    lh_foreach(evidence->rows, entry)
    {
        const struct row *row = lh_entry_v(entry);
        if (operation == NULL ||
            (length == row->operation_length && strncmp(row->key, operation, length) == 0))
            write_row(row, twice, separator, out);
    }
}

void evidence_write(const struct evidence *evidence, const char *operation, const char *reference, bool twice,
                    struct buffer *out)
{
    const char *separator = "";

    buffer_add_byte(out, '{');
    if (reference == NULL) {
        write_all(evidence, operation, twice, &separator, out);
    } else if (operation != NULL) {
        write_row(row_of(evidence, operation, reference, false), twice, &separator, out);
    } else {
        for (size_t i = 0; i < operations_count(); i++)
            if (operation_at(i)->reference != NULL)
                write_row(row_of(evidence, operation_at(i)->id, reference, false), twice, &separator, out);
    }
    buffer_add_byte(out, '}');
}

void evidence_write_totals(const struct evidence *evidence, struct buffer *out)
{
    buffer_print(out, "\"received\":%ju,\"accepted\":%ju,\"acceptedTwice\":%ju,\"referencesDropped\":%ju",
                 (uintmax_t)evidence->received, (uintmax_t)evidence->accepted, (uintmax_t)evidence->twice,
                 (uintmax_t)evidence->dropped);
}
