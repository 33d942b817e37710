/*
 * Writes what the fuzz targets begin with, made from the examples of schemas/: seeds FOLDER, which has a folder per
 * target.
 */
#include "fuzz.h"

#include "bt_id.h"
#include "datum.h"
#include "memory.h"
#include "projection.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

static unsigned number;

static void write_seed(const char *folder, const char *target, const struct buffer *seed)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/%s/seed-%u", folder, target, number++);
    FILE *file = fopen(path, "we");
    HOLDS(file != NULL);
    HOLDS(fwrite(buffer_text(seed), 1, seed->length, file) == seed->length);
    HOLDS(fclose(file) == 0);
}

static void datum_seed(const char *folder, uint8_t index, const struct order_type *type,
                       struct json_object *request)
{
    CLEANUP(tree_release) struct json_object *conforming = NULL;
    CLEANUP(buffer_release) struct buffer seed;
    struct fault why;

    buffer_init(&seed, 1 << 20);
    buffer_add(&seed, (const uint8_t[]){index, index, 0xc3, 0x01, 0, 0, 0, 0, 0, 0, 0, 0}, 12);
    if (projection_conform(schema_root(type->request), request, PROJECTION_STRICT, &conforming, &why) &&
        datum_encode(type->request, conforming, &seed, &why))
        write_seed(folder, "datum", &seed);
}

static void reply_seeds(const char *folder, uint8_t index, struct json_object *calls)
{
    for (size_t i = 0; i < json_object_array_length(calls); i++) {
        struct json_object *reply = tree_member(json_object_array_get_idx(calls, i), "reply");
        struct json_object *body = tree_member(reply, "body");
        CLEANUP(buffer_release) struct buffer seed;
        buffer_init(&seed, 1 << 20);
        buffer_add_byte(&seed, index);
        buffer_add_byte(&seed, json_object_get_int(tree_member(reply, "status")) < 300 ? 0 : 5);
        buffer_add_text(&seed, "30\n");
        if (tree_text(body) != NULL)
            buffer_add_text(&seed, tree_text(body));
        else
            tree_write(body, &seed);
        write_seed(folder, "reply", &seed);
    }
}

static void expression_seeds(const char *folder, struct json_object *tree)
{
    CLEANUP(buffer_release) struct buffer seed;
    const char *text = tree_text(tree), *condition = tree_text_of(tree, "condition");

    buffer_init(&seed, 1 << 20);
    if (condition != NULL || (text != NULL && strchr(text, '$') != NULL)) {
        const char *type = tree_text_of(tree, "type");
        buffer_add_byte(&seed, condition == NULL ? 0 : type == NULL ? 1 : 3);
        buffer_add_text(&seed, condition != NULL ? condition : text);
        write_seed(folder, "expression", &seed);
    }
    TREE_EACH(tree, name, value)
    {
        (void)name;
        expression_seeds(folder, value);
    }
    for (size_t i = 0; json_object_is_type(tree, json_type_array) && i < json_object_array_length(tree); i++)
        expression_seeds(folder, json_object_array_get_idx(tree, i));
}

static void type_seeds(const char *folder, uint8_t index, const struct order_type *type)
{
    char pattern[1024];
    glob_t found;

    expression_seeds(folder, type->arazzo.tree);
    snprintf(pattern, sizeof pattern, "%s/schemas/%s/examples/*.json", SOURCE_DIR, type->name);
    HOLDS(glob(pattern, 0, NULL, &found) == 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        CLEANUP(tree_release) struct json_object *tree = NULL;
        struct fault why;
        HOLDS(tree_read_file(found.gl_pathv[i], 1 << 20, &tree, &why));
        datum_seed(folder, index, type, tree_member(tree, "request"));
        reply_seeds(folder, index, tree_member(tree, "calls"));
    }
    globfree(&found);
}

static void position_seed(const char *folder)
{
    CLEANUP(buffer_release) struct buffer seed;

    buffer_init(&seed, 1000);
    buffer_add_text(&seed, "\x0c"
                           "1;owner:1;Ag==");
    buffer_add(&seed, "\1\1\1\2\0\1\0\0", 8);
    write_seed(folder, "position", &seed);
}

static void ledger_seed(const char *folder)
{
    static struct ledger_schemas schemas; /* one while the program runs */

    schemas = ledger_schemas_new(LEDGER_FORMATS);
    CLEANUP(buffer_release) struct buffer seed;
    struct ledger_record record = {
        .state = LEDGER_INTENDED,
        .request_id = "605c9599-4ab1-488f-8129-5b8cde662c7d",
        .order_type = memory_text("create-order"),
        .key = memory_text("k"),
        .key_length = 1,
        .attempt = 2,
        .inputs = memory_text("{\"company\":{\"name\":\"Sample\"}}"),
        .progress = memory_text("{\"step\":\"create\",\"begun\":true,\"calls\":{\"step\":"
                                "\"create\",\"attempts\":1},\"journal\":[{\"attempt\":1}]}")};
    struct fault why;

    buffer_init(&seed, 65536);
    HOLDS(ledger_write(&schemas, &record, &seed, &why));
    write_seed(folder, "ledger", &seed);
    ledger_release(&record);
}

static void signal_seeds(const char *folder)
{
    static struct ledger_schemas schemas;
    struct event event = {.id = (char[]){"e1"}, .order_id = (char[]){"00126001"}, .payload = (char[]){"{}"}};
    const struct ledger_index index = {
        {.order_id = event.order_id, .reference = "1e34fb00-3209-8bbe-986a-a70dbe3d0003", .until_ms = 1},
        &event,
        1};
    struct fault why;

    schemas = ledger_schemas_new(LEDGER_FORMATS);
    for (int i = 0; i < 3; i++) {
        CLEANUP(buffer_release) struct buffer seed;
        struct bt_id id = index.id;
        snprintf(id.request_id, sizeof id.request_id, "605c9599-4ab1-488f-8129-5b8cde662c7d");
        buffer_init(&seed, 65536);
        if (i == 0)
            HOLDS(ledger_index_write(&schemas, &index, &seed, &why));
        else if (i == 1)
            HOLDS(event_write(fuzz_catalogue(), &event, &seed, &why));
        else
            bt_id_write(&schemas, &id, &seed);
        write_seed(folder, "signal", &seed);
    }
}

int main(int argc, char *argv[])
{
    const struct catalogue *catalogue = fuzz_catalogue();

    if (argc != 2)
        return 2;
    for (size_t i = 0; i < catalogue->type_count; i++)
        type_seeds(argv[1], (uint8_t)i, catalogue->types[i]);
    position_seed(argv[1]);
    ledger_seed(argv[1]);
    signal_seeds(argv[1]);
    return 0;
}
