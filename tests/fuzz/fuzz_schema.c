/* An Avro schema's text, as a registry could give it: compiled, and its full text compiled again. */
#include "fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(memory_release) char *text = fuzz_text(data, size);
    struct schema *schema = NULL, *again = NULL;
    struct fault why;

    if (!schema_parse(text, size, fuzz_catalogue()->library, &schema, &why))
        return 0;
    const char *full = schema_full_text(schema);
    HOLDS(schema_parse(full, strlen(full), NULL, &again, &why));
    HOLDS(schema_fingerprint(schema) == schema_fingerprint(again));
    schema_free(again);
    schema_free(schema);
    return 0;
}
