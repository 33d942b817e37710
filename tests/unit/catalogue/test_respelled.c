/* Our OpenAPI file in other words: what is legal reads to the same, what is not understood is refused. */
#include "../../fuzz/spellings.h"

#include "given_scope.h"

static void read_tree(struct json_object *tree, struct openapi *openapi, struct problems *problems)
{
    struct json_cursor cursor;

    json_cursor_init(&cursor, "f", problems);
    openapi_read(tree, &cursor, openapi);
    json_cursor_release(&cursor);
}

/* Of an operation that cannot even be found, or has mistakes. */
static bool is_refused(const struct openapi *openapi, const char *id, const struct problems *problems)
{
    const struct operation *operation = openapi_operation(openapi, id);

    return problems->count > 0 || operation == NULL || operation->misread.count > 0;
}

static void respell(struct json_object *tree, const struct operation *original,
                    const struct spelling *spelling, size_t *applied)
{
    CLEANUP(tree_release) struct json_object *copy = NULL;
    struct problems problems = {0};
    struct openapi openapi;
    struct spelled at;

    json_object_deep_copy(tree, &copy, NULL);
    if (!spelled_find(copy, original->id, &at) || !spelling->apply(&at))
        return;
    (*applied)++;
    read_tree(copy, &openapi, &problems);
    bool refused = is_refused(&openapi, original->id, &problems);
    if (refused != spelling->refused ||
        (!refused && !spelled_same(original, openapi_operation(&openapi, original->id)))) {
        printf("\n  %s, %s: %s", original->id, spelling->name,
               refused             ? "is refused"
               : spelling->refused ? "is not refused"
                                   : "is read to something else");
        CU_FAIL("case above");
    }
    openapi_release(&openapi);
    problems_release(&problems);
}

static void respelled(void)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;
    struct problems problems = {0};
    struct openapi openapi;
    struct fault why;

    CU_ASSERT_FATAL(tree_read_file(SOURCE_DIR "/schemas/bt-whc.openapi.json", 1 << 20, &tree, &why));
    read_tree(tree, &openapi, &problems);
    given_no_problem("our file", &problems);
    for (size_t s = 0; s < COUNT_OF(spellings); s++) {
        size_t applied = 0;
        for (size_t i = 0; i < openapi.operation_count; i++)
            if (openapi.operations[i].misread.count == 0) /* a token is asked for with a form */
                respell(tree, &openapi.operations[i], &spellings[s], &applied);
        if (applied == 0)
            printf("\n  %s: was never tried", spellings[s].name);
        CU_ASSERT(applied > 0);
    }
    openapi_release(&openapi);
    problems_release(&problems);
}

CU_TestInfo test_respelled[] = {{"respelled", respelled}, CU_TEST_INFO_NULL};
