/*
 * A workflow as arazzo.h compiles it: steps with their calls, criteria and actions. Constant, and owned by its
 * description.
 */
#ifndef CATALOGUE_WORKFLOW_H
#define CATALOGUE_WORKFLOW_H

#include "criterion.h"
#include "lookup.h"
#include "openapi.h"

/* The statuses of an outcome (schemas/common/Status.avsc, same order). */
enum outcome_status {
    OUTCOME_COMPLETED,
    OUTCOME_REJECTED,
    OUTCOME_FAILED,
    OUTCOME_UNKNOWN,
    OUTCOME_PROGRESS
};
enum action_type { ACTION_END, ACTION_RETRY, ACTION_GOTO };

/* How fields of Avro's logical type uk-number appear to BT: x-number-form, same order as enum number_form. */
enum workflow_number_form { WORKFLOW_NATIONAL, WORKFLOW_SIGNIFICANT, WORKFLOW_E164 };

struct action {
    char *name;
    enum action_type type;
    struct criteria criteria;
    int64_t retry_after_ms;
    unsigned retry_limit;
    char *target;                /* of goto: a stepId */
    size_t target_index;         /* its place among the workflow's steps */
    enum outcome_status outcome; /* of end; of a goto that has x-outcome: how the way from there ends */
    bool outcome_named;          /* by x-outcome, not by default */
    bool absent;                 /* x-outcome ABSENT: a look-up finds that there is none */
    struct template *reason;     /* of x-outcome; null when there is none */
    struct payload *by;          /* of UNKNOWN: the date by which a person must decide; null: none */
};

struct step_parameter {
    char *name;
    enum parameter_in place;
    struct payload *value;
};

struct step {
    char *id;
    const struct operation *operation; /* null: it receives a message */
    char *operation_id;                /* as the file names it, without the source */
    char *channel;                     /* of a receive step */
    struct payload *correlation;
    int64_t timeout_ms;
    int64_t expected_ms; /* x-expected: news is told when it is not there by then; 0: none */
    struct step_parameter *parameters;
    size_t parameter_count;
    struct payload *body; /* null: none */
    char *content_type;
    struct criteria success, conditions;
    struct payload *start_at; /* x-start-at; null: at once */
    struct look *look;        /* x-look of a step that receives; null: BT is not asked */
    struct action *on_success, *on_failure;
    size_t on_success_count, on_failure_count;
    struct named_payload *outputs;
    size_t output_count;
    size_t id_output; /* x-order: which of them is BT's id of what the reference names; output_count: none */
    enum repeat_class repeat;
    const char *own_reply; /* own_reply.h: the member of a reply that shows whose it is; null: nothing does */
    struct lookup *lookup; /* null: none */
    struct proof *proof;   /* null: no message resolves its doubts */
    bool uses_request,
        uses_headers; /* its workflow has expressions over the request, or over reply headers */
};

/* x-require: what must hold before anything is called. */
struct requirement {
    char *name; /* "" when it has none */
    char *reason;
    struct criteria criteria;
};

/* x-cancel: where the way of an order goes that a person calls off. */
struct cancellation {
    char *target, *before; /* stepIds; before null: at any step */
    size_t target_index, before_index;
    struct criteria criteria;
};

struct workflow {
    char *id;
    struct json_object *inputs_schema; /* borrowed from the description's tree; may be null */
    struct step *steps;
    size_t step_count;
    struct named_payload *outputs;
    size_t output_count;
    struct requirement *requirements;
    size_t requirement_count;
    struct cancellation *cancel; /* null: it cannot be called off on its way */
    enum workflow_number_form number_form;
    bool waits;          /* a step of it does: for a message or a date, without holding the order's key */
    struct reach *reach; /* what of a message's payload it looks at (reach.h); null: it does not wait */
};

/* Whether the step may change something at BT. */
bool workflow_step_writes(const struct step *step);

/* The place of the step in its workflow; workflow->step_count when there is none of this id. */
size_t workflow_step(const struct workflow *workflow, const char *id);

#endif
