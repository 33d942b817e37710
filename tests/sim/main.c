/*
 * The simulator: sim [--seed N] [--count N | --seconds N] [--off RULE]... [--trace] [--first] [--shrink]
 *                sim --story FILE [--off RULE]... [--all-rules] [--trace]
 *
 * Runs the schedules of `count` seeds from `seed` on, or for so many seconds. --first stops at the first that breaks
 * the promise. A broken promise is exit code 1 and names the seed; --trace prints its events. --shrink: of the first, the
 * fewest events that break it so, as a story. --story: a schedule out of a file (script.h); --all-rules: with none of
 * those off that it names.
 */
#include "hash.h"
#include "rules_named.h"
#include "schedule.h"
#include "script.h"
#include "types.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TOLD_MAX = 20 };

struct options {
    uint64_t seed, count;
    double seconds;
    unsigned off;
    bool trace, first, shrink, all_rules;
    const char *story; /* null: none */
};

static unsigned rule_of(const char *name)
{
    unsigned rule = rule_named(name);

    if (rule != 0)
        return rule;
    fprintf(stderr, "sim: no rule '%s'\n", name);
    exit(2);
}

static void read_options(int count, char **words, struct options *options)
{
    for (int i = 1; i < count; i++) {
        const char *value = i + 1 < count ? words[i + 1] : "";
        if (strcmp(words[i], "--trace") == 0)
            options->trace = true;
        else if (strcmp(words[i], "--first") == 0)
            options->first = true;
        else if (strcmp(words[i], "--shrink") == 0)
            options->first = options->shrink = true;
        else if (strcmp(words[i], "--all-rules") == 0)
            options->all_rules = true;
        else if (strcmp(words[i], "--story") == 0)
            options->story = value, i++;
        else if (strcmp(words[i], "--seed") == 0)
            options->seed = strtoull(value, NULL, 10), i++;
        else if (strcmp(words[i], "--count") == 0)
            options->count = strtoull(value, NULL, 10), i++;
        else if (strcmp(words[i], "--seconds") == 0)
            options->seconds = strtod(value, NULL), i++;
        else if (strcmp(words[i], "--off") == 0)
            options->off |= rule_of(value), i++;
        else {
            fprintf(stderr,
                    "usage: sim [--seed N] [--count N | --seconds N] [--off RULE]... [--trace] [--first] "
                    "[--shrink]\n       sim --story FILE [--off RULE]... [--all-rules] [--trace]\n");
            exit(2);
        }
    }
}

static double clock_of(clockid_t id)
{
    struct timespec time;

    clock_gettime(id, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct script script;

/* The exit code. */
static int run_story(const struct options *options)
{
    if (!script_read(options->story, &script))
        return 2;
    script_replay(&script);
    bool good = schedule_run(script.seed, options->all_rules ? 0 : options->off | script.off, options->trace);
    printf("%s: %s\n", options->story, good ? "the promise holds" : sim.violation);
    return !good;
}

/* The schedule once more, recorded, and then without what does not matter. */
static void shrink(uint64_t seed, unsigned off)
{
    script = (struct script){.seed = seed, .off = off};
    script_record(&script);
    (void)schedule_run(seed, off, false);
    script_shrink(&script);
    (void)schedule_run(seed, off, false);
    printf("# %s\n", sim.violation);
    script_print(&script);
    script_replay(NULL);
}

int main(int count, char **words)
{
    struct options options = {.seed = 1, .count = 1};
    uint64_t done = 0, broken = 0, events = 0;

    read_options(count, words, &options);
    hash_seed(1, 2); /* a seed replays the run on any machine */
    types_load();
    if (options.story != NULL)
        return run_story(&options);
    double began = clock_of(CLOCK_MONOTONIC), began_cpu = clock_of(CLOCK_PROCESS_CPUTIME_ID);
    while (options.seconds > 0 ? (done % 64 != 0 || clock_of(CLOCK_MONOTONIC) - began < options.seconds)
                               : done < options.count) {
        uint64_t seed = options.seed + done++;
        bool good = schedule_run(seed, options.off, options.trace);
        events += sim.events;
        if (good)
            continue;
        if (broken++ < TOLD_MAX)
            printf("seed %" PRIu64 ": %s\n", seed, sim.violation);
        if (options.shrink)
            shrink(seed, options.off);
        if (options.first)
            break;
    }
    double took = clock_of(CLOCK_PROCESS_CPUTIME_ID) - began_cpu;
    printf("%" PRIu64 " schedules, %" PRIu64 " broken, %.0f events each, %.0f schedules/s of one core\n",
           done, broken, (double)events / (double)done, (double)done / took);
    types_free();
    return broken > 0;
}
