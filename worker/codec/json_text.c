/* Checks a JSON text by the grammar of RFC 8259, and turns integers beyond 64 bits into texts. */
#include "json_text.h"

#include "invariant.h"
#include "memory.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_LIMIT = 128, SAFE_DIGITS = 18 /* an integer of so many fits 64 bits */, SAFE_REAL = 300 };

enum expect { VALUE, VALUE_OR_END, NAME, NAME_OR_END, NEXT_OR_END, NOTHING };

struct check {
    const char *start, *at, *end;
    const char *copied; /* how far the text went to `rewritten` */
    struct buffer *rewritten;
    const struct json_limits *limits;
    size_t values;
    unsigned depth;
    char open[DEPTH_LIMIT]; /* the closing characters that are due */
    const char *wrong;      /* what is at `at`; null: nothing yet */
};

static bool wrong(struct check *check, const char *what)
{
    check->wrong = what;
    return false;
}

static bool is_digit(const struct check *check)
{
    return check->at < check->end && *check->at >= '0' && *check->at <= '9';
}

static bool take(struct check *check, const char *set)
{
    if (check->at == check->end || *check->at == '\0' || strchr(set, *check->at) == NULL)
        return false;
    check->at++;
    return true;
}

static void skip_space(struct check *check)
{
    while (take(check, " \t\r\n"))
        ;
}

static bool digits(struct check *check)
{
    if (!is_digit(check))
        return wrong(check, "a digit expected");
    while (is_digit(check))
        check->at++;
    return true;
}

/* An integer that no int64_t holds goes on as a text of its digits. */
static void keep_digits(struct check *check, const char *token)
{
    char first[SAFE_DIGITS + 4];
    size_t length = (size_t)(check->at - token);

    if (length <= SAFE_DIGITS)
        return;
    if (length < sizeof first) {
        memcpy(first, token, length);
        first[length] = '\0';
        errno = 0;
        (void)strtoll(first, NULL, 10);
        if (errno == 0)
            return;
    }
    buffer_add(check->rewritten, check->copied, (size_t)(token - check->copied));
    buffer_add_byte(check->rewritten, '"');
    buffer_add(check->rewritten, token, length);
    buffer_add_byte(check->rewritten, '"');
    check->copied = check->at;
}

/* Only what has an exponent or very many digits can be beyond a double. */
static bool check_finite(struct check *check, const char *token, bool exponent)
{
    size_t length = (size_t)(check->at - token);

    if (check->limits->foreign || (!exponent && length <= SAFE_REAL))
        return true;
    CLEANUP(memory_release) char *copy = memory_text_of(token, length);
    return isfinite(strtod(copy, NULL)) || wrong(check, "a number beyond what a double holds");
}

static bool word(struct check *check, const char *text)
{
    size_t length = strlen(text);

    if ((size_t)(check->end - check->at) < length || memcmp(check->at, text, length) != 0)
        return false;
    check->at += length;
    return true;
}

static bool number(struct check *check)
{
    const char *token = check->at;

    if (take(check, "-") && check->limits->foreign && word(check, "Infinity"))
        return true;
    if (take(check, "0")) {
        if (is_digit(check))
            return wrong(check, "a number with a zero in front");
    } else {
        TRY(digits(check));
    }
    bool fraction = take(check, ".");
    if (fraction)
        TRY(digits(check));
    bool exponent = take(check, "eE");
    if (exponent) {
        take(check, "+-");
        TRY(digits(check));
    }
    if (fraction || exponent)
        return check_finite(check, token, exponent);
    keep_digits(check, token);
    return true;
}

/* After a backslash. A name with a NUL would be another, shorter one to json-c. */
static bool escape(struct check *check, bool name)
{
    bool zero = true;

    if (take(check, "\"\\/bfnrt"))
        return true;
    if (!take(check, "u"))
        return wrong(check, "an escape that JSON does not have");
    for (int i = 0; i < 4; i++) {
        zero = zero && check->at < check->end && *check->at == '0';
        if (!take(check, "0123456789abcdefABCDEF"))
            return wrong(check, "a hexadecimal digit expected");
    }
    return !(zero && name) || wrong(check, "a member's name with a NUL character");
}

/* After the quote. Bytes beyond ASCII are taken as they are; who needs text looks whether they are UTF-8. */
static bool string(struct check *check, bool name)
{
    while (check->at < check->end) {
        unsigned char byte = (unsigned char)*check->at;
        if (byte < ' ')
            return wrong(check, "a control character in a text");
        check->at++;
        if (byte == '"')
            return true;
        if (byte == '\\')
            TRY(escape(check, name));
    }
    return wrong(check, "a text without its end");
}

static bool open(struct check *check, char end)
{
    if (check->depth >= check->limits->depth_max || check->depth >= DEPTH_LIMIT)
        return wrong(check, "nesting too deep");
    REQUIRE(check->depth < sizeof check->open);
    check->open[check->depth++] = end;
    return true;
}

static bool value(struct check *check, enum expect *next)
{
    *next = check->depth == 0 ? NOTHING : NEXT_OR_END;
    check->values++;
    if (take(check, "\""))
        return string(check, false);
    if (take(check, "{")) {
        *next = NAME_OR_END;
        return open(check, '}');
    }
    if (take(check, "[")) {
        *next = VALUE_OR_END;
        return open(check, ']');
    }
    if (is_digit(check) || (check->at < check->end && *check->at == '-'))
        return number(check);
    if (word(check, "true") || word(check, "false") || word(check, "null"))
        return true;
    if (check->limits->foreign && (word(check, "NaN") || word(check, "Infinity")))
        return true;
    return wrong(check, "a value expected");
}

static bool name(struct check *check, enum expect *next)
{
    if (!take(check, "\""))
        return wrong(check, "a member's name in double quotes expected");
    TRY(string(check, true));
    skip_space(check);
    if (!take(check, ":"))
        return wrong(check, "a colon expected");
    *next = VALUE;
    return true;
}

static bool step(struct check *check, enum expect *next)
{
    char end = check->depth == 0 ? '\0' : check->open[check->depth - 1];
    bool may_end = *next == VALUE_OR_END || *next == NAME_OR_END || *next == NEXT_OR_END;

    if (may_end && check->at < check->end && *check->at == end) {
        check->at++;
        REQUIRE(check->depth > 0);
        check->depth--;
        *next = check->depth == 0 ? NOTHING : NEXT_OR_END;
        return true;
    }
    if (*next == NAME || *next == NAME_OR_END)
        return name(check, next);
    if (*next == NEXT_OR_END) {
        if (!take(check, ","))
            return wrong(check, end == '}' ? "a comma or } expected" : "a comma or ] expected");
        *next = end == '}' ? NAME : VALUE;
        return true;
    }
    return value(check, next);
}

/* Where in the text the mistake is, as a person counts. */
static bool tell(const struct check *check, struct fault *why)
{
    size_t line = 1, column = 1;

    if (check->at == check->end)
        return fault_set(why, FAULT_INPUT, "the JSON text ends too early");
    for (const char *at = check->start; at < check->at; at++) {
        column = *at == '\n' ? 1 : column + 1;
        line += *at == '\n';
    }
    return fault_set(why, FAULT_INPUT, "not JSON at line %zu, column %zu: %s", line, column, check->wrong);
}

static bool walk(struct check *check, struct fault *why)
{
    enum expect next = VALUE;

    while (next != NOTHING) {
        skip_space(check);
        if (!step(check, &next))
            return tell(check, why);
        if (check->values > check->limits->values_max)
            return fault_set(why, FAULT_EXHAUSTED, "the JSON text has more than %zu values",
                             check->limits->values_max);
    }
    skip_space(check);
    check->wrong = "something follows the value";
    return check->at == check->end || tell(check, why);
}

bool json_text_check(const char *bytes, size_t length, const struct json_limits *limits,
                     struct json_text *text, struct fault *why)
{
    size_t mark = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    struct buffer rewritten;
    struct check check = {.start = bytes + mark,
                          .at = bytes + mark,
                          .end = bytes + length,
                          .copied = bytes + mark,
                          .rewritten = &rewritten,
                          .limits = limits};

    buffer_init(&rewritten, 2 * length + 16);
    if (!walk(&check, why)) {
        buffer_release(&rewritten);
        return false;
    }
    *text = (struct json_text){.at = check.start, .length = length - mark};
    REQUIRE(check.depth == 0 && check.at == check.end);
    REQUIRE(check.copied <= check.end && !rewritten.full); /* json-c is never given a part */
    if (rewritten.length > 0) {
        buffer_add(&rewritten, check.copied, (size_t)(check.end - check.copied));
        *text = (struct json_text){.at = rewritten.data, .length = rewritten.length, .rewritten = rewritten};
    }
    return true;
}

void json_text_release(struct json_text *text)
{
    buffer_release(&text->rewritten);
}
