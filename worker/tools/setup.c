/* Reads the settings and the catalogue for a command, and prints what is wrong with them. */
#include "setup.h"

#include "buffer.h"
#include "client_config.h"
#include "listen_check.h"
#include "log.h"
#include "memory.h"
#include "readiness.h"
#include "settings_check.h"
#include "wall_clock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static const char usual[] = "whc-worker.properties";

static void load_settings(const char *config, struct setup *setup)
{
    *setup = (struct setup){0};
    if (config == NULL && access(usual, R_OK) == 0)
        config = usual;
    settings_load(config, environ, &setup->settings, &setup->problems);
    log_open(STDERR_FILENO, (enum log_format)setup->settings.log_format,
             (enum log_level)setup->settings.log_level);
    client_config_check(&setup->settings, &setup->problems);
    settings_check_kafka(&setup->settings, &setup->problems);
}

/* No order types: it knows neither BT's account nor what an input may be. */
static void load_for_listening(const char *config, struct setup *setup)
{
    load_settings(config, setup);
    listen_check(&setup->settings, &setup->problems);
    setup->catalogue = catalogue_load_events(setup->settings.catalogue_path,
                                             setup->settings.catalogue_overlay, &setup->problems);
}

void setup_load(const char *config, struct setup *setup)
{
    load_settings(config, setup);
    setup->ledger = ledger_schemas_new(LEDGER_FORMATS);

    const char **names = memory_new(setup->settings.input_count, sizeof *names);
    for (size_t i = 0; i < setup->settings.input_count; i++)
        names[i] = setup->settings.inputs[i].name;
    struct given_inputs given = {names, setup->settings.input_count};
    setup->catalogue = catalogue_load(setup->settings.catalogue_path, setup->settings.catalogue_overlay,
                                      &given, &setup->problems);
    memory_free(names);
}

/* In one line: one of the same sentence is held back for a second. */
static void log_warnings(const struct setup *setup)
{
    CLEANUP(buffer_release) struct buffer text = {0};
    struct problems warnings = {0};

    buffer_init(&text, 4000);
    readiness_warn(&setup->settings, setup->catalogue, wall_clock_ms(), &warnings);
    for (size_t i = 0; i < warnings.count; i++)
        buffer_print(&text, "%s%s", i > 0 ? "; " : "", warnings.list[i].what);
    if (warnings.count > 0)
        LOG(LOG_WARN, "settings that are hardly meant for production", log_text("which", buffer_text(&text)));
    problems_release(&warnings);
}

bool setup_begin(const struct command_line *line, int argc, char **argv, struct setup *setup, int *words,
                 int *code)
{
    bool helped;
    struct fault why;

    *setup = (struct setup){0};
    if (!options_read(line->help, line->rows, line->count, argc, argv, words, &helped, &why)) {
        fprintf(stderr, "whc-worker: %s\n", why.text);
        *code = 2;
        return false;
    }
    *code = 0;
    if (helped)
        return false;
    if (line->use == SETUP_LISTEN)
        load_for_listening(*line->config, setup);
    else
        setup_load(*line->config, setup);
    if (line->use == SETUP_RUN)
        readiness_check(&setup->settings, setup->catalogue, &setup->problems);
    *code = setup_print_problems(&setup->problems) == 0 ? 0 : 2;
    if (line->use == SETUP_RUN && *code == 0)
        log_warnings(setup);
    return *code == 0;
}

void setup_release(struct setup *setup)
{
    catalogue_free(setup->catalogue);
    ledger_schemas_release(&setup->ledger);
    settings_release(&setup->settings);
    problems_release(&setup->problems);
}

/* A file's text may hold anything; a line stays a line. */
static void print_line(char *text)
{
    for (char *at = text; *at != '\0'; at++)
        *at = (unsigned char)*at < ' ' || *at == 0x7f ? ' ' : *at;
    fprintf(stderr, "%s\n", text);
}

static void print_problems(const struct problems *problems, const char *kind)
{
    for (size_t i = 0; i < problems->count; i++) {
        const struct problem *problem = &problems->list[i];
        CLEANUP(buffer_release) struct buffer line;
        buffer_init(&line, 16384);
        buffer_print(&line, "%s%s: %s%s%s", kind, problem->where, problem->what,
                     *problem->remedy != '\0' ? "; right would be: " : "", problem->remedy);
        CLEANUP(memory_release) char *text = buffer_take(&line, NULL);
        print_line(text);
    }
}

size_t setup_print_problems(const struct problems *problems)
{
    print_problems(problems, "");
    return problems->count;
}

void setup_print_warnings(const struct problems *warnings)
{
    print_problems(warnings, "warning: ");
}
