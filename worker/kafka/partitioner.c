/* Calls librdkafka's own partitioners by name; they use neither topic nor opaque. */
#include "partitioner.h"

#include "invariant.h"
#include "memory.h"
#include "names.h"

#include <librdkafka/rdkafka.h>
#include <string.h>

static const char *const names[] = {
    [PARTITIONER_MURMUR2_RANDOM] = "murmur2_random",
    [PARTITIONER_CONSISTENT_RANDOM] = "consistent_random",
    [PARTITIONER_FNV1A_RANDOM] = "fnv1a_random",
    [PARTITIONER_NONE] = "none",
};
NAMES_COMPLETE(names, PARTITIONER_NONE);

const char *partitioner_name(enum partitioner_choice choice)
{
    REQUIRE(choice <= PARTITIONER_NONE);
    return names[choice];
}

int32_t partitioner_place(enum partitioner_choice choice, const void *key, size_t length, int32_t count)
{
    if (key == NULL || length == 0)
        return -1;
    switch (choice) {
    case PARTITIONER_MURMUR2_RANDOM:
        return rd_kafka_msg_partitioner_murmur2(NULL, key, length, count, NULL, NULL);
    case PARTITIONER_CONSISTENT_RANDOM:
        return rd_kafka_msg_partitioner_consistent(NULL, key, length, count, NULL, NULL);
    case PARTITIONER_FNV1A_RANDOM:
        return rd_kafka_msg_partitioner_fnv1a(NULL, key, length, count, NULL, NULL);
    case PARTITIONER_NONE:
        break;
    }
    return -1;
}
