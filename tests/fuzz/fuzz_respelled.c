/*
 * Our OpenAPI file in other words, several at once: pairs of bytes name a spelling and an operation. An operation with a
 * spelling that is not understood must be refused, one with legal ones only must be read to the same.
 */
#include "fuzz.h"

#include "spellings.h"

enum { PAIRS_MAX = 12 };

static struct openapi original;

static struct json_object *our_file(void)
{
    static struct json_object *tree;
    struct problems problems = {0};
    struct json_cursor cursor;
    struct fault why;

    if (tree != NULL)
        return tree;
    HOLDS(tree_read_file(SOURCE_DIR "/schemas/bt-whc.openapi.json", 1 << 20, &tree, &why));
    json_cursor_init(&cursor, "f", &problems);
    openapi_read(tree, &cursor, &original);
    json_cursor_release(&cursor);
    HOLDS(problems.count == 0);
    return tree;
}

/* What allows no value, or null, allows null: any other reply is of a type that was not promised. */
static bool promises_null(const struct operation *operation)
{
    for (size_t i = 0; i < operation->reply_count; i++)
        if (operation->replies[i].type == REPLY_NULL)
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(tree_release) struct json_object *copy = NULL;
    struct problems problems = {0};
    struct openapi openapi;
    struct json_cursor cursor;
    bool refused[256] = {false};

    json_object_deep_copy(our_file(), &copy, NULL);
    for (size_t i = 0; i + 1 < size && i < 2 * (size_t)PAIRS_MAX; i += 2) {
        const struct spelling *spelling = &spellings[data[i] % COUNT_OF(spellings)];
        size_t index = data[i + 1] % original.operation_count;
        struct spelled at;
        if (spelled_find(copy, original.operations[index].id, &at) && spelling->apply(&at))
            refused[index] = refused[index] || spelling->refused;
    }
    json_cursor_init(&cursor, "f", &problems);
    openapi_read(copy, &cursor, &openapi);
    for (size_t i = 0; i < original.operation_count && problems.count == 0; i++) {
        const struct operation *one = openapi_operation(&openapi, original.operations[i].id);
        bool is_refused = one == NULL || one->misread.count > 0;
        if (original.operations[i].misread.count > 0)
            continue; /* a token is asked for with a form */
        if (!is_refused && refused[i] && promises_null(one))
            continue;
        HOLDS(is_refused || !refused[i]);
        HOLDS(is_refused || spelled_same(&original.operations[i], one));
    }
    openapi_release(&openapi);
    json_cursor_release(&cursor);
    problems_release(&problems);
    return 0;
}
