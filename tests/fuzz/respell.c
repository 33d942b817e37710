/*
 * Writes an OpenAPI file in other words: respell FILE. Each operation gets some legal spellings; the
 * examples of schemas/ must come out the same (the test golden_respelled).
 */
#include "spellings.h"

enum { EACH = 4, STRIDE = 5 /* each operation begins elsewhere in the table */ };

int main(int argc, char *argv[])
{
    CLEANUP(tree_release) struct json_object *tree = NULL;
    CLEANUP(buffer_release) struct buffer out = {0};
    struct problems problems = {0};
    struct openapi openapi;
    struct json_cursor cursor;
    struct fault why;
    size_t legal = 0;

    if (argc != 2 || !tree_read_file(argv[1], 1 << 20, &tree, &why))
        return 2;
    while (!spellings[legal].refused) /* they stand in front */
        legal++;
    json_cursor_init(&cursor, argv[1], &problems);
    openapi_read(tree, &cursor, &openapi);
    for (size_t i = 0; i < openapi.operation_count; i++)
        for (size_t tried = 0, done = 0; tried < legal && done < EACH; tried++) {
            const struct spelling *spelling = &spellings[(i * STRIDE + tried) % legal];
            struct spelled at;
            done += spelled_find(tree, openapi.operations[i].id, &at) && spelling->apply(&at);
        }
    openapi_release(&openapi);
    json_cursor_release(&cursor);
    problems_release(&problems);
    buffer_init(&out, 1 << 24);
    tree_write(tree, &out);
    return puts(buffer_text(&out)) < 0;
}
