/*
 * The sockets of libcurl's connections, and whether one of them may carry the next request.
 *
 * A reply that nobody asked for may lie on a kept connection: a second answer, a gateway's 408 before it closes. libcurl
 * before 8.0 takes it for the next order's (PROMISE.md R7), so nothing is sent where anything can be read.
 */
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include <curl/curl.h>
#include <stdbool.h>

struct connections;

struct connections *connections_new(void);

/* After the last socket is closed. Accepts null. */
void *connections_free(struct connections *connections);

/* Makes libcurl open and close the sockets of this handle's connections here. */
void connections_attach(struct connections *connections, CURL *easy);

/* The two addresses of one connection, as CURLOPT_PREREQFUNCTION gets them. */
struct connection_ends {
    const char *local_ip, *remote_ip;
    int local_port, remote_port;
};

/*
 * Whether the connection on which libcurl is about to send has nothing to read. To be asked in
 * CURLOPT_PREREQFUNCTION, with the addresses that it is given. TLS records that hold no data (session tickets) are
 * taken in on the way; data, an alert and the connection's end are something to read, and so is a socket not known here.
 */
bool connection_is_quiet(struct connections *connections, CURL *easy, const struct connection_ends *ends);

#endif
