/* Datums: vectors of fastavro, and everything that lies about itself. */
#include "datum.h"

#include "given.h"

#ifdef JEMALLOC
#include <jemalloc/jemalloc.h>
#endif
#include <math.h>

/* Written by fastavro 1.13.1 from the Python values of `order_tree`. */
static const char *const order_schema =
    "{'type':'record','name':'Order','namespace':'a.b','fields':["
    "{'name':'id','type':{'type':'string','logicalType':'uuid'}},"
    "{'name':'day','type':{'type':'int','logicalType':'date'}},"
    "{'name':'ms','type':{'type':'long','logicalType':'timestamp-millis'}},"
    "{'name':'us','type':{'type':'long','logicalType':'timestamp-micros'}},"
    "{'name':'price','type':{'type':'bytes','logicalType':'decimal','precision':10,'scale':2}},"
    "{'name':'tax','type':{'type':'fixed','name':'Tax','size':6,'logicalType':'decimal','precision':12,'scale':3}},"
    "{'name':'raw','type':'bytes'},{'name':'md','type':{'type':'fixed','name':'Md','size':4}},"
    "{'name':'phone','type':{'type':'string','logicalType':'uk-number'}},"
    "{'name':'kind','type':{'type':'enum','name':'Kind','symbols':['ADD','MODIFY','DELETE']}},"
    "{'name':'note','type':['null','string'],'default':null},{'name':'count','type':'int'},{'name':'big','type':'long'},"
    "{'name':'f','type':'float'},{'name':'d','type':'double'},{'name':'ok','type':'boolean'},"
    "{'name':'lines','type':{'type':'array','items':{'type':'record','name':'Line','fields':[{'name':'n','type':'int'},"
    "{'name':'sub','type':['null','Line'],'default':null}]}}},{'name':'tags','type':{'type':'map','values':'long'}},"
    "{'name':'any','type':['null','string','long',{'type':'array','items':'string'}]}]}";

static const char *const order_hex =
    "4830313839306135642d616339362d373734622d626363652d623330323039396138303537c4c00280a4ecdf"
    "9567edad4804fb1effffffffff830600ff10010203041e2b343420313633322039363030303004020a636166"
    "c3a9ffffffff0ffeffffffffffffffff010000003f9a9999999999b9bf010402020400060000040261020262"
    "01000602027800";

static const char *const order_tree =
    "{'id':'01890a5d-ac96-774b-bcce-b302099a8057','day':'2026-03-02','ms':'2026-03-02T10:00:00.000Z',"
    "'us':'1969-12-31T23:59:59.407241Z','price':'-12.50','tax':'-0.125','raw':'AP8Q','md':'AQIDBA==',"
    "'phone':'01632960000','kind':'DELETE','note':'caf\\u00e9','count':-2147483648,'big':9223372036854775807,'f':0.5,"
    "'d':-0.1,'ok':true,'lines':[{'n':1,'sub':{'n':2,'sub':null}},{'n':3,'sub':null}],'tags':{'a':1,'b':-1},"
    "'any':['x']}";

static bool decode(const struct schema *schema, const struct buffer *bytes, const struct datum_limits *limits,
                   struct json_object **tree, struct fault *why)
{
    char *exact = memory_copy(bytes->data, bytes->length);
    bool good = datum_decode(schema, exact, bytes->length, schema, limits, tree, why);

    memory_free(exact);
    return good;
}

static void as_fastavro(void)
{
    CLEANUP(schema_release) struct schema *schema = given_schema(order_schema);
    CLEANUP(tree_release) struct json_object *tree = NULL, *given = given_tree(order_tree);
    CLEANUP(buffer_release) struct buffer bytes, out, hex;
    struct fault why = {.text = ""};

    CU_ASSERT_EQUAL(schema_fingerprint(schema), 0xdd020095251401ba); /* fastavro: ba011425950002dd */
    given_bytes(order_hex, &bytes);
    CU_ASSERT(decode(schema, &bytes, NULL, &tree, &why));
    given_same("no fault", why.text, "");
    given_same_tree("decoded", tree, order_tree);

    /* the same bytes again, but for the number, which is national now */
    buffer_init(&out, 1000);
    CU_ASSERT(datum_encode(schema, given, &out, &why));
    given_hex(out.data, out.length, &hex);
    char *expected = memory_text(order_hex), *number = strstr(expected, "1e2b3434");
    memmove(number + 24, number + 32, strlen(number + 32) + 1);
    memcpy(number, "163031363332393630303030", 24);
    given_same("encoded", buffer_text(&hex), expected);
    memory_free(expected);
}

/* Cut at every byte, and one byte too long: always refused, never beyond the end (the address checks look). */
static void every_length(void)
{
    CLEANUP(schema_release) struct schema *schema = given_schema(order_schema);
    CLEANUP(buffer_release) struct buffer bytes = {0};
    struct json_object *tree = NULL;
    struct fault why;

    given_bytes(order_hex, &bytes);
    for (size_t length = 0; length < bytes.length; length++) {
        struct buffer part = {.data = bytes.data, .length = length};
        CU_ASSERT(!decode(schema, &part, NULL, &tree, &why));
        CU_ASSERT(tree == NULL && why.kind == FAULT_INPUT);
    }
    buffer_add_byte(&bytes, 0);
    CU_ASSERT(!decode(schema, &bytes, NULL, &tree, &why));
    given_same("one too long", why.text, "1 bytes follow the datum");
}

/* Every single bit turned: whatever comes of it, nothing breaks. */
static void every_bit(void)
{
    CLEANUP(schema_release) struct schema *schema = given_schema(order_schema);
    CLEANUP(buffer_release) struct buffer bytes = {0};
    size_t read = 0;

    given_bytes(order_hex, &bytes);
    for (size_t bit = 0; bit < bytes.length * 8; bit++) {
        struct json_object *tree = NULL;
        struct fault why;
        bytes.data[bit / 8] = (char)(bytes.data[bit / 8] ^ (1 << bit % 8));
        read += decode(schema, &bytes, NULL, &tree, &why) ? 1 : 0;
        json_object_put(tree);
        bytes.data[bit / 8] = (char)(bytes.data[bit / 8] ^ (1 << bit % 8));
    }
    CU_ASSERT(read > 100 && read < bytes.length * 8);
}

#define ITEMS "{'type':'record','name':'R','fields':[{'name':'l','type':{'type':'array','items':"
#define LIST(items) ITEMS items "}}]}"

static const struct {
    const char *name, *schema, *hex, *read; /* what is read, or ! and the fault */
} cases[] = {
    {"blocks", LIST("'int'"), "04 0204 02 06 00", "{'l':[1,2,3]}"},
    {"block with a size", LIST("'int'"), "03 04 0204 02 06 00", "{'l':[1,2,3]}"},
    {"block size too small", LIST("'int'"), "03 02 0204 00", "!l: a block is not as long as it says"},
    {"block size too large", LIST("'int'"), "03 06 0204 00", "!l: a block is not as long as it says"},
    {"block size beyond the end", LIST("'int'"), "03 7e 0204 00",
     "!l: a block of 63 bytes announced, 3 are left"},
    {"block size negative", LIST("'int'"), "03 03 0204 00", "!l: a block of -2 bytes announced, 3 are left"},
    {"smallest count", LIST("'int'"), "ffffffffffffffffff01 00 00",
     "!l: more than 200000 values in the datum"},
    {"largest count", LIST("'null'"), "feffffffffffffffff01 00", "!l: more than 200000 values in the datum"},
    {"a million nulls", LIST("'null'"), "80897a 00", "!l: more than 200000 values in the datum"},
    {"nulls in small blocks", LIST("'null'"), "04 04 00", "{'l':[null,null,null,null]}"},
    {"empty records", LIST("{'type':'record','name':'E','fields':[]}"), "04 00", "{'l':[{},{}]}"},
    {"a million empty records", LIST("{'type':'record','name':'E','fields':[]}"), "80897a 00",
     "!l: more than 200000 values in the datum"},
    {"list without end", LIST("'int'"), "04 0204", "!l: the datum ends inside a number"},
    {"length beyond the end", LIST("'string'"), "02 08 6162 00", "!l[0]: 4 bytes announced, 3 are left"},
    {"huge length", LIST("'string'"), "02 feffffffffffffffff01 00",
     "!l[0]: 9223372036854775807 bytes announced, 1 are left"},
    {"negative length", LIST("'bytes'"), "02 01 00", "!l[0]: -1 bytes announced, 1 are left"},
    {"symbol beyond", "{'type':'enum','name':'E','symbols':['A','B']}", "04", "!symbol 2 of 2"},
    {"symbol negative", "{'type':'enum','name':'E','symbols':['A','B']}", "01", "!symbol -1 of 2"},
    {"branch beyond", "['null','int']", "04", "!branch 2 of 2"},
    {"branch negative", "['null','int']", "01", "!branch -1 of 2"},
    {"int of 33 bits", "'int'", "8080808010", "!a number of more than 32 bits"},
    {"smallest int", "'int'", "ffffffff0f", "-2147483648"},
    {"long of 10 bytes", "'long'", "ffffffffffffffffff01", "-9223372036854775808"},
    {"long of 65 bits", "'long'", "ffffffffffffffffff02", "!a number of more than 64 bits"},
    {"long of 11 bytes", "'long'", "8080808080808080808000", "!a number of more than 64 bits"},
    {"padded number", "'long'", "8200", "1"},
    {"truth 2", "'boolean'", "02", "!a truth value that is neither 0 nor 1"},
    {"not a number", "'double'", "000000000000f87f",
     "!a number that JSON does not have: infinite, or not a number"},
    {"infinite", "'float'", "0000807f", "!a number that JSON does not have: infinite, or not a number"},
    {"text of no characters", "'string'", "00", "''"},
    {"bytes of none", "'bytes'", "00", "''"},
    {"NUL in text", "'string'", "06 610062", "!the text has a NUL character"},
    {"NUL at the end", "'string'", "04 6100", "!the text has a NUL character"},
    {"no UTF-8", "'string'", "02 ff", "!the text is not UTF-8"},
    {"NUL in a key", "{'type':'map','values':'int'}", "02 04 6100 02 00", "!a key that is not a text"},
    {"no UTF-8 in a key", "{'type':'map','values':'int'}", "02 02 ff 02 00", "!a key that is not a text"},
    {"a key twice", "{'type':'map','values':'int'}", "04 0261 02 0261 04 00", "{'a':2}"},
    {"no decimal", "{'type':'bytes','logicalType':'decimal','precision':4}", "00",
     "!a decimal has at least one byte"},
    {"decimal of too many digits", "{'type':'bytes','logicalType':'decimal','precision':4}", "04 2710",
     "!a decimal of more than 4 digits"},
};

static void lies(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(schema_release) struct schema *schema = given_schema(cases[i].schema);
        CLEANUP(tree_release) struct json_object *tree = NULL;
        CLEANUP(buffer_release) struct buffer bytes = {0};
        struct fault why = {.text = ""};

        given_bytes(cases[i].hex, &bytes);
        if (!decode(schema, &bytes, NULL, &tree, &why))
            given_same(cases[i].name, why.text, cases[i].read[0] == '!' ? cases[i].read + 1 : cases[i].read);
        else if (cases[i].read[0] == '!')
            given_same(cases[i].name, "no fault", cases[i].read + 1);
        else
            given_same_tree(cases[i].name, tree, cases[i].read);
    }
}

static void limits(void)
{
    CLEANUP(schema_release)
    struct schema *schema =
        given_schema("{'type':'record','name':'R','fields':[{'name':'r','type':['null','R']}]}");
    const struct datum_limits tight = {.bytes_max = 30, .values_max = 40, .depth_max = 21};
    CLEANUP(buffer_release) struct buffer bytes = {0};
    struct json_object *tree = NULL;
    struct fault why;

    given_bytes("020202020202020202 00",
                &bytes); /* 9 deep: record and union each, then the last record, union and null */
    CU_ASSERT(decode(schema, &bytes, &tight, &tree, &why));
    json_object_put(tree);
    tree = NULL;
    buffer_clear(&bytes);
    for (int i = 0; i < 10; i++)
        buffer_add_byte(&bytes, 2);
    buffer_add_byte(&bytes, 0);
    CU_ASSERT(!decode(schema, &bytes, &tight, &tree, &why));
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "values nested deeper than 21"));
    for (int i = 0; i < 30; i++)
        buffer_add_byte(&bytes, 2);
    CU_ASSERT(!decode(schema, &bytes, &tight, &tree, &why));
    given_same("bytes", why.text, "a datum of 41 bytes, more than 30");
    CU_ASSERT_PTR_NULL(tree);
}

/* An outcome that a worker published was not shown by `watch` above 200,000 values. */
static void our_own(void)
{
    CLEANUP(schema_release)
    struct schema *schema = given_schema("{'type': 'array', 'items': ['null', 'long']}");
    CLEANUP(tree_release) struct json_object *tree = json_object_new_array(), *back = NULL;
    CLEANUP(buffer_release) struct buffer bytes;
    struct fault why = {.text = ""};

    buffer_init(&bytes, 1 << 22);
    for (int i = 0; i < 250000; i++)
        json_object_array_add(tree, json_object_new_int(i));
    CU_ASSERT_FATAL(datum_encode(schema, tree, &bytes, &why));
    CU_ASSERT_FALSE(decode(schema, &bytes, NULL, &back, &why));
    CU_ASSERT_FATAL(decode(schema, &bytes, &datum_limits_own, &back, &why));
    CU_ASSERT_EQUAL(json_object_array_length(back), 250000);
}

static void not_encoded(void)
{
    CLEANUP(schema_release) struct schema *schema = given_schema(LIST("'int'"));
    CLEANUP(tree_release)
    struct json_object *wrong = given_tree("{'l':['1']}"), *right = given_tree("{'l':[1,2]}");
    CLEANUP(buffer_release) struct buffer out = {0};
    struct fault why;

    buffer_init(&out, 3);
    CU_ASSERT(!datum_encode(schema, wrong, &out, &why));
    given_same("place", why.text, "l[0]: a whole number expected, got text");
    CU_ASSERT(why.kind == FAULT_INPUT && out.length == 0);
    CU_ASSERT(!datum_encode(schema, right, &out, &why));
    given_same("room", why.text, "the datum is larger than 3 bytes");
    CU_ASSERT(why.kind == FAULT_EXHAUSTED);
}

/* Shortest texts, so that what people read is what was written. */
static void numbers(void)
{
    static const struct {
        const char *type;
        double value;
        const char *text;
    } rows[] = {{"'double'", 0.1, "0.1"},
                {"'float'", 0.1, "0.1"},
                {"'double'", 5, "5.0"},
                {"'double'", 1e22, "1e+22"},
                {"'double'", -0.0, "-0.0"},
                {"'double'", 1.0 / 3, "0.3333333333333333"},
                {"'float'", 16777216, "16777216.0"}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(schema_release) struct schema *schema = given_schema(rows[i].type);
        CLEANUP(tree_release) struct json_object *tree = json_object_new_double(rows[i].value), *read = NULL;
        CLEANUP(buffer_release) struct buffer out, text;
        struct fault why;

        buffer_init(&out, 10);
        buffer_init(&text, 100);
        CU_ASSERT(datum_encode(schema, tree, &out, &why));
        CU_ASSERT(decode(schema, &out, NULL, &read, &why));
        tree_write(read, &text);
        given_same(rows[i].type, buffer_text(&text), rows[i].text);
    }
}

/* Plain JSON that has its schema's shape is written as it is; all else is refused, and nothing is written. */
static void shaped(void)
{
    static const char text[] =
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"string\"},"
        "{\"name\":\"b\",\"type\":[\"null\",\"int\"],\"default\":null},"
        "{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"X\"]}}]}";
    static const char *const misshapen[] = {
        "{\"b\":1,\"a\":\"x\",\"e\":\"X\"}",         "{\"a\":\"x\",\"e\":\"X\"}",
        "{\"a\":\"x\",\"b\":1,\"e\":\"X\",\"f\":1}", "{\"a\":1,\"b\":1,\"e\":\"X\"}",
        "{\"a\":null,\"b\":1,\"e\":\"X\"}",          "{\"a\":\"x\",\"b\":\"1\",\"e\":\"X\"}",
        "{\"a\":\"x\",\"b\":1,\"e\":\"Y\"}",         "[]"};
    CLEANUP(schema_release) struct schema *schema = given_schema(text);
    CLEANUP(tree_release) struct json_object *good = given_tree("{\"a\":\"x\",\"b\":null,\"e\":\"X\"}");
    CLEANUP(buffer_release) struct buffer out = {0};
    struct fault why;

    buffer_init(&out, 100);
    CU_ASSERT(datum_encode_shaped(schema, good, &out, &why));
    CU_ASSERT_EQUAL_FATAL(out.length, 4);
    CU_ASSERT_EQUAL(memcmp(out.data, "\x02x\x00\x00", 4), 0);
    for (size_t i = 0; i < COUNT_OF(misshapen); i++) {
        CLEANUP(tree_release) struct json_object *tree = given_tree(misshapen[i]);
        CU_ASSERT_FALSE(datum_encode_shaped(schema, tree, &out, &why));
        CU_ASSERT_EQUAL(out.length, 4);
    }
}

/* What this thread has allocated and not freed; where a sanitizer looks for leaks itself, 0. */
static size_t in_use(void)
{
    uint64_t allocated = 0, freed = 0;
#ifdef JEMALLOC
    size_t size = sizeof allocated;
    CU_ASSERT_EQUAL_FATAL(mallctl("thread.allocated", &allocated, &size, NULL, 0), 0);
    CU_ASSERT_EQUAL_FATAL(mallctl("thread.deallocated", &freed, &size, NULL, 0), 0);
#endif
    return (size_t)(allocated - freed);
}

/* A hundred thousand bad records, damaged in every place, must leave nothing behind. */
static void flat_memory(void)
{
    CLEANUP(schema_release) struct schema *schema = given_schema(order_schema);
    CLEANUP(buffer_release) struct buffer bytes = {0};
    size_t before = 0, bad = 0;

    given_bytes(order_hex, &bytes);
    for (size_t i = 0; i < 100000; i++) {
        struct json_object *tree = NULL;
        struct fault why;
        size_t at = i % bytes.length;
        char byte = bytes.data[at];
        bytes.data[at] = (char)(byte ^ (char)(i / bytes.length));
        bool cut = i % 3 == 0;
        bad += datum_decode(schema, bytes.data, cut ? at : bytes.length, schema, NULL, &tree, &why) ? 0 : 1;
        json_object_put(tree);
        bytes.data[at] = byte;
        if (i == 1000)
            before = in_use();
    }
    size_t after = in_use();
    CU_ASSERT(bad > 50000);
    CU_ASSERT(after <= before + 4096);
}

static void refuse_leaves(const struct schema *schema, const char *hex, size_t count, enum fault_kind kind,
                          const char *text)
{
    CLEANUP(buffer_release) struct buffer bytes;
    struct datum_leaf leaves[5];
    struct fault why = {.text = ""};

    given_bytes(hex, &bytes);
    CU_ASSERT_FALSE(datum_read_leaves(schema, bytes.data, bytes.length, NULL, leaves, count, &why));
    CU_ASSERT_EQUAL(why.kind, kind);
    given_same("leaves", why.text, text);
}

static void leaves(void)
{
    CLEANUP(schema_release)
    struct schema *schema = given_schema(
        "{'type':'record','name':'R','fields':[{'name':'n','type':'long'},"
        "{'name':'e','type':{'type':'enum','name':'E','symbols':['A','B']}},{'name':'s','type':'string'},"
        "{'name':'b','type':['null','bytes']},{'name':'t','type':['null','string']}]}");
    CLEANUP(buffer_release) struct buffer bytes;
    struct datum_leaf found[5];
    struct fault why = {.text = ""};

    given_bytes("0302"
                "04c3a9"
                "020400ff"
                "00",
                &bytes);
    CU_ASSERT_FATAL(datum_read_leaves(schema, bytes.data, bytes.length, NULL, found, 5, &why));
    CU_ASSERT(found[0].number == -2 && found[0].bytes == NULL && found[1].number == 1);
    CU_ASSERT(found[2].length == 2 && memcmp(found[2].bytes, "\xc3\xa9", 2) == 0);
    CU_ASSERT(found[3].length == 2 && memcmp(found[3].bytes, "\0\xff", 2) == 0);
    CU_ASSERT(found[4].bytes == NULL && found[4].length == 0);
    refuse_leaves(schema, "030202c300000000", 4, FAULT_LOCAL, "'R' does not have 4 fields");
    refuse_leaves(schema, "030202c30000", 5, FAULT_INPUT, "s: it is not a text");
    refuse_leaves(schema, "03020000020200", 5, FAULT_INPUT, "t: it is not a text");
    refuse_leaves(schema, "0304000000", 5, FAULT_INPUT, "e: symbol 2 of 2");
}

/* Of what has values of its own, the bytes: they are a datum of its schema. */
static void whole_leaves(void)
{
    CLEANUP(schema_release)
    struct schema *schema = given_schema(
        "{'type':'record','name':'R','fields':["
        "{'name':'r','type':['null',{'type':'record','name':'I','fields':[{'name':'x','type':'long'}]}]},"
        "{'name':'l','type':{'type':'array','items':'I'}},{'name':'n','type':['null','I']},"
        "{'name':'after','type':'string'}]}");
    CLEANUP(buffer_release) struct buffer bytes;
    struct datum_leaf found[4];
    struct fault why = {.text = ""};

    given_bytes("0206"
                "04020400"
                "00"
                "0261",
                &bytes);
    CU_ASSERT_FATAL(datum_read_leaves(schema, bytes.data, bytes.length, NULL, found, 4, &why));
    CU_ASSERT(found[0].length == 1 && found[0].bytes[0] == 6);
    CU_ASSERT(found[1].length == 4 && memcmp(found[1].bytes, "\4\2\4\0", 4) == 0);
    CU_ASSERT(found[2].length == 0 && found[2].bytes == NULL);
    CU_ASSERT(found[3].length == 1 && found[3].bytes[0] == 'a');
}

struct items {
    size_t count;
    bool truth;
    int64_t numbers[3];
    char text[8];
};

static void take_item(void *context, const struct datum_leaf leaves[])
{
    struct items *items = context;

    items->numbers[items->count++] = leaves[0].number;
    items->truth = leaves[1].number != 0;
    snprintf(items->text, sizeof items->text, "%.*s", (int)leaves[2].length, leaves[2].bytes);
}

/* One after the other, whatever the blocks, and what lies within an item is none of the list's. */
static void items(void)
{
    CLEANUP(schema_release)
    struct schema *schema = given_schema(
        "{'type':'array','items':{'type':'record','name':'R','fields':[{'name':'n','type':['null','long']},"
        "{'name':'t','type':'boolean'},{'name':'s','type':'string'},"
        "{'name':'l','type':{'type':'array','items':{'type':'record','name':'I','fields':"
        "[{'name':'x','type':'long'}]}}}]}}");
    CLEANUP(buffer_release) struct buffer bytes;
    struct items found = {0};
    struct fault why = {.text = ""};

    given_bytes("04"
                "0204"
                "00"
                "0261"
                "040a0c00"
                "00"
                "01"
                "0262"
                "00"
                "01"
                "0c"
                "0208"
                "01"
                "0263"
                "00"
                "00",
                &bytes);
    CU_ASSERT_FATAL(datum_read_items(schema, bytes.data, bytes.length, 4, take_item, &found, &why));
    CU_ASSERT(found.count == 3 && found.numbers[0] == 2 && found.numbers[1] == 0 && found.numbers[2] == 4);
    CU_ASSERT(found.truth);
    given_same("text", found.text, "c");
    CU_ASSERT_FALSE(datum_read_items(schema, bytes.data, bytes.length, 3, take_item, &found, &why));
    given_same("count", why.text, "it is no list of records of 3 fields");
    buffer_release(&bytes);
    given_bytes("02"
                "00"
                "00"
                "0200"
                "00"
                "00",
                &bytes);
    CU_ASSERT_FALSE(datum_read_items(schema, bytes.data, bytes.length, 4, take_item, &found, &why));
    given_same("text", why.text, "[0].s: it is not a text");
    CU_ASSERT_EQUAL(found.count, 3);
}

CU_TestInfo test_datum[] = {{"as fastavro", as_fastavro},
                            {"every length", every_length},
                            {"every bit", every_bit},
                            {"lies", lies},
                            {"limits", limits},
                            {"our own", our_own},
                            {"not encoded", not_encoded},
                            {"numbers", numbers},
                            {"flat memory", flat_memory},
                            {"shaped", shaped},
                            {"leaves", leaves},
                            {"whole leaves", whole_leaves},
                            {"items", items},
                            CU_TEST_INFO_NULL};
