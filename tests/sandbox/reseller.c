/* The reseller's key data, and which names are in use. */
#include "answers.h"
#include "errors.h"
#include "names.h"
#include "sandbox.h"
#include "tree.h"

#include <string.h>

static const char account[] = "CUG5009999999";
static const char reseller_text[] = "\"reseller\":{\"resellerId\":\"R-4711\",\"salesTag\":\"EX-TAG-01\"}";

void answer_reseller(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    if (strcmp(request->captures[0], account) == 0)
        buffer_print(reply_json(reply, 200), "{%s}", reseller_text);
    else
        error_answer(&sandbox->switches, reply, 60);
}

static void write_item(struct buffer *out, struct json_object *item)
{
    struct json_object *value = tree_member(item, "value");
    bool taken = name_in_use(tree_text(value));

    buffer_add_text(out, "{\"type\":");
    tree_write(tree_member(item, "type"), out);
    buffer_add_text(out, ",\"value\":");
    tree_write(value, out);
    buffer_print(out, ",\"exists\":%s,\"message\":%s}", taken ? "true" : "false",
                 taken ? "\"In use\"" : "null");
}

void answer_verify(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    struct json_object *items = tree_member(request->tree, "items");
    struct buffer *out = reply_json(reply, 200);

    (void)sandbox;
    buffer_print(out, "{%s,\"items\":[", reseller_text);
    for (size_t i = 0; i < json_object_array_length(items); i++) {
        if (i > 0)
            buffer_add_byte(out, ',');
        write_item(out, json_object_array_get_idx(items, i));
    }
    buffer_add_text(out, "]}");
}
