/* Creating an address: each call gives a new temporary key. */
#include "answers.h"
#include "sandbox.h"

void answer_create_address(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    buffer_print(reply_json(reply, 201), "{\"id\":\"X05000%06u\"}", sandbox->state.next_address++);
    request->accepted = true;
}
