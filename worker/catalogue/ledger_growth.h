/*
 * What of BT's replies an order's ledger record may have to hold, from the limits that there are (PROMISE.md R16).
 */
#ifndef CATALOGUE_LEDGER_GROWTH_H
#define CATALOGUE_LEDGER_GROWTH_H

#include "catalogue.h"
#include "config.h"

enum {
    /* Whatever else is written to a record after the request: journal, tracking ids, decisions, an UNKNOWN outcome. */
    LEDGER_GROWTH_EXTRA_BYTES = 196608
};

/*
 * The most that the replies of an order of this workflow may add: of each step after which another may come. One that
 * waits has many steps, whose outputs are few words each: one reply and one message of the largest kind are reckoned
 * with, and where there are more the order is parked (R16).
 */
size_t ledger_growth_of(const struct workflow *workflow, const struct settings *settings);

/* The heaviest record of an order of any served type that changes something, with the largest request. */
size_t ledger_growth_most(const struct catalogue *catalogue, const struct settings *settings);

#endif
