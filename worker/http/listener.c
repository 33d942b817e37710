/* See listener.h. */
#include "listener.h"

#include "memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 128 };

static struct addrinfo *parse(const char *address, int port)
{
    const struct addrinfo wanted = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                    .ai_socktype = SOCK_STREAM};
    size_t length = strlen(address);
    bool bracketed = length > 2 && address[0] == '[' && address[length - 1] == ']';
    CLEANUP(memory_release)
    char *plain = bracketed ? memory_text_of(address + 1, length - 2) : memory_text(address);
    struct addrinfo *found = NULL;
    struct in_addr four;
    char service[8];

    snprintf(service, sizeof service, "%d", port);
    /* getaddrinfo() takes "127.1" and "1" for addresses, too. */
    if (strchr(plain, ':') == NULL && inet_pton(AF_INET, plain, &four) != 1)
        return NULL;
    return getaddrinfo(plain, service, &wanted, &found) == 0 ? found : NULL;
}

bool listener_open(const char *address, int port, int *listener, struct fault *why)
{
    const int on = 1, off = 0;
    struct addrinfo *place = parse(address, port);

    if (place == NULL)
        return fault_set(why, FAULT_INPUT, "admin.address '%.60s' is no IP address", address);
    int descriptor = socket(place->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor >= 0) {
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (place->ai_family == AF_INET6)
            setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    }
    bool good = descriptor >= 0 && bind(descriptor, place->ai_addr, place->ai_addrlen) == 0 &&
                listen(descriptor, BACKLOG) == 0;
    int error = errno;
    freeaddrinfo(place);
    if (!good) {
        if (descriptor >= 0)
            close(descriptor);
        return fault_set(why, FAULT_LOCAL, "cannot listen on admin.address, admin.port %.60s, %d: %s",
                         address, port, strerror(error));
    }
    *listener = descriptor;
    return true;
}

int listener_port(int listener)
{
    struct sockaddr_storage place;
    socklen_t length = sizeof place;

    if (getsockname(listener, (struct sockaddr *)&place, &length) != 0)
        return 0;
    /* The port is at the same place in both families. */
    return ntohs(((struct sockaddr_in *)&place)->sin_port);
}
