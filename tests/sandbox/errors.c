/* The table of BT's error codes, and the replies made from it. */
#include "errors.h"

#include "memory.h"

#include <ctype.h>
#include <string.h>

struct error_row {
    unsigned code;
    unsigned status;
    const char *reason; /* null: the gateway's own error, which has none */
    const char *message;
    const char *word; /* instead of the number; null: none */
};

/* Where a code has two rows, the first one is what the code means by itself. */
static const struct error_row rows[] = {
    {1, 500, NULL, "Internal error", NULL},
    {2, 501, "Not implemented", "The operation is not implemented", NULL},
    {2, 500, NULL, "Internal error", NULL},
    {5, 503, NULL, "Service temporarily unavailable", NULL},
    {8, 504, NULL, "Gateway timeout", NULL},
    {20, 400, "Invalid URL parameter value", "The value of a URL parameter is not valid", NULL},
    {21, 400, "Missing body", "The request needs a body", NULL},
    {22, 400, "Invalid body", "The body is not valid JSON", NULL},
    {23, 400, "Missing body field", "A required field is missing", NULL},
    {24, 400, "Invalid body field", "The value of a field is not valid", NULL},
    {25, 400, "Missing header", "A required header is missing", NULL},
    {26, 400, "Invalid header value", "The value of a header is not valid", NULL},
    {27, 400, "Missing query-string parameter", "A required query parameter is missing", NULL},
    {28, 400, "Invalid query-string parameter value", "The value of a query parameter is not valid", NULL},
    {29, 400, "Bad request", "The request is not valid", NULL},
    {32, 400, "Invalid configuration", "The configuration is not valid", NULL},
    {40, 401, NULL, "Missing credentials", NULL},
    {41, 401, NULL, "Invalid credentials", NULL},
    {42, 401, NULL, "Expired credentials", NULL},
    {43, 401, NULL, "Unauthorised account", NULL},
    {50, 403, NULL, "Access denied", NULL},
    {51, 403, NULL, "Not enabled for this version", NULL},
    {52, 403, NULL, "Blocked user", NULL},
    {53, 429, NULL, "Too many requests", NULL},
    {53, 403, NULL, "Blocked for one hour after too many requests", NULL},
    {60, 404, "Resource not found", "Nothing matches the request", NULL},
    {61, 405, "Method not allowed", "The resource does not know this method", NULL},
    {68, 415, "Unsupported media type", "The body must be application/json", NULL},
    {69, 504, NULL, "Gateway timeout", NULL},
    {80, 429, NULL, "Too many requests", NULL},
};

/* Tracking values with texts of their own are those of the usual errors; others say where they come from. */
static const unsigned usual_codes[] = {1, 5, 24, 28, 29, 42, 53, 60};

static const struct error_row *row_of(unsigned code, unsigned status)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].code == code && (status == 0 || rows[i].status == status))
            return &rows[i];
    return NULL;
}

static void write_code(struct buffer *out, const struct switches *switches, const struct error_row *row)
{
    if (row->word != NULL)
        buffer_print(out, "{\"code\":\"%s\"", row->word);
    else if (switches->code_as_number)
        buffer_print(out, "{\"code\":%u", row->code);
    else
        buffer_print(out, "{\"code\":\"%02u\"", row->code);
}

static void write_body(struct buffer *out, const struct switches *switches, const struct error_row *row,
                       enum error_shape shape)
{
    if (shape == SHAPE_APIGEE) {
        buffer_add_text(out, "{\"fault\":{\"faultstring\":");
        write_text(out, row->message);
        if (row->word != NULL)
            buffer_print(out, ",\"detail\":{\"errorcode\":\"sandbox.%s\"}}}", row->word);
        else
            buffer_print(out, ",\"detail\":{\"errorcode\":\"sandbox.%02u\"}}}", row->code);
        return;
    }
    write_code(out, switches, row);
    if (shape == SHAPE_BACKEND || (shape == SHAPE_AS_KNOWN && row->reason != NULL)) {
        buffer_add_text(out, ",\"reason\":");
        write_text(out, row->reason != NULL ? row->reason : row->message);
    }
    buffer_add_text(out, ",\"message\":");
    write_text(out, row->message);
    buffer_add_byte(out, '}');
}

static void answer_row(const struct switches *switches, struct reply *reply, const struct error_row *row,
                       enum error_shape shape)
{
    struct buffer *out = reply_json(reply, row->status);

    write_body(out, switches, row, shape == SHAPE_AS_KNOWN ? (enum error_shape)switches->error_shape : shape);
    if (!switches->exception_headers)
        return;
    reply_header(reply, "APIGW-Exception", "%s", row->message);
    if (row->word != NULL)
        reply_header(reply, "APIGW-Exception-Code", "%s", row->word);
    else
        reply_header(reply, "APIGW-Exception-Code", "%02u", row->code);
    reply_header(reply, "APIGW-Exception-System", "%s", row->reason == NULL ? "APIGW" : "SANDBOX");
}

void error_answer(const struct switches *switches, struct reply *reply, unsigned code)
{
    answer_row(switches, reply, row_of(code, 0), SHAPE_AS_KNOWN);
}

void error_answer_as(const struct switches *switches, struct reply *reply, unsigned status, unsigned code,
                     enum error_shape shape)
{
    const struct error_row *row = row_of(code, status);
    struct error_row other = {code, status, NULL, "Requested from the sandbox", NULL};

    if (row == NULL && row_of(code, 0) != NULL)
        other = *row_of(code, 0);
    other.status = status;
    answer_row(switches, reply, row != NULL ? row : &other, shape);
}

void error_answer_saying(const struct switches *switches, struct reply *reply, unsigned code,
                         const char *message)
{
    struct error_row row = *row_of(code, 0);

    if (message != NULL)
        row.message = message;
    answer_row(switches, reply, &row, SHAPE_AS_KNOWN);
}

void error_answer_conflict(const struct switches *switches, struct reply *reply, const char *word,
                           const char *message)
{
    struct error_row row = {0, 409, "Conflict", message, word};

    answer_row(switches, reply, &row, SHAPE_AS_KNOWN);
}

/* BT's create address numbers its errors in its own way. */
static unsigned code_for(const struct operation *operation, unsigned code)
{
    static const unsigned create_address[][2] = {{3, 29}, {2, 5}};

    if (strcmp(operation->id, "createAddress") == 0)
        for (size_t i = 0; i < COUNT_OF(create_address); i++)
            if (create_address[i][0] == code)
                return create_address[i][1];
    return code;
}

bool error_by_tracking(const struct switches *switches, const struct operation *operation,
                       const char *tracking, struct reply *reply)
{
    unsigned code = 0;

    if (tracking == NULL || operation == NULL || tracking[0] != 'E' || strlen(tracking) != 6)
        return false;
    for (int i = 1; i < 6; i++) {
        if (!isdigit((unsigned char)tracking[i]))
            return false;
        code = i < 4 ? code * 10 + (unsigned)(tracking[i] - '0') : code;
    }
    code = code_for(operation, code);
    const struct error_row *row = code == 2 ? row_of(2, 500) : row_of(code, 0);
    if (row == NULL)
        return false;

    struct error_row asked = {row->code, row->status, NULL, "Requested by the tracking value", NULL};
    for (size_t i = 0; i < COUNT_OF(usual_codes); i++)
        if (usual_codes[i] == code)
            asked = *row;
    answer_row(switches, reply, &asked, SHAPE_AS_KNOWN);
    return true;
}
