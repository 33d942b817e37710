/* Scopes and spots for the tests of the catalogue. */
#ifndef TESTS_CATALOGUE_GIVEN_SCOPE_H
#define TESTS_CATALOGUE_GIVEN_SCOPE_H

#include "expression.h"
#include "json_cursor.h"

#include "../codec/given.h"

static const struct naming given_no_names = {0};

/* A scope over one tree with its members inputs, steps, outputs, request, status and so on; keep the tree. */
static inline struct scope given_scope(struct json_object *tree)
{
    return (struct scope){
        .inputs = tree_member(tree, "inputs"),
        .steps = tree_member(tree, "steps"),
        .outputs = tree_member(tree, "outputs"),
        .request = tree_member(tree, "request"),
        .status = json_object_get_int(tree_member(tree, "status")),
        .headers = tree_member(tree, "headers"),
        .body = tree_member(tree, "body"),
        .message = tree_member(tree, "message"),
    };
}

/* Whether exactly one of the problems says so and stands there; prints all when not. */
static inline void given_problem(const char *name, const struct problems *problems, const char *where,
                                 const char *what)
{
    for (size_t i = 0; i < problems->count; i++)
        if (strstr(problems->list[i].where, where) != NULL && strstr(problems->list[i].what, what) != NULL)
            return;
    printf("\n  %s: nobody says '%s' at '%s'; %zu problems:", name, what, where, problems->count);
    for (size_t i = 0; i < problems->count; i++)
        printf("\n    %s: %s", problems->list[i].where, problems->list[i].what);
    CU_FAIL("case above");
}

static inline void given_no_problem(const char *name, const struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++)
        printf("\n  %s: %s: %s", name, problems->list[i].where, problems->list[i].what);
    CU_ASSERT_EQUAL(problems->count, 0);
}

#endif
