"""What all benches read of a program and of the machine."""

import os
import pathlib
import re

from waiting import wait_for

TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _mib(pid, name):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0


def rss_mib(pid):
    return _mib(pid, "VmRSS")


def peak_mib(pid):
    return _mib(pid, "VmHWM")


def machine():
    model = next(
        (line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")),
        "unknown processor",
    )
    return f"{os.cpu_count()} cores, {model}; {' '.join(os.uname()[i] for i in (0, 2))}"


def took_ms(worker):
    """Of a take-over, from the worker's log: (orders, ms)."""
    found = wait_for(
        lambda: re.search(r'"partitions taken over" count=(\d+) orders=(\d+) took_ms=(\d+)', worker.log()), "the take-over", 120
    )
    return int(found[2]), int(found[3])
