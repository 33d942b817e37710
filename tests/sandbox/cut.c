/* Sends the beginning of a reply and then ends the connection. */
#include "cut.h"

#include <microhttpd.h>
#include <sys/socket.h>
#include <time.h>

enum { HEAD_MAX = 4096 };

/* Status line and headers in the order in which the HTTP library writes them. */
static void write_head(const struct reply *reply, struct buffer *out)
{
    char date[64];
    struct tm parts;
    time_t now = time(NULL);

    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &parts));
    buffer_print(out, "HTTP/1.1 %u %s\r\nDate: %s\r\n", reply->status,
                 MHD_get_reason_phrase_for(reply->status), date);
    if (reply->type != NULL)
        buffer_print(out, "Content-Type: %s\r\n", reply->type);
    for (size_t i = 0; i < reply->header_count; i++)
        buffer_print(out, "%s: %s\r\n", reply->headers[i].name, reply->headers[i].value);
    if (reply->status != 204)
        buffer_print(out, "Content-Length: %zu\r\n", reply->body.length);
    buffer_add_text(out, "\r\n");
}

void cut_send(int descriptor, const struct reply *reply)
{
    struct buffer all;
    size_t sent = 0;

    buffer_init(&all, HEAD_MAX + REPLY_BODY_MAX);
    write_head(reply, &all);
    buffer_add(&all, reply->body.data, reply->body.length);
    size_t length = reply->cut_at < all.length ? (size_t)reply->cut_at : all.length;
    while (sent < length) {
        ssize_t now = send(descriptor, all.data + sent, length - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (now <= 0)
            break; /* more than the kernel takes at once: cut here, since nobody waits for such a reply */
        sent += (size_t)now;
    }
    buffer_release(&all);
}
