/* The catalogue that all schedules share, and what is built beforehand: requests and replies. */
#ifndef SIM_TYPES_H
#define SIM_TYPES_H

#include "request.h"
#include "sim.h"

extern struct catalogue *types_catalogue;

void types_load(void);
void types_free(void);

const struct order_type *type_of(enum sim_type type);
int type_steps(enum sim_type type);
bool type_writes(enum sim_type type, int step); /* another receives, or reads */
bool types_wait(enum sim_type type);
int64_t types_date_ms(void); /* when TYPE_DATED may submit, since the epoch */

/* How the description has BT's notifications. */
const struct event_message *types_event(void);

/* The request of an order: a fresh tree over shared members. */
void types_request(int order, struct request *request);

/* Bodies of replies; borrowed. One that says that the step is done bears BT's id, where there are reports that do. */
extern struct json_object *reply_error, *reply_absent, *reply_odd;
struct json_object *types_reply(int order, int step);

const char *types_bt_id(int order);
int types_order_of_bt_id(const char *id);

#endif
