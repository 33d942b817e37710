/*
 * Order requests: from the bytes of a Kafka record to what a workflow works with.
 */
#ifndef RECORD_REQUEST_H
#define RECORD_REQUEST_H

#include "catalogue.h"
#include "uuid.h"

struct request {
    char id[UUID_TEXT_SIZE];
    int64_t not_after_ms; /* since the epoch; INT64_MAX: none */
    struct json_object
        *inputs; /* owned: the request as plain JSON, numbers in the workflow's form, given inputs; below the
                    request's own fields, what is null is left out */
    char *text;  /* owned: the same as the ledger has it; null: it was not read back from there */
    size_t weight; /* of the tree, also after its release; 0: never counted */
};

enum request_reading {
    REQUEST_GOOD,
    REQUEST_BROKEN, /* it breaks its contract: only `id` is set, the fault says which field and rule */
    REQUEST_DEAD,   /* no request can be read in it, or it has no id: nobody can be answered */
};

/*
 * Reads the datum that was written with `writer` as a request of the type. `given` (may be null, borrowed) are inputs
 * from the settings; the request's own fields win over them. One of more values than `values_max` (0: what any datum may
 * have) is broken. The fault is set unless the request is good; release the request in any case.
 */
enum request_reading request_read(const struct order_type *type, const struct schema *writer,
                                  const void *datum, size_t length, struct json_object *given,
                                  size_t values_max, struct request *request, struct fault *why);
void request_release(struct request *request);

/* Takes both over, in the place of those before. `text`: null, or what the tree was read from. */
void request_set_inputs(struct request *request, struct json_object *inputs, char *text);
/* Adds an input that is a text. */
void request_add_input(struct request *request, const char *name, const char *value);

/* How much memory tree and text take, roughly. There is a tree. */
size_t request_weight(struct request *request);

/* The same from plain JSON (people, tests): numbers put into form, given inputs added. Takes over `tree`. */
enum request_reading request_of_tree(const struct order_type *type, struct json_object *tree,
                                     struct json_object *given, struct request *request, struct fault *why);

#endif
