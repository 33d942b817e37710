"""Ports for programs that must be told one before they listen.

Usage: ports.py COUNT     prints the first of so many free ports in a row

They lie below those that the kernel gives to whoever asks for any (ip_local_port_range), so that between the look and the
program's start no connection of another story has one; and processes that look at the same time begin at different places.
"""

import itertools
import os
import socket
import sys

FIRST, PLACES, STEP = 20000, 1250, 8  # to 29999
_looks = itertools.count()


def _are_free(first, count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for i, one in enumerate(sockets):
            one.bind(("127.0.0.1", first + i))
        return True
    except OSError:
        return False
    finally:
        for one in sockets:
            one.close()


def free_port(count=1):
    """The first of `count` free ports in a row, of at most STEP."""
    begin = os.getpid() * 7919 + next(_looks) * 17
    places = (FIRST + STEP * ((begin + 131 * i) % PLACES) for i in range(PLACES))
    return next(first for first in places if _are_free(first, count))


if __name__ == "__main__":
    print(free_port(int(sys.argv[1])))
