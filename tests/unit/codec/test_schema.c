/* Schemas: the specification's canonical forms, names, references, walking, and everything that is refused. */
#include "given.h"

#include <inttypes.h>

/* Fingerprints as fastavro 1.13.1 computes them, and the first eight as in Avro's share/test/data/schema-tests.txt. */
static const struct {
    const char *text, *canonical;
    uint64_t fingerprint;
} canonical[] = {
    {"'null'", "'null'", 0x63dd24e7cc258f8a},
    {"'boolean'", "'boolean'", 0x9f42fc78a4d4f764},
    {"'int'", "'int'", 0x7275d51a3f395c8f},
    {"'long'", "'long'", 0xd054e14493f41db7},
    {"'float'", "'float'", 0x4d7c02cb3ea8d790},
    {"'double'", "'double'", 0x8e7535c032ab957e},
    {"'bytes'", "'bytes'", 0x4fc016dac3201965},
    {"'string'", "'string'", 0x8f014872634503c7},
    {"{ 'type' : 'null' }", "'null'", 0x63dd24e7cc258f8a},
    {"{'type':'long','logicalType':'timestamp-millis'}", "'long'", 0xd054e14493f41db7},
    {"[ 'null','int']", "['null','int']", 0xd51cc0922b46b1d7},
    {"{'type':'fixed', 'name':'foo', 'size':15}", "{'name':'foo','type':'fixed','size':15}",
     0x18602ec3ed31a504},
    {"{'type':'enum','name':'foo','symbols':['A1'],'doc':'x'}",
     "{'name':'foo','type':'enum','symbols':['A1']}", 0xa7fc039e15aa3169},
    {"{'items':{'type':'null'}, 'type':'array'}", "{'type':'array','items':'null'}", 0xf7d13f2f68170a6d},
    {"{'values':'string', 'type':'map'}", "{'type':'map','values':'string'}", 0x86ce965d92864572},
    {"{'fields':[{'default':true,'doc':'d','order':'ignore','type':{'type':'boolean'},'aliases':['z'],'name':'f1'}],"
     "'type':'record','aliases':['bar'],'name':'foo'}",
     "{'name':'foo','type':'record','fields':[{'name':'f1','type':'boolean'}]}", 0x6cd8eaf1c968a33b},
    {"{'type':'record','name':'HandshakeRequest','namespace':'org.apache.avro.ipc','fields':["
     "{'name':'clientHash','type':{'type':'fixed','name':'MD5','size':16}},"
     "{'name':'clientProtocol','type':['null','string']},{'name':'serverHash','type':'MD5'},"
     "{'name':'meta','type':['null',{'type':'map','values':'bytes'}]}]}",
     "{'name':'org.apache.avro.ipc.HandshakeRequest','type':'record','fields':["
     "{'name':'clientHash','type':{'name':'org.apache.avro.ipc.MD5','type':'fixed','size':16}},"
     "{'name':'clientProtocol','type':['null','string']},{'name':'serverHash','type':'org.apache.avro.ipc.MD5'},"
     "{'name':'meta','type':['null',{'type':'map','values':'bytes'}]}]}",
     0x57577c5a9ed76ab9},
    {"{'type':'record','name':'a.b.R','namespace':'ignored','fields':[{'name':'e','type':{'type':'enum','name':'E',"
     "'namespace':'','symbols':['X']}},{'name':'r','type':['null','R']}]}",
     "{'name':'a.b.R','type':'record','fields':[{'name':'e','type':{'name':'E','type':'enum','symbols':['X']}},"
     "{'name':'r','type':['null','a.b.R']}]}",
     0},
};

static void canonical_forms(void)
{
    for (size_t i = 0; i < COUNT_OF(canonical); i++) {
        CLEANUP(schema_release) struct schema *schema = given_schema(canonical[i].text);
        char *text = memory_text(schema_canonical(schema));

        for (char *c = text; *c != '\0'; c++)
            if (*c == '"')
                *c = '\'';
        given_same(canonical[i].text, text, canonical[i].canonical);
        memory_free(text);
        if (canonical[i].fingerprint != 0 && schema_fingerprint(schema) != canonical[i].fingerprint) {
            printf("\n  %s: %016" PRIx64, canonical[i].text, schema_fingerprint(schema));
            CU_FAIL("case above");
        }
        /* the canonical form is a schema, and its own canonical form */
        if (canonical[i].fingerprint != 0) {
            CLEANUP(schema_release) struct schema *again = given_schema(schema_canonical(schema));
            CU_ASSERT_EQUAL(schema_fingerprint(again), schema_fingerprint(schema));
        }
    }
}

static const struct {
    const char *name, *text, *fault;
} refused[] = {
    {"no JSON", "{", ""},
    {"a number", "1", "#: a type is a name, an object or a list"},
    {"null", "{'type':null}", "#/type: a type is a name, an object or a list"},
    {"unknown type", "'strng'", "#: unknown type 'strng'"},
    {"unknown in a field",
     "{'type':'record','name':'R','fields':[{'name':'a','type':'int'},{'name':'b','type':'X'}]}",
     "#/fields/1/type: unknown type 'X'"},
    {"used before its definition",
     "{'type':'record','name':'R','fields':[{'name':'a','type':'E'},{'name':'b','type':{'type':'enum','name':'E',"
     "'symbols':['A']}}]}",
     "#/fields/0/type: unknown type 'E'"},
    {"no type", "{'name':'R'}", "#: 'type' is missing"},
    {"no name", "{'type':'record','fields':[]}", "#: record without a valid 'name'"},
    {"bad name", "{'type':'record','name':'1R','fields':[]}", "#: record without a valid 'name'"},
    {"bad namespace", "{'type':'record','name':'R','namespace':'a..b','fields':[]}",
     "#: record without a valid 'name'"},
    {"dot at the end", "{'type':'record','name':'a.','fields':[]}", "#: record without a valid 'name'"},
    {"a primitive's name", "{'type':'fixed','name':'int','size':1}", "#: fixed without a valid 'name'"},
    {"no fields", "{'type':'record','name':'R'}", "#: a record needs a list 'fields'"},
    {"field without name", "{'type':'record','name':'R','fields':[{'type':'int'}]}",
     "#/fields/0: a field needs a name of letters, digits and _"},
    {"bad field name", "{'type':'record','name':'R','fields':[{'name':'a-b','type':'int'}]}",
     "#/fields/0: a field needs a name of letters, digits and _"},
    {"field is text", "{'type':'record','name':'R','fields':['a']}",
     "#/fields/0: a field needs a name of letters, digits and _"},
    {"field twice",
     "{'type':'record','name':'R','fields':[{'name':'a','type':'int'},{'name':'a','type':'int'}]}",
     "#/fields/1: the record has a field 'a' already"},
    {"field without type", "{'type':'record','name':'R','fields':[{'name':'a'}]}",
     "#/fields/0: 'type' is missing"},
    {"type twice",
     "{'type':'record','name':'R','fields':[{'name':'a','type':{'type':'fixed','name':'R','size':1}}]}",
     "#/fields/0/type: type 'R' is defined twice"},
    {"aliases", "{'type':'fixed','name':'F','size':1,'aliases':'G'}", "#/aliases: a list expected"},
    {"no symbols", "{'type':'enum','name':'E'}", "#: an enum needs a list 'symbols'"},
    {"empty symbols", "{'type':'enum','name':'E','symbols':[]}", "#: an enum needs a list 'symbols'"},
    {"symbol twice", "{'type':'enum','name':'E','symbols':['A','B','A']}", "#/symbols: 'A' is defined twice"},
    {"bad symbol", "{'type':'enum','name':'E','symbols':['A B']}", "#/symbols: 'A B' is not a valid symbol"},
    {"enum default", "{'type':'enum','name':'E','symbols':['A'],'default':'B'}",
     "#: the default of the enum is not one of its symbols"},
    {"size 0", "{'type':'fixed','name':'F','size':0}", "#: a fixed needs a 'size' of 1 to 1048576"},
    {"size is text", "{'type':'fixed','name':'F','size':'4'}", "#: a fixed needs a 'size' of 1 to 1048576"},
    {"no items", "{'type':'array'}", "#: 'items' is missing"},
    {"no values", "{'type':'map'}", "#: 'values' is missing"},
    {"empty union", "[]", "#: a union of no types"},
    {"union in union", "['null',['int']]", "#/1: a union directly in a union"},
    {"twice in a union", "['null','int',{'type':'int'}]", "#/2: the union has this type already"},
    {"two arrays", "[{'type':'array','items':'int'},{'type':'array','items':'string'}]",
     "#/1: the union has this type already"},
    {"record in itself",
     "{'type':'record','name':'R','fields':[{'name':'a','type':{'type':'record','name':'S','fields':[{'name':'r',"
     "'type':'R'}]}}]}",
     "#: record 'R' holds itself without end"},
    {"default of the wrong type",
     "{'type':'record','name':'R','fields':[{'name':'a','type':'int','default':'x'}]}",
     "#/fields/0/default: the default does not fit: a number expected"},
    {"default too large",
     "{'type':'record','name':'R','fields':[{'name':'a','type':'int','default':2147483648}]}",
     "#/fields/0/default: the default does not fit: a whole number expected that fits in int"},
    {"default no symbol",
     "{'type':'record','name':'R','fields':[{'name':'a','type':{'type':'enum','name':'E','symbols':['A']},"
     "'default':'B'}]}",
     "#/fields/0/default: the default does not fit: a symbol of E expected"},
    {"null for no union",
     "{'type':'record','name':'R','fields':[{'name':'a','type':'string','default':null}]}",
     "#/fields/0/default: the default does not fit: text expected"},
    {"no branch for a default",
     "{'type':'record','name':'R','fields':[{'name':'a','type':['null','int'],'default':'x'}]}",
     "#/fields/0/default: the default does not fit: null expected"},
    {"default inside a default",
     "{'type':'record','name':'R','fields':[{'name':'a','type':{'type':'array','items':'int'},'default':[1,'x']}]}",
     "#/fields/0/default: the default does not fit: [1]: a number expected"},
    {"default lacks a member",
     "{'type':'record','name':'R','fields':[{'name':'a','type':{'type':'record','name':'S','fields':[{'name':'n',"
     "'type':'int'}]},'default':{}}]}",
     "#/fields/0/default: the default does not fit: n: missing"},
    {"default no date",
     "{'type':'record','name':'R','fields':[{'name':'a','type':{'type':'int','logicalType':'date'},"
     "'default':2147483647}]}",
     "#/fields/0/default: the default does not fit: a moment outside the years 1 to 9999"},
    {"endless default",
     "{'type':'record','name':'R','fields':[{'name':'r','type':['null','R'],'default':{'r':{'r':1}}}]}",
     "#/fields/0/default: the default does not fit: null expected"},
    {"control characters are not repeated", "'a\\u001b[31m'", "#: unknown type 'a?[31m'"},
};

static void refusals(void)
{
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct fault why = {.text = ""};
        struct schema *schema = NULL;
        char *text = memory_text(refused[i].text);

        for (char *c = text; *c != '\0'; c++)
            if (*c == '\'')
                *c = '"';
        CU_ASSERT(!schema_parse(text, strlen(text), NULL, &schema, &why));
        CU_ASSERT(schema == NULL && why.kind == FAULT_INPUT);
        if (refused[i].fault[0] != '\0')
            given_same(refused[i].name, why.text, refused[i].fault);
        schema_free(schema);
        memory_free(text);
    }
}

static void too_deep(void)
{
    struct schema *schema = NULL;
    struct buffer text;
    struct fault why;

    buffer_init(&text, 1 << 20);
    for (int i = 0; i < 3000; i++)
        buffer_add_text(&text, "{\"type\":");
    CU_ASSERT(!schema_parse(buffer_text(&text), text.length, NULL, &schema, &why));
    buffer_release(&text);
}

/* Each record holds the one before twice: 2^40 values in one object of Avro-C. */
static void memory_bomb(void)
{
    struct schema *schema = NULL;
    struct buffer text;
    struct fault why;

    buffer_init(&text, 1 << 20);
    buffer_add_text(&text, "[{\"type\":\"record\",\"name\":\"R0\",\"fields\":[]}");
    for (int i = 1; i < 40; i++)
        buffer_print(&text,
                     ",{\"type\":\"record\",\"name\":\"R%d\",\"fields\":[{\"name\":\"a\",\"type\":\"R%d\"},"
                     "{\"name\":\"b\",\"type\":\"R%d\"}]}",
                     i, i - 1, i - 1);
    buffer_add_text(&text, "]");
    CU_ASSERT(!schema_parse(buffer_text(&text), text.length, NULL, &schema, &why));
    given_same("bomb", why.text, "#: a record with more than 100000 values or 64 levels in it");
    buffer_release(&text);
}

/* A list of `count` items "<before><number><behind>" in front and behind of other text; what the parser says of it. */
static const char *told_of_many(const char *front, const char *item, int count, const char *behind)
{
    static struct fault why;
    struct schema *schema = NULL;
    struct buffer text;
    char one[100];

    buffer_init(&text, 1 << 21);
    buffer_add_text(&text, front);
    for (int i = 0; i < count; i++) {
        const char *number = strchr(item, '%');
        snprintf(one, sizeof one, "%s%.*s%d%s", i == 0 ? "" : ",", (int)(number - item), item, i, number + 1);
        buffer_add_text(&text, one);
    }
    buffer_add_text(&text, behind);
    why.text[0] = '\0';
    if (schema_parse(buffer_text(&text), text.length, NULL, &schema, &why))
        schema_free(schema);
    buffer_release(&text);
    return why.text;
}

/* R15: whoever may register a schema must not be able to stop the worker with its size. */
static void very_many(void)
{
    static const char symbols[] = "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[";
    static const char fields[] = "{\"type\":\"record\",\"name\":\"R\",\"fields\":[";
    static const char field[] = "{\"name\":\"f%\",\"type\":\"int\"}";
    static const char named[] = "{\"type\":\"fixed\",\"name\":\"N%\",\"size\":1}";

    given_same("many symbols", told_of_many(symbols, "\"S%\"", 20000, "]}"), "");
    given_same("one twice", told_of_many(symbols, "\"S%\"", 19999, ",\"S17\"]}"),
               "#/symbols: 'S17' is defined twice");
    given_same("too many symbols", told_of_many(symbols, "\"S%\"", 110000, "]}"),
               "#/symbols: 110000 symbols, at most 20000 are taken");
    given_same("many fields", told_of_many(fields, field, 500, "]}"), "");
    given_same("too many fields", told_of_many(fields, field, 501, "]}"),
               "#/fields: 501 fields, at most 500 are taken");
    given_same("many types", told_of_many("[", named, 500, "]"), "");
    given_same("too many types", told_of_many("[", named, 501, "]"), "#/500: more than 500 named types");
}

static void add(struct schema_library *library, const char *text)
{
    struct fault why = {.text = ""};
    char *json = memory_text(text);

    for (char *c = json; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    if (!schema_library_add(library, json, strlen(json), NULL, &why)) {
        printf("\n  %s: %s", text, why.text);
        CU_FAIL("case above");
    }
    memory_free(json);
}

static struct schema_library *given_library(void)
{
    struct schema_library *library = schema_library_new();

    add(library, "{'type':'record','name':'Outer','namespace':'c','fields':[{'name':'kind','type':'c.Kind'},"
                 "{'name':'bare','type':['null','c.Bare']}]}");
    add(library, "{'type':'enum','name':'c.Kind','symbols':['A','B'],'default':'A'}");
    add(library, "{'type':'record','name':'c.Bare','fields':[{'name':'outer','type':['null','Outer']}]}");
    add(library, "{'type':'record','name':'Plain','fields':[{'name':'n','type':'int','default':7}]}");
    add(library, "{'type':'record','name':'c.Wrong','fields':[{'name':'n','type':'c.Nothing'}]}");
    return library;
}

static void library_types(void)
{
    struct schema_library *library = given_library();
    CLEANUP(schema_release)
    struct schema *schema = given_schema_of("{'type':'record','name':'R','namespace':'n','fields':["
                                            "{'name':'o','type':'c.Outer'},{'name':'k','type':'c.Kind'},"
                                            "{'name':'p','type':{'type':'array','items':'c.Outer'}}]}",
                                            library);

    schema_library_free(library);
    CU_ASSERT_EQUAL(schema_reference_count(schema), 2);
    given_same("first", schema_reference(schema, 0), "c.Outer");
    given_same("second", schema_reference(schema, 1), "c.Kind");
    CU_ASSERT_PTR_NULL(strstr(schema_text(schema), "symbols"));
    CLEANUP(schema_release) struct schema *alone = given_schema(schema_full_text(schema));
    CU_ASSERT_EQUAL(schema_fingerprint(alone), schema_fingerprint(schema));
    given_same("canonical", schema_canonical(alone), schema_canonical(schema));
    CU_ASSERT(schema_find(schema_root(schema), "o.kind")->shared);
    CU_ASSERT(!schema_root(schema)->shared && schema_reference_count(alone) == 0);
}

static void library_without_namespace(void)
{
    struct schema_library *library = given_library();
    CLEANUP(schema_release) struct schema *root = given_schema_of("'Plain'", library);
    CLEANUP(schema_release) struct schema *alone = given_schema(schema_full_text(root));
    struct schema *schema = NULL;
    struct fault why;

    given_same("root by name", schema_name(root), "Plain");
    given_same("and its text", schema_name(alone), "Plain");
    const char *text =
        "{\"type\":\"record\",\"name\":\"n.R\",\"fields\":[{\"name\":\"p\",\"type\":\"Plain\"}]}";
    CU_ASSERT(!schema_parse(text, strlen(text), library, &schema, &why));
    given_same("short names are of the namespace", why.text, "#/fields/0/type: unknown type 'n.Plain'");
    text = "[\"c.Wrong\"]";
    CU_ASSERT(!schema_parse(text, strlen(text), library, &schema, &why));
    given_same("the library's mistake", why.text, "c.Wrong#/fields/0/type: unknown type 'c.Nothing'");
    schema_library_free(library);
}

static void library_conflicts(void)
{
    struct schema_library *library = given_library();
    const char *same =
        "{ \"type\": \"enum\", \"symbols\": [\"A\", \"B\"], \"name\": \"c.Kind\", \"default\": \"A\" }";
    const char *other = "{\"type\":\"enum\",\"name\":\"c.Kind\",\"symbols\":[\"A\"]}";
    const char *name = NULL;
    struct fault why;

    CU_ASSERT(schema_library_add(library, same, strlen(same), &name, &why));
    given_same("name", name, "c.Kind");
    CU_ASSERT(!schema_library_add(library, other, strlen(other), &name, &why));
    given_same("conflict", why.text, "two different types are named 'c.Kind'");
    CU_ASSERT(!schema_library_add(library, "\"int\"", 5, &name, &why));
    schema_library_free(library);
}

static void nodes_tell(void)
{
    CLEANUP(schema_release)
    struct schema *schema = given_schema(
        "{'type':'record','name':'R','namespace':'n','doc':'all','aliases':['Q','x.P'],'fields':["
        "{'name':'site','aliases':['place'],'doc':'where','type':['null',{'type':'record','name':'Site','fields':["
        "{'name':'postcode','type':'string'}]}],'default':null},"
        "{'name':'lines','type':{'type':'array','items':{'type':'record','name':'Line','fields':[{'name':'number',"
        "'type':{'type':'string','logicalType':'uk-number'}},{'name':'sub','type':['Line','null']}]}}},"
        "{'name':'prices','type':{'type':'map','values':{'type':'bytes','logicalType':'decimal','precision':9,"
        "'scale':2}}},"
        "{'name':'odd','type':{'type':'bytes','logicalType':'decimal','precision':0}},"
        "{'name':'far','type':{'type':'fixed','name':'F','size':2,'logicalType':'decimal','precision':5}},"
        "{'name':'day','type':{'type':'int','logicalType':'date'},'default':20514},"
        "{'name':'raw','type':'bytes','default':'\\u00ff\\u0001a'},"
        "{'name':'when','type':{'type':'string','logicalType':'date'}}]}");
    const struct schema_node *root = schema_root(schema);

    given_same("doc", root->doc, "all");
    given_same("alias", root->aliases[0], "n.Q");
    given_same("alias in full", root->aliases[1], "x.P");
    given_same("field alias", root->fields[0].aliases[0], "place");
    given_same("field doc", root->fields[0].doc, "where");
    CU_ASSERT(root->fields[0].has_default && root->fields[0].field_default == NULL &&
              !root->fields[1].has_default);
    CU_ASSERT(schema_find(root, "") == root);
    CU_ASSERT_EQUAL(schema_find(root, "site.postcode")->kind, SCHEMA_STRING);
    CU_ASSERT_EQUAL(schema_find(root, "lines.number")->logical, SCHEMA_LOGICAL_UK_NUMBER);
    CU_ASSERT(schema_find(root, "lines.sub.sub.sub.number") == schema_find(root, "lines.number"));
    CU_ASSERT_EQUAL(schema_find(root, "prices.any")->scale, 2);
    CU_ASSERT_EQUAL(schema_find(root, "odd")->logical, SCHEMA_LOGICAL_NONE);
    CU_ASSERT_EQUAL(schema_find(root, "far")->logical, SCHEMA_LOGICAL_NONE);
    CU_ASSERT_EQUAL(schema_find(root, "when")->logical, SCHEMA_LOGICAL_NONE);
    static const char *const nowhere[] = {"x",   "site.x",        "site.", ".site", "site.postcode.x",
                                          "sit", "site..postcode"};
    for (size_t i = 0; i < COUNT_OF(nowhere); i++)
        CU_ASSERT_PTR_NULL(schema_find(root, nowhere[i]));
    given_same_tree("date default", schema_find(root, "day") == NULL ? NULL : root->fields[5].field_default,
                    "'2026-03-02'");
    given_same_tree("bytes default", root->fields[6].field_default, "'/wFh'");
    CU_ASSERT(schema_nullable(root->fields[0].type) && !schema_nullable(root));
    CU_ASSERT(schema_present(root->fields[0].type) == schema_find(root, "site")->branches[1]);
    CU_ASSERT(schema_present(root) == root);
}

CU_TestInfo test_schema[] = {{"canonical forms", canonical_forms},
                             {"refusals", refusals},
                             {"too deep", too_deep},
                             {"memory bomb", memory_bomb},
                             {"very many", very_many},
                             {"library types", library_types},
                             {"library without namespace", library_without_namespace},
                             {"library conflicts", library_conflicts},
                             {"nodes tell", nodes_tell},
                             CU_TEST_INFO_NULL};
