/* What the fuzz targets share: the catalogue that we ship, loaded once. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "catalogue.h"
#include "memory.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program where something that must hold does not; libFuzzer keeps the input. */
#define HOLDS(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            abort();                                                                                         \
    } while (0)

static inline const struct catalogue *fuzz_catalogue(void)
{
    static struct catalogue *catalogue;
    struct problems problems = {0};
    const struct given_inputs given = {(const char *[]){"cugId"}, 1};

    if (catalogue == NULL)
        catalogue = catalogue_load(SOURCE_DIR "/schemas", "", &given, &problems);
    HOLDS(problems.count == 0);
    return catalogue;
}

/* The input as text with a NUL after it; owned by the caller. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    return memory_text_of((const char *)data, size);
}

#endif
