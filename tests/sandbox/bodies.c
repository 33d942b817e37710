/* The tables of body members, one for each kind of object. Each table ends with a null name. */
#include "bodies.h"

#define TEXT(low, high)                                                                                      \
    {                                                                                                        \
        .kind = RULE_TEXT, .min = (low), .max = (high)                                                       \
    }
#define ANY TEXT(0, 0)
#define RANGE(low, high) TEXT(low, high) /* of a list's length or an integer */
#define KIND(which)                                                                                          \
    {                                                                                                        \
        .kind = (which)                                                                                      \
    }
#define ONE_OF(...)                                                                                          \
    {                                                                                                        \
        .kind = RULE_CHOICE, .choices = (const char *const[])                                                \
        {                                                                                                    \
            __VA_ARGS__, NULL                                                                                \
        }                                                                                                    \
    }

static const struct member id_members[] = {{"id", MEMBER_TEXT, false, ANY, NULL}, {.name = NULL}};

static const struct member customer_members[] = {
    {"id", MEMBER_TEXT, true, TEXT(1, 30), NULL},
    {"type", MEMBER_TEXT, false, TEXT(0, 30), NULL},
    {.name = NULL},
};

static const struct member verification_items[] = {
    {"type", MEMBER_TEXT, true,
     ONE_OF("companyDomain", "siteName", "siteLocationCode", "deviceName", "trunkName", "username",
            "extension", "macAddress"),
     NULL},
    {"value", MEMBER_TEXT, true, TEXT(1, 255), NULL},
    {.name = NULL},
};

const struct member verification_body[] = {
    {"customer", MEMBER_OBJECT, true, ANY, customer_members},
    {"companyServiceId", MEMBER_TEXT, false, TEXT(0, 64), NULL},
    {"items", MEMBER_LIST, true, RANGE(1, 200), verification_items},
    {.name = NULL},
};

static const struct member contact_members[] = {
    {"contactType", MEMBER_TEXT, false, ANY, NULL},
    {"emailAddress", MEMBER_TEXT, false, ANY, NULL},
    {"phoneNumber", MEMBER_TEXT, false, ANY, NULL},
    {.name = NULL},
};

static const struct member medium_members[] = {
    {"mediumType", MEMBER_TEXT, false, ANY, NULL},
    {"characteristic", MEMBER_OBJECT, false, ANY, contact_members},
    {.name = NULL},
};

static const struct member party_members[] = {
    {"id", MEMBER_TEXT, false, ANY, NULL},
    {"role", MEMBER_TEXT, false, ANY, NULL},
    {"name", MEMBER_TEXT, false, ANY, NULL},
    {"givenName", MEMBER_TEXT, false, ANY, NULL},
    {"familyName", MEMBER_TEXT, false, ANY, NULL},
    {"contactMedium", MEMBER_LIST, false, ANY, medium_members},
    {"@type", MEMBER_TEXT, false, ANY, NULL},
    {"@referredType", MEMBER_TEXT, false, ANY, NULL},
    {.name = NULL},
};

static const struct member characteristic_members[] = {
    {"name", MEMBER_TEXT, true, ANY, NULL},
    {"value", MEMBER_SCALAR, false, ANY, NULL},
    {.name = NULL},
};

static const struct member place_address_members[] = {{"districtCode", MEMBER_TEXT, false, ANY, NULL},
                                                      {.name = NULL}};

static const struct member place_members[] = {
    {"id", MEMBER_TEXT, false, ANY, NULL},
    {"role", MEMBER_TEXT, false, ANY, NULL},
    {"address", MEMBER_OBJECT, false, ANY, place_address_members},
    {.name = NULL},
};

static const struct member product_members[] = {
    {"id", MEMBER_TEXT_OR_NULL, false, ANY, NULL},
    {"productOffering", MEMBER_OBJECT, false, ANY, id_members},
    {"place", MEMBER_LIST, false, ANY, place_members},
    {"productCharacteristic", MEMBER_LIST, false, ANY, characteristic_members},
    {"relatedParty", MEMBER_LIST, false, ANY, party_members},
    {"@type", MEMBER_TEXT, false, ANY, NULL},
    {.name = NULL},
};

static const struct member company_members[] = {
    {"productOffering", MEMBER_OBJECT, false, ANY, id_members},
    {"productCharacteristic", MEMBER_LIST, false, ANY, characteristic_members},
    {.name = NULL},
};

static const struct member qualification_items[] = {
    {"id", MEMBER_TEXT, true, ANY, NULL},
    {"action", MEMBER_TEXT, true, ANY, NULL},
    {"product", MEMBER_OBJECT, true, ANY, company_members},
    {.name = NULL},
};

const struct member qualification_body[] = {
    {"externalId", MEMBER_TEXT, false, TEXT(0, 100), NULL},
    {"instantSyncQualification", MEMBER_BOOLEAN, false, ANY, NULL},
    {"productOfferingQualificationItem", MEMBER_LIST, true, RANGE(1, 1), qualification_items},
    {"relatedParty", MEMBER_LIST, false, ANY, party_members},
    {"@type", MEMBER_TEXT, false, ANY, NULL},
    {.name = NULL},
};

static const struct member sub_address_members[] = {
    {"buildingName", MEMBER_TEXT, false, TEXT(0, 30), NULL},
    {"subBuilding", MEMBER_TEXT, false, TEXT(0, 200), NULL},
    {"subStreet", MEMBER_TEXT, false, TEXT(0, 100), NULL},
    {"subLocality", MEMBER_TEXT, false, TEXT(0, 50), NULL},
    {"@type", MEMBER_TEXT, false, ANY, NULL},
    {.name = NULL},
};

const struct member new_address_body[] = {
    {"postcode", MEMBER_TEXT, true, TEXT(0, 10), NULL},
    {"city", MEMBER_TEXT, true, TEXT(0, 50), NULL},
    {"country", MEMBER_TEXT, true, TEXT(0, 50), NULL},
    {"streetNr", MEMBER_TEXT, false, TEXT(0, 30), NULL},
    {"streetName", MEMBER_TEXT, false, TEXT(0, 100), NULL},
    {"locality", MEMBER_TEXT, false, TEXT(0, 50), NULL},
    {"county", MEMBER_TEXT, false, TEXT(0, 50), NULL},
    {"postalOrganisation", MEMBER_TEXT, false, TEXT(0, 30), NULL},
    {"poBox", MEMBER_TEXT, false, TEXT(0, 6), NULL},
    {"geographicSubAddress", MEMBER_LIST, false, ANY, sub_address_members},
    {"@type", MEMBER_TEXT, false, ANY, NULL},
    {.name = NULL},
};

static const struct member selection_members[] = {
    {"servingExchangeId", MEMBER_TEXT, false, TEXT(0, 20), NULL},
    {"svxFlag", MEMBER_TEXT, false, TEXT(0, 1), NULL},
    {"areaName", MEMBER_TEXT, false, TEXT(0, 20), NULL},
    {"numberString", MEMBER_TEXT, false, KIND(RULE_PREFIX), NULL},
    {"exactFlag", MEMBER_BOOLEAN, false, ANY, NULL},
    {"contiguosFlag", MEMBER_BOOLEAN, false, ANY, NULL},
    {"postCode", MEMBER_TEXT, false, KIND(RULE_AREA), NULL},
    {.name = NULL},
};

static const struct member wanted_numbers_members[] = {
    {"type", MEMBER_TEXT, true, TEXT(0, 30), NULL},
    {"quantity", MEMBER_INTEGER, true, RANGE(1, 100), NULL},
    {"directoryNumber", MEMBER_NUMBERS, false, RANGE(1, 100), NULL},
    {"characteristics", MEMBER_OBJECT, false, ANY, selection_members},
    {.name = NULL},
};

static const struct member wanted_product_members[] = {{"name", MEMBER_TEXT, true, TEXT(0, 30), NULL},
                                                       {.name = NULL}};

const struct member reservation_body[] = {
    {"customer", MEMBER_OBJECT, true, ANY, customer_members},
    {"serviceReferenceId", MEMBER_TEXT, false, TEXT(0, 64), NULL},
    {"numbers", MEMBER_OBJECT, true, ANY, wanted_numbers_members},
    {"product", MEMBER_OBJECT, true, ANY, wanted_product_members},
    {.name = NULL},
};

static const struct member note_members[] = {{"text", MEMBER_TEXT, false, ANY, NULL}, {.name = NULL}};

static const struct member service_members[] = {{"value", MEMBER_TEXT, false, ANY, NULL}, {.name = NULL}};

/* An item's own items are of the same kind. */
static const struct member item_members[13];
static const struct member item_members[13] = {
    {"id", MEMBER_TEXT, true, ANY, NULL},
    {"action", MEMBER_TEXT, true, ANY, NULL},
    {"quantity", MEMBER_INTEGER, false, {.min = INT64_MIN}, NULL},
    {"billingAccount", MEMBER_OBJECT, false, ANY, id_members},
    {"product", MEMBER_OBJECT, false, ANY, product_members},
    {"productOrderItem", MEMBER_LIST, false, ANY, item_members},
    {"internalId", MEMBER_TEXT, false, ANY, NULL},
    {"state", MEMBER_TEXT, false, ANY, NULL},
    {"subStatus", MEMBER_TEXT, false, ANY, NULL},
    {"customerFacingServiceId", MEMBER_OBJECT, false, ANY, service_members},
    {"additionalNotes", MEMBER_LIST, false, ANY, note_members},
    {"@type", MEMBER_TEXT, false, ANY, NULL},
    {.name = NULL},
};

#define ORDER_MEMBERS                                                                                        \
    {"requestedCompletionDate", MEMBER_TEXT, false, ANY, NULL},                                              \
        {"relatedParty", MEMBER_LIST, false, ANY, party_members},                                            \
        {"note", MEMBER_LIST, false, ANY, note_members},                                                     \
    {                                                                                                        \
        "@type", MEMBER_TEXT, false, ANY, NULL                                                               \
    }

const struct member new_order_body[] = {
    {"externalId", MEMBER_TEXT, true, TEXT(0, 100), NULL},
    {"productOrderItem", MEMBER_LIST, true, RANGE(1, 200), item_members},
    {"billingAccount", MEMBER_OBJECT, false, ANY, id_members},
    ORDER_MEMBERS,
    {.name = NULL},
};

const struct member new_import_body[] = {
    {"externalId", MEMBER_TEXT, true, TEXT(0, 100), NULL},
    {"productOrderItem", MEMBER_LIST, true, RANGE(1, 1), item_members},
    ORDER_MEMBERS,
    {.name = NULL},
};

const struct member order_change_body[] = {
    {"externalId", MEMBER_TEXT, true, TEXT(0, 100), NULL},
    {"productOrderItem", MEMBER_LIST, false, RANGE(0, 200), item_members},
    ORDER_MEMBERS,
    {.name = NULL},
};

const struct member submission_body[] = {{"externalId", MEMBER_TEXT, true, TEXT(0, 100), NULL},
                                         {.name = NULL}};

static const struct member named_order_members[] = {{"id", MEMBER_TEXT, true, ANY, NULL}, {.name = NULL}};

const struct member cancellation_body[] = {
    {"externalId", MEMBER_TEXT, false, TEXT(0, 100), NULL},
    {"cancellationReason", MEMBER_TEXT, false, TEXT(0, 500), NULL},
    {"productOrder", MEMBER_OBJECT, true, ANY, named_order_members},
    {.name = NULL},
};

const struct member activation_body[] = {
    {"externalId", MEMBER_TEXT, true, TEXT(0, 100), NULL},
    {"directoryNumbers", MEMBER_NUMBERS, true, RANGE(1, 100), NULL},
    {"activationDateTime", MEMBER_TEXT, false, ANY, NULL},
    {"relatedParty", MEMBER_LIST, false, ANY, party_members},
    {.name = NULL},
};
