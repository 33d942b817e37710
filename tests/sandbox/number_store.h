/*
 * The numbers that getAvailableNumbers shows: DATA.md's and those that reservations hold. One row for each number.
 */
#ifndef SANDBOX_NUMBER_STORE_H
#define SANDBOX_NUMBER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NUMBER_SIZE = 16,
    RESERVATION_KEY_SIZE = 24,
    DATE_SIZE = 32,
    SERVICE_ID_SIZE = 65,
    DRAMA_NUMBERS = 2000, /* 01632 960000 to 960999, then 020 7946 0000 to 0999 */
};

struct number_row {
    char number[NUMBER_SIZE]; /* with its leading zero */
    const char *source;       /* NEW, PORTED */
    const char *status;       /* RESERVED, AVAILABLE, ALLOCATED */
    char key[RESERVATION_KEY_SIZE];
    bool key_is_text; /* BT sends text or a number */
    char port_date[DATE_SIZE];
    char expiry[DATE_SIZE];
    char company[SERVICE_ID_SIZE]; /* "" where DATA.md has null */
    const char *site;
    int64_t ends_ms;  /* held until then, by the wall clock */
    int64_t shown_ms; /* look-ups show it from then on, by the loop's clock, ... */
    int64_t gone_ms;  /* ... and still until then when it is held no more */
};

struct number_store {
    struct number_row *rows;
    size_t count;
};

void numbers_init(struct number_store *store);
void numbers_release(struct number_store *store);

/* The row of the number (with or without its zero); null when there is none. */
struct number_row *numbers_find(const struct number_store *store, const char *number);

/* The same, made where it is new. `number` is one of the drama numbers. */
struct number_row *numbers_open(struct number_store *store, const char *number);

/* Whether somebody has the number. */
bool number_held(const struct number_row *row, int64_t wall_ms);

/* Whether look-ups show it. */
bool number_seen(const struct number_row *row, int64_t wall_ms, int64_t loop_ms);

/* "01632" or "020". Borrowed. */
const char *number_prefix(const char *number);

/* The place of the number among the drama numbers; -1 when it is none. And the number of a place. */
int drama_place(const char *number);
void drama_number(int place, char number[NUMBER_SIZE]);

#endif
