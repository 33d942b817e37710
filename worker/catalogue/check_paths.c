/* Follows all ways through a workflow. Criteria are not evaluated: a way counts when some answer of BT could take it. */
#include "check_paths.h"

#include "invariant.h"
#include "memory.h"

#include <stdio.h>
#include <string.h>

/* Marks every step that can run after `step`; the mark of `step` itself says that it can run again. */
static void mark_after(const struct workflow *workflow, size_t step, bool *marks);

static void mark(const struct workflow *workflow, size_t step, bool *marks)
{
    if (step >= workflow->step_count || marks[step])
        return;
    marks[step] = true;
    mark_after(workflow, step, marks);
}

static void mark_gotos(const struct workflow *workflow, const struct action *actions, size_t count,
                       bool *marks)
{
    for (size_t i = 0; i < count; i++)
        if (actions[i].type == ACTION_GOTO)
            mark(workflow, actions[i].target_index, marks);
}

/* An action without criteria is always taken, so the next step in sequence is not. A skipped step goes on, too. */
static bool always_leaves(const struct step *step)
{
    for (size_t i = 0; i < step->on_success_count; i++)
        if (step->on_success[i].criteria.count == 0)
            return step->conditions.count == 0;
    return false;
}

static void mark_after(const struct workflow *workflow, size_t step, bool *marks)
{
    const struct step *from = &workflow->steps[step];

    REQUIRE(step < workflow->step_count);
    if (!always_leaves(from))
        mark(workflow, step + 1, marks);
    mark_gotos(workflow, from->on_success, from->on_success_count, marks);
    mark_gotos(workflow, from->on_failure, from->on_failure_count, marks);
}

static bool ends_failed(const struct action *actions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (actions[i].type == ACTION_END && actions[i].outcome == OUTCOME_FAILED)
            return true;
    return false;
}

static void check_after(const struct workflow *workflow, size_t index, size_t writer, const bool *marks,
                        const char *file, struct problems *problems)
{
    char where[1024];
    const char *id = workflow->steps[writer].id;

    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = &workflow->steps[i];
        bool failed = (i == writer && ends_failed(step->on_success, step->on_success_count)) ||
                      (marks[i] && (ends_failed(step->on_success, step->on_success_count) ||
                                    ends_failed(step->on_failure, step->on_failure_count)));
        snprintf(where, sizeof where, "%s#/workflows/%zu/steps/%zu", file, index, i);
        if (failed)
            problems_add(problems, where, "end with UNKNOWN, or with REJECTED where nothing was provided",
                         "step '%s' ends FAILED after '%s' has written", step->id, id);
        if (i == writer && marks[i])
            problems_add(problems, where, "write a second step with a reference of its own",
                         "a goto can reach '%s' a second time, which would write under the same reference",
                         id);
    }
}

void check_paths(const struct workflow *workflow, size_t index, const char *file, struct problems *problems)
{
    bool *marks = memory_new(workflow->step_count, sizeof *marks);

    for (size_t i = 0; i < workflow->step_count; i++) {
        if (!workflow_step_writes(&workflow->steps[i]))
            continue;
        memset(marks, 0, workflow->step_count * sizeof *marks);
        mark_after(workflow, i, marks);
        check_after(workflow, index, i, marks, file, problems);
    }
    memory_free(marks);
}
