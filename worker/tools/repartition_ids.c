/* Finds the records of ids that are routed elsewhere now. */
#include "repartition_ids.h"

#include "bt_id.h"
#include "event_route.h"
#include "hash.h"
#include "memory.h"
#include "table.h"

#include <string.h>

/* The latest record of an id in one partition. */
struct place {
    struct table_item by_key;
    char *key;
    int32_t partition;
    int64_t offset; /* -1: it is forgotten */
};

struct repartition_ids {
    int32_t partitions;
    struct table places;
    struct place **list;
    size_t count, room;
};

struct repartition_ids *repartition_ids_new(int32_t partitions)
{
    struct repartition_ids *ids = memory_new(1, sizeof *ids);

    ids->partitions = partitions;
    return ids;
}

void *repartition_ids_free(struct repartition_ids *ids)
{
    if (ids == NULL)
        return NULL;
    for (size_t i = 0; i < ids->count; i++) {
        memory_free(ids->list[i]->key);
        memory_free(ids->list[i]);
    }
    memory_free(ids->list);
    table_release(&ids->places);
    return memory_free(ids);
}

static const char *id_of(const char *key)
{
    return key + strlen(BT_ID_KEY_PREFIX);
}

/* Owned; null: it is no record of an id. */
static char *key_of(const rd_kafka_message_t *message)
{
    size_t length = strlen(BT_ID_KEY_PREFIX);

    return message->key_len > length && memcmp(message->key, BT_ID_KEY_PREFIX, length) == 0
               ? memory_text_of(message->key, message->key_len)
               : NULL;
}

static struct place *find(const struct repartition_ids *ids, const char *key, int32_t partition)
{
    struct table_item *item = table_find(&ids->places, hash_text(key));

    for (; item != NULL; item = table_next(item)) {
        struct place *place = CONTAINER_OF(item, struct place, by_key);
        if (place->partition == partition && strcmp(place->key, key) == 0)
            return place;
    }
    return NULL;
}

static struct place *add(struct repartition_ids *ids, const char *key, int32_t partition)
{
    struct place *place = memory_new(1, sizeof *place);

    *place = (struct place){.key = memory_text(key), .partition = partition};
    table_add(&ids->places, &place->by_key, hash_text(key));
    if (ids->count == ids->room) {
        ids->room = ids->room * 2 + 64;
        ids->list = memory_resize(ids->list, ids->room, sizeof(struct place *));
    }
    ids->list[ids->count++] = place;
    return place;
}

void repartition_ids_note(struct repartition_ids *ids, const rd_kafka_message_t *message)
{
    CLEANUP(memory_release) char *key = key_of(message);

    if (key == NULL)
        return;
    struct place *place = find(ids, key, message->partition);
    if (place == NULL)
        place = add(ids, key, message->partition);
    place->offset = message->payload == NULL ? -1 : message->offset;
}

static bool moves(const struct repartition_ids *ids, const struct place *place)
{
    return place->offset >= 0 &&
           event_route_of_order_id(id_of(place->key), ids->partitions) != place->partition;
}

int32_t repartition_ids_place(const struct repartition_ids *ids, const rd_kafka_message_t *message)
{
    CLEANUP(memory_release) char *key = key_of(message);
    const struct place *place = key == NULL ? NULL : find(ids, key, message->partition);

    return place != NULL && place->offset == message->offset && moves(ids, place)
               ? event_route_of_order_id(id_of(key), ids->partitions)
               : -1;
}

bool repartition_ids_original(const struct repartition_ids *ids, size_t *at, const char **key,
                              int32_t *partition)
{
    while (*at < ids->count) {
        const struct place *place = ids->list[(*at)++];
        if (!moves(ids, place))
            continue;
        *key = place->key;
        *partition = place->partition;
        return true;
    }
    return false;
}
