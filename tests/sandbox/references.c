/* Finds the reference of a request: one function for each kind of operation. */
#include "references.h"

#include "characteristics.h"
#include "memory.h"
#include "tree.h"

enum { REFERENCE_MAX = 4096 };

/* Another part of the reference, with a blank before it; nothing for null. */
static void add_part(struct buffer *out, const char *text)
{
    if (text == NULL)
        return;
    if (out->length > 0)
        buffer_add_byte(out, ' ');
    buffer_add_text(out, text);
}

void reference_none(const struct request *request, struct buffer *out)
{
    (void)request;
    (void)out;
}

void reference_path(const struct request *request, struct buffer *out)
{
    add_part(out, request->captures[0]);
}

void reference_cancellation(const struct request *request, struct buffer *out)
{
    add_part(out, tree_text_of(tree_member(request->tree, "productOrder"), "id"));
}

void reference_company(const struct request *request, struct buffer *out)
{
    struct json_object *product = tree_at(request->tree, "/productOfferingQualificationItem/0/product");

    add_part(out, characteristic_of(product, "CompanyName"));
    add_part(out, characteristic_of(product, "CompanyDomain"));
}

void reference_address(const struct request *request, struct buffer *out)
{
    static const char *const members[] = {"postcode", "streetNr", "streetName", "postalOrganisation", "city"};

    for (size_t i = 0; i < COUNT_OF(members); i++)
        add_part(out, tree_text_of(request->tree, members[i]));
    add_part(out, tree_text(tree_at(request->tree, "/geographicSubAddress/0/buildingName")));
}

void reference_reservation(const struct request *request, struct buffer *out)
{
    struct json_object *wanted = tree_member(request->tree, "numbers");
    struct json_object *named = tree_member(wanted, "directoryNumber");
    struct json_object *by = tree_member(wanted, "characteristics");

    add_part(out, tree_text_of(request->tree, "serviceReferenceId"));
    if (json_object_is_type(named, json_type_array))
        for (size_t i = 0; i < json_object_array_length(named); i++)
            add_part(out, tree_text(json_object_array_get_idx(named, i)));
    add_part(out, tree_text_of(by, "servingExchangeId"));
    add_part(out, tree_text_of(by, "areaName"));
    add_part(out, tree_text_of(by, "numberString"));
    add_part(out, tree_text_of(by, "postCode"));
}

char *reference_of(const struct operation *operation, const struct request *request)
{
    CLEANUP(buffer_release) struct buffer text = {0};

    buffer_init(&text, REFERENCE_MAX);
    add_part(&text, tree_text_of(request->tree, "externalId"));
    if (text.length == 0)
        operation->reference(request, &text);
    return memory_text(text.length > 0 ? buffer_text(&text) : "-");
}
