/* The consumer group: members, generations, range assignment. See kafka.h. */
#include "kafka.h"

static struct member *member_with(int id)
{
    for (int i = 0; i < MEMBERS; i++)
        if (kafka.group.members[i].id == id)
            return &kafka.group.members[i];
    return NULL;
}

bool group_knows(int member)
{
    return member != 0 && member_with(member) != NULL;
}

static void prepare(void)
{
    if (kafka.group.preparing)
        return;
    kafka.group.preparing = true;
    for (int i = 0; i < MEMBERS; i++)
        kafka.group.members[i].joined = false;
}

const struct member *group_instance(int instance)
{
    for (int i = 0; instance != 0 && i < MEMBERS; i++)
        if (kafka.group.members[i].id != 0 && kafka.group.members[i].instance == instance)
            return &kafka.group.members[i];
    return NULL;
}

bool group_is_empty(void)
{
    for (int i = 0; i < MEMBERS; i++)
        if (kafka.group.members[i].id != 0)
            return false;
    return true;
}

/*
 * A static member is back, or there is a second process of it (kafka/README.md section 5): it gets a new id, the old id
 * is fenced from now on, and where no rebalance is under way generation and assignment stay.
 */
static int replace_member(struct member *member, int process, unsigned life)
{
    int old = member->id;

    *member = (struct member){kafka.group.next_id++, process, life, true, member->instance};
    for (int p = 0; p < PARTITIONS; p++)
        if (kafka.group.owner[p] == old)
            kafka.group.owner[p] = member->id;
    return member->id;
}

int group_join(int process, unsigned life, int instance)
{
    const struct member *known = group_instance(instance);
    struct member *place = member_with(0);

    if (known != NULL)
        return replace_member(member_with(known->id), process, life);
    if (place == NULL)
        return 0; /* full of dead ones: later */
    prepare();
    *place = (struct member){kafka.group.next_id++, process, life, true, instance};
    return place->id;
}

void group_rejoin(int member)
{
    struct member *place = member_with(member);

    prepare();
    if (place != NULL)
        place->joined = true;
}

void group_remove(int member)
{
    struct member *place = member_with(member);

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
    for (int p = 0; p < sim.topic_partitions; p++) {
        int share = sim.topic_partitions <= count ? p : p * count / sim.topic_partitions;
        kafka.group.owner[p] = ids[(share + shift) % count];
    }
}
