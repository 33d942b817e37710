/* Decodes a request's target and arguments, and keeps its headers and body. */
#include "request.h"

#include "memory.h"

#include <string.h>
#include <strings.h>

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* The byte coded at `text` ("%41"); 0 when none is, or a NUL. */
static int coded_byte(const char *text)
{
    int high = hex_digit(text[1]);
    int low = high < 0 ? -1 : hex_digit(text[2]);

    return low < 0 ? 0 : high * 16 + low;
}

void percent_decode(char *text, bool plus)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; from++) {
        int byte = *from == '%' ? coded_byte(from) : 0;
        if (byte > 0) {
            *to++ = (char)byte;
            from += 2;
        } else {
            *to++ = plus && *from == '+' ? ' ' : *from;
        }
    }
    *to = '\0';
}

size_t arguments_split(char *text, struct argument arguments[ARGUMENTS_MAX])
{
    size_t count = 0;
    char *rest = text;

    while (rest != NULL && count < ARGUMENTS_MAX) {
        char *pair = strsep(&rest, "&");
        if (*pair == '\0')
            continue;
        char *value = pair;
        char *name = strsep(&value, "=");
        percent_decode(name, true);
        if (value != NULL)
            percent_decode(value, true);
        arguments[count++] = (struct argument){name, value == NULL ? "" : value};
    }
    return count;
}

void request_init(struct request *request, const char *method, const char *target)
{
    size_t path_length = strcspn(target, "?");

    request->method = method;
    request->target = memory_text(target);
    request->path = memory_text_of(target, path_length);
    buffer_init(&request->body, BODY_MAX);
    if (target[path_length] == '?') {
        request->decoded = memory_text(target + path_length + 1);
        request->query_count = arguments_split(request->decoded, request->query);
    }
}

void request_release(struct request *request)
{
    request->target = memory_free(request->target);
    request->path = memory_free(request->path);
    request->decoded = memory_free(request->decoded);
    buffer_release(&request->body);
    json_object_put(request->tree);
    request->tree = NULL;
    request->reference = memory_free(request->reference);
    request->own_headers = memory_free(request->own_headers);
}

/* Copies the text after those that `at` has passed, and moves it on. */
static const char *keep(char **at, const char *text)
{
    char *copy = *at;
    size_t size = strlen(text) + 1;

    memcpy(copy, text, size);
    *at += size;
    return copy;
}

void request_copy(struct request *copy, const struct request *request)
{
    size_t size = strlen(request->method) + 1;

    *copy = (struct request){.header_count = request->header_count, .hidden_ms = request->hidden_ms};
    for (size_t i = 0; i < request->header_count; i++)
        size += strlen(request->headers[i].name) + strlen(request->headers[i].value) + 2;
    char *at = copy->own_headers = memory_new(size, 1);
    request_init(copy, keep(&at, request->method), request->target);
    for (size_t i = 0; i < request->header_count; i++) {
        copy->headers[i].name = keep(&at, request->headers[i].name);
        copy->headers[i].value = keep(&at, request->headers[i].value);
    }
    memcpy(copy->captures, request->captures, sizeof copy->captures);
    buffer_add(&copy->body, request->body.data, request->body.length);
    copy->tree = json_object_get(request->tree);
    copy->reference = memory_text(request->reference);
}

const char *request_header(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    return NULL;
}

const char *request_query(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->query_count; i++)
        if (strcmp(request->query[i].name, name) == 0)
            return request->query[i].value;
    return NULL;
}

size_t request_query_times(const struct request *request, const char *name)
{
    size_t times = 0;

    for (size_t i = 0; i < request->query_count; i++)
        times += strcmp(request->query[i].name, name) == 0;
    return times;
}
