/* Reasons and calls as JSON, for the ledger: parts of what snapshot.c and progress.c write. */
#ifndef ORDER_PARTS_JSON_H
#define ORDER_PARTS_JSON_H

#include "outcome.h"

/* Adds the reason as a member; none where there is none. And reads it. */
void parts_add_reason(struct json_object *tree, const char *name, const struct reason *reason);
void parts_read_reason(const struct json_object *tree, const char *name, struct reason *reason);

/* The member `status`. */
enum outcome_status parts_read_status(const struct json_object *tree);

/* The calls of a step, owned by the caller; and back, the step by its name in the workflow. */
struct json_object *parts_calls_tree(const struct call_record *calls);
void parts_read_calls(struct json_object *tree, const struct workflow *workflow, struct call_record *calls);

#endif
