/* `schema`: the JSON Schema of what --json prints. The texts are worker/tools/schemas/, compiled in. */
#include "commands.h"
#include "memory.h"
#include "options.h"
#include "tool_schemas.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *text;
} schemas[] = {{"order", text_order},
               {"orders", text_orders},
               {"outcome", text_outcome},
               {"status", text_status},
               {"check", text_check}};

int command_schema(int argc, char **argv)
{
    static const struct command_help help = {"schema",
                                             "Prints the JSON Schema of what a command prints with --json.",
                                             "order|orders|outcome|status|check", "whc-worker schema order"};
    bool helped;
    struct fault why;
    int words;

    if (!options_read(&help, NULL, 0, argc, argv, &words, &helped, &why)) {
        fprintf(stderr, "whc-worker: %s\n", why.text);
        return 2;
    }
    if (helped)
        return 0;
    for (size_t i = 0; words == 1 && i < COUNT_OF(schemas); i++) {
        if (strcmp(schemas[i].name, argv[0]) != 0)
            continue;
        fputs(schemas[i].text, stdout);
        return 0;
    }
    fprintf(stderr, "whc-worker schema: say which: %s\n", help.words);
    return 2;
}
