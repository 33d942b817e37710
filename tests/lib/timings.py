"""Fast timings: what stories shorten, so that nothing waits for the defaults of production.

Computed from the settings table (`whc-worker check --print-settings`) and the inequalities between settings (PROMISE.md, section 4):
a story says how soon a dead worker is missed or how long a call lasts, and all that depends on it follows.
"""

import functools
import re
import subprocess

from paths import WORKER

MARGIN_MS = 500  # between two times of which one must be over first
RHO, SAFETY_MS = 0.01, 1000  # how much clocks may differ in rate, and what is added to every deadline of a doubt


@functools.cache
def table():
    """Of each setting that is a time: default, least and greatest value, in milliseconds."""
    printed = subprocess.run([WORKER, "check", "--print-settings"], check=True, text=True, stdout=subprocess.PIPE).stdout
    rows = re.findall(r"^\| `([\w.]+)` \| `(-?\d+)` \| ms, (-?\d+) to (\d+) \|", printed, re.M)
    return {name: tuple(map(int, numbers)) for name, *numbers in rows}


def default(name):
    return table()[name][0]


def shorter(name, at_most):
    """The default of a setting, or what is asked for where that is less."""
    return {name: int(min(default(name), at_most))}


def settling(deadline):
    """A settlement that took longer is unclean. Its three waits have the same shares of it as in production; a lease is two of it."""
    share = deadline / default("settlement.deadline.ms")
    waits = ("settlement.send.offsets.timeout.ms", "settlement.commit.timeout.ms", "settlement.socket.timeout.ms")
    return checked(
        {
            "settlement.deadline.ms": deadline,
            **{name: int(default(name) * share) for name in waits},
            **shorter("attempt.lease.ms", 2 * deadline),
        }
    )


def member(session):
    """A worker that is silent for so long loses its partitions: its transaction ends before that, its settlement before the transaction."""
    transaction = shorter("transaction.timeout.ms", session - MARGIN_MS)
    deadline = shorter("settlement.deadline.ms", transaction["transaction.timeout.ms"] - MARGIN_MS)
    return checked(
        {
            "session.timeout.ms": session,
            **shorter("broker.session.timeout.ms", session // 3),
            **transaction,
            **settling(deadline["settlement.deadline.ms"]),
        }
    )


def calls(call=1000, delivery=300, lag=300):
    """BT answers, decides and shows what it has decided within so many ms; tries follow each other twenty and five times as fast."""
    return checked(
        {
            "bt.call.timeout.ms": call,
            **shorter("bt.connect.timeout.ms", call),
            **shorter("bt.tcp.user.timeout.ms", call),
            "bt.delivery.max.ms": delivery,
            "bt.read.lag.ms": lag,
            **shorter("bt.backoff.first.ms", call / 20),
            **shorter("bt.backoff.cap.ms", call / 5),
            **shorter("watchdog.ms", 2 * call),
        }
    )


def absent_after(settings):
    """When the next owner of an order in doubt may believe a look-up that it never came; (the same after a call of its own)."""

    def value(name):
        return settings.get(name, default(name))

    seen = value("bt.delivery.max.ms") + value("bt.read.lag.ms")
    after = value("attempt.lease.ms") + value("bt.call.timeout.ms") + value("watchdog.ms") + seen
    return tuple(int((1 + RHO) * ms) + SAFETY_MS for ms in (after, seen))


def checked(settings):
    """The settings as they are; a name that the table does not have, or a value out of its bounds, is a mistake here."""
    for name, value in settings.items():
        if name not in table():
            raise ValueError(f"'{name}' is not a time in the settings table")
        _, least, greatest = table()[name]
        if not least <= value <= greatest:
            raise ValueError(f"{name}={value} is not within {least} to {greatest}")
    return settings


FAST_MEMBER = member(session=3000)
FAST_CALLS = calls()
FAST = {**FAST_MEMBER, **FAST_CALLS}


if __name__ == "__main__":
    for title, settings in (("FAST_MEMBER", FAST_MEMBER), ("FAST_CALLS", FAST_CALLS)):
        print(title, *(f"{name}={value}" for name, value in settings.items()), sep="\n    ")
    print("with both, an order in doubt is absent after {} ms, and {} ms after an own call".format(*absent_after(FAST)))
