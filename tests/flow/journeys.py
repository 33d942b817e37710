"""Orders that wait for BT's notifications and for dates, without holding their key."""

import datetime
import os
import re
import struct
import time

from notifications import forward
from orders import evidence, final, outcomes, submit
from paths import BUILD
from story import story
from timings import FAST_CALLS
from waiting import expect, wait_for

SMALL = {**FAST_CALLS, "bt.reply.max.bytes": 50_000}  # the embedded broker takes records of a megabyte
TURNS_MAX = 60  # of a calendar: no scenario takes as many


class Calendar:
    """One wall clock for the worker and the sandbox, that jumps from moment to moment; and BT's notifications, as the listener has them."""

    def __init__(self, stage):
        self.stage, self.forwarded = stage, 0
        self.path = os.path.join(stage.folder, "clock")
        self.set(0)

    def environment(self):
        return {"LD_PRELOAD": BUILD / "tests" / "libwall_clock.so", "WALL_CLOCK": self.path}

    def set(self, seconds):
        """The file is mapped by the worker: written in place."""
        with open(self.path, "r+b" if os.path.exists(self.path) else "wb") as clock:
            clock.write(struct.pack("q", int(seconds)))

    def go_to(self, moment):
        """To the second after the moment: the clocks are set in whole ones."""
        moment += datetime.timedelta(seconds=1)
        self.stage.sandbox.control("POST", "clock", {"to": moment.strftime("%Y-%m-%dT%H:%M:%SZ")})
        self.set(moment.timestamp() - time.time() + 1)

    def next_of_sandbox(self):
        following = self.stage.sandbox.control("GET", "clock")["next"]
        return following and datetime.datetime.fromisoformat(following["at"].replace("Z", "+00:00"))

    def pass_on(self, reader, request):
        """Gives the worker what BT has reported since, and waits until it has dealt with all of it."""
        events = self.stage.sandbox.control("GET", f"events?after={self.forwarded}")
        for event in events:
            forward(self.stage, event["body"])
            self.forwarded = event["number"]
        self.stage.flush()
        wait_for(lambda: self.taken() >= self.forwarded, "the worker to take BT's notifications")

    def taken(self):
        counts = re.findall(r"^whc_events_total\{.*\} (\d+)$", self.stage.workers[-1].page("/metrics")[1], re.M)
        return sum(map(int, counts))

    def run(self, reader, request):
        """From moment to moment until the request has its final outcome; gives all outcomes."""
        for _ in range(TURNS_MAX):
            self.pass_on(reader, request)
            waiting = settled(reader, request)
            if waiting is None:
                return [o["outcome"] for o in outcomes(reader, request)]
            moments = [self.next_of_sandbox(), waiting["until"]]
            self.go_to(min(moment for moment in moments if moment))
        raise AssertionError(f"no final outcome: {[o['outcome']['step'] for o in outcomes(reader, request)]}")


def settled(reader, request):
    """Waits until the request waits again, or has ended: what it waits for; None: nothing."""

    def latest():
        found = [o["outcome"] for o in outcomes(reader, request)]
        return found and (found[-1]["waiting"] or found[-1]["final"] or found[-1]["status"] == "UNKNOWN") and found[-1]

    return wait_for(latest, "the order to wait, or to end")["waiting"]


@story(on="both")
def a_number_is_ported(stage):
    """The scenario with a ported number: messages and a date, each waited for; the key is free meanwhile."""
    calendar = Calendar(stage)
    stage.worker("one", calendar.environment(), **SMALL).ready()
    reader = stage.reader()
    request = submit(stage, "provide-with-ported-numbers", "range-of-three", key="widgets")
    settled(reader, request)
    final(reader, submit(stage, "check-portability", "portable-number", key="widgets"))
    news = calendar.run(reader, request)
    expect(news[-1]["status"] == "COMPLETED", f"{news[-1]}")
    steps = [one["step"] for one in news]
    expect(steps.index("activate") > steps.index("awaitReady") > steps.index("awaitAcceptance"), f"{steps}")
    activations = stage.sandbox.control("GET", "activations")
    expect(all(row["accepted"] == 1 and row["beforeDate"] == 0 for row in activations.values()), f"{activations}")
    expect(all(accepted == 1 for _, accepted in evidence(stage, "createOrder").values()), f"{evidence(stage)}")
