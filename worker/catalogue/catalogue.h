/*
 * The catalogue: what order types there are and what each does, read from a folder once at start and constant after.
 *
 * Layout as in schemas/README.md. There is no list: an order type is a folder with request.avsc, outcome.avsc and
 * workflow.arazzo.json. An overlay folder of the integrator's adds to it or wins over it, file by file and folder by
 * folder.
 */
#ifndef CATALOGUE_CATALOGUE_H
#define CATALOGUE_CATALOGUE_H

#include "arazzo.h"
#include "asyncapi.h"
#include "calendar.h"
#include "config.h"
#include "schema.h"

enum { WORKFLOW_DIGEST_SIZE = 17 };

/* An earlier text of an order type's workflow, for orders that have begun with it: history/<digest>.arazzo.json. */
struct workflow_version {
    char digest
        [WORKFLOW_DIGEST_SIZE]; /* of its canonical JSON: the first half of its SHA-256, in hexadecimal */
    struct arazzo arazzo;
    const struct workflow *workflow;
};

struct order_type {
    char *name; /* of the folder */
    struct schema *request, *outcome;
    struct schema *outcome_1; /* as it was before orders could wait; null where a catalogue has none */
    char *request_file, *outcome_file; /* for messages */
    const struct schema_node *result;  /* the record of outcome.result; null: the order type has none */
    struct arazzo arazzo;
    const struct workflow *workflow;
    char digest[WORKFLOW_DIGEST_SIZE];  /* of today's */
    struct workflow_version **versions; /* earlier ones */
    size_t version_count;
    bool writes;             /* a step of its workflow does */
    struct schema **history; /* older versions of the request schema */
    size_t history_count;
};

struct catalogue {
    struct openapi openapi;
    struct asyncapi asyncapi;
    struct calendar calendar;                   /* of common/holidays.json */
    struct schema_library *library, *library_1; /* today's; that of outcome_1, or null */
    struct order_type **types;                  /* by name */
    size_t type_count;
    struct schema *ledger_record, *ledger_owner; /* of common/; null where a catalogue has none */
    struct schema *event;                        /* of common/; null where a catalogue has none */
    /* About what waits, too; with outputs; and before there were any. */
    struct schema *decision, *decision_2, *decision_1;
};

/* Inputs that come from the settings (input.<name>), for the check that each $inputs.x comes from somewhere. */
struct given_inputs {
    const char *const *names;
    size_t count;
};

/*
 * Reads and checks the folder and, where it is not "", the overlay. All mistakes go to `problems`; free it in any
 * case. Use it only when there were none.
 */
struct catalogue *catalogue_load(const char *folder, const char *overlay, const struct given_inputs *given,
                                 struct problems *problems);
/* The same of what whc-worker listen needs only: BT's notifications, and the record that they travel in. */
struct catalogue *catalogue_load_events(const char *folder, const char *overlay, struct problems *problems);
void *catalogue_free(struct catalogue *catalogue);

/*
 * Whether orders of the type are carried out with these settings: one whose workflow waits needs a ledger that is written
 * in a format with waits.
 */
bool catalogue_serves(const struct order_type *type, const struct settings *settings);

/* The channel that BT posts to: the first one with JSON messages whose address is a path; null: there is none. */
const struct event_channel *catalogue_events(const struct catalogue *catalogue);

/* The earlier version of this digest; null: there is none, or it is today's. */
const struct workflow_version *catalogue_version(const struct order_type *type, const char *digest);

/* The order type of a name, or whose request record has this full name; null when there is none. */
const struct order_type *catalogue_type(const struct catalogue *catalogue, const char *name);
const struct order_type *catalogue_type_of_record(const struct catalogue *catalogue, const char *full_name);

/*
 * The request schema with this fingerprint (schema_has_fingerprint()), of today or of history; null when there is
 * none. *type (may be null) becomes its order type.
 */
const struct schema *catalogue_schema(const struct catalogue *catalogue, uint64_t fingerprint,
                                      const struct order_type **type);

#endif
