/* Where an execution stands: its step, and what expressions see there. */
#include "engine_inside.h"

#include "invariant.h"
#include "memory.h"
#include "tree_build.h"

struct scope engine_scope(struct order *order)
{
    const struct execution *execution = order_execution(order);

    return (struct scope){
        .inputs = execution->inputs, .steps = execution->steps, .request = order->call.parts};
}

const char *engine_api(const struct order *order)
{
    const struct step *step = order_step(order);

    return step == NULL || step->operation == NULL ? NULL : step->operation->tag;
}

void engine_begin_lookup(struct order *order, const struct lookup *lookup)
{
    const struct workflow *workflow = arazzo_workflow(order_arazzo(order), lookup->workflow_id);
    struct scope scope = engine_scope(order);
    struct json_object *inputs = json_object_new_object();

    TREE_EACH(order->request.inputs, name, value)
    tree_add(inputs, name, json_object_get(value));
    for (size_t i = 0; i < lookup->parameter_count; i++)
        tree_add(inputs, lookup->parameters[i].name, payload_value(lookup->parameters[i].value, &scope));
    REQUIRE(order->lookup.workflow == NULL && workflow != NULL);
    order->lookup = (struct execution){
        .workflow = workflow, .inputs = inputs, .steps = json_object_new_object(), .step_is_new = true};
    engine_enter_step(order, 0);
}

void engine_enter_step(struct order *order, size_t step)
{
    struct execution *execution = order_execution(order);
    struct scope scope = engine_scope(order);

    REQUIRE(execution->workflow == NULL || step <= execution->workflow->step_count);
    execution->step = step;
    execution->step_is_new = true;
    execution->retries = memory_free(execution->retries); /* as many as the step had actions */
    while (order_step(order) != NULL && !criteria_hold(&order_step(order)->conditions, &scope)) {
        json_object_object_del(execution->steps, order_step(order)->id);
        execution->step++;
    }
}
