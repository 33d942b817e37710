/* Compiles and matches regexes with PCRE2, within a budget of work. */
#include "pattern.h"

#include "invariant.h"
#include "memory.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <string.h>

/*
 * Steps are the pattern's items that are looked at, and characters that are gone over: about 10 ns each. Memory is for
 * the places to come back to.
 */
enum {
    STEPS_MAX = 4000000,
    STEPS_QUICK = 200000,
    PLACES_MAX_KIB = 16384,
    COUNT_DIGITS_MAX = 3,
    PROBE_LENGTH = 40,
};

struct pattern {
    pcre2_code *code;
};

struct budget {
    size_t steps, at; /* left; where the match stood at the last item */
};

/* Before each item of the pattern (PCRE2_AUTO_CALLOUT). */
static int spend(pcre2_callout_block *block, void *data)
{
    struct budget *budget = data;
    size_t at = block->current_position;
    size_t steps = 1 + (at > budget->at ? at - budget->at : budget->at - at);

    budget->at = at;
    if (steps > budget->steps)
        return PCRE2_ERROR_CALLOUT;
    budget->steps -= steps;
    return 0;
}

bool pattern_compile(const char *text, size_t length, struct pattern **out, struct fault *why)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT;
    PCRE2_UCHAR message[128] = "no memory";
    PCRE2_SIZE at = 0;
    int error = 0;

    if (context != NULL)
        pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, length, options, &error, &at, context);
    pcre2_compile_context_free(context);
    if (code == NULL) {
        pcre2_get_error_message(error, message, sizeof message);
        return fault_set(why, FAULT_INPUT, "the regex does not compile: %s, at '%.20s'",
                         (const char *)message, at < length ? text + at : "");
    }
    *out = memory_new(1, sizeof **out);
    (*out)->code = code;
    return true;
}

void *pattern_free(struct pattern *pattern)
{
    if (pattern == NULL)
        return NULL;
    pcre2_code_free(pattern->code);
    return memory_free(pattern);
}

/* PCRE2's result: below 0 there is no match. */
static int match(const struct pattern *pattern, const char *text, size_t length, size_t steps)
{
    REQUIRE(steps <= STEPS_MAX); /* else PCRE2's own limit, which looks less closely, would come first */
    struct budget budget = {.steps = steps};
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    int result = PCRE2_ERROR_NOMEMORY;

    if (context != NULL && data != NULL) {
        pcre2_set_callout(context, spend, &budget);
        pcre2_set_match_limit(context, STEPS_MAX);
        pcre2_set_depth_limit(context, STEPS_MAX);
        pcre2_set_heap_limit(context, PLACES_MAX_KIB);
        result = pcre2_match(pattern->code, (PCRE2_SPTR)text, length, 0, 0, data, context);
    }
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    return result;
}

bool pattern_matches(const struct pattern *pattern, const char *text, size_t length)
{
    return match(pattern, text, length, STEPS_MAX) >= 0;
}

unsigned pattern_groups(const struct pattern *pattern)
{
    uint32_t count = 0;

    pcre2_pattern_info(pattern->code, PCRE2_INFO_CAPTURECOUNT, &count);
    return count;
}

/* Tries a row of each of the letters that was not tried; false: one of them took too long, *slow. */
static bool try_letters(const struct pattern *pattern, const char *letters, bool tried[128], char *slow)
{
    char probe[PROBE_LENGTH + 1];

    for (; *letters != '\0'; letters++) {
        unsigned char letter = (unsigned char)*letters;
        if (letter >= 128 || tried[letter])
            continue;
        tried[letter] = true;
        memset(probe, letter, PROBE_LENGTH);
        probe[PROBE_LENGTH] = '\x01'; /* so that what matched so far is for nothing */
        *slow = *letters;
        if (match(pattern, probe, sizeof probe, STEPS_QUICK) < PCRE2_ERROR_PARTIAL)
            return false;
    }
    return true;
}

bool pattern_is_quick(const struct pattern *pattern, const char *text, struct fault *why)
{
    bool tried[128] = {false};
    char slow = '\0';

    return (try_letters(pattern, "a1 ", tried, &slow) && try_letters(pattern, text, tried, &slow)) ||
           fault_set(why, FAULT_INPUT,
                     "the regex takes too long with %d times '%c' already: a repetition inside a repetition?",
                     PROBE_LENGTH, slow);
}

/* Whether a count of a repetition is due: "a{" or "a{2,". */
static bool is_count_due(const struct buffer *out)
{
    const char *text = buffer_text(out);
    size_t at = out->length, slashes = 0;

    if (at > 0 && text[at - 1] == ',')
        for (at--; at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9';)
            at--;
    if (at == 0 || text[at - 1] != '{')
        return false;
    for (at--; at > 0 && text[at - 1] == '\\'; at--)
        slashes++;
    return slashes % 2 == 0;
}

static bool embed(const char *value, size_t length, const char *open, struct buffer *out)
{
    if (is_count_due(out)) {
        if (length == 0 || length > COUNT_DIGITS_MAX || strspn(value, "0123456789") < length)
            return false;
        buffer_add(out, value, length);
        return true;
    }
    buffer_add_text(out, open);
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)value[i];
        bool plain = byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= 'a' && byte <= 'z');
        if (!plain) /* before anything else in ASCII it says "as it is" */
            buffer_add_byte(out, '\\');
        buffer_add_byte(out, byte);
    }
    buffer_add_text(out, ")");
    return true;
}

bool pattern_embed(const char *value, size_t length, struct buffer *out)
{
    return embed(value, length, "(?:", out);
}

bool pattern_embed_captured(const char *value, size_t length, struct buffer *out)
{
    return embed(value, length, "(", out);
}
