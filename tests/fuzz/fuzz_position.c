/* Commit metadata, then moves: what is written again says the same. The first byte says how long the metadata is. */
#include "fuzz.h"

#include "partition_offsets.h"

static void move(struct partition_offsets *position, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 1 < size; i += 2) {
        int64_t offset = position->next + data[i + 1] * (data[i] & 2 ? 100 : 1);
        if ((data[i] & 1) == 0)
            partition_offsets_settle(position, offset);
        else if (partition_offsets_has_room(position, offset))
            (void)partition_offsets_take(position, offset);
        HOLDS(position->next <= position->seen &&
              partition_offsets_span(position) <= 8 * 4096 + PARTITION_SPAN_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct partition_offsets position, again;
    char token[SETTLEMENT_TOKEN_MAX + 1], same[SETTLEMENT_TOKEN_MAX + 1];
    struct fault why;

    if (size == 0)
        return 0;
    size_t length = data[0] < size ? data[0] : size - 1;
    CLEANUP(memory_release) char *text = fuzz_text(data + 1, length);
    CLEANUP(buffer_release) struct buffer written;
    buffer_init(&written, 1 << 20);
    partition_offsets_init(&position);
    partition_offsets_init(&again);
    bool good = partition_offsets_resume(&position, 1000, text, length, token, &why);
    HOLDS(position.next >= 1000 && (good || position.next == 1000));
    move(&position, data + 1 + length, size - 1 - length);
    partition_offsets_metadata(&position, good ? token : "t", 2, &written);
    HOLDS(partition_offsets_resume(&again, position.next, written.data, written.length, same, &why));
    HOLDS(again.next == position.next);
    for (int64_t offset = position.next; offset < again.seen && offset < position.next + 500; offset++)
        HOLDS(partition_offsets_take(&position, offset) == partition_offsets_take(&again, offset));
    partition_offsets_release(&position);
    partition_offsets_release(&again);
    return 0;
}
