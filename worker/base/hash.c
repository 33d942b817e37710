/* SipHash-2-4 and the key that this process draws for it at first use. */
#include "hash.h"

#include <pthread.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

struct state {
    uint64_t a, b, c, d;
};

/* The one exception to "no global state": a key in each table would only be more places to forget it. */
static uint64_t key[2];
static pthread_once_t drawn = PTHREAD_ONCE_INIT;

/* The kernel may not have gathered enough right after boot: the clocks are better than a key that everybody knows. */
static void draw(void)
{
    struct timespec now;

    if (getrandom(key, sizeof key, 0) == (ssize_t)sizeof key)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    key[0] = (uint64_t)now.tv_sec;
    key[1] = (uint64_t)now.tv_nsec ^ (uint64_t)(uintptr_t)&now;
}

static uint64_t rotate(uint64_t word, int by)
{
    return word << by | word >> (64 - by);
}

static void mix(struct state *state, int rounds)
{
    for (; rounds > 0; rounds--) {
        state->a += state->b;
        state->c += state->d;
        state->b = rotate(state->b, 13) ^ state->a;
        state->d = rotate(state->d, 16) ^ state->c;
        state->a = rotate(state->a, 32) + state->d;
        state->c += state->b;
        state->d = rotate(state->d, 21) ^ state->a;
        state->b = rotate(state->b, 17) ^ state->c;
        state->c = rotate(state->c, 32);
    }
}

static void absorb(struct state *state, uint64_t word)
{
    state->d ^= word;
    mix(state, 2);
    state->a ^= word;
}

static uint64_t word_of(const unsigned char *bytes, size_t length)
{
    uint64_t word = 0;

    for (size_t i = 0; i < length; i++)
        word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

uint64_t hash_bytes(const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    size_t left = length;

    pthread_once(&drawn, draw);
    struct state state = {key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
                          key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u};
    for (; left >= 8; at += 8, left -= 8)
        absorb(&state, word_of(at, 8));
    absorb(&state, (uint64_t)length << 56 | word_of(at, left));
    state.c ^= 0xff;
    mix(&state, 4);
    return state.a ^ state.b ^ state.c ^ state.d;
}

uint64_t hash_text(const char *text)
{
    return hash_bytes(text, strlen(text));
}

void hash_seed(uint64_t first, uint64_t second)
{
    pthread_once(&drawn, draw);
    key[0] = first;
    key[1] = second;
}
