/* Whether the right socket is looked at: one local port may be that of several connections, each to a peer of its own. */
#include "connection.h"

#include <CUnit/CUnit.h>
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int listening(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        abort();
    *port = ntohs(address.sin_port);
    return listener;
}

/* As the kernel does by itself where ports are scarce. */
static int share_port(void *context, curl_socket_t socket, curlsocktype purpose)
{
    int on = 1;

    (void)context, (void)purpose;
    return setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 ? CURL_SOCKOPT_OK
                                                                             : CURL_SOCKOPT_ERROR;
}

static CURL *connected(struct connections *connections, int port, long local_port)
{
    CURL *easy = curl_easy_init();
    char url[64];

    snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_LOCALPORT, local_port);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, share_port);
    connections_attach(connections, easy);
    CU_ASSERT_EQUAL(curl_easy_perform(easy), CURLE_OK);
    return easy;
}

static void one_port_for_two_peers(void)
{
    struct connections *connections = connections_new();
    struct connection_ends ends = {.local_ip = "127.0.0.1", .remote_ip = "127.0.0.1"};
    int ports[2], listeners[2] = {listening(&ports[0]), listening(&ports[1])}, free_port;
    CURL *easy[2];

    close(listening(&free_port));
    ends.local_port = free_port;
    for (int i = 0; i < 2; i++)
        easy[i] = connected(connections, ports[i], free_port);
    int first = accept(listeners[0], NULL, NULL);
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(easy[0], CURLINFO_ACTIVESOCKET, &socket);
    CU_ASSERT_EQUAL(send(first, "HTTP", 4, MSG_NOSIGNAL), 4);
    CU_ASSERT_EQUAL(poll(&(struct pollfd){.fd = socket, .events = POLLIN}, 1, 5000), 1);
    for (int i = 0; i < 2; i++) {
        ends.remote_port = ports[i];
        CU_ASSERT_EQUAL(connection_is_quiet(connections, easy[i], &ends), i == 1);
    }
    for (int i = 0; i < 2; i++) {
        curl_easy_cleanup(easy[i]);
        close(listeners[i]);
    }
    close(first);
    connections_free(connections);
}

CU_TestInfo test_connection[] = {{"one port for two peers", one_port_for_two_peers}, CU_TEST_INFO_NULL};
