/* Opens a listening socket for an address and a port. */
#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 128 };

struct place {
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } at;
    socklen_t length;
};

static bool parse(const char *address, int port, struct place *place)
{
    *place = (struct place){.length = 0};
    if (inet_pton(AF_INET, address, &place->at.four.sin_addr) == 1) {
        place->at.four.sin_family = AF_INET;
        place->at.four.sin_port = htons((uint16_t)port);
        place->length = sizeof place->at.four;
    } else if (inet_pton(AF_INET6, address, &place->at.six.sin6_addr) == 1) {
        place->at.six.sin6_family = AF_INET6;
        place->at.six.sin6_port = htons((uint16_t)port);
        place->length = sizeof place->at.six;
    }
    return place->length > 0;
}

bool listener_open(const char *name, const char *address, int port, int *listener, struct fault *why)
{
    const int on = 1, off = 0;
    struct place place;

    if (!parse(address, port, &place))
        return fault_set(why, FAULT_INPUT, "%.20s.address '%.60s' is not an IP address", name, address);
    int descriptor = socket(place.at.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor >= 0) {
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (place.at.any.sa_family == AF_INET6)
            setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
        if (bind(descriptor, &place.at.any, place.length) == 0 && listen(descriptor, BACKLOG) == 0) {
            *listener = descriptor;
            return true;
        }
    }
    fault_set(why, FAULT_LOCAL, "cannot listen on %.20s.address, %.20s.port %.60s, %d: %s", name, name,
              address, port, strerror(errno));
    if (descriptor >= 0)
        close(descriptor);
    return false;
}

int listener_port(int listener)
{
    struct place place = {.length = sizeof place.at};

    if (getsockname(listener, &place.at.any, &place.length) != 0)
        return 0;
    return ntohs(place.at.any.sa_family == AF_INET6 ? place.at.six.sin6_port : place.at.four.sin_port);
}
