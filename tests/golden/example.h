/*
 * One file of schemas/<order-type>/examples/, run through the real code in virtual time (schemas/README.md, "Examples").
 */
#ifndef GOLDEN_EXAMPLE_H
#define GOLDEN_EXAMPLE_H

#include "buffer.h"
#include "catalogue.h"
#include "config.h"

struct example {
    const struct settings *settings;
    const struct catalogue *catalogue;
    const struct order_type *type;
    struct json_object *tree;  /* the file */
    struct json_object *given; /* inputs from the settings */
};

/*
 * Runs it from the bytes of its request to the bytes of its outcome. What differs is added to `report`; nothing when
 * it passes.
 */
void example_run(const struct example *example, struct buffer *report);

#endif
