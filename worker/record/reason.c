/* Reasons made, and the names of their kinds. */
#include "reason.h"

#include "invariant.h"
#include "names.h"
#include "text.h"
#include "utf8.h"

#include <string.h>

static const char *const reason_names[] = {
    [REASON_NONE] = "",
    [REASON_CONTRACT] = "CONTRACT",
    [REASON_NOT_SERVED] = "NOT_SERVED",
    [REASON_EXPIRED] = "EXPIRED",
    [REASON_REFUSED] = "REFUSED",
    [REASON_UNAVAILABLE] = "UNAVAILABLE",
    [REASON_BAD_REPLY] = "BAD_REPLY",
    [REASON_TIMEOUT] = "TIMEOUT",
    [REASON_IN_DOUBT] = "IN_DOUBT",
    [REASON_NOT_SENT] = "NOT_SENT",
    [REASON_DECISION] = "DECISION",
    [REASON_REPORTED] = "REPORTED",
};
NAMES_COMPLETE(reason_names, REASON_REPORTED);

const char *reason_kind_name(enum reason_kind kind)
{
    REQUIRE(kind <= REASON_REPORTED);
    return reason_names[kind];
}

void reason_set(struct reason *reason, enum reason_kind kind, const char *code, const char *format, ...)
{
    struct reason made = {.kind = kind};
    va_list arguments;

    va_start(arguments, format);
    text_vprint(made.text, sizeof made.text, format, arguments);
    va_end(arguments);
    text_print(made.code, sizeof made.code, "%s", code);
    utf8_repair(made.text);
    utf8_repair(made.code);
    *reason = made;
}
