/* Available numbers, and the reservations that hold some of them, as look-ups see them. */
#include "answers.h"
#include "errors.h"
#include "loop.h"
#include "page.h"
#include "reservation.h"
#include "sandbox.h"

#include <stdio.h>
#include <string.h>

static const char account[] = "CUG5009999999";

static bool same(const char *wanted, const char *has)
{
    return wanted == NULL || (has != NULL && strcmp(wanted, has) == 0);
}

/* "": null. */
static void write_or_null(struct buffer *out, const char *text)
{
    write_text(out, text == NULL || *text == '\0' ? NULL : text);
}

static void write_number(struct buffer *out, const struct number_row *row)
{
    buffer_print(
        out, "{\"number\":\"%s\",\"prefix\":\"%s\",\"source\":\"%s\",\"status\":\"%s\",\"reservationKey\":",
        row->number, number_prefix(row->number), row->source, row->status);
    reservation_write_key(row, out);
    buffer_add_text(out, ",\"portDate\":");
    write_or_null(out, row->port_date);
    buffer_add_text(out, ",\"companyServiceId\":");
    write_or_null(out, row->company);
    buffer_add_text(out, ",\"siteServiceId\":");
    write_text(out, row->site);
    buffer_add_byte(out, '}');
}

/* A service reference that qualifying gave out is known, also while no number is held under it. */
static bool is_reference(const struct sandbox *sandbox, const char *company)
{
    unsigned serial;
    int end = 0;

    return company != NULL && sscanf(company, "SR-%u%n", &serial, &end) == 1 && company[end] == '\0' &&
           serial > 1000 && serial < sandbox->state.next_service;
}

static bool seen(const struct sandbox *sandbox, const struct number_row *row)
{
    return number_seen(row, agenda_now_ms(&sandbox->agenda), loop_now_ms(sandbox->loop));
}

void answer_numbers(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const struct number_store *store = &sandbox->state.numbers;
    const char *customer = request_query(request, "customerId");
    const char *company = request_query(request, "companyServiceId");
    const char *site = request_query(request, "siteServiceId");
    const char *source = request_query(request, "source");
    struct page page = page_of(request);
    struct buffer *out = reply_json(reply, 200);
    bool known = is_reference(sandbox, company);

    buffer_add_byte(out, '[');
    for (size_t i = 0; i < store->count; i++) {
        const struct number_row *row = &store->rows[i];
        if (!same(customer, account) || !same(company, row->company) || !same(site, row->site))
            continue;
        known = true;
        if (!seen(sandbox, row) || !same(source, row->source) || !page_takes(&page))
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

void answer_reservation(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const struct number_store *store = &sandbox->state.numbers;
    const struct number_row *first = NULL;
    struct buffer *out = reply_json(reply, 200);

    for (size_t i = 0; i < store->count; i++) {
        const struct number_row *row = &store->rows[i];
        if (strcmp(row->key, request->captures[0]) != 0 || !seen(sandbox, row))
            continue;
        if (first == NULL)
            reservation_begin(row, out);
        reservation_write_number(row, first == NULL, out);
        first = first == NULL ? row : first;
    }
    if (first == NULL) {
        error_answer(&sandbox->switches, reply, 60);
        return;
    }
    buffer_add_text(out, "],\"expiryDate\":");
    write_or_null(out, first->expiry);
    buffer_add_text(out, ",\"reason\":null}");
}
