/* An OpenAPI file. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(memory_release) char *text = fuzz_text(data, size);
    CLEANUP(tree_release) struct json_object *tree = NULL;
    struct problems problems = {0};
    struct openapi openapi;
    struct json_cursor cursor;
    struct fault why;

    if (!tree_read(text, size, &tree, &why))
        return 0;
    json_cursor_init(&cursor, "f", &problems);
    openapi_read(tree, &cursor, &openapi);
    for (size_t i = 0; i < openapi.operation_count; i++) {
        (void)openapi_gateway(&openapi, openapi.operations[i].tag, 401, "42");
        (void)operation_reply_type(&openapi.operations[i], 200);
    }
    openapi_release(&openapi);
    json_cursor_release(&cursor);
    problems_release(&problems);
    return 0;
}
