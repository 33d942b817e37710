/*
 * What stands behind memory.h: jemalloc, by measurement (tests/bench/README.md), except where a sanitizer or a fuzzer
 * brings its own.
 */
#ifndef BASE_ALLOCATOR_H
#define BASE_ALLOCATOR_H

#include <stddef.h>

/* Gives what is free back to the system. About a millisecond for 10 MiB, of all threads that allocate. */
void allocator_give_back(void);

/* Bytes that lie in memory and are not in use, roughly; 0: not known. */
size_t allocator_spare(void);

#endif
