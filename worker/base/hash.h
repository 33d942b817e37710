/*
 * The hash of all tables whose keys come from outside: SipHash-2-4 (Aumasson, Bernstein) under a key that each process
 * draws for itself, so that nobody can choose names that meet in one place (PROMISE.md R15). Its values mean nothing to
 * another process.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Drawn from the kernel at first use. */
uint64_t hash_bytes(const void *bytes, size_t length);
uint64_t hash_text(const char *text);

/* A key of one's own from now on, for tests that repeat a run: before the first table, and on one thread only. */
void hash_seed(uint64_t first, uint64_t second);

#endif
