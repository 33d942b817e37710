/* A reply's headers, line by line. */
#include "reply_headers.h"

#include "../codec/given.h"

static bool take(struct reply_headers *headers, const char *line)
{
    return reply_headers_take(headers, line, strlen(line), true);
}

static void kept(void)
{
    struct reply_headers headers = {.tree = NULL};

    CU_ASSERT(take(&headers, "HTTP/1.1 102 Processing\r\n") && take(&headers, "Retry-After: 7\r\n"));
    CU_ASSERT(take(&headers, "HTTP/1.1 200 OK\r\n")); /* what an interim reply said does not count */
    given_same("Retry-After", headers.retry_after, "");
    CU_ASSERT(take(&headers, "X-Total-Count:  7 \r\n") && take(&headers, "x-total-count: 0\r\n"));
    given_same("twice", tree_text_of(headers.tree, "x-total-count"), "7, 0");
    CU_ASSERT(take(&headers, "RETRY-AFTER: 30\r\n") && take(&headers, "Location: /x\r\n"));
    given_same("Retry-After", headers.retry_after, "30");
    given_same("Location", headers.location, "/x");
    CU_ASSERT(take(&headers, "Retry-Again: 9\r\n") && take(&headers, "Retry-After-All: 9\r\n")); /* others */
    given_same("Retry-After", headers.retry_after, "30");
    CU_ASSERT(take(&headers, "no header\r\n") && take(&headers, "\r\n"));
    reply_headers_reset(&headers);
    CU_ASSERT(headers.tree == NULL && headers.length == 0 && *headers.location == '\0');
}

static const struct {
    const char *one, *other;
    bool taken;
} codings[] = {
    {"Content-Encoding: gzip\r\n", "Transfer-Encoding: chunked\r\n", true},
    {"Content-Encoding: gzip, gzip\r\n", "\r\n", false},
    {"Content-Encoding: gzip\r\n", "content-encoding: deflate\r\n", false},
    {"Content-Encoding: gzip\r\n", "Transfer-Encoding: gzip, chunked\r\n", false},
    {"Content-Encoding: ,gzip ,\r\n", "\r\n", true},
    {"Transfer-Encoding: gzip , chunked\r\n", "X-Encoding: br\r\n", true},
    {"Transfer-Encoding: chunked\r\n", "Content-Encodings: gzip, gzip\r\n", true},
    {"Content-Encoding: gzip\r\n", "Transfer-Encoding: chunker\r\n", false},
    {"Content-Encoding: gzip\r\n", "Transfer-Encoding: chunked1\r\n", false},
};

static void compressed(void)
{
    for (size_t i = 0; i < COUNT_OF(codings); i++) {
        struct reply_headers headers = {.tree = NULL};
        bool taken = take(&headers, codings[i].one) && take(&headers, codings[i].other);
        if (taken != codings[i].taken) {
            printf("\n  %s", codings[i].one);
            CU_FAIL("case above");
        }
        reply_headers_reset(&headers);
    }
}

static void too_large(void)
{
    struct reply_headers headers = {.tree = NULL};
    unsigned lines = 0;

    while (lines < 100000 && take(&headers, "HTTP/1.1 100 Continue\r\n")) /* interim ones count, too */
        lines++;
    CU_ASSERT_EQUAL(lines, REPLY_HEADERS_MAX_BYTES / strlen("HTTP/1.1 100 Continue\r\n"));
    reply_headers_reset(&headers);
}

CU_TestInfo test_reply_headers[] = {
    {"kept", kept}, {"compressed", compressed}, {"too large", too_large}, CU_TEST_INFO_NULL};
