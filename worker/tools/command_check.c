/* `check`: says everything that is wrong with configuration and catalogue. */
#include "commands.h"
#include "memory.h"
#include "options.h"
#include "readiness.h"
#include "setup.h"

#include <stdio.h>

static void print_summary(const struct catalogue *catalogue)
{
    printf("%-30s %-9s %5s  %s\n", "ORDER TYPE", "SERVED", "STEPS", "CALLS");
    for (size_t i = 0; i < catalogue->type_count; i++) {
        const struct order_type *type = catalogue->types[i];
        printf("%-30s %-9s %5zu ", type->name, type->served ? "yes" : "not yet", type->workflow->step_count);
        for (size_t s = 0; s < type->workflow->step_count; s++)
            printf(" %s", type->workflow->steps[s].operation != NULL ? type->workflow->steps[s].operation->id
                                                                     : "(receives)");
        putchar('\n');
    }
}

int command_check(int argc, char **argv)
{
    static const struct command_help help = {
        "check",
        "Reads settings and catalogue and says everything that is wrong, without connecting to anything.", "",
        "whc-worker check --config whc-worker.properties"};
    const char *config = NULL;
    bool print = false, helped;
    const struct option_row rows[] = {
        {"--config", "FILE", "settings; default whc-worker.properties", .text = &config},
        {"--print-settings", NULL, "print the table of all settings as Markdown", .flag = &print}};
    struct setup setup;
    struct problems warnings = {0};
    struct fault why;
    int words;

    if (!options_read(&help, rows, COUNT_OF(rows), argc, argv, &words, &helped, &why)) {
        fprintf(stderr, "whc-worker: %s\n", why.text);
        return 2;
    }
    if (helped)
        return 0;
    if (print) {
        settings_print_table(stdout);
        return 0;
    }
    setup_load(config, &setup);
    readiness_check(&setup.settings, setup.catalogue, &setup.problems);
    readiness_warn(&setup.settings, setup.catalogue, &warnings);
    setup_print_warnings(&warnings);
    problems_release(&warnings);
    size_t count = setup_print_problems(&setup.problems);
    if (count == 0)
        print_summary(setup.catalogue);
    else
        fprintf(stderr, "%zu mistake%s: the worker would not start\n", count, count == 1 ? "" : "s");
    setup_release(&setup);
    return count > 0 ? 2 : 0;
}
