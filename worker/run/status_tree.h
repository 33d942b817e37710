/* /status: the state of the worker, for people and scripts. */
#ifndef RUN_STATUS_TREE_H
#define RUN_STATUS_TREE_H

#include "worker.h"

extern const char *const status_state_names[]; /* by enum order_state */

/* The page as JSON, owned by the caller; `why` it is not ready and `bt` what keeps orders from BT, "" for neither. */
struct json_object *status_tree(const struct worker *worker, const char *why, const char *bt,
                                const struct loop_turn *longest);

#endif
