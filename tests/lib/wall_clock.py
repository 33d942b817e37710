"""A wall clock that a worker is shown and a test moves (tests/flow/wall_clock.c): the environment that brings it."""

import functools
import re
import subprocess

from paths import BUILD


@functools.cache
def _sanitizers():
    """A worker that is built with AddressSanitizer wants its runtime to be loaded before all others."""
    linked = subprocess.run(["ldd", BUILD / "worker" / "whc-worker"], capture_output=True, text=True, check=True).stdout
    return re.findall(r"libasan\S* => (\S+)", linked)


def shown(clock):
    """For the file of a clock."""
    return {"LD_PRELOAD": ":".join([*_sanitizers(), str(BUILD / "tests" / "libwall_clock.so")]), "WALL_CLOCK": clock}
