/* The gateway's checks, one after the other, each with the error that BT would give. */
#include "gateway.h"

#include "errors.h"
#include "loop.h"
#include "memory.h"
#include "sandbox.h"
#include "tree.h"

#include <string.h>
#include <strings.h>

/* Each check gives 0, or BT's code for what is wrong. */
typedef unsigned check_fn(const struct sandbox *sandbox, const struct operation *operation,
                          struct request *request);

static const struct rule tracking_rule = {
    .kind = RULE_TEXT, .min = 1, .max = 255, .characters = WORD ".~:@-"};

static unsigned check_authorization(const struct sandbox *sandbox, const struct operation *operation,
                                    struct request *request)
{
    (void)operation;
    return sandbox->switches.authorization
               ? tokens_check(&sandbox->tokens, request, loop_now_ms(sandbox->loop))
               : 0;
}

static unsigned check_tracking(const struct sandbox *sandbox, const struct operation *operation,
                               struct request *request)
{
    const char *tracking = request_header(request, "APIGW-Tracking-Header");

    (void)operation;
    if (!sandbox->switches.tracking)
        return 0;
    return tracking == NULL ? 25 : rule_holds(&tracking_rule, tracking) ? 0 : 26;
}

static unsigned check_body(const struct sandbox *sandbox, const struct operation *operation,
                           struct request *request)
{
    const char *type = request_header(request, "Content-Type");
    struct fault why;

    (void)sandbox;
    if (operation == NULL || operation->body == NULL)
        return 0;
    if (request->body.length == 0)
        return 21;
    if (type == NULL || strncasecmp(type, "application/json", 16) != 0 || strchr(";", type[16]) == NULL)
        return 68;
    return request->tree != NULL || tree_read(request->body.data, request->body.length, &request->tree, &why)
               ? 0
               : 22;
}

/* 0, or what is wrong with the value: missing and bad have other codes in each place. */
static unsigned check_value(const struct parameter *parameter, const char *value, size_t times)
{
    static const struct {
        unsigned missing;
        unsigned bad;
    } codes[] = {[IN_QUERY] = {27, 28}, [IN_PATH] = {20, 20}, [IN_HEADER] = {25, 26}};

    if (value == NULL)
        return parameter->required ? codes[parameter->place].missing : 0;
    return times <= 1 && rule_holds(&parameter->rule, value) ? 0 : codes[parameter->place].bad;
}

/* Missing ones of all parameters come before bad ones, as everywhere at BT. */
static unsigned check_parameters(const struct sandbox *sandbox, const struct operation *operation,
                                 struct request *request)
{
    unsigned worst = 0;
    size_t captured = 0;

    (void)sandbox;
    if (operation == NULL || operation->parameters == NULL)
        return 0;
    for (const struct parameter *parameter = operation->parameters; parameter->name != NULL; parameter++) {
        const char *value = NULL;
        size_t times = 1;
        switch (parameter->place) {
        case IN_QUERY:
            value = request_query(request, parameter->name);
            times = value == NULL ? 0 : request_query_times(request, parameter->name);
            break;
        case IN_PATH:
            value = request->captures[captured++];
            break;
        case IN_HEADER:
            value = request_header(request, parameter->name);
            break;
        }
        unsigned code = check_value(parameter, value, times);
        if (code != 0 && (worst == 0 || value == NULL))
            worst = code;
    }
    return worst;
}

static unsigned check_members(const struct sandbox *sandbox, const struct operation *operation,
                              struct request *request)
{
    static const unsigned codes[] = {[MEMBERS_GOOD] = 0, [MEMBERS_MISSING] = 23, [MEMBERS_BAD] = 24};

    (void)sandbox;
    if (operation == NULL || operation->body == NULL)
        return 0;
    return codes[members_check(operation->body, request->tree)];
}

static unsigned first_wrong(const struct sandbox *sandbox, const struct operation *operation,
                            struct request *request, check_fn *const checks[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned code = checks[i](sandbox, operation, request);
        if (code != 0)
            return code;
    }
    return 0;
}

void gateway_answer(struct sandbox *sandbox, const struct operation *operation, const char *allowed,
                    struct request *request, struct reply *reply)
{
    static check_fn *const before[] = {check_authorization, check_tracking};
    static check_fn *const after[] = {check_body, check_parameters, check_members};
    const char *tracking = request_header(request, "APIGW-Tracking-Header");
    unsigned code = first_wrong(sandbox, operation, request, before, COUNT_OF(before));

    if (code == 0 && error_by_tracking(&sandbox->switches, operation, tracking, reply))
        return;
    if (code == 0)
        code = first_wrong(sandbox, operation, request, after, COUNT_OF(after));
    if (code == 0 && operation == NULL)
        code = *allowed == '\0' ? 60 : 61;
    if (code == 0) {
        operation->answer(sandbox, request, reply);
        return;
    }
    error_answer(&sandbox->switches, reply, code);
    if (code == 61)
        reply_header(reply, "Allow", "%s", allowed);
}
