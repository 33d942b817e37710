/* The part of a list that `offset` and `limit` ask for. */
#ifndef SANDBOX_PAGE_H
#define SANDBOX_PAGE_H

#include "request.h"

struct page {
    size_t offset;
    size_t limit;
    size_t total; /* rows met so far */
    size_t shown;
};

/* The values have been checked. */
struct page page_of(const struct request *request);

/* Counts the next row of the list and tells whether it is on the page. */
bool page_takes(struct page *page);

#endif
