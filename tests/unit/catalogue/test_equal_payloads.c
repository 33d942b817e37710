/* What the journeys send is what the order types of single calls send, given the same facts. */
#include "given_catalogue.h"

#define PORTED "provide-with-ported-numbers"
#define NEW "provide-with-new-numbers"
#define SITES                                                                                                    \
    "'sites': [{'action': 'add', 'name': 'Head Office', 'locationCode': 'HO', 'address': {'id': 'X05000253608'," \
    " 'openreach': {'id': 'A00020150001', 'districtCode': 'NS'}}, 'contact': {'givenName': 'Ann',"               \
    " 'familyName': 'Sample', 'email': 'a.sample@widgets.example', 'phone': '01632960099'},"                     \
    " 'numbers': [{'action': 'add', 'number': '01632960020'}], 'devices': [{'action': 'add', 'name': 'd1',"      \
    " 'model': 'M', 'macAddress': '02005E100001'}], 'users': [{'action': 'add', 'username': 'u1',"               \
    " 'number': '01632960020', 'addOns': [{'action': 'add', 'name': 'WHCVoicemail', 'quantity': 1}]}]}]"
#define ORDER                                                                                                \
    "'createReference': 'R', 'cugId': 'CUG5009999999', 'product': 'WHC', 'requestedCompletionDate':"         \
    " '2027-03-02', 'billingAccountId': 'B1', 'contact': {'givenName': 'Ann', 'familyName': 'Sample'}, " SITES
#define PORT                                                                                                 \
    "'mainBillingNumber': '01632960020', 'portDate': '2027-03-02', 'losingProvider': 'Example Telecom',"     \
    " 'losingCupid': '099', 'accountNumber': 'EX-778', 'installationPostcode': 'AB15 7XY',"                  \
    " 'customerName': 'Example Widgets Ltd', 'letterOfAuthorityHeld': true, 'associatedNumbers': 'RETAIN'"
#define ONE_NUMBER "'kind': 'SingleLine', 'numbers': ['01632960020'], 'quantity': 1, 'rangeEnd': null, " PORT
#define A_RANGE                                                                                              \
    "'kind': 'MultiLine', 'numbers': ['01632960020', '01632960021'], 'quantity': 2, 'rangeEnd':"             \
    " '01632960021', " PORT
#define STEPS                                                                                                \
    "'check': {'rangeHolderCupid': '001'}, 'qualify': {'serviceReferenceId': 'SR-1001'},"                    \
    " 'import': {'importOrderId': '00226001'}, 'allocate': {'reservationKey': '700501'},"                    \
    " 'create': {'orderId': '00126001'}"
#define NEW_COMPANY "'action': 'add', 'name': 'Example Widgets Ltd', 'domain': 'widgets.example'"
#define HELD                                                                                                 \
    "{'reservationKey': 700501, 'numbers': [{'number': '01632960300', 'status': 'RESERVED'}, {'number':"     \
    " '01632960301', 'status': 'RESERVED'}]}"
#define ORDERED                                                                                              \
    "[{'action': 'add', 'number': '01632960300', 'reservationKey': '700501'}, {'action': 'add', 'number':"   \
    " '01632960301', 'reservationKey': '700501'}]"
#define OLD_COMPANY "'action': 'noChange', 'serviceId': 'WHC-C-1001'"

static const struct {
    const char *name, *step, *journey, *type, *other, *single;
} cases[] = {
    {PORTED, "qualify", "{'inputs': {'qualifyReference': 'R', 'cugId': 'C', 'company': {" NEW_COMPANY "}}}",
     "validate-company", "qualify",
     "{'inputs': {'qualifyReference': 'R', 'cugId': 'C', 'name': 'Example Widgets Ltd', 'domain': 'widgets.example'}}"},
    {PORTED, "import",
     "{'inputs': {'importReference': 'R', 'cugId': 'C', 'port': {" ONE_NUMBER "}}, 'steps': {" STEPS "}}",
     "import-numbers", "create",
     "{'inputs': {'createReference': 'R', 'cugId': 'C', 'serviceReferenceId': 'SR-1001',"
     " 'port': {'rangeHolderCupid': '001', " ONE_NUMBER "}}}"},
    {PORTED, "import",
     "{'inputs': {'importReference': 'R', 'cugId': 'C', 'port': {'rangeHolderCupid': '002', " A_RANGE
     "}}, 'steps': {'check': {'rangeHolderCupid': '001'}}}",
     "import-numbers", "create",
     "{'inputs': {'createReference': 'R', 'cugId': 'C', 'port': {'rangeHolderCupid': '002', " A_RANGE "}}}"},
    {PORTED, "submitImport", "{'inputs': {'submitImportReference': 'R'}}", "import-numbers", "submit",
     "{'inputs': {'submitReference': 'R'}}"},
    {PORTED, "allocate",
     "{'inputs': {'cugId': 'C', 'company': {" NEW_COMPANY "}, 'port': {" A_RANGE "}}, 'steps': {" STEPS "}}",
     "reserve-named-numbers", "reserve",
     "{'inputs': {'cugId': 'C', 'serviceReferenceId': 'SR-1001', 'quantity': 2,"
     " 'numbers': ['01632960020', '01632960021']}}"},
    {PORTED, "allocate",
     "{'inputs': {'cugId': 'C', 'company': {" OLD_COMPANY "}, 'port': {" ONE_NUMBER "}}, 'steps': {}}",
     "reserve-named-numbers", "reserve",
     "{'inputs': {'cugId': 'C', 'serviceReferenceId': 'WHC-C-1001', 'quantity': 1, 'numbers': ['01632960020']}}"},
    {PORTED, "create",
     "{'inputs': {" ORDER ", 'company': {" NEW_COMPANY "}, 'port': {" ONE_NUMBER "}}, 'steps': {" STEPS
     ", 'confirm': {'number': '01632960020'}}}",
     "create-order", "create",
     "{'inputs': {" ORDER ", 'company': {'serviceReferenceId': 'SR-1001', " NEW_COMPANY
     "}, 'portedNumbers': [{'action':"
     " 'add', 'number': '01632960020', 'reservationKey': '700501', 'importOrderId': '00226001'}]}}"},
    {PORTED, "create",
     "{'inputs': {" ORDER ", 'company': {" OLD_COMPANY "}, 'port': {" A_RANGE "}}, 'steps': {'import':"
     " {'importOrderId': '00226001'}, 'allocate': {'reservationKey': '700501'},"
     " 'confirmRange': {'rangeEnd': '01632960021'}}}",
     "create-order", "create",
     "{'inputs': {" ORDER ", 'company': {" OLD_COMPANY
     "}, 'portedRanges': [{'action': 'add', 'first': '01632960020',"
     " 'last': '01632960021', 'reservationKey': '700501', 'importOrderId': '00226001'}]}}"},
    {PORTED, "submitOrder", "{'inputs': {'submitOrderReference': 'R'}}", "submit-order", "submit",
     "{'inputs': {'submitReference': 'R'}}"},
    {PORTED, "activate", "{'inputs': {'activateReference': 'R', 'cugId': 'C', 'port': {" A_RANGE "}}}",
     "activate-port", "activate",
     "{'inputs': {'activateReference': 'R', 'cugId': 'C', 'numbers': ['01632960020', '01632960021'],"
     " 'activateAt': null}}"},
    {PORTED, "undoOrder", "{'inputs': {'undoOrderReference': 'R'}, 'steps': {" STEPS "}}", "cancel-order",
     "cancel",
     "{'inputs': {'cancelReference': 'R', 'orderId': '00126001', 'reason': 'The numbers are not ported.'}}"},
    {PORTED, "undoImport", "{'inputs': {'undoImportReference': 'R'}, 'steps': {" STEPS "}}", "cancel-import",
     "cancel",
     "{'inputs': {'cancelReference': 'R', 'importOrderId': '00226001', 'reason': 'The numbers are not ported.'}}"},
    {NEW, "qualify", "{'inputs': {'qualifyReference': 'R', 'cugId': 'C', 'company': {" NEW_COMPANY "}}}",
     "validate-company", "qualify",
     "{'inputs': {'qualifyReference': 'R', 'cugId': 'C', 'name': 'Example Widgets Ltd', 'domain': 'widgets.example'}}"},
    {NEW, "reserve",
     "{'inputs': {'cugId': 'C', 'quantity': 2}, 'steps': {'address': {'exchangeGroupCode': 'THNT',"
     " 'districtCode': 'NS'}, " STEPS "}}",
     "reserve-numbers-by-exchange", "reserve",
     "{'inputs': {'cugId': 'C', 'quantity': 2, 'serviceReferenceId': 'SR-1001', 'exchangeGroupCode': 'THNT',"
     " 'districtCode': 'NS'}}"},
    {NEW, "reserveMore",
     "{'inputs': {'cugId': 'C', 'quantity': 2, 'exchangeGroupCode': 'THNT', 'company': {" OLD_COMPANY "}}}",
     "reserve-numbers-by-exchange", "reserve",
     "{'inputs': {'cugId': 'C', 'quantity': 2, 'serviceReferenceId': 'WHC-C-1001', 'exchangeGroupCode': 'THNT'}}"},
    {NEW, "create",
     "{'inputs': {" ORDER ", 'company': {" NEW_COMPANY "}}, 'steps': {'reserve': " HELD ", " STEPS "}}",
     "create-order", "create",
     "{'inputs': {" ORDER ", 'company': {'serviceReferenceId': 'SR-1001', " NEW_COMPANY
     "}, 'newNumbers': " ORDERED "}}"},
    {NEW, "create",
     "{'inputs': {" ORDER ", 'company': {" OLD_COMPANY "}}, 'steps': {'reserveMore': " HELD "}}",
     "create-order", "create",
     "{'inputs': {" ORDER ", 'company': {" OLD_COMPANY "}, 'newNumbers': " ORDERED "}}"},
    {NEW, "submitOrder", "{'inputs': {'submitOrderReference': 'R'}}", "submit-order", "submit",
     "{'inputs': {'submitReference': 'R'}}"},
    {NEW, "undoOrder", "{'inputs': {'undoOrderReference': 'R'}, 'steps': {" STEPS "}}", "cancel-order",
     "cancel",
     "{'inputs': {'cancelReference': 'R', 'orderId': '00126001', 'reason': 'The order was not submitted.'}}"},
};

/* The body that the step sends; the caller's own. */
static struct json_object *body_of(const struct catalogue *catalogue, const char *type, const char *id,
                                   const char *world)
{
    const struct workflow *workflow = catalogue_type(catalogue, type)->workflow;
    CLEANUP(tree_release) struct json_object *tree = given_tree(world);
    struct scope scope = given_scope(tree);
    size_t place = workflow_step(workflow, id);

    CU_ASSERT_FATAL(place < workflow->step_count && workflow->steps[place].body != NULL);
    return payload_value(workflow->steps[place].body, &scope);
}

static void payloads(void)
{
    struct problems problems = {0};
    struct catalogue *catalogue = given_load(SOURCE_DIR "/schemas", "", &problems);

    given_no_problem("schemas", &problems);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(tree_release)
        struct json_object *journey = body_of(catalogue, cases[i].name, cases[i].step, cases[i].journey);
        CLEANUP(tree_release)
        struct json_object *single = body_of(catalogue, cases[i].type, cases[i].other, cases[i].single);
        if (tree_equal(journey, single))
            continue;
        printf("\n  %zu, %s:\n    %s\n  %s:\n    %s\n", i, cases[i].step, json_object_to_json_string(journey),
               cases[i].type, json_object_to_json_string(single));
        CU_FAIL("case above");
    }
    catalogue_free(catalogue);
    problems_release(&problems);
}

CU_TestInfo test_equal_payloads[] = {{"payloads", payloads}, CU_TEST_INFO_NULL};
