/* The three tables of operations, and one search over them. */
#include "operations.h"

#include "answers.h"
#include "bodies.h"
#include "memory.h"
#include "references.h"

#include <stdio.h>
#include <string.h>

#define ORDERING "/hubco/tmf/productOrderingManagement/v4"
#define NUMBERS "/v1/resourceManagement/directoryNumbers"
#define ADDRESSES "/common/geographicAddressManagement/v1/geographicAddress"

#define TEXT(low, high)                                                                                      \
    {                                                                                                        \
        .kind = RULE_TEXT, .min = (low), .max = (high)                                                       \
    }
#define KEY(set, high)                                                                                       \
    {                                                                                                        \
        .kind = RULE_TEXT, .min = 1, .max = (high), .characters = (set)                                      \
    }
#define INTEGER(low, high)                                                                                   \
    {                                                                                                        \
        .kind = RULE_INTEGER, .min = (low), .max = (high)                                                    \
    }
#define PLAIN_KEY KEY(LETTERS DIGITS, 30)
#define SERVICE_KEY KEY(WORD ".-", 64)
#define ONE_OF(...)                                                                                          \
    {                                                                                                        \
        .kind = RULE_CHOICE, .choices = (const char *const[])                                                \
        {                                                                                                    \
            __VA_ARGS__, NULL                                                                                \
        }                                                                                                    \
    }
#define PAGE_PARAMETERS                                                                                      \
    {"offset", IN_QUERY, false, INTEGER(0, 1000000)},                                                        \
    {                                                                                                        \
        "limit", IN_QUERY, false, INTEGER(1, 1000)                                                           \
    }

static const struct parameter search_parameters[] = {
    {"postcode", IN_QUERY, false, {.kind = RULE_POSTCODE}},
    {"streetNr", IN_QUERY, false, TEXT(1, 30)},
    {"buildingName", IN_QUERY, false, TEXT(1, 30)},
    {"city", IN_QUERY, false, TEXT(1, 50)},
    {"streetName", IN_QUERY, false, TEXT(1, 100)},
    {"uprn", IN_QUERY, false, KEY(LETTERS DIGITS, 12)},
    {"id", IN_QUERY, false, PLAIN_KEY},
    {"addressSource", IN_QUERY, false, ONE_OF("ROBT", "Openreach")},
    {"subStreet", IN_QUERY, false, TEXT(1, 45)},
    {"locality", IN_QUERY, false, TEXT(1, 50)},
    {"subLocality", IN_QUERY, false, TEXT(1, 30)},
    {"subBuilding", IN_QUERY, false, TEXT(1, 200)},
    {"isSpatialRefBng", IN_QUERY, false, {.kind = RULE_BOOLEAN}},
    {"isSiteClassificationRequired", IN_QUERY, false, {.kind = RULE_BOOLEAN}},
    {"isFuzzyMatch", IN_QUERY, false, {.kind = RULE_BOOLEAN}},
    {"isTechonologyMarkersRequired", IN_QUERY, false, {.kind = RULE_BOOLEAN}},
    {.name = NULL},
};

static const struct parameter create_address_parameters[] = {
    {"target", IN_HEADER, false, ONE_OF("ROBT", "Enterprise-ROBT", "BTConsumer-ROBT", "Openreach")},
    {.name = NULL},
};

static const struct parameter portability_parameters[] = {
    {"directoryNumber", IN_QUERY, true, {.kind = RULE_NUMBER}},
    {"rangeEnd", IN_QUERY, false, {.kind = RULE_NUMBER}},
    {"customerId", IN_QUERY, true, PLAIN_KEY},
    {.name = NULL},
};

static const struct parameter reseller_parameters[] = {
    {"cugId", IN_PATH, true, PLAIN_KEY},
    {.name = NULL},
};

static const struct parameter numbers_parameters[] = {
    {"customerId", IN_QUERY, false, PLAIN_KEY},
    {"companyServiceId", IN_QUERY, false, SERVICE_KEY},
    {"siteServiceId", IN_QUERY, false, SERVICE_KEY},
    {"source", IN_QUERY, false, ONE_OF("NEW", "PORTED")},
    PAGE_PARAMETERS,
    {.name = NULL},
};

static const struct parameter reservation_parameters[] = {
    {"reservationKey", IN_PATH, true, SERVICE_KEY},
    {.name = NULL},
};

static const struct parameter id_parameters[] = {
    {"id", IN_PATH, true, SERVICE_KEY},
    {.name = NULL},
};

static const struct parameter orders_parameters[] = {
    {"id", IN_QUERY, false, SERVICE_KEY},
    {"externalId", IN_QUERY, false, KEY(WORD ".:-", 100)},
    PAGE_PARAMETERS,
    {.name = NULL},
};

static const struct parameter imports_parameters[] = {
    {"id", IN_QUERY, false, SERVICE_KEY},
    {"externalId", IN_QUERY, false, KEY(WORD ".:-", 100)},
    {"productOfferingId", IN_QUERY, false, ONE_OF("HVSingleLineImport", "HVMultiLineImport")},
    {"portStatus", IN_QUERY, false, KEY(CAPITALS "_", 40)},
    PAGE_PARAMETERS,
    {.name = NULL},
};

#define BT(name, tag, verb, where, does, takes)                                                              \
    {                                                                                                        \
        .id = (name), .api = (tag), .method = (verb), .path = (where), .family = FAMILY_BT,                  \
        .answer = (does), .parameters = (takes)                                                              \
    }
#define READ_BY_BODY(name, tag, where, does, members)                                                        \
    {                                                                                                        \
        .id = (name), .api = (tag), .method = "POST", .path = (where), .family = FAMILY_BT,                  \
        .answer = (does), .body = (members)                                                                  \
    }
#define WRITE(name, tag, verb, where, does, takes, members, about)                                           \
    {                                                                                                        \
        .id = (name), .api = (tag), .method = (verb), .path = (where), .family = FAMILY_BT,                  \
        .answer = (does), .parameters = (takes), .body = (members), .reference = (about)                     \
    }
#define TOKEN(name, verb)                                                                                    \
    {                                                                                                        \
        .id = (name), .api = "oauth", .method = (verb), .path = "/oauth/accesstoken",                        \
        .family = FAMILY_TOKEN, .answer = answer_token                                                       \
    }
#define REGISTRY(name, verb, where, does)                                                                    \
    {                                                                                                        \
        .id = (name), .api = "registry", .method = (verb), .path = (where), .family = FAMILY_REGISTRY,       \
        .answer = (does)                                                                                     \
    }
#define CONTROL(verb, where, does)                                                                           \
    {                                                                                                        \
        .id = "control", .api = "control", .method = (verb), .path = "/sandbox/" where,                      \
        .family = FAMILY_CONTROL, .answer = (does)                                                           \
    }

static const struct operation operations[] = {
    BT("checkPortability", "portability", "GET", NUMBERS "/portability", answer_portability,
       portability_parameters),
    BT("searchAddress", "address", "GET", ADDRESSES, answer_search_address, search_parameters),
    BT("getReseller", "verify-data", "GET", "/v1/whc/reseller/{cugId}", answer_reseller, reseller_parameters),
    READ_BY_BODY("verifyData", "verify-data", "/v1/whc/verifyData", answer_verify, verification_body),
    BT("getAvailableNumbers", "available-numbers", "GET", NUMBERS, answer_numbers, numbers_parameters),
    BT("getReservation", "reservation", "GET", NUMBERS "/reservation/{reservationKey}", answer_reservation,
       reservation_parameters),
    BT("listOrders", "product-order", "GET", ORDERING "/productOrder", answer_list_orders, orders_parameters),
    BT("getOrder", "product-order", "GET", ORDERING "/productOrder/{id}", answer_order, id_parameters),
    BT("listImportOrders", "import-order", "GET", ORDERING "/importOrder", answer_list_imports,
       imports_parameters),
    BT("getImportOrder", "import-order", "GET", ORDERING "/importOrder/{id}", answer_import, id_parameters),

    WRITE("createAddress", "address", "POST", ADDRESSES, answer_create_address, create_address_parameters,
          new_address_body, reference_address),
    WRITE("qualifyCompany", "company-qualification", "POST",
          "/hubco/tmf/productOfferingQualification/v4/productOfferingQualification", answer_qualify, NULL,
          qualification_body, reference_company),
    WRITE("reserveNumbers", "reservation", "POST", NUMBERS "/reservation", answer_reserve, NULL,
          reservation_body, reference_reservation),
    WRITE("releaseReservation", "reservation", "DELETE", NUMBERS "/reservation/{reservationKey}",
          answer_release, reservation_parameters, NULL, reference_path),
    WRITE("createOrder", "product-order", "POST", ORDERING "/productOrder", answer_create_order, NULL,
          new_order_body, reference_none),
    WRITE("amendOrder", "product-order", "PATCH", ORDERING "/productOrder/{id}", answer_amend_order,
          id_parameters, order_change_body, reference_path),
    WRITE("submitOrder", "product-order", "POST", ORDERING "/productOrder/{id}/submit", answer_submit_order,
          id_parameters, submission_body, reference_path),
    WRITE("cancelOrder", "product-order", "POST", ORDERING "/cancelProductOrder", answer_cancel_order, NULL,
          cancellation_body, reference_cancellation),
    WRITE("createImportOrder", "import-order", "POST", ORDERING "/importOrder", answer_create_import, NULL,
          new_import_body, reference_none),
    WRITE("amendImportOrder", "import-order", "PATCH", ORDERING "/importOrder/{id}", answer_amend_import,
          id_parameters, order_change_body, reference_path),
    WRITE("submitImportOrder", "import-order", "POST", ORDERING "/importOrder/{id}/submit",
          answer_submit_import, id_parameters, submission_body, reference_path),
    WRITE("cancelImportOrder", "import-order", "POST", ORDERING "/cancelImportOrder", answer_cancel_import,
          NULL, cancellation_body, reference_cancellation),
    WRITE("activatePort", "activate-port", "POST", ORDERING "/importOrder/{id}/activatePort", answer_activate,
          id_parameters, activation_body, reference_path),

    TOKEN("postToken", "POST"),
    TOKEN("getToken", "GET"),

    REGISTRY("getSchemaById", "GET", "/schemas/ids/{id}", registry_schema_by_id),
    REGISTRY("getSchemaVersions", "GET", "/schemas/ids/{id}/versions", registry_versions_of_id),
    REGISTRY("getSchemaByGuid", "GET", "/schemas/guids/{guid}", registry_schema_by_guid),
    REGISTRY("getSchemaTypes", "GET", "/schemas/types", registry_types),
    REGISTRY("getSubjects", "GET", "/subjects", registry_subjects),
    REGISTRY("lookUpSchema", "POST", "/subjects/{subject}", registry_look_up),
    REGISTRY("registerSchema", "POST", "/subjects/{subject}/versions", registry_register),
    REGISTRY("getVersions", "GET", "/subjects/{subject}/versions", registry_versions),
    REGISTRY("getVersion", "GET", "/subjects/{subject}/versions/{version}", registry_version),
    REGISTRY("getConfig", "GET", "/config", registry_get_config),
    REGISTRY("putConfig", "PUT", "/config", registry_put_config),
    REGISTRY("getSubjectConfig", "GET", "/config/{subject}", registry_get_config),
    REGISTRY("putSubjectConfig", "PUT", "/config/{subject}", registry_put_config),
    REGISTRY("checkCompatibility", "POST", "/compatibility/subjects/{subject}/versions/{version}",
             registry_compatible),
    REGISTRY("checkCompatibilityAll", "POST", "/compatibility/subjects/{subject}/versions",
             registry_compatible),

    CONTROL("POST", "faults", control_add_fault),
    CONTROL("GET", "faults", control_list_faults),
    CONTROL("DELETE", "faults", control_clear_faults),
    CONTROL("POST", "switches", control_set_switches),
    CONTROL("GET", "switches", control_get_switches),
    CONTROL("GET", "counts", control_counts),
    CONTROL("GET", "targets", control_targets),
    CONTROL("GET", "requests", control_requests),
    CONTROL("GET", "orders", control_evidence),
    CONTROL("POST", "orders/{id}", control_move_order),
    CONTROL("GET", "activations", control_activations),
    CONTROL("POST", "listener", control_set_listener),
    CONTROL("GET", "listener", control_get_listener),
    CONTROL("DELETE", "listener", control_drop_listener),
    CONTROL("GET", "events", control_events),
    CONTROL("GET", "clock", control_get_clock),
    CONTROL("POST", "clock", control_move_clock),
    CONTROL("POST", "reset", control_reset),
};

size_t operations_count(void)
{
    return COUNT_OF(operations);
}

const struct operation *operation_at(size_t index)
{
    return &operations[index];
}

size_t operation_index(const struct operation *operation)
{
    return operation == NULL ? COUNT_OF(operations) : (size_t)(operation - operations);
}

/* Whether the path has the form of the template; the values of the {names} go to `captures` where not null. */
static bool path_fits(const char *form, const char *path, char captures[CAPTURES_MAX][CAPTURE_SIZE])
{
    size_t captured = 0;

    while (*form != '\0') {
        if (*form != '{') {
            if (*form++ != *path++)
                return false;
            continue;
        }
        size_t length = strcspn(path, "/");
        if (length == 0 || length >= CAPTURE_SIZE)
            return false;
        memcpy(captures[captured], path, length);
        captures[captured][length] = '\0';
        percent_decode(captures[captured++], false);
        path += length;
        form = strchr(form, '}') + 1;
    }
    return *path == '\0';
}

const struct operation *operation_find(struct request *request, char *allowed, size_t room)
{
    size_t used = 0;

    allowed[0] = '\0';
    for (size_t i = 0; i < COUNT_OF(operations); i++) {
        const struct operation *operation = &operations[i];
        if (!path_fits(operation->path, request->path, request->captures))
            continue;
        if (strcmp(operation->method, request->method) == 0)
            return operation;
        int length = snprintf(allowed + used, room - used, "%s%s", used > 0 ? ", " : "", operation->method);
        if (length > 0 && (size_t)length < room - used)
            used += (size_t)length;
    }
    return NULL;
}
