/*
 * The sandbox without its HTTP server: everything it knows, and the way of one request through it.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include "activations.h"
#include "agenda.h"
#include "counts.h"
#include "events.h"
#include "evidence.h"
#include "history.h"
#include "lives.h"
#include "operations.h"
#include "state.h"
#include "switches.h"
#include "tokens.h"
#include "troubles.h"

struct late;
struct loop;
struct registry;

struct sandbox {
    struct loop *loop; /* borrowed; for what takes milliseconds */
    struct agenda agenda;
    struct switches switches;
    struct tokens tokens;
    struct counts *counts;
    struct history *history;
    struct troubles troubles;
    struct registry *registry;
    struct late *late;
    struct evidence *evidence;
    struct events *events;
    struct lives *lives;
    struct activations *activations;
    struct state state;
};

/* FAULT_LOCAL only if the built-in data is broken, the shared wall clock cannot be used, or there is no thread. */
MUST_USE bool sandbox_new(struct loop *loop, struct sandbox **sandbox, struct fault *why);
void *sandbox_free(struct sandbox *sandbox);

/*
 * Counts the request, answers it, and applies what was asked for by faults. *counted tells whether *tally must be
 * given back with counts_end() once the reply is on its way.
 */
void sandbox_answer(struct sandbox *sandbox, struct request *request, struct reply *reply,
                    struct tally **tally, bool *counted);

/* Answers the request of the operation and counts what it changed. */
void sandbox_carry_out(struct sandbox *sandbox, const struct operation *operation, struct request *request,
                       struct reply *reply);

/* After how many bytes of the request, whose headers are there, the connection is to be closed; -1: it is not. */
int64_t sandbox_cut(struct sandbox *sandbox, struct request *request);

/* As after the start, but for switches, tokens, registry, listener and clock. FAULT_LOCAL: broken data. */
MUST_USE bool sandbox_reset(struct sandbox *sandbox, struct fault *why);

#endif
