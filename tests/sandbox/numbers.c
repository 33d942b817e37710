/* Available numbers, and the reservations that hold some of them. */
#include "answers.h"
#include "errors.h"
#include "memory.h"
#include "page.h"
#include "sandbox.h"

#include <string.h>

/* Null where DATA.md has null; the key is JSON, since BT sends text or a number. */
struct number_row {
    const char *number;
    const char *source;
    const char *status;
    const char *key;
    const char *port_date;
    const char *company;
    const char *site;
};

static const struct number_row numbers[] = {
    {"01632960300", "NEW", "RESERVED", "700300", NULL, "WHC-C-1001", NULL},
    {"01632960301", "NEW", "AVAILABLE", NULL, NULL, "WHC-C-1001", NULL},
    {"01632960302", "NEW", "ALLOCATED", NULL, NULL, "WHC-C-1001", "WHC-S-2001"},
    {"01632960200", "PORTED", "RESERVED", "\"PR-200\"", "2027-03-02", "WHC-C-1001", NULL},
};

static const char account[] = "CUG5009999999";

static bool same(const char *wanted, const char *has)
{
    return wanted == NULL || (has != NULL && strcmp(wanted, has) == 0);
}

static void write_number(struct buffer *out, const struct number_row *row)
{
    buffer_print(out,
                 "{\"number\":\"%s\",\"prefix\":\"01632\",\"source\":\"%s\",\"status\":\"%s\","
                 "\"reservationKey\":%s,\"portDate\":",
                 row->number, row->source, row->status, row->key == NULL ? "null" : row->key);
    write_text(out, row->port_date);
    buffer_add_text(out, ",\"companyServiceId\":");
    write_text(out, row->company);
    buffer_add_text(out, ",\"siteServiceId\":");
    write_text(out, row->site);
    buffer_add_byte(out, '}');
}

void answer_numbers(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const char *customer = request_query(request, "customerId");
    const char *company = request_query(request, "companyServiceId");
    const char *site = request_query(request, "siteServiceId");
    const char *source = request_query(request, "source");
    struct page page = page_of(request);
    struct buffer *out = reply_json(reply, 200);
    bool known = false;

    buffer_add_byte(out, '[');
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        const struct number_row *row = &numbers[i];
        if (!same(customer, account) || !same(company, row->company) || !same(site, row->site))
            continue;
        known = true;
        if (!same(source, row->source) || !page_takes(&page))
            continue;
        if (page.shown > 1)
            buffer_add_byte(out, ',');
        write_number(out, row);
    }
    buffer_add_byte(out, ']');
    if ((customer != NULL) + (company != NULL) + (site != NULL) != 1)
        error_answer(&sandbox->switches, reply, 27);
    else if (!known)
        error_answer(&sandbox->switches, reply, 60);
    else
        reply_count_headers(reply, page.total, page.shown);
}

/* Whether the JSON value of `key` (text or number) reads as `wanted`. */
static bool key_is(const char *key, const char *wanted)
{
    size_t quote = key != NULL && key[0] == '"';

    return key != NULL && strncmp(key + quote, wanted, strlen(wanted)) == 0 &&
           strlen(key) == strlen(wanted) + 2 * quote;
}

void answer_reservation(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        const struct number_row *row = &numbers[i];
        if (!key_is(row->key, request->captures[0]))
            continue;
        buffer_print(
            reply_json(reply, 200),
            "{\"reservationKey\":%s,\"reservationStatus\":\"SUCCESS\",\"numbers\":[{\"number\":\"%s\","
            "\"status\":\"%s\",\"prefix\":\"01632\"}],\"expiryDate\":null,\"reason\":null}",
            row->key, row->number + 1, row->status);
        return;
    }
    error_answer(&sandbox->switches, reply, 60);
}
