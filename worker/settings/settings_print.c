/* Prints deploy/configuration.md from the table, so that the two cannot differ. */
#include "config.h"

#include "invariant.h"
#include "settings.h"

#include <inttypes.h>
#include <string.h>

static void print_rows(FILE *out, const char *prefix, const struct setting *table, size_t count)
{
    fprintf(out, "\n| setting | default | unit and bounds | what it is |\n|---|---|---|---|\n");
    for (size_t i = 0; i < count; i++) {
        const struct setting *row = &table[i];
        char bounds[120] = "";
        if (row->type == SETTING_NUMBER)
            snprintf(bounds, sizeof bounds, "%s%s%" PRId64 " to %" PRId64, row->unit,
                     row->unit[0] != '\0' ? ", " : "", row->least, row->most);
        else if (row->type == SETTING_CHOICE) {
            REQUIRE(strlen(row->choices) < sizeof bounds); /* a cut list would look complete */
            snprintf(bounds, sizeof bounds, "%s", row->choices);
            for (char *bar; (bar = strchr(bounds, '|')) != NULL;)
                *bar = '/';
        } else if (row->type == SETTING_SECRET)
            snprintf(bounds, sizeof bounds, "secret; or %s.file", row->name);
        fprintf(out, "| `%s%s` | %s%s%s | %s | %s |\n", prefix, row->name, *row->fallback != '\0' ? "`" : "",
                row->fallback, *row->fallback != '\0' ? "`" : "", bounds, row->help);
    }
}

void settings_print_table(FILE *out)
{
    fprintf(
        out,
        "# Configuration\n\nPrinted by `whc-worker check --print-settings`; do not edit.\n\n"
        "The file is `whc-worker.properties` (`--config FILE`). Every setting can be overridden by an "
        "environment variable: `WHC_` and the name in capitals, with `_` for `.` and `-`.\n\n"
        "Open names: `kafka.<name>` goes to every librdkafka handle, `kafka.consumer.<name>` and "
        "`kafka.producer.<name>` to one kind (`sasl.password`, `ssl.key.password` and `ssl.keystore.password` "
        "also from a file: `kafka.sasl.password.file`); `input.<name>` is an input of every workflow "
        "(`input.cugId=CUG5009999999`).\n\n## The worker\n");
    print_rows(out, "", settings_table, settings_table_count);
    fprintf(out,
            "\n## Each API\n\n`bt.<name>` holds for all APIs, `bt.<tag>.<name>` for the one with this tag in "
            "`schemas/bt-whc.openapi.json`.\n");
    print_rows(out, "bt.", api_settings_table, api_settings_table_count);
}
