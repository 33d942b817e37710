/*
 * The value of a Kafka record: framing, then the datum as a request of the order type that the first byte chooses,
 * written with the schema that the second one chooses.
 */
#include "fuzz.h"

#include "datum.h"
#include "framing.h"
#include "request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct catalogue *catalogue = fuzz_catalogue();
    struct frame frame;
    struct request request;
    struct fault why;

    if (size < 3)
        return 0;
    const struct order_type *type = catalogue->types[data[0] % catalogue->type_count];
    const struct schema *writer = catalogue->types[data[1] % catalogue->type_count]->request;
    data += 2;
    size -= 2;
    if (!framing_read(data, size, NULL, 0, &frame, &why))
        return 0;
    HOLDS(frame.start <= size);
    enum request_reading reading =
        request_read(type, writer, data + frame.start, size - frame.start, NULL, 0, &request, &why);
    HOLDS((reading == REQUEST_DEAD) == (request.id[0] == '\0'));
    HOLDS((reading == REQUEST_GOOD) == (request.inputs != NULL));
    request_release(&request);

    /* What can be read can be written and read again. */
    CLEANUP(tree_release) struct json_object *tree = NULL, *again = NULL;
    CLEANUP(buffer_release) struct buffer datum;
    buffer_init(&datum, 1 << 24);
    if (datum_decode(type->request, data + frame.start, size - frame.start, type->request, NULL, &tree,
                     &why)) {
        HOLDS(datum_encode(type->request, tree, &datum, &why));
        HOLDS(datum_decode(type->request, datum.data, datum.length, type->request, NULL, &again, &why));
        HOLDS(tree_equal(tree, again));
    }
    json_object_put(again);
    again = NULL;
    return 0;
}
