/*
 * One line per event, for people and machines (logfmt or JSON).
 *
 * Objects are arguments, never formatted by hand: LOG(LOG_WARN, "call failed", log_text("api", api),
 * log_fault(&why)). Text from outside is escaped. A secret has a type of its own (base/secret) for which no
 * field exists, so printing one does not compile. Nobody reading the log never stops the worker: lines that do not
 * fit the pipe are dropped and counted. Threads may log at the same time; a line is one write.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "fault.h"

#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_LOGFMT, LOG_JSON };

struct log_field {
    const char *name;
    const char *text; /* null: `number` is the value */
    int64_t number;
};

static inline struct log_field log_text(const char *name, const char *text)
{
    return (struct log_field){.name = name, .text = text == NULL ? "" : text};
}

static inline struct log_field log_int(const char *name, int64_t number)
{
    return (struct log_field){.name = name, .number = number};
}

static inline struct log_field log_fault(const struct fault *why)
{
    return (struct log_field){.name = "why", .text = why->text};
}

/*
 * Starts logging to a copy of `descriptor` that does not block. Before the call, and in tests, nothing is written.
 */
void log_open(int descriptor, enum log_format format, enum log_level least);

/* From now on, in all threads. */
void log_set_level(enum log_level least);

/* Whether a line of this level would be written. */
bool log_wanted(enum log_level level);

/* How many lines were dropped because nobody read them. */
uint64_t log_dropped(void);

/*
 * Writes a line; `message` is a fixed lower-case sentence, the fields come after it. Use LOG. A warning or error of the
 * same sentence is written once in a second; the next one says how many were left out.
 */
void log_write(enum log_level level, const char *message, const struct log_field *fields, size_t count);

/*
 * Lines about something that happens once: `event` names it for programs, and none of them is left out. The fields may
 * be rendered before, when they are known, and the line be written later: each rendered text begins with its separator.
 * A field that the buffer has no room for is left out whole, so that a line stays one that programs can read;
 * LOG_RENDERED_MAX bytes have room in any line.
 */
enum { LOG_RENDERED_MAX = 3800 };
struct buffer;
void log_render(struct buffer *rendered, const struct log_field *fields, size_t count);
void log_write_event(enum log_level level, const char *event, const char *message, const char *rendered);

#define LOG(level, message, ...)                                                                             \
    do {                                                                                                     \
        if (log_wanted(level)) {                                                                             \
            const struct log_field fields_[] = {{.name = NULL}, ##__VA_ARGS__};                              \
            log_write(level, message, fields_ + 1, sizeof fields_ / sizeof fields_[0] - 1);                  \
        }                                                                                                    \
    } while (0)

#endif
