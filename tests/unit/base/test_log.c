/* One line per event; untrusted text cannot break out of it, and nobody reading never stops the worker. */
#include "log.h"

#include "buffer.h"

#include "same.h"

#include <fcntl.h>
#include <unistd.h>

static int ends[2];

static void open_pipe(enum log_format format, enum log_level least)
{
    if (pipe2(ends, O_NONBLOCK) != 0)
        abort();
    log_open(ends[1], format, least);
}

/* What was written, without its time. */
static const char *written(void)
{
    static char line[65536];
    ssize_t length = read(ends[0], line, sizeof line - 1);

    line[length > 0 ? length : 0] = '\0';
    char *level = strstr(line, "level");
    return level == NULL ? line : level;
}

static void close_pipe(void)
{
    close(ends[0]);
    close(ends[1]);
}

static const struct {
    const char *name;
    enum log_format format;
    const char *text, *want;
} cases[] = {
    {"plain", LOG_LOGFMT, "abc-1.x:/+", "level=warn msg=m a=abc-1.x:/+ n=-5\n"},
    {"blank", LOG_LOGFMT, "a b", "level=warn msg=m a=\"a b\" n=-5\n"},
    {"empty", LOG_LOGFMT, "", "level=warn msg=m a=\"\" n=-5\n"},
    {"null is empty", LOG_LOGFMT, NULL, "level=warn msg=m a=\"\" n=-5\n"},
    {"line feed cannot start a line", LOG_LOGFMT, "a\nlevel=error",
     "level=warn msg=m a=\"a\\nlevel=error\" n=-5\n"},
    {"quote and backslash", LOG_LOGFMT, "a\"\\", "level=warn msg=m a=\"a\\\"\\\\\" n=-5\n"},
    {"equals is quoted", LOG_LOGFMT, "a=b", "level=warn msg=m a=\"a=b\" n=-5\n"},
    {"escape sequence of a terminal", LOG_LOGFMT, "\033[31m\177",
     "level=warn msg=m a=\"\\u001b[31m\\u007f\" n=-5\n"},
    {"bytes above ASCII", LOG_LOGFMT, "\xff", "level=warn msg=m a=\"\\u00ff\" n=-5\n"},
    {"JSON", LOG_JSON, "a\"\r\n", "level\":\"warn\",\"msg\":\"m\",\"a\":\"a\\\"\\u000d\\n\",\"n\":-5}\n"},
};

static void escaping(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        open_pipe(cases[i].format, LOG_INFO);
        LOG(LOG_WARN, "m", log_text("a", cases[i].text), log_int("n", -5));
        given_same(cases[i].name, written(), cases[i].want);
        close_pipe();
    }
}

/* Rendered before it is written: what has no room is left out whole, in both formats, and never half a text. */
static void rendered(void)
{
    static const struct {
        enum log_format format;
        size_t room;
        const char *want;
    } rows[] = {
        {LOG_LOGFMT, LOG_RENDERED_MAX,
         "level=info msg=m event=e.f a=\"x \\u00ff\" n=-9223372036854775808 b=y\n"},
        {LOG_LOGFMT, 30, "level=info msg=m event=e.f a=\"x \\u00ff\" b=y\n"},
        {LOG_LOGFMT, 5, "level=info msg=m event=e.f b=y\n"},
        {LOG_LOGFMT, 3, "level=info msg=m event=e.f\n"},
        {LOG_JSON, LOG_RENDERED_MAX,
         "level\":\"info\",\"msg\":\"m\",\"event\":\"e.f\",\"a\":\"x \\u00ff\",\"n\":-9223372036854775808,"
         "\"b\":\"y\"}\n"},
        {LOG_JSON, 10, "level\":\"info\",\"msg\":\"m\",\"event\":\"e.f\",\"b\":\"y\"}\n"},
    };
    const struct log_field fields[] = {log_text("a", "x \xff"), log_int("n", INT64_MIN), log_text("b", "y")};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(buffer_release) struct buffer text = {0};
        open_pipe(rows[i].format, LOG_INFO);
        buffer_init(&text, rows[i].room);
        log_render(&text, fields, COUNT_OF(fields));
        log_write_event(LOG_INFO, "e.f", "m", buffer_text(&text));
        given_same("rendered", written(), rows[i].want);
        close_pipe();
    }
}

static void levels(void)
{
    struct fault why = {.text = "it failed"};

    open_pipe(LOG_LOGFMT, LOG_WARN);
    CU_ASSERT(!log_wanted(LOG_INFO) && log_wanted(LOG_WARN) && log_wanted(LOG_ERROR));
    LOG(LOG_INFO, "unseen");
    given_same("below the least level", written(), "");
    LOG(LOG_ERROR, "seen", log_fault(&why));
    given_same("fault", written(), "level=error msg=seen why=\"it failed\"\n");
    close_pipe();
}

static void dropped(void)
{
    uint64_t before = log_dropped();
    char text[10000];

    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    open_pipe(LOG_LOGFMT, LOG_INFO);
    LOG(LOG_INFO, "too long for a line", log_text("a", text));
    CU_ASSERT_EQUAL(log_dropped(), before + 1);
    given_same("nothing of it is written", written(), "");
    for (unsigned i = 0; i < 20000 && log_dropped() < before + 5; i++)
        LOG(LOG_INFO, "nobody reads");
    CU_ASSERT_EQUAL(log_dropped(), before + 5);
    while (*written() != '\0')
        ;
    LOG(LOG_INFO, "read again");
    CU_ASSERT_EQUAL(log_dropped(), before + 5);
    given_same("whole lines", written(), "level=info msg=\"read again\"\n");
    close_pipe();
}

/* A flood of one sentence is a line a second; other sentences are written. */
static void repeated(void)
{
    int lines = 0;

    open_pipe(LOG_LOGFMT, LOG_INFO);
    for (int i = 0; i < 20000; i++)
        LOG(LOG_WARN, "over and over", log_int("i", i));
    LOG(LOG_ERROR, "something else");
    for (const char *text = written(); (text = strstr(text, "msg=")) != NULL; text++)
        lines++;
    CU_ASSERT(lines >= 2 && lines < 20);
    close_pipe();
    open_pipe(LOG_LOGFMT, LOG_INFO);
    for (int i = 0; i < 3; i++)
        LOG(LOG_INFO, "no warning");
    const char *last = strrchr(written(), '=');
    CU_ASSERT_PTR_NOT_NULL(last);
    close_pipe();
}

CU_TestInfo test_log[] = {{"repeated", repeated},
                          {"escaping", escaping},
                          {"rendered", rendered},
                          {"levels", levels},
                          {"dropped on a full pipe", dropped},
                          CU_TEST_INFO_NULL};
