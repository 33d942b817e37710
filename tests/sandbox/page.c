/* Reads `offset` and `limit`, and says of each item whether it belongs to the page. */
#include "page.h"

#include <stdint.h>
#include <stdlib.h>

static size_t number(const struct request *request, const char *name, size_t otherwise)
{
    const char *value = request_query(request, name);

    return value == NULL ? otherwise : (size_t)strtoul(value, NULL, 10);
}

struct page page_of(const struct request *request)
{
    return (struct page){.offset = number(request, "offset", 0), .limit = number(request, "limit", SIZE_MAX)};
}

bool page_takes(struct page *page)
{
    if (page->total++ < page->offset || page->shown == page->limit)
        return false;
    page->shown++;
    return true;
}
