/*
 * The engine for an order that waits for a message or a moment, while it holds no key: each function goes on with one
 * order and says, as those of engine.h do, what is to be done next.
 */
#ifndef ORDER_ENGINE_WAIT_H
#define ORDER_ENGINE_WAIT_H

#include "engine.h"

/* Whether the step that comes next may have to wait for a message or a moment; and begins that wait, or ENGINE_RETRY. */
bool engine_must_await(const struct order *order);
enum engine_move engine_enter(struct order *order, const struct engine_terms *terms);

/* Waits on as it did before a person was asked: what has come meanwhile is heard first. */
enum engine_move engine_go_on_waiting(struct order *order, const struct engine_terms *terms);

/* The message that the order waits for has come, or news about the same reference; it is taken over. */
enum engine_move engine_told(struct order *order, struct message *message, const struct engine_terms *terms);

/*
 * A message that was kept proves that BT has the call of the present step, which is or was in doubt, or has rejected it
 * (x-message): goes on with the step done, or failed, also where it is a person's. False: there is none, and nothing has
 * changed.
 */
bool engine_prove(struct order *order, const struct engine_terms *terms, enum engine_move *move);

/* BT has given up what no step waits for just now: that is news at once, unless a look has told it already. */
void engine_report(struct order *order, const struct message *message, const struct engine_terms *terms);

/* It is time to ask BT for what it has not reported: a look-up, in its API's pace; the order still waits. */
enum engine_move engine_look(struct order *order, const struct engine_terms *terms);

/* The message was expected by now: that it is late is news, and the order still waits. */
enum engine_move engine_expected(struct order *order, const struct engine_terms *terms);

/* The wait's moment has come: the call may be made, or no message has come in time. */
enum engine_move engine_time_is_up(struct order *order, const struct engine_terms *terms);

/*
 * A person ends the wait as if it were met: with these outputs of the step (taken over), or by making its call now. The
 * reason is told with the news.
 */
enum engine_move engine_skip(struct order *order, struct json_object *outputs, const struct reason *reason,
                             const struct engine_terms *terms);
/* A person takes the order to another step of its workflow. */
enum engine_move engine_go_to(struct order *order, size_t step, const struct reason *reason,
                              const struct engine_terms *terms);

#endif
