/* The records of several order types: whose requests are whose, and one name for one type. */
#include "check_records.h"

#include "given_catalogue.h"

#define ID "{'name': 'requestId', 'type': {'type': 'string', 'logicalType': 'uuid'}}"
#define REQUEST(name, fields)                                                                                \
    "{'type': 'record', 'name': '" name "', 'fields': [" ID ", {'name': 'id', 'type': 'string'}" fields "]}"
#define OUTCOME(name, result, fields)                                                                        \
    "{'type': 'record', 'name': '" name "', 'fields': [{'name': 'outcome', 'type': 'whc.common.Outcome'},"   \
    " {'name': 'result', 'type': ['null', {'type': 'record', 'name': '" result "', 'fields': [" fields       \
    "]}], 'default': null}]}"
#define SHARED(type) ", {'name': 'shared', 'type': ['null', " type "], 'default': null}"
#define COLOUR(symbols) "{'type': 'enum', 'name': 'own.Colour', 'symbols': [" symbols "]}"

/* What stands beside the order type `w`, whose request is whc.WRequest with own.Colour in it. */
static const struct {
    const char *name, *file, *text;
    const char *request, *outcome;     /* of `x` */
    const char *where, *what, *remedy; /* null: good */
} cases[] = {
    {"names of their own", NULL, NULL, REQUEST("own.XRequest", ""),
     OUTCOME("own.XOutcome", "own.XResult", ""), NULL, NULL, NULL},
    {"one request record", NULL, NULL, REQUEST("whc.WRequest", ""),
     OUTCOME("own.XOutcome", "own.XResult", ""), "x/request.avsc#",
     "'whc.WRequest' is the request record of 'w' already", "record name of its own"},
    {"the very same request record", NULL, NULL, REQUEST("whc.WRequest", SHARED(COLOUR("'RED'"))),
     OUTCOME("own.XOutcome", "own.XResult", ""), "x/request.avsc#", "is the request record of 'w' already",
     ""},
    {"another's record in history", "x/history/1.avsc", REQUEST("whc.WRequest", ""),
     REQUEST("own.XRequest", ""), OUTCOME("own.XOutcome", "own.XResult", ""), "x/request.avsc#",
     "history/ has 'whc.WRequest'", "older versions"},
    {"one shape", NULL, NULL, REQUEST("own.XRequest", SHARED(COLOUR("'RED'"))),
     OUTCOME("own.XOutcome", "own.XResult", ""), NULL, NULL, NULL},
    {"two shapes", NULL, NULL, REQUEST("own.XRequest", SHARED(COLOUR("'RED', 'BLUE'"))),
     OUTCOME("own.XOutcome", "own.XResult", ""), "x/request.avsc#/fields/2/type/1",
     "'own.Colour' is another type in", "common/<Name>.avsc"},
    {"two kinds", NULL, NULL,
     REQUEST("own.XRequest",
             SHARED("{'type': 'record', 'name': 'Colour', 'namespace': 'own', 'fields': []}")),
     OUTCOME("own.XOutcome", "own.XResult", ""), "x/request.avsc#/fields/2/type/1", "is another type in", ""},
    {"two shapes in one order type", NULL, NULL, REQUEST("own.XRequest", ""),
     OUTCOME("own.XOutcome", "XRequest", ""), "x/outcome.avsc#/fields/1/type/1",
     "'own.XRequest' is another type in", ""},
    {"a field's default", NULL, NULL, REQUEST("own.XRequest", ""),
     OUTCOME("own.XOutcome", "whc.WResult", "{'name': 'o', 'type': ['string', 'null'], 'default': 'x'}"),
     "x/outcome.avsc#/fields/1/type/1", "'whc.WResult' is another type in", ""},
    {"a field's type when it is there", NULL, NULL, REQUEST("own.XRequest", ""),
     OUTCOME("own.XOutcome", "whc.WResult", "{'name': 'o', 'type': ['null', 'int'], 'default': null}"),
     "x/outcome.avsc#/fields/1/type/1", "'whc.WResult' is another type in", ""},
    {"a field's type otherwise", NULL, NULL, REQUEST("own.XRequest", ""),
     OUTCOME("own.XOutcome", "whc.WResult", "{'name': 'o', 'type': ['int', 'string'], 'default': 1}"),
     "x/outcome.avsc#/fields/1/type/1", "'whc.WResult' is another type in", ""},
    {"one outcome record, the same", NULL, NULL, REQUEST("own.XRequest", ""), GIVEN_OUTCOME(GIVEN_O), NULL,
     NULL, NULL},
    {"one outcome record, another", NULL, NULL, REQUEST("own.XRequest", ""),
     OUTCOME("whc.WOutcome", "own.XResult", ""), "x/outcome.avsc#", "'whc.WOutcome' is another type in", ""},
    {"a common type of its own", NULL, NULL,
     REQUEST("own.XRequest", SHARED("{'type': 'enum', 'name': 'whc.common.Status', 'symbols': ['A']}")),
     OUTCOME("own.XOutcome", "own.XResult", ""), "x/", "'whc.common.Status' is another type in", ""},
};

static void names(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct problems problems = {0};
        char *folder = given_folder();
        given_order_type(folder, REQUEST("whc.WRequest", SHARED(COLOUR("'RED'"))), GIVEN_OUTCOME(GIVEN_O),
                         GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 's', " GIVEN_READ "}]}"));
        given_in_folder(folder, "x/request.avsc", cases[i].request);
        given_in_folder(folder, "x/outcome.avsc", cases[i].outcome);
        given_in_folder(folder, "x/workflow.arazzo.json",
                        GIVEN_ARAZZO("{'workflowId': 'x', 'steps': [{'stepId': 's', " GIVEN_READ "}]}"));
        if (cases[i].file != NULL)
            given_in_folder(folder, cases[i].file, cases[i].text);
        catalogue_free(given_load(folder, "", &problems));
        if (cases[i].where == NULL)
            given_no_problem(cases[i].name, &problems);
        else
            given_problem(cases[i].name, &problems, cases[i].where, cases[i].what);
        for (size_t p = 0; cases[i].where != NULL && p < problems.count; p++)
            if (strstr(problems.list[p].what, cases[i].what) != NULL)
                CU_ASSERT(strstr(problems.list[p].remedy, cases[i].remedy) != NULL);
        given_remove_folder(folder);
        problems_release(&problems);
    }
}

CU_TestInfo test_check_records[] = {{"names", names}, CU_TEST_INFO_NULL};
