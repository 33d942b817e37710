/* Opens libcurl's sockets, and looks before each request whether anything unasked for lies on one. */
#include "connection.h"

#include "memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* In no order; a few hundred at most, and found by an integer. */
struct connections {
    struct open_socket {
        int descriptor;
        int port; /* its own; 0: not known yet */
    } * open;
    size_t count, room;
};

struct connections *connections_new(void)
{
    return memory_new(1, sizeof(struct connections));
}

void *connections_free(struct connections *connections)
{
    if (connections == NULL)
        return NULL;
    memory_free(connections->open);
    return memory_free(connections);
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct connections *connections = context;
    int descriptor = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

    (void)purpose;
    if (descriptor < 0)
        return CURL_SOCKET_BAD;
    if (connections->count == connections->room) {
        connections->room = connections->room == 0 ? 64 : 2 * connections->room;
        connections->open = memory_resize(connections->open, connections->room, sizeof *connections->open);
    }
    connections->open[connections->count++] = (struct open_socket){descriptor, 0};
    return descriptor;
}

static int close_socket(void *context, curl_socket_t descriptor)
{
    struct connections *connections = context;

    for (size_t i = 0; i < connections->count; i++)
        if (connections->open[i].descriptor == descriptor) {
            connections->open[i] = connections->open[--connections->count];
            break;
        }
    return close(descriptor);
}

void connections_attach(struct connections *connections, CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, connections);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, connections);
}

typedef int name_fn(int descriptor, struct sockaddr *address, socklen_t *length);

/* One end of the socket, with the address as libcurl writes it; false when it has none yet. */
static bool end_of(int descriptor, name_fn *name, char ip[INET6_ADDRSTRLEN], int *port)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {0};
    socklen_t length = sizeof address;

    if (name(descriptor, &address.any, &length) != 0)
        return false;
    bool v6 = address.any.sa_family == AF_INET6;
    *port = ntohs(v6 ? address.v6.sin6_port : address.v4.sin_port);
    return inet_ntop(address.any.sa_family, v6 ? (void *)&address.v6.sin6_addr : (void *)&address.v4.sin_addr,
                     ip, INET6_ADDRSTRLEN) != NULL;
}

/*
 * libcurl 7.88 does not give the socket away before the first request on it is done: it is found by its addresses, both
 * of them, since Linux gives one local port to connections to different peers.
 */
static int find(struct connections *connections, const struct connection_ends *ends)
{
    char ip[INET6_ADDRSTRLEN];
    int port;

    for (size_t i = 0; i < connections->count; i++) {
        struct open_socket *known = &connections->open[i];
        if (known->port != 0 && known->port != ends->local_port)
            continue;
        if (end_of(known->descriptor, getsockname, ip, &known->port) && known->port == ends->local_port &&
            strcmp(ip, ends->local_ip) == 0 && end_of(known->descriptor, getpeername, ip, &port) &&
            port == ends->remote_port && strcmp(ip, ends->remote_ip) == 0)
            return known->descriptor;
    }
    return -1;
}

static SSL *session_of(CURL *easy)
{
    struct curl_tlssessioninfo *info = NULL;

    if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK || info == NULL ||
        info->backend != CURLSSLBACKEND_OPENSSL)
        return NULL;
    return info->internals;
}

/*
 * Looks under TLS, on the bare socket: libcurl's own BIO needs a call of libcurl around it, and so does its callback
 * for session tickets, which are lost to its cache this way.
 */
static bool nothing_but_records(SSL *session, int descriptor)
{
    BIO *own = SSL_get_rbio(session), *bare = BIO_new_socket(descriptor, BIO_NOCLOSE);
    void *app_data = SSL_get_app_data(session);
    char byte;

    if (bare == NULL || own == NULL || !BIO_up_ref(own)) {
        BIO_free(bare);
        return false;
    }
    SSL_set_app_data(session, NULL);
    SSL_set0_rbio(session, bare);
    int count = SSL_peek(session, &byte, 1);
    bool quiet = count <= 0 && SSL_get_error(session, count) == SSL_ERROR_WANT_READ;
    SSL_set0_rbio(session, own);
    SSL_set_app_data(session, app_data);
    return quiet;
}

bool connection_is_quiet(struct connections *connections, CURL *easy, const struct connection_ends *ends)
{
    int descriptor = find(connections, ends);
    SSL *session = session_of(easy);
    char byte;

    if (descriptor < 0)
        return false;
    bool unread = session != NULL && SSL_has_pending(session);
    if (!unread && recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    return session != NULL && nothing_but_records(session, descriptor);
}
