/* Validating and qualifying a company: a name in use is an answer, not an error. */
#include "answers.h"
#include "characteristics.h"
#include "names.h"
#include "sandbox.h"
#include "tree.h"

static void write_reason(struct buffer *out, const char *code, const char *label, bool first)
{
    buffer_print(out, "%s{\"code\":\"%s\",\"label\":\"%s\"}", first ? "" : ",", code, label);
}

void answer_qualify(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    struct json_object *item = tree_at(request->tree, "/productOfferingQualificationItem/0");
    struct json_object *product = tree_member(item, "product");
    bool name = name_in_use(characteristic_of(product, "CompanyName"));
    bool domain = name_in_use(characteristic_of(product, "CompanyDomain"));
    bool good = !name && !domain;
    unsigned serial = sandbox->state.next_service;
    struct buffer *out = reply_json(reply, 200);

    buffer_print(out, "{\"id\":\"POQ-%u\",\"externalId\":", serial - 1000);
    write_text(out, tree_text_of(request->tree, "externalId"));
    buffer_add_text(out, ",\"state\":\"done\",\"productOfferingQualificationItem\":[{\"id\":");
    write_text(out, tree_text_of(item, "id"));
    buffer_add_text(out, ",\"action\":");
    write_text(out, tree_text_of(item, "action"));
    buffer_print(out, ",\"state\":\"done\",\"qualificationItemResult\":\"%s\",\"serviceReferenceId\":",
                 good ? "qualified" : "unqualified");
    if (good)
        buffer_print(out, "\"SR-%u\"", serial);
    else
        buffer_add_text(out, "null");
    buffer_add_text(out, ",\"eligibilityUnavailabilityReason\":[");
    if (name)
        write_reason(out, "CompanyNameInUse", "CompanyName is in use", true);
    if (domain)
        write_reason(out, "CompanyDomainInUse", "CompanyDomain is in use", !name);
    buffer_add_text(out, "]}]}");
    request->accepted = good;
    sandbox->state.next_service += good;
}
