/* Address search: every record that equals all given values. */
#include "address_data.h"
#include "answers.h"
#include "errors.h"
#include "memory.h"
#include "sandbox.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

enum { NO_FIELD = -1 };

/* What a query parameter is compared with; a parameter without a field matches nothing. */
static const struct {
    const char *parameter;
    ptrdiff_t field;
} comparisons[] = {
    {"postcode", offsetof(struct address, postcode)},
    {"streetNr", offsetof(struct address, number)},
    {"buildingName", offsetof(struct address, building)},
    {"city", offsetof(struct address, city)},
    {"streetName", offsetof(struct address, street)},
    {"uprn", offsetof(struct address, uprn)},
    {"id", offsetof(struct address, id)},
    {"addressSource", offsetof(struct address, source)},
    {"subStreet", NO_FIELD},
    {"locality", NO_FIELD},
    {"subLocality", NO_FIELD},
    {"subBuilding", NO_FIELD},
};

struct flags {
    bool grid;
    bool fuzzy;
    bool site;
    bool markers;
};

static const char *field_of(const struct address *address, ptrdiff_t field)
{
    const char *text = NULL;

    if (field != NO_FIELD)
        memcpy(&text, (const char *)address + field, sizeof text);
    return text;
}

/* Letters in any case; blanks count only where `blanks`. */
static bool alike(const char *one, const char *other, bool blanks)
{
    for (;;) {
        while (!blanks && isspace((unsigned char)*one))
            one++;
        while (!blanks && isspace((unsigned char)*other))
            other++;
        if (tolower((unsigned char)*one) != tolower((unsigned char)*other))
            return false;
        if (*one == '\0')
            return true;
        one++;
        other++;
    }
}

static bool matches(const struct address *address, const struct request *request)
{
    for (size_t i = 0; i < COUNT_OF(comparisons); i++) {
        const char *wanted = request_query(request, comparisons[i].parameter);
        const char *has = field_of(address, comparisons[i].field);
        bool blanks = comparisons[i].field != offsetof(struct address, postcode);
        if (wanted != NULL && (has == NULL || !alike(has, wanted, blanks)))
            return false;
    }
    return true;
}

/* A member with its comma before it, left out where there is no value. */
static void write_member(struct buffer *out, const char *name, const char *value)
{
    if (value == NULL)
        return;
    if (out->length > 0 && out->data[out->length - 1] != '{')
        buffer_add_byte(out, ',');
    write_text(out, name);
    buffer_add_byte(out, ':');
    write_text(out, value);
}

static void write_point(struct buffer *out, const char *x, const char *y, const char *reference)
{
    buffer_add_byte(out, '{');
    buffer_print(out, "\"geometry\":[{\"x\":\"%s\",\"y\":\"%s\"}]", x, y);
    write_member(out, "spatialRef", reference);
    buffer_add_byte(out, '}');
}

static void write_location(struct buffer *out, const struct address *address, bool grid)
{
    buffer_add_text(out, ",\"geographicLocationRefOrValue\":");
    if (!grid) {
        write_point(out, address->x, address->y, NULL);
        return;
    }
    buffer_add_byte(out, '[');
    write_point(out, address->x, address->y, "WGS84");
    buffer_add_byte(out, ',');
    write_point(out, address->easting, address->northing, "BNG");
    buffer_add_byte(out, ']');
}

static void write_markers(struct buffer *out)
{
    static const char *const technologies[][2] = {
        {"Copper", "Y"}, {"PointToPointFibre", "N"}, {"FTTPBrownfield", "Y"}, {"FTTPGreenfield", "N"}};

    buffer_add_text(out, "\"listOfTechnology\":{\"technology\":[");
    for (size_t i = 0; i < COUNT_OF(technologies); i++)
        buffer_print(out, "%s{\"technologyName\":\"%s\",\"technologyValue\":\"%s\"}", i > 0 ? "," : "",
                     technologies[i][0], technologies[i][1]);
    buffer_add_text(out, "]},\"listOfTechnologyRestriction\":{\"technologyRestriction\":[");
    for (size_t i = 0; i < COUNT_OF(technologies); i++)
        buffer_print(out, "%s{\"technologyRestrictionName\":\"%s\",\"technologyRestrictionValue\":\"U\"}",
                     i > 0 ? "," : "", technologies[i][0]);
    buffer_add_text(out, "]}");
}

static void write_site(struct buffer *out, const struct flags *flags)
{
    if (!flags->site && !flags->markers)
        return;
    buffer_add_text(out, ",\"siteReference\":{");
    if (flags->site) {
        write_member(out, "siteClassificationCode", "CO01");
        write_member(out, "siteClassification", "Office / Work Studio");
    }
    if (flags->site && flags->markers)
        buffer_add_byte(out, ',');
    if (flags->markers)
        write_markers(out);
    buffer_add_byte(out, '}');
}

static void write_address(struct buffer *out, const struct address *address, const struct flags *flags)
{
    buffer_add_byte(out, '{');
    write_member(out, "id", address->id);
    write_member(out, "uprn", address->uprn);
    write_member(out, "addressSource", address->source);
    write_member(out, "exchangeGroupCode", address->exchange);
    write_member(out, "districtCode", address->district);
    write_member(out, "qualifier", address->qualifier);
    write_member(out, "streetNr", address->number);
    write_member(out, "streetName", address->street);
    write_member(out, "postcode", address->postcode);
    write_member(out, "city", address->city);
    write_member(out, "country", "United Kingdom");
    if (flags->fuzzy)
        buffer_print(out, ",\"addressMatch\":%s", address->matched != NULL ? "true" : "false");
    if (flags->fuzzy)
        write_member(out, "matchedId", address->matched);
    write_member(out, "@type", "BtGeographicAddress");
    write_location(out, address, flags->grid);
    buffer_add_text(out, ",\"geographicSubAddress\":[{");
    write_member(out, "buildingName", address->building);
    write_member(out, "@type", "BtGeographicSubAddress");
    buffer_add_text(out, "}]");
    write_site(out, flags);
    buffer_add_byte(out, '}');
}

static bool flag(const struct request *request, const char *name)
{
    const char *value = request_query(request, name);

    return value != NULL && strcmp(value, "true") == 0;
}

void answer_search_address(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    struct flags flags = {
        .grid = flag(request, "isSpatialRefBng"),
        .fuzzy = flag(request, "isFuzzyMatch"),
        .site = flag(request, "isSiteClassificationRequired"),
        .markers = flag(request, "isTechonologyMarkersRequired"),
    };
    struct buffer *out = reply_json(reply, 200);
    size_t found = 0;

    buffer_add_byte(out, '[');
    for (size_t i = 0; i < address_count; i++) {
        if (!matches(&addresses[i], request))
            continue;
        if (found++ > 0)
            buffer_add_byte(out, ',');
        write_address(out, &addresses[i], &flags);
    }
    buffer_add_byte(out, ']');
    if (found == 0)
        error_answer(&sandbox->switches, reply, 60);
    else
        reply_count_headers(reply, found, found);
}
