/*
 * What a server says about our client certificate, in a TLS alert.
 *
 * In TLS 1.3 it is said after the handshake, when the request may have left already (RFC 8446, 4.4.2.4 and 6.2): the
 * connection breaks like any other, and only the alert shows that no request was looked at.
 */
#ifndef HTTP_ALERT_H
#define HTTP_ALERT_H

#include <curl/curl.h>

/* Of one transfer; shared with the TLS context of the connection that it opens. */
struct alert;

struct alert *alert_new(void);
void alert_release(struct alert *alert);

/* Makes the connection that this handle may open report the alert. */
void alert_watch(struct alert *alert, CURL *easy);

/*
 * The alert that the connection ended with, in words, when it is about the client's certificate: 42 to 46, 48, 49 and
 * 116. Null when there was none, or another, or it came after application data, however little: libcurl hands over a
 * reply's headers only as whole lines.
 */
const char *alert_about_certificate(const struct alert *alert);

#endif
