/*
 * The simulator: sim [--seed N] [--count N | --seconds N] [--off RULE]... [--trace] [--first]
 *
 * Runs the schedules of `count` seeds from `seed` on, or for so many seconds. --first stops at the first that breaks
 * the promise. A broken promise is exit code 1 and names the seed; --trace prints its events.
 */
#include "hash.h"
#include "schedule.h"
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
    bool trace, first;
};

static const struct {
    const char *name;
    unsigned rule;
} rules[] = {{"R1", R1},
             {"R2", R2},
             {"R3", R3},
             {"R4", R4},
             {"R5", R5},
             {"R6", R6},
             {"R8", R8},
             {"R9", R9},
             {"R11", R11},
             {"R12", R12},
             {"R11-lanes", R11_LANES},
             {"R14", R14},
             {"R16", R16},
             {"R17", R17},
             {"R2-instance", R2_INSTANCE},
             {"R4-foreign", R4_FOREIGN},
             {"R8-position", R8_POSITION}};

static unsigned rule_of(const char *name)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i].name, name) == 0)
            return rules[i].rule;
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
                    "usage: sim [--seed N] [--count N | --seconds N] [--off RULE]... [--trace] [--first]\n");
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

int main(int count, char **words)
{
    struct options options = {.seed = 1, .count = 1};
    uint64_t done = 0, broken = 0, events = 0;

    read_options(count, words, &options);
    hash_seed(1, 2); /* a seed replays the run on any machine */
    types_load();
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
        if (options.first)
            break;
    }
    double took = clock_of(CLOCK_PROCESS_CPUTIME_ID) - began_cpu;
    printf("%" PRIu64 " schedules, %" PRIu64 " broken, %.0f events each, %.0f schedules/s of one core\n",
           done, broken, (double)events / (double)done, (double)done / took);
    types_free();
    return broken > 0;
}
