/* What the request's schema says about expressions: misspelt parts are found, wherever the Avro type is known. */
#include "check_types.h"

#include "given_catalogue.h"

#define ITEM                                                                                                         \
    "{'type': 'record', 'name': 'whc.Item', 'fields': [{'name': 'offering', 'type': 'string'}, {'name': 'users',"    \
    " 'type': {'type': 'array', 'items': {'type': 'record', 'name': 'whc.User', 'fields': [{'name': 'name', 'type':" \
    " 'string'}, {'name': 'parent', 'type': ['null', 'whc.Item'], 'default': null}]}}}]}"
#define REQUEST                                                                                              \
    GIVEN_REQUEST(GIVEN_ID                                                                                   \
                  ", {'name': 'items', 'type': ['null', {'type': 'array', 'items': " ITEM                    \
                  "}], 'default': null}, {'name': 'one', 'type': ['null', 'whc.Item'], 'default':"           \
                  " null}, {'name': 'map', 'type': {'type': 'map', 'values': 'whc.Item'}}, {'name':"         \
                  " 'either', 'type': ['null', 'string', 'int'], 'default': null}")

/* `output` is the value of the one output. */
static const struct {
    const char *output, *what, *remedy; /* null: good */
} cases[] = {
    {"'$inputs.id'", NULL, NULL},
    {"'$inputs.one.offering'", NULL, NULL},
    {"'$inputs.one.oferring'", "'$inputs.one.oferring' leads nowhere: whc.Item has no 'oferring'",
     "one of: offering, users"},
    {"'$inputs.one#/oferring'", "has no 'oferring'", ""},
    {"'x {$inputs.one.oferring}'", "has no 'oferring'", ""},
    {"'$inputs.id.part'", "string has no 'part'", "of type string"},
    {"'$inputs.items#/0/offering'", NULL, NULL},
    {"'$inputs.items[0].offering'", NULL, NULL},
    {"'$inputs.items.offering'", "array has no 'offering'", "an index"},
    {"'$inputs.items#/0/users/1/name'", NULL, NULL},
    {"'$inputs.items#/0/users/name'", "array has no 'name'", ""},
    {"'$inputs.one.users[0].parent.users[0].nam'", "whc.User has no 'nam'", "name, parent"},
    {"'$inputs.map.anything.offering'", NULL, NULL},
    {"'$inputs.map.anything.oferring'", "whc.Item has no", ""},
    {"'$inputs.either.part'", NULL, NULL}, /* nobody knows */
    {"'$inputs.cugId'", NULL, NULL},
    {"{'x-each': '$inputs.items', 'value': '$each.offering'}", NULL, NULL},
    {"{'x-each': '$inputs.items', 'value': '$each.oferring'}", "'$each.oferring' leads nowhere", "offering"},
    {"{'x-each': '$inputs.items', 'x-as': 'item', 'value': '$item.offering'}", NULL, NULL},
    {"{'x-each': '$inputs.items', 'x-as': 'item', 'value': {'a': ['{$item.oferring}']}}",
     "'$item.oferring' leads nowhere: whc.Item has no 'oferring'", "offering"},
    {"{'x-each': '$inputs.items', 'x-as': 'item', 'value': '$item#/0'}", "has no '0'", ""},
    {"{'x-each': '$inputs.one', 'x-as': 'item', 'value': '$item.oferring'}", "has no 'oferring'", ""},
    {"{'x-each': '$inputs.items#/0/users', 'value': '$each.nam'}", "whc.User has no 'nam'", ""},
    {"{'x-each': '$inputs.items', 'x-as': 'item', 'value': {'x-each': '$item.users', 'x-as': 'user', 'value':"
     " ['$user.name', '$item.offering', '$each.parent.offering', '$position']}}",
     NULL, NULL},
    {"{'x-each': '$inputs.items', 'x-as': 'item', 'value': {'x-each': '$item.users', 'value': '$each.offering'}}",
     "whc.User has no 'offering'", ""},
    {"{'x-each': '$inputs.items', 'x-as': 'item', 'value': {'x-each': '$item.users', 'value': '$item.name'}}",
     "whc.Item has no 'name'", ""},
    {"{'x-each': '$inputs.items', 'x-as': 'item', 'value': {'x-each': '$item.user', 'value': '$each.any'}}",
     "'$item.user' leads nowhere", "users"},
    {"{'x-each': '$inputs.items', 'value': {'x-each': '$each.users', 'value': '$each.nam'}}", "has no 'nam'",
     ""},
    {"{'x-each': '$inputs.id', 'value': '$each'}", NULL, NULL},
    {"{'x-each': '$inputs.id', 'value': '$each.name'}", "string has no 'name'", ""},
    {"{'x-each': '$inputs.either', 'value': '$each.name'}", NULL, NULL},
    {"{'x-each': '$steps.s.outputs.o', 'value': '$each.anything'}", NULL, NULL},
    {"{'x-each': '{$inputs.id}', 'value': '$each.anything'}", NULL, NULL},
    {"{'x-each': '$inputs.items', 'x-as': 'item', 'value': {'x-each': '$item.users', 'x-as': 'item', 'value':"
     " '$item.name'}}",
     "x-as 'item' is already used by an x-each around this one", "another name"},
};

static void parts(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char workflow[2000];
        struct problems problems = {0};
        char *folder = given_folder();
        snprintf(workflow, sizeof workflow,
                 GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 's', " GIVEN_READ
                              ", 'outputs': {'o': '$response.body#/o'}}], 'outputs': {'o': %s}}"),
                 cases[i].output);
        given_order_type(folder, REQUEST, GIVEN_OUTCOME(GIVEN_O), workflow);
        catalogue_free(given_load(folder, "", &problems));
        if (cases[i].what == NULL)
            given_no_problem(cases[i].output, &problems);
        else
            given_problem(cases[i].output, &problems, "#/workflows/0/outputs/o", cases[i].what);
        if (cases[i].what != NULL && problems.count != 1) {
            printf("\n  %s: %zu problems", cases[i].output, problems.count);
            CU_FAIL("case above");
        } else if (cases[i].what != NULL) {
            CU_ASSERT(strstr(problems.list[0].remedy, cases[i].remedy) != NULL);
        }
        given_remove_folder(folder);
        problems_release(&problems);
    }
}

CU_TestInfo test_check_types[] = {{"parts", parts}, CU_TEST_INFO_NULL};
