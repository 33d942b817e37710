/* The hash of tables: the published values, and that nobody can choose names that meet in one place. */
#include "hash.h"

#include "same.h"

/* From the reference implementation: key 00 01 .. 0f, input 00 01 .. of this length. */
static const struct {
    size_t length;
    uint64_t hash;
} known[] = {
    {0, 0x726fdb47dd0e0e31u}, {1, 0x74f839c593dc67fdu},  {7, 0xab0200f58b01d137u},  {8, 0x93f5f5799a932462u},
    {9, 0x9e0082df0ba9e4b0u}, {15, 0xa129ca6149be45e5u}, {16, 0x3f2acc7f57c29bdbu}, {63, 0x958a324ceb064572u},
};

static void known_answers(void)
{
    unsigned char input[64];

    for (size_t i = 0; i < sizeof input; i++)
        input[i] = (unsigned char)i;
    hash_seed(0x0706050403020100u, 0x0f0e0d0c0b0a0908u);
    for (size_t i = 0; i < COUNT_OF(known); i++)
        CU_ASSERT_EQUAL(hash_bytes(input, known[i].length), known[i].hash);
    input[0] = 'x';
    input[1] = '\0';
    CU_ASSERT_EQUAL(hash_text((const char *)input), hash_bytes("x", 1));
}

/* What the tables used before, and whoever writes requests could compute as well. */
static uint64_t fnv1a(const char *text)
{
    uint64_t hash = 14695981039346656037u;

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

enum { CHOSEN = 300, PLACES = 1024 };

/* Ids that are made to meet in one place of a table of 1,024. */
static void chosen_names_spread(void)
{
    unsigned taken[PLACES] = {0}, fullest = 0;
    char id[37];

    hash_seed(1, 2);
    for (unsigned found = 0, i = 0; found < CHOSEN; i++) {
        snprintf(id, sizeof id, "605c9599-4ab1-488f-8129-%012x", i);
        if (fnv1a(id) % PLACES != 0)
            continue;
        found++;
        unsigned *place = &taken[hash_text(id) % PLACES];
        fullest = ++*place > fullest ? *place : fullest;
    }
    CU_ASSERT(fullest <= 8); /* 300 thrown at random into 1,024 */
}

static void another_key_is_another_hash(void)
{
    hash_seed(1, 2);
    uint64_t one = hash_text("order");
    hash_seed(1, 3);
    CU_ASSERT_NOT_EQUAL(hash_text("order"), one);
    hash_seed(1, 2);
    CU_ASSERT_EQUAL(hash_text("order"), one);
}

CU_TestInfo test_hash[] = {
    {"known answers", known_answers},
    {"chosen names spread", chosen_names_spread},
    {"another key is another hash", another_key_is_another_hash},
    CU_TEST_INFO_NULL,
};
