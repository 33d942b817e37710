/* Compiles the ledger's schemas, one of each record for every format. */
#include "ledger_format.h"

#include "invariant.h"
#include "ledger_formats.h"

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
    struct ledger_schemas schemas = {.writes = writes};
    struct fault why;

    REQUIRE(writes >= 1 && writes <= LEDGER_FORMATS);
    if (!schema_library_add(library, text_LedgerState, strlen(text_LedgerState), NULL, &why))
        abort();
    schemas.orders[0] = compile(text_history_LedgerRecord_1, library);
    schemas.owners[0] = compile(text_history_LedgerOwner_1, library);
    schemas.orders[1] = compile(text_LedgerRecord, library);
    schemas.owners[1] = compile(text_LedgerOwner, library);
    schema_library_free(library);
    return schemas;
}

void ledger_schemas_release(struct ledger_schemas *schemas)
{
    for (unsigned i = 0; i < LEDGER_FORMATS; i++) {
        schema_free((struct schema *)(uintptr_t)schemas->orders[i]);
        schema_free((struct schema *)(uintptr_t)schemas->owners[i]);
    }
    *schemas = (struct ledger_schemas){0};
}
