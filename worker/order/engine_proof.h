/* What BT has reported may resolve a doubt (x-message): a part of the engine, for its files only. */
#ifndef ORDER_ENGINE_PROOF_H
#define ORDER_ENGINE_PROOF_H

#include "engine.h"

/* A message in the mailbox proves that BT has the present step's call: doubt.answer has the outputs, as ENGINE_FOUND. */
bool engine_take_proof(struct order *order, const struct engine_terms *terms);

/*
 * The same of a step that is in doubt, or was when it became a person's: also that BT has rejected its call. True: *move
 * is ENGINE_FOUND; or ENGINE_DENIED, and waiting.message says so.
 */
bool engine_resolve(struct order *order, const struct engine_terms *terms, enum engine_move *move);

#endif
