/* Reads a reply's body as JSON or text, and compares it with the types that its description allows. */
#include "reply.h"

#include "invariant.h"
#include "json_twice.h"
#include "memory.h"

/* 202 and 204 bring nothing, and errors bring what they like; an empty success would be read as "nothing found". */
static bool may_be_empty(int status)
{
    return status < 200 || status == 202 || status == 204 || status >= 400;
}

static struct json_object *list_of_one(struct json_object *item)
{
    struct json_object *list = json_object_new_array();

    json_object_array_add(list, item);
    return list;
}

/* Which of the two counts, nobody says; json-c would take the last. */
static bool has_name_twice(const char *text, size_t length)
{
    CLEANUP(buffer_release) struct buffer pointer;

    buffer_init(&pointer, 4096);
    return json_twice_name(text, length, &pointer);
}

struct json_object *reply_read(const struct operation *operation, int status, const char *text, size_t length,
                               size_t values_max, const char **unreadable)
{
    enum reply_type type = operation_reply_type(operation, status);
    struct json_object *body = NULL;
    struct fault why;

    *unreadable = "";
    if (length == 0 ? !may_be_empty(status) : !tree_read_reply(text, length, values_max, &body, &why))
        *unreadable = length > 0 && why.kind == FAULT_EXHAUSTED ? "size"
                      : type == REPLY_ANYTHING                  ? ""
                                                                : "json";
    if (body != NULL && has_name_twice(text, length)) {
        *unreadable = "twice";
        json_object_put(body);
    }
    REQUIRE(length > 0 || body == NULL);
    if (length == 0 || **unreadable != '\0')
        return NULL;
    enum reply_type found = reply_type_of(body);
    if (type == REPLY_ANYTHING || (type & found) != 0)
        return body;
    if ((type & REPLY_LIST) != 0 && found == REPLY_OBJECT)
        return list_of_one(body);
    *unreadable = "type";
    return body;
}
