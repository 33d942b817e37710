/* Builds the HTTP request of a step: target, query, headers and body. */
#include "call.h"

#include "invariant.h"
#include "memory.h"
#include "tree_build.h"

#include <ctype.h>
#include <string.h>

/* Percent-encodes all but RFC 3986's unreserved characters. */
static void add_encoded(struct buffer *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (isalnum(c) || (c != '\0' && strchr("-._~", c) != NULL))
            buffer_add_byte(out, c);
        else
            buffer_print(out, "%%%02X", c);
    }
}

/* The text a parameter has in a URL or header; *text is owned. */
static bool parameter_text(const char *name, struct json_object *value, char **text, size_t *length,
                           struct fault *why)
{
    CLEANUP(buffer_release) struct buffer content;

    buffer_init(&content, CALL_TARGET_MAX);
    template_add_value(value, &content);
    if (content.full)
        return fault_set(why, FAULT_EXHAUSTED, "the parameter '%s' is larger than %d bytes", name,
                         CALL_TARGET_MAX);
    *text = buffer_take(&content, length);
    return true;
}

static void note_part(struct call *call, const char *member, const char *name, struct json_object *value)
{
    struct json_object *parts = tree_member(call->parts, member);

    if (call->parts == NULL)
        return;
    if (parts == NULL) {
        parts = json_object_new_object();
        tree_add(call->parts, member, parts);
    }
    tree_add(parts, name, json_object_get(value));
}

static struct json_object *path_value(const struct step *step, const struct scope *scope, const char *name,
                                      size_t length)
{
    for (size_t i = 0; i < step->parameter_count; i++)
        if (step->parameters[i].place == PARAMETER_IN_PATH && strlen(step->parameters[i].name) == length &&
            strncmp(step->parameters[i].name, name, length) == 0)
            return payload_value(step->parameters[i].value, scope);
    return NULL;
}

static bool add_path(const struct step *step, const struct scope *scope, struct call *call,
                     struct buffer *target, struct fault *why)
{
    for (const char *at = step->operation->path; *at != '\0'; at++) {
        if (*at != '{') {
            buffer_add_byte(target, (uint8_t)*at);
            continue;
        }
        size_t length = strcspn(++at, "}");
        CLEANUP(tree_release) struct json_object *value = path_value(step, scope, at, length);
        CLEANUP(memory_release) char *name = memory_text_of(at, length);
        CLEANUP(memory_release) char *text = NULL;
        size_t text_length = 0;
        if (value != NULL)
            TRY(parameter_text(name, value, &text, &text_length, why));
        /* "." and ".." would be taken for steps of the path, by libcurl already. */
        if (text_length == 0 || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
            return fault_set(why, FAULT_INPUT,
                             "the path parameter '%s' of operation '%s' has no usable value", name,
                             step->operation->id);
        note_part(call, "path", name, value);
        add_encoded(target, text, text_length);
        at += length;
        if (*at == '\0')
            break;
    }
    return true;
}

static bool add_query(struct call *call, struct buffer *target, const char *name, struct json_object *value,
                      struct fault *why)
{
    CLEANUP(memory_release) char *text = NULL;
    size_t length;

    TRY(parameter_text(name, value, &text, &length, why));
    buffer_add_byte(target, strchr(buffer_text(target), '?') == NULL ? '?' : '&');
    add_encoded(target, name, strlen(name));
    buffer_add_byte(target, '=');
    add_encoded(target, text, length);
    note_part(call, "query", name, value);
    return true;
}

static bool add_header(struct call *call, const char *name, struct json_object *value, struct fault *why)
{
    CLEANUP(memory_release) char *text = NULL;
    size_t length;

    TRY(parameter_text(name, value, &text, &length, why));
    if (call->header_count >= CALL_HEADERS_MAX)
        return fault_set(why, FAULT_EXHAUSTED, "more than %d header parameters", CALL_HEADERS_MAX);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return fault_set(why, FAULT_INPUT, "the header parameter '%s' would hold a control character",
                             name);
    call->headers[call->header_count++] = (struct call_header){memory_text(name), TAKE(text)};
    note_part(call, "header", name, value);
    return true;
}

static bool add_parameters(const struct step *step, const struct scope *scope, struct call *call,
                           struct buffer *target, struct fault *why)
{
    for (size_t i = 0; i < step->parameter_count; i++) {
        const struct step_parameter *parameter = &step->parameters[i];
        if (parameter->place == PARAMETER_IN_PATH)
            continue;
        CLEANUP(tree_release) struct json_object *value = payload_value(parameter->value, scope);
        if (value == NULL)
            continue; /* null or absent: left out */
        if (parameter->place == PARAMETER_IN_QUERY)
            TRY(add_query(call, target, parameter->name, value, why));
        else
            TRY(add_header(call, parameter->name, value, why));
    }
    return true;
}

static bool add_body(const struct step *step, const struct scope *scope, struct call *call, struct fault *why)
{
    CLEANUP(buffer_release) struct buffer text = {0};

    buffer_init(&text, CALL_BODY_MAX);
    if (step->body == NULL)
        return true;
    if (!payload_write(step->body, scope, &text))
        return fault_set(why, FAULT_INPUT, "the request body of operation '%s' came out null",
                         step->operation->id);
    TRY(buffer_check(&text, "the request body", why));
    if (call->parts != NULL)
        tree_add(call->parts, "body", payload_value(step->body, scope));
    call->body = buffer_take(&text, &call->body_length);
    call->content_type = step->content_type != NULL ? step->content_type : step->operation->content_type;
    return true;
}

static bool render(const struct step *step, const struct scope *scope, struct call *call, struct fault *why)
{
    CLEANUP(buffer_release) struct buffer target = {0};

    buffer_init(&target, CALL_TARGET_MAX);
    TRY(add_path(step, scope, call, &target, why));
    TRY(add_parameters(step, scope, call, &target, why));
    TRY(buffer_check(&target, "the request's target", why));
    TRY(add_body(step, scope, call, why));
    if (call->parts != NULL) {
        tree_add_text(call->parts, "method", step->operation->method);
        tree_add_text(call->parts, "url", buffer_text(&target));
    }
    call->target = buffer_take(&target, NULL);
    return true;
}

bool call_render(const struct step *step, const struct scope *scope, struct call *out, struct fault *why)
{
    REQUIRE(step->operation != NULL); /* one that receives calls nothing */
    struct call call = {.operation = step->operation,
                        .parts = step->uses_request ? json_object_new_object() : NULL};

    if (!render(step, scope, &call, why)) {
        call_release(&call);
        return false;
    }
    REQUIRE(call.target != NULL && (call.body != NULL) == (step->body != NULL));
    REQUIRE(call.header_count <= CALL_HEADERS_MAX);
    *out = call;
    return true;
}

void call_release(struct call *call)
{
    for (size_t i = 0; i < call->header_count; i++) {
        memory_free(call->headers[i].name);
        memory_free(call->headers[i].value);
    }
    memory_free(call->target);
    memory_free(call->body);
    json_object_put(call->parts);
    *call = (struct call){0};
}
