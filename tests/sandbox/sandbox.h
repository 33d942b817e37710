/*
 * The sandbox without its HTTP server: everything it knows, and the way of one request through it.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include "counts.h"
#include "history.h"
#include "operations.h"
#include "switches.h"
#include "tokens.h"
#include "troubles.h"

#include <json-c/json.h>

struct loop;
struct registry;

struct sandbox {
    struct loop *loop; /* borrowed; for the time */
    struct switches switches;
    struct tokens tokens;
    struct counts *counts;
    struct history *history;
    struct troubles troubles;
    struct registry *registry;
    struct json_object *orders;  /* a list, as DATA.md has it */
    struct json_object *imports; /* likewise */
};

/* FAULT_LOCAL only if the built-in data is broken. */
MUST_USE bool sandbox_new(struct loop *loop, struct sandbox **sandbox, struct fault *why);
void *sandbox_free(struct sandbox *sandbox);

/*
 * Counts the request, answers it, and applies what was asked for by faults. *counted tells whether *tally must be
 * given back with counts_end() once the reply is on its way.
 */
void sandbox_answer(struct sandbox *sandbox, struct request *request, struct reply *reply,
                    struct tally **tally, bool *counted);

#endif
