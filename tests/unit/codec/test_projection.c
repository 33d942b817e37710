/* Schema resolution: what was written with one schema, read with another. */
#include "datum.h"

#include "given.h"

#define RECORD(fields) "{'type':'record','name':'R','fields':[" fields "]}"
#define FIELD(name, type) "{'name':'" name "','type':" type "}"
#define WITH(name, type, rest) "{'name':'" name "','type':" type "," rest "}"
#define ENUM(symbols) "{'type':'enum','name':'E','symbols':[" symbols "]}"
#define LOGICAL(type, logical) "{'type':'" type "','logicalType':'" logical "'}"
#define DECIMAL(precision, scale)                                                                            \
    "{'type':'bytes','logicalType':'decimal','precision':" precision ",'scale':" scale "}"

static const struct {
    const char *name, *writer, *tree, *reader, *read; /* what is read, or ! and the fault */
} cases[] = {
    {"int as long", "'int'", "5", "'long'", "5"},
    {"int as float", "'int'", "5", "'float'", "5.0"},
    {"int as double", "'int'", "5", "'double'", "5.0"},
    {"long as float", "'long'", "16777217", "'float'", "16777216.0"},
    {"long as double", "'long'", "5", "'double'", "5.0"},
    {"float as double", "'float'", "0.5", "'double'", "0.5"},
    {"long as int", "'long'", "5", "'int'", "!written as long, which cannot be read as int"},
    {"double as float", "'double'", "5.0", "'float'", "!written as double, which cannot be read as float"},
    {"int as string", "'int'", "5", "'string'", "!written as int, which cannot be read as string"},
    {"int as boolean", "'int'", "1", "'boolean'", "!written as int, which cannot be read as boolean"},
    {"string as bytes", "'string'", "'abc'", "'bytes'", "'YWJj'"},
    {"bytes as string", "'bytes'", "'YWJj'", "'string'", "'abc'"},
    {"no bytes as string", "'bytes'", "''", "'string'", "''"},
    {"bytes that are no text", "'bytes'", "'/w=='", "'string'", "!the text is not UTF-8"},
    {"bytes as uuid", "'bytes'", "'YWJj'", LOGICAL("string", "uuid"),
     "!a UUID has 36 characters, this has 3"},

    {"field added with default", RECORD(FIELD("a", "'int'")), "{'a':1}",
     RECORD(FIELD("a", "'int'") "," WITH("b", "'string'", "'default':'x'")), "{'a':1,'b':'x'}"},
    {"field added without", RECORD(FIELD("a", "'int'")), "{'a':1}",
     RECORD(FIELD("a", "'int'") "," FIELD("b", "'int'")),
     "!b: missing in what was written, and it has no default"},
    {"field added with null", RECORD(FIELD("a", "'int'")), "{'a':1}",
     RECORD(WITH("b", "['null','int']", "'default':null")), "{'b':null}"},
    {"record as default", RECORD(""), "{}",
     RECORD(WITH("s", "{'type':'record','name':'S','fields':[" WITH("n", "'int'", "'default':7") "]}",
                 "'default':{}")),
     "{'s':{'n':7}}"},
    {"field removed and reordered",
     RECORD(FIELD("a", "'int'") "," FIELD("b", "'string'") "," FIELD("c", "'int'")), "{'a':1,'b':'x','c':3}",
     RECORD(FIELD("c", "'int'") "," FIELD("a", "'int'")), "{'c':3,'a':1}"},
    {"field alias", RECORD(FIELD("old", "'int'")), "{'old':1}",
     RECORD(WITH("new", "'long'", "'aliases':['x','old']")), "{'new':1}"},
    {"the name wins over the alias", RECORD(FIELD("old", "'int'") "," FIELD("new", "'int'")),
     "{'old':1,'new':2}", RECORD(WITH("new", "'int'", "'aliases':['old']")), "{'new':2}"},
    {"another record", RECORD(""), "{}", "{'type':'record','name':'Q','fields':[]}",
     "!written as R, which cannot be read as Q"},
    {"record alias", RECORD(""), "{}", "{'type':'record','name':'Q','aliases':['R'],'fields':[]}", "{}"},
    {"namespaces are not compared", RECORD(""), "{}", "{'type':'record','name':'n.R','fields':[]}", "{}"},
    {"the place is named", RECORD(FIELD("lines", "{'type':'array','items':'long'}")), "{'lines':[1]}",
     RECORD(FIELD("lines", "{'type':'array','items':'int'}")),
     "!lines[0]: written as long, which cannot be read as int"},

    {"symbols reordered", ENUM("'A','B','C'"), "'A'", ENUM("'C','B','A'"), "'A'"},
    {"symbol gone", ENUM("'A','B','C'"), "'C'", ENUM("'B','A'"),
     "!symbol C is unknown to the reader, and E has no default"},
    {"symbol gone, default", ENUM("'A','B','C'"), "'C'",
     "{'type':'enum','name':'E','symbols':['B','A'],'default':'B'}", "'B'"},

    {"writer's union", "['null','int']", "5", "'long'", "5"},
    {"writer's union, null", "['null','int']", "null", "'long'",
     "!written as null, which cannot be read as long"},
    {"reader's union", "'int'", "5", "['null','int']", "5"},
    {"reader's union prefers the same type", "'int'", "5", "['double','long','int']", "5"},
    {"reader's union, promotion", "'int'", "5", "['string','long']", "5"},
    {"reader's union, none", "'boolean'", "true", "['null','int']",
     "!written as boolean, which cannot be read as union"},
    {"both unions", "['string','null']", "'x'", "['null','string']", "'x'"},
    {"both unions, null", "['string','null']", "null", "['null','string']", "null"},
    {"union of records, by name",
     "[{'type':'record','name':'A','fields':[]},{'type':'record','name':'B','fields':[{'name':'b','type':'int'}]}]",
     "{'b':1}",
     "[{'type':'record','name':'B','fields':[{'name':'b','type':'long'}]},{'type':'record','name':'A','fields':[]}]",
     "{'b':1}"},
    {"union of records, by alias", "{'type':'record','name':'x.Old','fields':[]}", "{}",
     "['null',{'type':'record','name':'y.New','aliases':['x.Old'],'fields':[]}]", "{}"},
    {"fixed", "{'type':'fixed','name':'F','size':2}", "'AAE='", "{'type':'fixed','name':'F','size':2}",
     "'AAE='"},
    {"fixed of another size", "{'type':'fixed','name':'F','size':2}", "'AAE='",
     "{'type':'fixed','name':'F','size':3}", "!written as F, which cannot be read as F"},
    {"map", "{'type':'map','values':'int'}", "{'a':1}", "{'type':'map','values':'double'}", "{'a':1.0}"},
    {"array as map", "{'type':'array','items':'int'}", "[]", "{'type':'map','values':'int'}",
     "!written as array, which cannot be read as map"},

    {"number as a date", "'int'", "20514", LOGICAL("int", "date"), "'2026-03-02'"},
    {"date as a number", LOGICAL("int", "date"), "'2026-03-02'", "'long'", "20514"},
    {"int as a moment", "'int'", "1", LOGICAL("long", "timestamp-millis"), "'1970-01-01T00:00:00.001Z'"},
    {"micros as millis", LOGICAL("long", "timestamp-micros"), "'1969-12-31T23:59:59.999999Z'",
     LOGICAL("long", "timestamp-millis"), "'1969-12-31T23:59:59.999Z'"},
    {"millis as micros", LOGICAL("long", "timestamp-millis"), "'2026-03-02T10:00:00.037Z'",
     LOGICAL("long", "timestamp-micros"), "'2026-03-02T10:00:00.037000Z'"},
    {"moment out of range", "'long'", "9223372036854775807", LOGICAL("long", "timestamp-millis"),
     "!a moment outside the years 1 to 9999"},
    {"negative decimal", DECIMAL("9", "2"), "'-12.5'", DECIMAL("9", "2"), "'-12.50'"},
    {"decimal of more digits", DECIMAL("9", "2"), "'-12.5'", DECIMAL("12", "2"), "'-12.50'"},
    {"decimal of another scale", DECIMAL("9", "2"), "'-12.5'", DECIMAL("9", "3"),
     "!written with 2 decimals, 3 expected"},
    {"decimal that does not fit", DECIMAL("9", "2"), "'1234567.89'", DECIMAL("4", "2"),
     "!a decimal of more than 4 digits"},
    {"uuid in large letters", "'string'", "'01890A5D-AC96-774B-BCCE-B302099A8057'", LOGICAL("string", "uuid"),
     "'01890a5d-ac96-774b-bcce-b302099a8057'"},
    {"phone", "'string'", "'+44 1632 960000'", LOGICAL("string", "uk-number"), "'01632960000'"},
    {"no phone", RECORD(FIELD("p", "'string'")), "{'p':'x'}",
     RECORD(FIELD("p", LOGICAL("string", "uk-number"))),
     "!p: a UK telephone number has digits, spaces, hyphens and brackets only"},
};

static void table(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(schema_release) struct schema *writer = given_schema(cases[i].writer);
        CLEANUP(schema_release) struct schema *reader = given_schema(cases[i].reader);
        CLEANUP(tree_release) struct json_object *tree = NULL, *read = NULL;
        CLEANUP(buffer_release) struct buffer bytes = {0};
        struct fault why = {.text = ""};

        if (strcmp(cases[i].tree, "null") != 0)
            tree = given_tree(cases[i].tree);
        buffer_init(&bytes, 1000);
        if (!datum_encode(writer, tree, &bytes, &why))
            given_same(cases[i].name, why.text, "an encoded datum");
        bool good = datum_decode(writer, buffer_text(&bytes), bytes.length, reader, NULL, &read, &why);
        const char *want = cases[i].read + (cases[i].read[0] == '!' ? 1 : 0);
        if (!good)
            given_same(cases[i].name, why.text, want);
        else if (cases[i].read[0] == '!')
            given_same(cases[i].name, "no fault", want);
        else if (strcmp(want, "null") != 0)
            given_same_tree(cases[i].name, read, want);
        else
            given_same(cases[i].name, read == NULL ? "null" : "something", "null");
    }
}

/* A default that was given out may be changed by its owner; the schema's stays. */
static void defaults_are_copies(void)
{
    CLEANUP(schema_release) struct schema *writer = given_schema(RECORD(""));
    CLEANUP(schema_release)
    struct schema *reader =
        given_schema(RECORD(WITH("l", "{'type':'array','items':'int'}", "'default':[1]")));
    struct fault why;

    for (int round = 0; round < 2; round++) {
        struct json_object *read = NULL;
        CU_ASSERT(datum_decode(writer, "", 0, reader, NULL, &read, &why));
        given_same_tree("default", read, "{'l':[1]}");
        json_object_array_add(tree_member(read, "l"), json_object_new_int(2));
        json_object_put(read);
    }
}

/* What only a reader's schema is for is not judged in a writer's. Each has one field n, and the bytes are of n = 3. */
static const struct {
    const char *name, *writer, *hex;
} foreign[] = {
    {"an empty uuid default",
     RECORD(WITH("u", LOGICAL("string", "uuid"), "'default':''") "," FIELD("n", "'int'")), "0006"},
    {"a default of the wrong type", RECORD(WITH("n", "'int'", "'default':'x'")), "06"},
    {"NaN", RECORD(WITH("d", "'double'", "'default':NaN") "," FIELD("n", "'int'")), "000000000000f87f06"},
    {"infinity", RECORD(WITH("d", "'float'", "'default':-Infinity") "," FIELD("n", "'int'")), "000080ff06"},
    {"NaN as text", RECORD(WITH("d", "'double'", "'default':'NaN'") "," FIELD("n", "'int'")),
     "000000000000f87f06"},
    {"a default of a late branch", RECORD(WITH("n", "['null','int']", "'default':[]")), "0206"},
    {"an enum's default",
     RECORD(FIELD("e", "{'type':'enum','name':'E','symbols':['A'],'default':'B'}") "," FIELD("n", "'int'")),
     "0006"},
    {"a symbol with a hyphen", RECORD(FIELD("e", ENUM("'A-B'")) "," FIELD("n", "'int'")), "0006"},
    {"a hyphen in a namespace",
     RECORD(FIELD("s", "{'type':'record','name':'S','namespace':'com.a-b','fields':[]}") "," FIELD(
         "t", "['null','com.a-b.S']") "," FIELD("n", "'int'")),
     "0006"},
    {"aliases that are none",
     "{'type':'record','name':'R','aliases':'x','fields':[" WITH("n", "'int'", "'aliases':[1]") "]}", "06"},
};

static void foreign_writers(void)
{
    CLEANUP(schema_release) struct schema *reader = given_schema(RECORD(FIELD("n", "['null','long']")));

    for (size_t i = 0; i < COUNT_OF(foreign); i++) {
        CLEANUP(memory_release) char *text = memory_text(foreign[i].writer);
        CLEANUP(schema_release) struct schema *writer = NULL, *ours = NULL;
        CLEANUP(buffer_release) struct buffer bytes = {0};
        CLEANUP(tree_release) struct json_object *tree = NULL;
        struct fault why = {.text = ""};

        for (char *c = text; *c != '\0'; c++)
            if (*c == '\'')
                *c = '"';
        given_bytes(foreign[i].hex, &bytes);
        CU_ASSERT(!schema_parse(text, strlen(text), NULL, &ours, &why));
        why.text[0] = '\0';
        if (schema_parse_foreign(text, strlen(text), NULL, &writer, &why) &&
            datum_decode(writer, bytes.data, bytes.length, reader, NULL, &tree, &why))
            given_same_tree(foreign[i].name, tree, "{'n':3}");
        given_same(foreign[i].name, why.text, "");
    }
}

CU_TestInfo test_projection[] = {{"table", table},
                                 {"defaults are copies", defaults_are_copies},
                                 {"foreign writers", foreign_writers},
                                 CU_TEST_INFO_NULL};
