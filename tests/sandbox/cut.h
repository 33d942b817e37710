/* A reply of which only some bytes are sent, counted from the first of its status line. */
#ifndef SANDBOX_CUT_H
#define SANDBOX_CUT_H

#include "reply.h"

/*
 * Sends the first `reply->cut_at` bytes to the descriptor, all of them if there are no more. The HTTP library, which
 * cannot do this, is passed by; the caller has it close the connection.
 */
void cut_send(int descriptor, const struct reply *reply);

#endif
