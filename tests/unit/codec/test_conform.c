/* Plain JSON against a schema, strictly and leniently. */
#include "projection.h"

#include "given.h"

static const char *const given_text =
    "{'type':'record','name':'R','fields':["
    "{'name':'id','type':{'type':'string','logicalType':'uuid'},'default':'01890a5d-ac96-774b-bcce-b302099a8057'},"
    "{'name':'phone','type':['null',{'type':'string','logicalType':'uk-number'}],'default':null},"
    "{'name':'text','type':'string','default':'t'},"
    "{'name':'count','type':'int','default':1},"
    "{'name':'big','type':'long','default':2},"
    "{'name':'rate','type':'double','default':0.5},"
    "{'name':'ok','type':'boolean','default':true},"
    "{'name':'price','type':{'type':'bytes','logicalType':'decimal','precision':6,'scale':2},'default':'\\u0000'},"
    "{'name':'raw','type':'bytes','default':''},"
    "{'name':'md','type':{'type':'fixed','name':'Md','size':2},'default':'ab'},"
    "{'name':'day','type':{'type':'int','logicalType':'date'},'default':0},"
    "{'name':'at','type':{'type':'long','logicalType':'timestamp-millis'},'default':0},"
    "{'name':'us','type':{'type':'long','logicalType':'timestamp-micros'},'default':0},"
    "{'name':'kind','type':{'type':'enum','name':'K','symbols':['A','B'],'default':'B'},'default':'A'},"
    "{'name':'closed','type':{'type':'enum','name':'C','symbols':['X']},'default':'X'},"
    "{'name':'lines','type':{'type':'array','items':{'type':'record','name':'L','fields':["
    "{'name':'n','type':'int'},{'name':'sub','type':['null','L'],'default':null}]}},'default':[]},"
    "{'name':'tags','type':{'type':'map','values':'long'},'default':{}},"
    "{'name':'bare','type':['null','int'],'default':null},"
    "{'name':'any','type':['null','long','string',{'type':'array','items':'string'}],'default':null}"
    "]}";

/* `out` is the member that is looked at, or the fault; the same in strict and lenient where `lenient` is null. */
static const struct {
    const char *name, *tree, *member, *strict, *lenient;
} cases[] = {
    {"defaults", "{}", "id", "'01890a5d-ac96-774b-bcce-b302099a8057'", NULL},
    {"default null", "{}", "phone", "null", NULL},
    {"default list", "{}", "lines", "[]", NULL},
    {"default bytes", "{}", "md", "'YWI='", NULL},
    {"default decimal", "{}", "price", "'0.00'", NULL},
    {"default date", "{}", "day", "'1970-01-01'", NULL},
    {"uuid in small letters", "{'id':'01890A5D-AC96-774B-BCCE-B302099A8057'}", "id",
     "'01890a5d-ac96-774b-bcce-b302099a8057'", NULL},
    {"no uuid", "{'id':'x'}", "id", "!id: a UUID has 36 characters, this has 1", NULL},
    {"phone", "{'phone':'+44 1632 960000'}", "phone", "'01632960000'", NULL},
    {"phone as a number", "{'phone':1632960000}", "phone", "!phone: text expected, got a number",
     "'01632960000'"},
    {"text", "{'text':'a\\u00e9'}", "text", "'a\\u00e9'", NULL},
    {"number for text", "{'text':42}", "text", "!text: text expected, got a number", "'42'"},
    {"fraction for text", "{'text':1.50}", "text", "!text: text expected, got a number", "'1.50'"},
    {"boolean for text", "{'text':true}", "text", "!text: text expected, got true or false", NULL},
    {"object for text", "{'text':{}}", "text", "!text: text expected, got an object", NULL},
    {"null for text", "{'text':null}", "text", "!text: text expected, got null", "'t'"},
    {"NUL in text", "{'text':'a\\u0000b'}", "text", "!text: the text has a NUL character", NULL},
    {"integer", "{'count':-2147483648}", "count", "-2147483648", NULL},
    {"integer too large", "{'count':2147483648}", "count", "!count: a number of at most 32 bits expected",
     NULL},
    {"whole fraction", "{'count':5.0}", "count", "5", NULL},
    {"fraction", "{'count':5.5}", "count", "!count: a whole number expected", NULL},
    {"huge fraction", "{'count':1e300}", "count", "!count: a whole number expected", NULL},
    {"text for integer", "{'count':'5'}", "count", "!count: a whole number expected, got text", "5"},
    {"text that is none", "{'count':'5x'}", "count", "!count: a whole number expected, got text", NULL},
    {"text with a space", "{'count':' 5'}", "count", "!count: a whole number expected, got text", NULL},
    {"empty text", "{'count':''}", "count", "!count: a whole number expected, got text", NULL},
    {"64 bits", "{'big':9223372036854775807}", "big", "9223372036854775807", NULL},
    {"more than 64 bits", "{'big':9223372036854775808}", "big", "!big: a number of at most 64 bits expected",
     NULL},
    {"text beyond 64 bits", "{'big':'9223372036854775808'}", "big",
     "!big: a number of at most 64 bits expected", NULL},
    {"integer for a double", "{'rate':3}", "rate", "3.0", NULL},
    {"text for a double", "{'rate':'-1.5e2'}", "rate", "!rate: a number expected, got text", "-150.0"},
    {"hexadecimal", "{'rate':'0x10'}", "rate", "!rate: a number expected, got text", NULL},
    {"infinity", "{'rate':'inf'}", "rate", "!rate: a number expected, got text", NULL},
    {"infinite", "{'rate':'1e999'}", "rate", "!rate: a number expected, got text",
     "!rate: a number that JSON does not have: infinite, or not a number"},
    {"no boolean", "{'ok':'true'}", "ok", "!ok: true or false expected, got text", NULL},
    {"decimal", "{'price':'-12.5'}", "price", "'-12.50'", NULL},
    {"decimal as a number", "{'price':12.5}", "price", "!price: a decimal as text expected, got a number",
     "'12.50'"},
    {"decimal with too many digits", "{'price':'12345.6'}", "price", "!price: more than 6 digits", NULL},
    {"decimal with too many decimals", "{'price':'1.234'}", "price",
     "!price: more than 2 digits after the point", NULL},
    {"bytes", "{'raw':'AP8='}", "raw", "'AP8='", NULL},
    {"no base64", "{'raw':'A'}", "raw", "!raw: base64 text has a multiple of 4 characters, this has 1", NULL},
    {"fixed of the wrong size", "{'md':'AP8B'}", "md", "!md: 2 bytes expected, got 3", NULL},
    {"date", "{'day':'2026-03-02'}", "day", "'2026-03-02'", NULL},
    {"no date", "{'day':'02/03/2026'}", "day", "!day: a date like 2026-03-02 expected, wrong at character 1",
     NULL},
    {"date as a number", "{'day':20514}", "day", "!day: a date expected, got a number", NULL},
    {"moment", "{'at':'2026-03-02T10:00:00.407241+00:00'}", "at", "'2026-03-02T10:00:00.407Z'", NULL},
    {"moment between blanks", "{'at':' 2026-03-02T10:00:00.000Z\\n '}", "at",
     "!at: a moment like 2026-03-02T10:00:00Z expected, wrong at character 1", "'2026-03-02T10:00:00.000Z'"},
    {"only blanks", "{'at':' '}", "at",
     "!at: a moment like 2026-03-02T10:00:00Z expected, wrong at character 1", NULL},
    {"micros", "{'us':'2026-03-02T10:00:00.407241+00:00'}", "us", "'2026-03-02T10:00:00.407241Z'", NULL},
    {"moment as a number", "{'at':0}", "at", "!at: a moment expected, got a number", NULL},
    {"symbol", "{'kind':'B'}", "kind", "'B'", NULL},
    {"unknown symbol", "{'kind':'Z'}", "kind", "!kind: not one of the symbols of K", "'B'"},
    {"unknown symbol, no default", "{'closed':'Z'}", "closed", "!closed: not one of the symbols of C", NULL},
    {"number for a symbol", "{'kind':1}", "kind", "!kind: text expected, got a number", NULL},
    {"list", "{'lines':[{'n':1},{'n':2,'sub':{'n':3}}]}", "lines",
     "[{'n':1,'sub':null},{'n':2,'sub':{'n':3,'sub':null}}]", NULL},
    {"one object for a list", "{'lines':{'n':1}}", "lines", "!lines: a list expected, got an object",
     "[{'n':1,'sub':null}]"},
    {"text for a list", "{'lines':'x'}", "lines", "!lines: a list expected, got text", NULL},
    {"null for a list", "{'lines':null}", "lines", "!lines: a list expected, got null", "[]"},
    {"missing", "{'lines':[{'n':1,'sub':{}}]}", "lines", "!lines[0].sub.n: missing", NULL},
    {"null for what must be", "{'lines':[{'n':null}]}", "lines",
     "!lines[0].n: a whole number expected, got null", NULL},
    {"unknown member", "{'lines':[{'n':1,'x\\ny':2}]}", "lines", "!lines[0]: member 'x?y' is not known here",
     "[{'n':1,'sub':null}]"},
    {"map", "{'tags':{'a':1,'b':2}}", "tags", "{'a':1,'b':2}", NULL},
    {"map value", "{'tags':{'a':1,'b':'x'}}", "tags", "!tags.b: a whole number expected, got text", NULL},
    {"optional there", "{'bare':3}", "bare", "3", NULL},
    {"optional wrong", "{'bare':'x'}", "bare", "!bare: a whole number expected, got text", NULL},
    {"union, number", "{'any':5}", "any", "5", NULL},
    {"union, text of digits stays text", "{'any':'5'}", "any", "'5'", NULL},
    {"union, list", "{'any':['5']}", "any", "['5']", NULL},
    {"union, lenient list", "{'any':[5]}", "any", "!any: fits none of the 4 types allowed here", "['5']"},
    {"union, nothing fits", "{'any':true}", "any", "!any: fits none of the 4 types allowed here", NULL},
    {"no object", "[]", "id", "!an object expected, got a list", NULL},
};

static void run(const struct schema_node *root, size_t i, enum projection_mode mode, const char *want)
{
    CLEANUP(tree_release) struct json_object *tree = given_tree(cases[i].tree), *out = NULL;
    struct fault why = {.text = ""};
    char name[100];

    snprintf(name, sizeof name, "%s, %s", cases[i].name, mode == PROJECTION_STRICT ? "strict" : "lenient");
    if (!projection_conform(root, tree, mode, &out, &why)) {
        CU_ASSERT(out == NULL && why.kind == FAULT_INPUT);
        given_same(name, why.text, *want == '!' ? want + 1 : want);
    } else if (*want == '!') {
        given_same(name, "no fault", want + 1);
    } else {
        given_same_tree(name, tree_member(out, cases[i].member), want);
        CU_ASSERT(tree_has(out, "any"));
        /* what conforms once conforms again, unchanged, and strictly */
        CLEANUP(tree_release) struct json_object *again = NULL;
        CU_ASSERT(projection_conform(root, out, PROJECTION_STRICT, &again, &why));
        CU_ASSERT(tree_equal(out, again));
    }
}

static void table(void)
{
    CLEANUP(schema_release) struct schema *schema = given_schema(given_text);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        run(schema_root(schema), i, PROJECTION_STRICT, cases[i].strict);
        run(schema_root(schema), i, PROJECTION_LENIENT,
            cases[i].lenient == NULL ? cases[i].strict : cases[i].lenient);
    }
}

static void optional_without_default(void)
{
    CLEANUP(schema_release)
    struct schema *schema =
        given_schema("{'type':'record','name':'R','fields':[{'name':'a','type':['null','int']}]}");
    CLEANUP(tree_release) struct json_object *tree = given_tree("{}"), *out = NULL;
    struct fault why;

    CU_ASSERT(!projection_conform(schema_root(schema), tree, PROJECTION_STRICT, &out, &why));
    given_same("strict", why.text, "a: missing");
    CU_ASSERT(projection_conform(schema_root(schema), tree, PROJECTION_LENIENT, &out, &why));
    given_same_tree("lenient", out, "{'a':null}");
}

static void broken_utf8(void)
{
    CLEANUP(schema_release) struct schema *schema = given_schema("'string'");
    CLEANUP(tree_release) struct json_object *tree = json_object_new_string("a\xff"), *out = NULL;
    struct fault why;

    CU_ASSERT(!projection_conform(schema_root(schema), tree, PROJECTION_STRICT, &out, &why));
    given_same("fault", why.text, "the text is not UTF-8");
}

CU_TestInfo test_conform[] = {{"table", table},
                              {"optional without default", optional_without_default},
                              {"broken UTF-8", broken_utf8},
                              CU_TEST_INFO_NULL};
