/* Bounds how large and how deep the smallest value of a schema is, so that a schema alone cannot exhaust memory. */
#include "schema_inside.h"

#include "invariant.h"
#include "memory.h"

enum { DEPTH_MAX = 64, WEIGHT_MAX = 100000 };

/* What stands inside a node without a list or map between: these are the bytes of one object of Avro-C. */
struct shape {
    enum { SHAPE_NEW, SHAPE_OPEN, SHAPE_DONE } state;
    size_t weight;   /* values in it, itself included */
    unsigned height; /* levels in it, itself included */
    unsigned unions; /* unions above it on the way down, while it is open */
};

struct walk {
    struct shape *shapes; /* by node number */
    unsigned depth, unions;
    struct fault *why;
};

static bool measure(struct walk *walk, const struct schema_node *node);

static bool add_part(struct walk *walk, const struct schema_node *part, struct shape *shape)
{
    struct shape *inner = &walk->shapes[part->number];

    /* Through a union there may be an end; Avro-C makes a link of it, which is one value. */
    if (inner->state == SHAPE_OPEN && walk->unions > inner->unions) {
        shape->weight++;
        return true;
    }
    TRY(measure(walk, part));
    shape->weight += inner->weight;
    if (inner->height >= shape->height)
        shape->height = inner->height + 1;
    if (shape->height > DEPTH_MAX || shape->weight > WEIGHT_MAX)
        return fault_set(walk->why, FAULT_INPUT, "#: a record with more than %d values or %d levels in it",
                         WEIGHT_MAX, DEPTH_MAX);
    return true;
}

static bool measure(struct walk *walk, const struct schema_node *node)
{
    struct shape *shape = &walk->shapes[node->number];
    char quoted[VALUE_PATH_QUOTE_SIZE];

    if (shape->state == SHAPE_DONE)
        return true;
    if (shape->state == SHAPE_OPEN)
        return fault_set(walk->why, FAULT_INPUT, "#: record '%s' holds itself without end",
                         value_path_quote(node->name, quoted));
    if (walk->depth == DEPTH_MAX)
        return fault_set(walk->why, FAULT_INPUT, "#: records in records deeper than %d", DEPTH_MAX);
    *shape = (struct shape){.state = SHAPE_OPEN, .weight = 1, .height = 1, .unions = walk->unions};
    walk->depth++;
    for (size_t i = 0; i < node->field_count; i++)
        TRY(add_part(walk, node->fields[i].type, shape));
    walk->unions += node->kind == SCHEMA_UNION ? 1 : 0;
    for (size_t i = 0; i < node->branch_count; i++)
        TRY(add_part(walk, node->branches[i], shape));
    walk->unions -= node->kind == SCHEMA_UNION ? 1 : 0;
    REQUIRE(walk->depth > 0 && shape->state == SHAPE_OPEN && walk->unions == shape->unions);
    walk->depth--;
    shape->state = SHAPE_DONE;
    return true;
}

bool schema_check_shape(const struct schema *schema, struct fault *why)
{
    CLEANUP(memory_release) struct shape *shapes = memory_new(schema->node_count, sizeof *shapes);
    struct walk walk = {.shapes = shapes, .why = why};

    for (size_t i = 0; i < schema->node_count; i++)
        TRY(measure(&walk, schema->nodes[i]));
    return true;
}
