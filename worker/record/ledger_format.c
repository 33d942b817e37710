/* Compiles the ledger's schemas, one of each record for every format. */
#include "ledger_format.h"

#include "invariant.h"
#include "ledger_formats.h"
#include "memory.h"
#include "names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct schema *compile(const char *text, const struct schema_library *library)
{
    struct schema *schema;
    struct fault why;

    if (!schema_parse(text, strlen(text), library, &schema, &why))
        abort(); /* it was compiled in, and a test has read it */
    return schema;
}

struct ledger_schemas ledger_schemas_new(unsigned writes)
{
    struct schema_library *library = schema_library_new();
    static const char *const named[] = {text_LedgerState, text_LedgerWait, text_LedgerReference,
                                        text_LedgerHeard, text_Event};
    static const char *const orders[] = {text_history_LedgerRecord_1, text_history_LedgerRecord_2,
                                         text_LedgerRecord};
    static const char *const owners[] = {text_history_LedgerOwner_1, text_history_LedgerOwner_2,
                                         text_LedgerOwner};
    static const char references[] = "{\"type\":\"array\",\"items\":\"whc.common.LedgerReference\"}";
    struct ledger_schemas schemas = {.writes = writes};
    struct fault why;
    NAMES_COMPLETE(orders, LEDGER_FORMATS - 1);
    NAMES_COMPLETE(owners, LEDGER_FORMATS - 1);

    REQUIRE(writes >= 1 && writes <= LEDGER_FORMATS);
    for (size_t i = 0; i < COUNT_OF(named); i++)
        if (!schema_library_add(library, named[i], strlen(named[i]), NULL, &why))
            abort();
    for (size_t i = 0; i < LEDGER_FORMATS; i++) {
        schemas.orders[i] = compile(orders[i], library);
        schemas.owners[i] = compile(owners[i], library);
    }
    schemas.wait = compile(text_LedgerWait, library);
    schemas.references = compile(references, library);
    schemas.heard = compile(text_LedgerHeard, library);
    schemas.index = compile(text_Index, library);
    schemas.ledger_index = compile(text_LedgerIndex, library);
    schema_library_free(library);
    return schemas;
}

static void release(const struct schema *schema)
{
    schema_free((struct schema *)(uintptr_t)schema);
}

void ledger_schemas_release(struct ledger_schemas *schemas)
{
    for (unsigned i = 0; i < LEDGER_FORMATS; i++) {
        release(schemas->orders[i]);
        release(schemas->owners[i]);
    }
    release(schemas->wait);
    release(schemas->references);
    release(schemas->heard);
    release(schemas->index);
    release(schemas->ledger_index);
    *schemas = (struct ledger_schemas){0};
}
