/* The consumer group: members, generations, range assignment. See kafka.h. */
#include "kafka.h"

static struct member *find(int id)
{
    for (int i = 0; i < MEMBERS; i++)
        if (kafka.group.members[i].id == id)
            return &kafka.group.members[i];
    return NULL;
}

bool group_knows(int member)
{
    return member != 0 && find(member) != NULL;
}

static void prepare(void)
{
    if (kafka.group.preparing)
        return;
    kafka.group.preparing = true;
    for (int i = 0; i < MEMBERS; i++)
        kafka.group.members[i].joined = false;
}

int group_join(int slot, unsigned life)
{
    struct member *place = find(0);

    if (place == NULL)
        return 0; /* full of dead ones: later */
    prepare();
    *place = (struct member){kafka.group.next_id++, slot, life, true};
    return place->id;
}

void group_rejoin(int member)
{
    struct member *place = find(member);

    prepare();
    if (place != NULL)
        place->joined = true;
}

void group_remove(int member)
{
    struct member *place = find(member);

    if (place == NULL)
        return;
    place->id = 0;
    prepare();
}

bool group_is_complete(void)
{
    bool any = false;

    for (int i = 0; i < MEMBERS; i++) {
        any = any || kafka.group.members[i].id != 0;
        if (kafka.group.members[i].id != 0 && !kafka.group.members[i].joined)
            return false;
    }
    return kafka.group.preparing && any;
}

/* The partitions in order over the members in order: `range`. */
void group_complete(void)
{
    int ids[MEMBERS], count = 0;

    for (int i = 0; i < MEMBERS; i++)
        if (kafka.group.members[i].id != 0)
            ids[count++] = kafka.group.members[i].id;
    kafka.group.generation++;
    kafka.group.preparing = false;
    int shift = chance(count); /* member ids are random texts: any may come first */
    for (int p = 0; p < sim.partitions; p++) {
        int share = sim.partitions <= count ? p : p * count / sim.partitions;
        kafka.group.owner[p] = ids[(share + shift) % count];
    }
}
