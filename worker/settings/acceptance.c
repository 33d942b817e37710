/* Parses takeover.accept. */
#include "acceptance.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    const char *topic;
    size_t topic_length;
    int64_t partition, offset;
};

/* The next entry, *at after it; false at the end of the list, or (*at not null) at what is not an entry. */
static bool next_entry(const char **at, struct entry *entry)
{
    const char *text = *at + strspn(*at, " ,"), *slash, *end_of_number;
    size_t length = strcspn(text, " ,");
    char *end;

    *at = text;
    if (length == 0) {
        *at = NULL;
        return false;
    }
    slash = memrchr(text, '/', length);
    if (slash == NULL || slash == text)
        return false;
    entry->topic = text;
    entry->topic_length = (size_t)(slash - text);
    entry->partition = strtoll(slash + 1, &end, 10);
    if (end == slash + 1 || *end != '@')
        return false;
    end_of_number = end + 1;
    entry->offset = strtoll(end_of_number, &end, 10);
    if (end == end_of_number || end != text + length)
        return false;
    *at = end;
    return true;
}

bool acceptance_check(const char *list, struct fault *why)
{
    struct entry entry;

    while (next_entry(&list, &entry))
        ;
    return list == NULL || fault_set(why, FAULT_INPUT, "'%.100s' is not <topic>/<partition>@<offset>", list);
}

static bool is_of(const struct entry *entry, const char *topic, int32_t partition)
{
    return entry->topic_length == strlen(topic) && memcmp(entry->topic, topic, entry->topic_length) == 0 &&
           entry->partition == partition;
}

bool acceptance_has(const char *list, const char *topic, int32_t partition, int64_t offset)
{
    struct entry entry;

    while (next_entry(&list, &entry))
        if (is_of(&entry, topic, partition) && entry.offset == offset)
            return true;
    return false;
}

bool acceptance_names(const char *list, const char *topic, int32_t partition)
{
    struct entry entry;

    while (next_entry(&list, &entry))
        if (is_of(&entry, topic, partition))
            return true;
    return false;
}
