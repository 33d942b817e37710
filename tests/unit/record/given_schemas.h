/* The worker's own schemas, out of the catalogue that it is delivered with. */
#ifndef TESTS_RECORD_GIVEN_SCHEMAS_H
#define TESTS_RECORD_GIVEN_SCHEMAS_H

#include "ledger.h"

#include "../catalogue/given_catalogue.h"

static inline struct catalogue *given_schemas(struct ledger_schemas *schemas)
{
    static struct ledger_schemas made; /* one for all tests of a program */
    struct problems problems = {0};
    struct catalogue *catalogue = given_load(SOURCE_DIR "/schemas", "", &problems);

    given_no_problem("schemas", &problems);
    if (catalogue == NULL || catalogue->ledger_record == NULL)
        abort();
    if (made.writes == 0)
        made = ledger_schemas_new(LEDGER_FORMATS);
    *schemas = made;
    return catalogue;
}

#endif
