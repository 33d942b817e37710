/*
 * The two addresses that BT uses: where it gets a token, and where it posts. What is refused is refused before its body
 * is taken; a notification is answered 201 once Kafka has it.
 */
#ifndef LISTEN_DOORS_H
#define LISTEN_DOORS_H

#include "listener.h"

/* For posts_new(); the context is a struct listener. */
extern const struct posts_calls doors_calls;

/* For event_sender_new(); the context is a struct listener. */
void doors_sent(void *context, void *what, const struct event_sent *sent);

#endif
