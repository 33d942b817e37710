/* How a step asks BT, by a workflow of the same file that only reads. Parts of workflow.h. */
#ifndef CATALOGUE_LOOKUP_H
#define CATALOGUE_LOOKUP_H

#include "criterion.h"
#include "payload.h"

struct named_payload {
    char *name;
    struct payload *value;
};

/* x-lookup: whether an effect is there. */
struct lookup {
    char *workflow_id;
    struct named_payload *parameters;
    size_t parameter_count;
    struct criteria found, absent; /* neither, or both: no answer (PROMISE.md R17) */
};

/* x-look: what is asked when BT is silent: a look-up, and the message that its outputs stand for. */
struct look {
    struct lookup lookup; /* without found and absent */
    struct payload *payload;
    int64_t every_ms;
};

/* x-message: what BT reports that proves that it has received the step's call, or has rejected it. */
struct proof {
    struct payload *correlation;        /* the reference in that message; null: the step's own */
    struct criteria accepted, rejected; /* both: it proves nothing; rejected may have none */
    struct named_payload *outputs;      /* the step's, as that message has them */
    size_t output_count;
};

#endif
