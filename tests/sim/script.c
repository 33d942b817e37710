/* Events recorded, replayed, left out one by one. */
#include "script.h"

#include "rules_named.h"
#include "schedule.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KIND_TEXT = 32, LINE = 200 };

static struct {
    struct script *record;
    const struct script *replay;
    int at; /* of what is replayed */
    bool is_calm;
} state;

void script_record(struct script *script)
{
    state.record = script;
    state.replay = NULL;
    state.is_calm = false;
    if (script != NULL)
        script->count = 0;
}

void script_replay(const struct script *script)
{
    state.record = NULL;
    state.replay = script;
    state.at = 0;
    state.is_calm = false;
}

bool script_replays(void)
{
    return state.replay != NULL;
}

bool script_has_moves(void)
{
    return state.at < state.replay->count && !state.replay->events[state.at].marks_calm;
}

bool script_next(struct script_event *event)
{
    if (!script_has_moves())
        return false;
    *event = state.replay->events[state.at++];
    return true;
}

static void note(const struct script_event *event)
{
    if (state.record != NULL && !state.is_calm && state.record->count < SCRIPT_MAX)
        state.record->events[state.record->count++] = *event;
}

void script_note(const struct move *move)
{
    const struct script_event event = {.calm = sim.calm, .move = *move, .random = sim.random};

    note(&event);
}

void script_calm(void)
{
    const struct script_event event = {.marks_calm = true, .random = sim.random};

    note(&event);
    state.is_calm = true;
    if (state.replay == NULL)
        return;
    while (script_has_moves())
        state.at++;
    sim.random = state.at < state.replay->count ? state.replay->events[state.at++].random : sim.seed | 1;
}

void script_calm_over(void)
{
    state.is_calm = false;
}

/* --- files --- */

static bool read_event(const char *line, struct script_event *event)
{
    char kind[KIND_TEXT];
    int calm;

    *event = (struct script_event){.marks_calm = false};
    if (sscanf(line, "calm %" SCNx64, &event->random) == 1) {
        event->marks_calm = true;
        return true;
    }
    if (sscanf(line, "%31s %d %d %d %" SCNx64, kind, &event->move.one, &event->move.other, &calm,
               &event->random) != 5)
        return false;
    event->calm = calm != 0;
    return moves_kind(kind, &event->move.kind);
}

static bool read_line(const char *line, struct script *script)
{
    char rule[KIND_TEXT];

    if (*line == '#' || *line == '\n')
        return true;
    if (sscanf(line, "seed %" SCNu64, &script->seed) == 1)
        return true;
    if (sscanf(line, "off %31s", rule) == 1) {
        unsigned bit = rule_named(rule);
        script->off |= bit;
        return bit != 0;
    }
    return script->count < SCRIPT_MAX && read_event(line, &script->events[script->count++]);
}

bool script_read(const char *path, struct script *script)
{
    char line[LINE];
    FILE *file = fopen(path, "r");
    int number = 0;
    bool good = file != NULL;

    *script = (struct script){.count = 0};
    if (!good)
        fprintf(stderr, "sim: cannot read '%s'\n", path);
    while (good && fgets(line, sizeof line, file) != NULL) {
        number++;
        good = read_line(line, script);
        if (!good)
            fprintf(stderr, "sim: %s:%d is not an event: %s", path, number, line);
    }
    if (file != NULL)
        fclose(file);
    return good;
}

void script_print(const struct script *script)
{
    printf("seed %" PRIu64 "\n", script->seed);
    rules_print(script->off);
    for (int i = 0; i < script->count; i++) {
        const struct script_event *event = &script->events[i];
        if (event->marks_calm)
            printf("calm %" PRIx64 "\n", event->random);
        else
            printf("%s %d %d %d %" PRIx64 "\n", moves_kind_name(event->move.kind), event->move.one,
                   event->move.other, event->calm, event->random);
    }
}

/* --- shrinking --- */

/* The sentence without its numbers: a shorter schedule should break the promise in the same way. */
static void wording(char text[LINE])
{
    size_t length = 0;

    for (const char *at = sim.violation; *at != '\0' && length + 1 < LINE; at++)
        if (!isdigit((unsigned char)*at))
            text[length++] = *at;
    text[length] = '\0';
}

static bool fails_so(const struct script *script, const char *words)
{
    char now[LINE];

    script_replay(script);
    if (schedule_run(script->seed, script->off, false))
        return false;
    wording(now);
    return *words == '\0' || strcmp(words, now) == 0;
}

static void without_events(const struct script *from, int first, int count, struct script *to)
{
    *to = *from;
    memmove(&to->events[first], &to->events[first + count],
            (size_t)(to->count - first - count) * sizeof *to->events);
    to->count -= count;
}

void script_shrink(struct script *script)
{
    static struct script shorter;
    char words[LINE];

    if (!fails_so(script, ""))
        return;
    wording(words);
    for (int size = script->count / 2; size > 0; size = size > 1 ? size / 2 : 0) {
        for (int first = 0; first + size <= script->count;) {
            without_events(script, first, size, &shorter);
            if (fails_so(&shorter, words))
                *script = shorter;
            else
                first += size;
        }
    }
    script_replay(script);
}
