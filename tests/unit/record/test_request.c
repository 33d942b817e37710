/* Requests: from bytes to inputs, and what becomes of those that are broken. */
#include "request.h"

#include "datum.h"

#include "../catalogue/given_catalogue.h"

#define NUMBER "{'type': 'string', 'logicalType': 'uk-number'}"
#define IN                                                                                                   \
    "{'type': 'record', 'name': 'whc.In', 'fields': [{'name': 'k', 'type': ['null', " NUMBER                 \
    "], 'default': null}, {'name': 't', 'type': 'string', 'default': 'd'}]}"
#define FIELDS                                                                                               \
    ", {'name': 'n', 'type': " NUMBER "}"                                                                    \
    ", {'name': 'l', 'type': {'type': 'array', 'items': " NUMBER "}, 'default': []}"                         \
    ", {'name': 'm', 'type': {'type': 'map', 'values': " NUMBER "}, 'default': {}}"                          \
    ", {'name': 'r', 'type': ['null', " IN "], 'default': null}"                                             \
    ", {'name': 'cugId', 'type': ['null', 'string'], 'default': null}"
#define WORKFLOW(form)                                                                                       \
    GIVEN_ARAZZO("{'workflowId': 'w', 'x-number-form': '" form "', 'steps': [{'stepId': 's', " GIVEN_LIST    \
                 "}]}")
#define ID "605c9599-4ab1-488f-8129-5b8cde662c7d"

struct world {
    char *folder;
    struct problems problems;
    struct catalogue *catalogue;
    const struct order_type *type;
    struct json_object *given;
};

static void begin(struct world *world, const char *workflow)
{
    *world = (struct world){.folder = given_folder(), .given = given_tree("{'cugId': 'SET', 'other': 'S'}")};
    given_order_type(world->folder, GIVEN_REQUEST(FIELDS), GIVEN_OUTCOME(GIVEN_O), workflow);
    world->catalogue = given_load(world->folder, "", &world->problems);
    given_no_problem("world", &world->problems);
    world->type = world->catalogue->types[0];
}

static void end(struct world *world)
{
    json_object_put(world->given);
    catalogue_free(world->catalogue);
    problems_release(&world->problems);
    given_remove_folder(world->folder);
}

static const struct {
    const char *workflow, *request, *inputs;
} forms[] = {
    {WORKFLOW("national"),
     "{'requestId': '" ID "', 'n': '+441632960001', 'l': ['01632960002'], 'm': {'a': '01632960003'},"
     " 'r': {'k': '01632960004'}}",
     "{'requestId': '" ID
     "', 'notAfter': null, 'n': '01632960001', 'l': ['01632960002'], 'm': {'a': '01632960003'},"
     " 'r': {'k': '01632960004', 't': 'd'}, 'cugId': null, 'other': 'S'}"},
    {WORKFLOW("significant"),
     "{'requestId': '" ID "', 'n': '01632960001', 'l': ['01632960002'], 'm': {'a':"
     " '01632960003'}, 'r': {'k': '01632960004', 't': '01632960005'}, 'cugId': 'own'}",
     "{'requestId': '" ID
     "', 'notAfter': null, 'n': '1632960001', 'l': ['1632960002'], 'm': {'a': '1632960003'},"
     " 'r': {'k': '1632960004', 't': '01632960005'}, 'cugId': 'own', 'other': 'S'}"},
    {WORKFLOW("e164"),
     "{'requestId': '" ID "', 'n': '01632960001', 'l': ['01632960002'], 'm': {'a': '01632960003'},"
     " 'r': {'k': '01632960004'}}",
     "{'requestId': '" ID "', 'notAfter': null, 'n': '+441632960001', 'l': ['+441632960002'], 'm': {'a':"
     " '+441632960003'}, 'r': {'k': '+441632960004', 't': 'd'}, 'cugId': null, 'other': 'S'}"},
    /* what is null below the request's own fields is left out */
    {WORKFLOW("national"), "{'requestId': '" ID "', 'n': '01632960001', 'r': {'k': null}}",
     "{'requestId': '" ID
     "', 'notAfter': null, 'n': '01632960001', 'l': [], 'm': {}, 'r': {'t': 'd'}, 'cugId': null, 'other': 'S'}"},
};

static void number_forms(void)
{
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct world world;
        struct request request;
        struct fault why = {.text = ""};
        begin(&world, forms[i].workflow);
        CU_ASSERT_EQUAL(
            request_of_tree(world.type, given_tree(forms[i].request), world.given, &request, &why),
            REQUEST_GOOD);
        given_same("no fault", why.text, "");
        given_same_tree("inputs", request.inputs, forms[i].inputs);
        given_same("id", request.id, ID);
        CU_ASSERT_EQUAL(request.not_after_ms, INT64_MAX);
        request_release(&request);
        end(&world);
    }
}

/* The same request by its bytes, written with another version of the schema that checks nothing. */
static const struct {
    const char *name, *fields, *datum;
    enum request_reading reading;
    const char *id, *why;
    int64_t not_after_ms;
} data[] = {
    {"good", "", "{'requestId': '" ID "', 'notAfter': 1772445600000, 'n': '+44 1632 960001'}", REQUEST_GOOD,
     ID, "", 1772445600000},
    {"upper case", "",
     "{'requestId': '605C9599-4AB1-488F-8129-5B8CDE662C7D', 'notAfter': null, 'n': '01632960001'}",
     REQUEST_GOOD, ID, "", INT64_MAX},
    {"a bad number", "", "{'requestId': '" ID "', 'notAfter': null, 'n': '0163'}", REQUEST_BROKEN, ID,
     "n: ", INT64_MAX},
    {"no id", "", "{'requestId': 'x', 'notAfter': null, 'n': '01632960001'}", REQUEST_DEAD, "",
     "requestId: ", INT64_MAX},
    {"neither", "", "{'requestId': '', 'notAfter': null, 'n': '0163'}", REQUEST_DEAD, "",
     "requestId: ", INT64_MAX},
    {"a field more", ", {'name': 'more', 'type': 'int'}",
     "{'requestId': '" ID "', 'notAfter': null, 'n': '01632960001', 'more': 1}", REQUEST_GOOD, ID, "",
     INT64_MAX},
};

static void datums(void)
{
    for (size_t i = 0; i < COUNT_OF(data); i++) {
        struct world world;
        struct request request;
        struct fault why = {.text = ""};
        char text[2048];
        CLEANUP(buffer_release) struct buffer datum;
        begin(&world, WORKFLOW("national"));
        snprintf(
            text, sizeof text,
            "{'type': 'record', 'name': 'whc.WRequest', 'fields': [{'name': 'requestId', 'type': 'string'},"
            " {'name': 'notAfter', 'type': ['null', 'long']}, {'name': 'n', 'type': 'string'}%s]}",
            data[i].fields);
        struct schema *writer = given_schema(text);
        CLEANUP(tree_release) struct json_object *tree = given_tree(data[i].datum);
        buffer_init(&datum, 65536);
        if (!datum_encode(writer, tree, &datum, &why))
            abort();
        enum request_reading reading =
            request_read(world.type, writer, datum.data, datum.length, world.given, 0, &request, &why);
        if (reading != data[i].reading) {
            printf("\n  %s: %d %s", data[i].name, (int)reading, why.text);
            CU_FAIL("case above");
        }
        given_same(data[i].name, request.id, data[i].id);
        CU_ASSERT_EQUAL(request.not_after_ms, data[i].not_after_ms);
        CU_ASSERT(reading == REQUEST_GOOD || strncmp(why.text, data[i].why, strlen(data[i].why)) == 0);
        CU_ASSERT((request.inputs != NULL) == (reading == REQUEST_GOOD));
        request_release(&request);
        if (reading == REQUEST_GOOD) { /* with more values than are allowed it is answered, too */
            CU_ASSERT_EQUAL(
                request_read(world.type, writer, datum.data, datum.length, NULL, 2, &request, &why),
                REQUEST_BROKEN);
            given_same(data[i].name, request.id, data[i].id);
            CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "more than 2 values"));
            request_release(&request);
        }
        if (datum.length > 1) { /* half of it is dead */
            CU_ASSERT_EQUAL(
                request_read(world.type, writer, datum.data, datum.length / 2, NULL, 0, &request, &why),
                REQUEST_DEAD);
            request_release(&request);
        }
        schema_free(writer);
        end(&world);
    }
}

static void trees(void)
{
    static const struct {
        const char *tree, *id;
        enum request_reading reading;
    } cases[] = {{"{'requestId': '" ID "'}", ID, REQUEST_BROKEN},
                 {"{'requestId': '" ID "', 'n': '01632960001', 'unknown': 1}", ID, REQUEST_BROKEN},
                 {"{'requestId': '605C9599-4AB1-488F-8129-5B8CDE662C7D', 'n': 5}", ID, REQUEST_BROKEN},
                 {"{'n': '01632960001'}", "", REQUEST_DEAD},
                 {"{'requestId': 5, 'n': '01632960001'}", "", REQUEST_DEAD},
                 {"[]", "", REQUEST_DEAD},
                 {"null", "", REQUEST_DEAD}};
    struct world world;

    begin(&world, WORKFLOW("national"));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct request request;
        struct fault why = {.text = ""};
        CU_ASSERT_EQUAL(request_of_tree(world.type, given_tree(cases[i].tree), NULL, &request, &why),
                        cases[i].reading);
        given_same(cases[i].tree, request.id, cases[i].id);
        CU_ASSERT(*why.text != '\0');
        request_release(&request);
    }
    end(&world);
}

/* An input that is added stands in the text as in the tree. */
static void texts(void)
{
    static const char *const cases[] = {"{}", "{\"a\":1}", "{\"a\":{\"b\":[\"}\"]}}"};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(buffer_release) struct buffer want = {0};
        struct request request = {.id = ""};
        struct fault why = {.text = ""};
        struct json_object *tree = NULL;
        CU_ASSERT_FATAL(tree_read_own(cases[i], strlen(cases[i]), &tree, &why));
        request_set_inputs(&request, tree, memory_text(cases[i]));
        size_t weight = request_weight(&request);
        request_add_input(&request, "createReference", "x");
        request_add_input(&request, "a \"name\"", "a\\\"b");
        CU_ASSERT(request_weight(&request) > weight);
        buffer_init(&want, 1000);
        tree_write(request.inputs, &want);
        given_same(cases[i], request.text, buffer_text(&want));
        request_release(&request);
        CU_ASSERT_PTR_NULL(request.text);
    }
}

CU_TestInfo test_request[] = {{"number forms", number_forms},
                              {"datums", datums},
                              {"trees", trees},
                              {"texts", texts},
                              CU_TEST_INFO_NULL};
