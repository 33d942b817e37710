/* See datum.h. */
#include "datum.h"

#include "projection.h"
#include "scan.h"
#include "schema_inside.h"

#include <avro.h>

const struct datum_limits datum_limits_usual = {.bytes_max = 4 << 20, .values_max = 200000, .depth_max = 64};

bool datum_decode(const struct schema *writer, const void *bytes, size_t length, const struct schema *reader,
                  const struct datum_limits *limits, struct json_object **tree, struct fault *why)
{
    struct json_object *made = NULL;
    avro_value_t value;

    TRY(scan_datum(writer->root, bytes, length, limits == NULL ? &datum_limits_usual : limits, why));
    if (avro_generic_value_new(writer->maker, &value) != 0)
        return fault_set(why, FAULT_LOCAL, "Avro-C makes no value");
    avro_reader_t in = avro_reader_memory(bytes, (int64_t)length);
    int error = avro_value_read(in, &value);
    avro_reader_free(in);
    bool good = error == 0 ? projection_read(&value, writer->root, reader->root, &made, why)
                           : fault_set(why, FAULT_INPUT, "Avro-C cannot read the datum");
    avro_value_decref(&value);
    if (good)
        *tree = made;
    return good;
}
