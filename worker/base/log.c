/* Log lines in logfmt or JSON: formatting, escaping, and writing each with one write to a pipe that may be full. */
#include "log.h"

#include "buffer.h"
#include "memory.h"
#include "names.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 }; /* PIPE_BUF: a longer line could be cut in a pipe */
enum { REPEATED_PLACES = 256 };

_Static_assert(LINE_MAX_BYTES <= PIPE_BUF, "a line is one write");

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error"};
NAMES_COMPLETE(level_names, LOG_ERROR);

/* The one object that every part of the program shares; written by log_open and log_set_level. */
static struct {
    int descriptor;
    enum log_format format;
    atomic_int least; /* enum log_level */
    atomic_uint_fast64_t dropped;
} logger = {.descriptor = -1};

/* --- the same warning, over and over --- */

/* By the address of its fixed text: two that share a place are written more often, and nothing else. */
static struct {
    atomic_uintptr_t message;
    atomic_int_fast64_t until_s; /* not written again before */
    atomic_int_fast64_t left_out;
} repeated[REPEATED_PLACES];

void log_open(int descriptor, enum log_format format, enum log_level least)
{
    char path[64];

    /* Opened a second time, because O_NONBLOCK on a shared terminal or pipe would also change its other users. */
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    int own = open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);
    logger.descriptor = own >= 0 ? own : descriptor;
    for (size_t i = 0; i < REPEATED_PLACES; i++)
        atomic_store(&repeated[i].message, 0); /* nothing was written there yet */
    logger.format = format;
    log_set_level(least);
}

void log_set_level(enum log_level least)
{
    atomic_store(&logger.least, (int)least);
}

bool log_wanted(enum log_level level)
{
    return logger.descriptor >= 0 && (int)level >= atomic_load_explicit(&logger.least, memory_order_relaxed);
}

uint64_t log_dropped(void)
{
    return atomic_load(&logger.dropped);
}

/* Control characters, quotes, backslashes and bytes above ASCII become escapes: valid in JSON and in logfmt. */
static void add_quoted(struct buffer *line, const char *text)
{
    buffer_add_byte(line, '"');
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            buffer_print(line, "\\%c", *at);
        else if (*at == '\n')
            buffer_add_text(line, "\\n");
        else if (*at < 0x20 || *at >= 0x7f)
            buffer_print(line, "\\u%04x", *at);
        else
            buffer_add_byte(line, *at);
    }
    buffer_add_byte(line, '"');
}

/* How many of the first bytes need neither quotes nor escapes. */
static size_t plain(const char *text)
{
    size_t length = 0;

    for (; text[length] != '\0'; length++) {
        char at = text[length];
        bool letter = (at >= 'a' && at <= 'z') || (at >= 'A' && at <= 'Z') || (at >= '-' && at <= ':');
        if (!letter && at != '_' && at != '+')
            break;
    }
    return length;
}

/* By hand: a line for each order is paid for with each order. */
static void add_number(struct buffer *line, int64_t number)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    do
        digits[--at] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (number < 0)
        digits[--at] = '-';
    buffer_add(line, digits + at, sizeof digits - at);
}

static void add_value(struct buffer *line, bool json, const char *text)
{
    size_t length = plain(text);

    if (length > 0 && text[length] == '\0') {
        if (json)
            buffer_add_byte(line, '"');
        buffer_add(line, text, length);
        if (json)
            buffer_add_byte(line, '"');
    } else {
        add_quoted(line, text);
    }
}

static void add_pair(struct buffer *line, const char *name, const char *text, int64_t number)
{
    bool json = logger.format == LOG_JSON;

    if (line->length > 1)
        buffer_add_byte(line, json ? ',' : ' ');
    if (json)
        buffer_add_byte(line, '"');
    buffer_add_text(line, name);
    buffer_add(line, json ? "\":" : "=", json ? 2 : 1);
    if (text == NULL)
        add_number(line, number);
    else
        add_value(line, json, text);
}

static bool is_repeated(enum log_level level, const char *message, int64_t *left_out)
{
    size_t place = (uintptr_t)message / 8 % REPEATED_PLACES;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now); /* the other one may be set back */
    int64_t now_s = now.tv_sec;
    *left_out = 0;
    if (level < LOG_WARN)
        return false;
    if (atomic_load(&repeated[place].message) == (uintptr_t)message &&
        now_s < atomic_load(&repeated[place].until_s)) {
        atomic_fetch_add(&repeated[place].left_out, 1);
        return true;
    }
    bool same = atomic_exchange(&repeated[place].message, (uintptr_t)message) == (uintptr_t)message;
    int64_t count = atomic_exchange(&repeated[place].left_out, 0);
    *left_out = same ? count : 0;
    atomic_store(&repeated[place].until_s, now_s + 1);
    return false;
}

/* "2026-03-02T10:00:00.000Z"; the seconds are made once for all lines of one second. */
static void print_now(char text[64])
{
    static _Thread_local char seconds[40];
    static _Thread_local time_t made;
    struct timespec now;
    struct tm utc;

    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != made) {
        gmtime_r(&now.tv_sec, &utc);
        strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc);
        made = now.tv_sec;
    }
    snprintf(text, 64, "%s.%03ldZ", seconds, now.tv_nsec / 1000000);
}

static void begin_line(struct buffer *line, enum log_level level, const char *message)
{
    char time_text[64];

    print_now(time_text);
    buffer_init(line, LINE_MAX_BYTES);
    if (logger.format == LOG_JSON)
        buffer_add_byte(line, '{');
    add_pair(line, "time", time_text, 0);
    add_pair(line, "level", level_names[level], 0);
    add_pair(line, "msg", message, 0);
}

static void end_line(struct buffer *line)
{
    buffer_add_text(line, logger.format == LOG_JSON ? "}\n" : "\n");
    if (line->full || write(logger.descriptor, line->data, line->length) != (ssize_t)line->length)
        atomic_fetch_add(&logger.dropped, 1);
}

void log_write(enum log_level level, const char *message, const struct log_field *fields, size_t count)
{
    int64_t left_out;
    CLEANUP(buffer_release) struct buffer line = {0};

    if (is_repeated(level, message, &left_out))
        return;
    begin_line(&line, level, message);
    for (size_t i = 0; i < count; i++)
        add_pair(&line, fields[i].name, fields[i].text, fields[i].number);
    if (left_out > 0)
        add_pair(&line, "left_out", NULL, left_out);
    end_line(&line);
}

void log_render(struct buffer *rendered, const struct log_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t before = rendered->length;
        if (rendered->length == 0)
            buffer_add_byte(rendered, logger.format == LOG_JSON ? ',' : ' ');
        add_pair(rendered, fields[i].name, fields[i].text, fields[i].number);
        if (rendered->full)
            buffer_cut(rendered, before);
    }
}

void log_write_event(enum log_level level, const char *event, const char *message, const char *rendered)
{
    CLEANUP(buffer_release) struct buffer line = {0};

    begin_line(&line, level, message);
    add_pair(&line, "event", event, 0);
    buffer_add_text(&line, rendered);
    end_line(&line);
}
