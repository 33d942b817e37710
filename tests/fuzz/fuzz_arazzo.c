/* An Arazzo file against our operations; a good one is checked and its calls are rendered over nothing. */
#include "fuzz.h"

#include "call.h"
#include "check_paths.h"
#include "json_twice.h"

static void use(const struct workflow *workflow)
{
    struct problems problems = {0};
    struct scope scope = {0};

    check_paths(workflow, 0, "f", &problems);
    problems_release(&problems);
    for (size_t i = 0; i < workflow->step_count; i++) {
        struct call call;
        struct fault why;
        (void)criteria_hold(&workflow->steps[i].success, &scope);
        if (workflow->steps[i].operation != NULL && call_render(&workflow->steps[i], &scope, &call, &why))
            call_release(&call);
    }
    for (size_t i = 0; i < workflow->output_count; i++)
        json_object_put(payload_value(workflow->outputs[i].value, &scope));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(memory_release) char *text = fuzz_text(data, size);
    struct json_object *tree = NULL;
    struct problems problems = {0};
    struct arazzo arazzo;
    struct json_cursor cursor;
    struct fault why;

    if (!tree_read(text, size, &tree, &why))
        return 0;
    CLEANUP(buffer_release) struct buffer pointer;
    buffer_init(&pointer, 4096);
    (void)json_twice_name(text, size, &pointer);
    json_cursor_init(&cursor, "f", &problems);
    arazzo_read(tree, &cursor, &fuzz_catalogue()->openapi, &arazzo);
    for (size_t i = 0; problems.count == 0 && i < arazzo.workflow_count; i++)
        use(&arazzo.workflows[i]);
    arazzo_release(&arazzo);
    json_cursor_release(&cursor);
    problems_release(&problems);
    return 0;
}
