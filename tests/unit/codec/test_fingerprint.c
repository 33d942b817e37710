/*
 * Fingerprints of other libraries, which do not follow the specification: those and the values are what
 * github.com/hamba/avro 2.31.0 and apache-avro 0.22.0 print for the same schemas.
 */
#include "datum.h"
#include "framing.h"
#include "given.h"

/* Every logical type that one of them knows, one that neither does, and one that does not fit its type. */
static const char every_logical[] =
    "{'type':'record','name':'T','namespace':'n','fields':[{'name':'a','type':{'type':'bytes','logicalTyp"
    "e':'decimal','precision':9,'scale':2}},{'name':'b','type':{'type':'bytes','logicalType':'decimal','p"
    "recision':9}},{'name':'c','type':{'type':'fixed','name':'F','size':8,'logicalType':'decimal','precis"
    "ion':9,'scale':2}},{'name':'d','type':['null',{'type':'long','logicalType':'timestamp-micros'}]},{'n"
    "ame':'e','type':{'type':'map','values':{'type':'int','logicalType':'date'}}},{'name':'f','type':'F'}"
    ",{'name':'g','type':{'type':'enum','name':'E','symbols':['A','B'],'default':'A'}},{'name':'h','type'"
    ":{'type':'int','logicalType':'time-millis'}},{'name':'i','type':{'type':'long','logicalType':'time-m"
    "icros'}},{'name':'j','type':{'type':'long','logicalType':'local-timestamp-millis'}},{'name':'k','typ"
    "e':{'type':'long','logicalType':'local-timestamp-micros'}},{'name':'l','type':{'type':'fixed','name'"
    ":'other.D','size':12,'logicalType':'duration'}},{'name':'m','type':{'type':'string','logicalType':'x"
    "'}},{'name':'n','type':{'type':'int','logicalType':'uuid'}},{'name':'o','type':{'type':'string'}},{'"
    "name':'p','type':{'type':'long','logicalType':'timestamp-nanos'}}]}";

static void logical_types(void)
{
    CLEANUP(schema_release) struct schema *schema = given_schema(every_logical);

    CU_ASSERT(schema_has_fingerprint(schema, schema_fingerprint(schema)));
    CU_ASSERT(schema_has_fingerprint(schema, UINT64_C(0x37c2da5593cc47f1))); /* Go */
    CU_ASSERT(schema_has_fingerprint(schema, UINT64_C(0x51c57434d0d3b525))); /* Rust */
    CU_ASSERT_FALSE(schema_has_fingerprint(schema, schema_fingerprint(schema) + 1));
}

/* Single-object values as those libraries wrote them with schemas/check-portability/request.avsc. */
static const struct {
    const char *hex, *request;
} values[] = {
    {"c301df5723a2857bb05b4837623063326630652d326435632d346337652d396134332d30643466366633663061303100"
     "16303136333239363030303000",
     "7b0c2f0e-2d5c-4c7e-9a43-0d4f6f3f0a01"},
    {"c301c09d0ca1e2f83c3c4837623063326630652d326435632d346337652d396134332d30643466366633663061303200"
     "16303136333239363030303000",
     "7b0c2f0e-2d5c-4c7e-9a43-0d4f6f3f0a02"},
};

static void values_of_others(void)
{
    CLEANUP(buffer_release) struct buffer text = {0};
    CLEANUP(schema_release) struct schema *schema = NULL;
    struct fault why;

    buffer_init(&text, SCHEMA_TEXT_MAX);
    CU_ASSERT_FATAL(
        tree_load_file(SOURCE_DIR "/schemas/check-portability/request.avsc", SCHEMA_TEXT_MAX, &text, &why));
    CU_ASSERT_FATAL(schema_parse(text.data, text.length, NULL, &schema, &why));
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        CLEANUP(buffer_release) struct buffer bytes = {0};
        CLEANUP(tree_release) struct json_object *tree = NULL;
        struct frame frame;

        given_bytes(values[i].hex, &bytes);
        CU_ASSERT_FATAL(framing_read(bytes.data, bytes.length, NULL, 0, &frame, &why));
        CU_ASSERT(frame.framing == FRAMING_SINGLE_OBJECT);
        CU_ASSERT(schema_has_fingerprint(schema, frame.fingerprint));
        CU_ASSERT_FATAL(datum_decode(schema, bytes.data + frame.start, bytes.length - frame.start, schema,
                                     NULL, &tree, &why));
        given_same("request", tree_text_of(tree, "requestId"), values[i].request);
        given_same("number", tree_text_of(tree, "number"), "01632960000");
    }
}

CU_TestInfo test_fingerprint[] = {
    {"logical types", logical_types}, {"values of others", values_of_others}, CU_TEST_INFO_NULL};
