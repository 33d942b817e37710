/* `check`: says everything that is wrong with configuration and catalogue. */
#include "commands.h"
#include "memory.h"
#include "options.h"
#include "outcome_view.h"
#include "readiness.h"
#include "setup.h"
#include "tree_build.h"
#include "wall_clock.h"

#include <stdio.h>

static void print_summary(const struct catalogue *catalogue, const struct settings *settings)
{
    printf("%-30s %-9s %5s  %s\n", "ORDER TYPE", "SERVED", "STEPS", "CALLS");
    for (size_t i = 0; i < catalogue->type_count; i++) {
        const struct order_type *type = catalogue->types[i];
        const char *served = catalogue_serves(type, settings) ? "yes" : "no";
        printf("%-30s %-9s %5zu ", type->name, served, type->workflow->step_count);
        for (size_t s = 0; s < type->workflow->step_count; s++)
            printf(" %s", type->workflow->steps[s].operation != NULL ? type->workflow->steps[s].operation->id
                                                                     : "(receives)");
        putchar('\n');
    }
}

static void print_digest(const struct order_type *type, const char *digest, const char *file)
{
    printf("%-30s %-17s %s\n", type->name, digest, file);
}

/* What orders that wait are bound to: today's text, and those of history/. */
static void print_digests(const struct catalogue *catalogue)
{
    bool headed = false;

    for (size_t i = 0; i < catalogue->type_count; i++) {
        const struct order_type *type = catalogue->types[i];
        if (!type->workflow->waits)
            continue;
        if (!headed)
            printf("\n%-30s %-17s %s\n", "ITS ORDERS WAIT", "DIGEST", "TEXT");
        headed = true;
        print_digest(type, type->digest, "today's");
        for (size_t v = 0; v < type->version_count; v++)
            print_digest(type, type->versions[v]->digest, "history/");
    }
}

static struct json_object *problems_tree(const struct problems *problems)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < problems->count; i++) {
        struct json_object *one = json_object_new_object();
        tree_add_text(one, "where", problems->list[i].where);
        tree_add_text(one, "what", problems->list[i].what);
        tree_add_known(one, "remedy", problems->list[i].remedy);
        json_object_array_add(list, one);
    }
    return list;
}

static struct json_object *type_tree(const struct order_type *type, const struct settings *settings)
{
    struct json_object *tree = json_object_new_object(), *calls = json_object_new_array(),
                       *history = json_object_new_array();

    tree_add_text(tree, "name", type->name);
    tree_add_text(tree, "digest", type->digest);
    for (size_t v = 0; v < type->version_count; v++)
        json_object_array_add(history, json_object_new_string(type->versions[v]->digest));
    tree_add(tree, "history", history);
    tree_add_boolean(tree, "served", catalogue_serves(type, settings));
    tree_add_boolean(tree, "waits", type->workflow->waits);
    tree_add_boolean(tree, "writes", type->writes);
    for (size_t s = 0; s < type->workflow->step_count; s++) {
        const struct operation *operation = type->workflow->steps[s].operation;
        json_object_array_add(calls, operation == NULL ? NULL : json_object_new_string(operation->id));
    }
    tree_add(tree, "calls", calls);
    return tree;
}

/* The order types are those of a catalogue without mistakes. */
static void print_json(const struct setup *setup, const struct problems *warnings)
{
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();
    struct json_object *types = json_object_new_array();

    tree_add(tree, "mistakes", problems_tree(&setup->problems));
    tree_add(tree, "warnings", problems_tree(warnings));
    for (size_t i = 0; setup->problems.count == 0 && i < setup->catalogue->type_count; i++)
        json_object_array_add(types, type_tree(setup->catalogue->types[i], &setup->settings));
    tree_add(tree, "orderTypes", types);
    outcome_view_json(tree);
}

static size_t check(const char *config, bool json)
{
    struct setup setup;
    struct problems warnings = {0};

    setup_load(config, &setup);
    readiness_check(&setup.settings, setup.catalogue, &setup.problems);
    readiness_warn(&setup.settings, setup.catalogue, wall_clock_ms(), &warnings);
    size_t count = setup.problems.count;
    if (json) {
        print_json(&setup, &warnings);
    } else {
        setup_print_warnings(&warnings);
        setup_print_problems(&setup.problems);
        if (count == 0) {
            print_summary(setup.catalogue, &setup.settings);
            print_digests(setup.catalogue);
        } else {
            fprintf(stderr, "%zu mistake%s: the worker would not start\n", count, count == 1 ? "" : "s");
        }
    }
    problems_release(&warnings);
    setup_release(&setup);
    return count;
}

int command_check(int argc, char **argv)
{
    static const struct command_help help = {
        "check",
        "Reads settings and catalogue and says everything that is wrong, without connecting to anything.", "",
        "whc-worker check --config whc-worker.properties"};
    const char *config = NULL;
    bool print = false, json = false, helped;
    const struct option_row rows[] = {
        {"--config", "FILE", "settings; default whc-worker.properties", .text = &config},
        {"--print-settings", NULL, "print the table of all settings as Markdown", .flag = &print},
        {"--json", NULL, "mistakes, warnings and order types as one object", .flag = &json}};
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
    return check(config, json) > 0 ? 2 : 0;
}
