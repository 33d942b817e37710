"""A wall clock that worker and listener are shown and a test moves (tests/flow/wall_clock.c), together with the sandbox's."""

import datetime
import functools
import os
import re
import struct
import subprocess
import time

from paths import BUILD


@functools.cache
def _sanitizers():
    """A worker that is built with AddressSanitizer wants its runtime to be loaded before all others."""
    linked = subprocess.run(["ldd", BUILD / "worker" / "whc-worker"], capture_output=True, text=True, check=True).stdout
    return re.findall(r"libasan\S* => (\S+)", linked)


def shown(clock):
    """For the file of a clock."""
    return {"LD_PRELOAD": ":".join([*_sanitizers(), str(BUILD / "tests" / "libwall_clock.so")]), "WALL_CLOCK": clock}


class WallClock:
    """One for the sandbox and all that is started with `shown(clock.path)`."""

    def __init__(self, stage):
        self.stage, self.path = stage, os.path.join(stage.folder, "clock")
        self.set(0)

    def set(self, seconds):
        """The file is mapped by the worker: written in place."""
        with open(self.path, "r+b" if os.path.exists(self.path) else "wb") as clock:
            clock.write(struct.pack("q", int(seconds)))

    def go_to(self, moment):
        """To the second after the moment: the clocks are set in whole ones. The sandbox first: nobody asks it before its time."""
        moment += datetime.timedelta(seconds=1)
        self.stage.sandbox.control("POST", "clock", {"to": moment.strftime("%Y-%m-%dT%H:%M:%SZ")})
        self.set(moment.timestamp() - time.time() + 1)

    def now(self):
        return moment_of(self.stage.sandbox.control("GET", "clock")["now"])

    def next_of_sandbox(self):
        following = self.stage.sandbox.control("GET", "clock")["next"]
        return following and moment_of(following["at"])


def moment_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
