"""Orders that wait for BT's notifications and for dates, without holding their key."""

import os

from orders import example, final, outcomes, submit
from notifications import notify
from outages import set_clock
from paths import BUILD
from story import story
from timings import FAST_CALLS
from waiting import expect, wait_for

SMALL = {**FAST_CALLS, "bt.reply.max.bytes": 50_000}  # the embedded broker takes records of a megabyte


def progress(reader, request, step):
    """Waits for the news that a step of the request has ended; the common part of the latest."""

    def found():
        return [o["outcome"] for o in outcomes(reader, request) if o["outcome"]["step"] == step]

    return wait_for(found, f"news of step {step}")[-1]


def waits_at(reader, request, step):
    """Waits until the request's latest news says that it waits at this step."""

    def found():
        news = [o["outcome"] for o in outcomes(reader, request)]
        return news and news[-1]["waiting"] and news[-1]["waiting"]["step"] == step

    wait_for(found, f"the order to wait at {step}")


@story(on="both")
def a_number_is_ported(stage):
    """The scenario with a ported number: four messages and a date, each waited for; the key is free meanwhile."""
    clock = os.path.join(stage.folder, "clock")
    set_clock(clock, 0)
    environment = {"LD_PRELOAD": BUILD / "tests" / "libwall_clock.so", "WALL_CLOCK": clock}
    stage.worker("one", environment, **SMALL).ready()
    reader = stage.reader()
    request = submit(stage, "provide-with-ported-numbers", "range-of-three", key="widgets")
    imported = progress(reader, request, "import")["externalId"]
    waits_at(reader, request, "awaitAcceptance")
    other = submit(stage, "check-portability", "portable-number", key="widgets")
    final(reader, other)
    notify(stage, imported, state="inProgress", portStatus="SUBMITTED")
    news = progress(reader, request, "awaitAcceptance")
    expect(news["status"] == "PROGRESS" and news["reason"]["code"] == "SUBMITTED", f"{news}")
    notify(stage, imported, portStatus="LCP_ACCEPTED", state="inProgress")
    created = progress(reader, request, "create")["externalId"]
    waits_at(reader, request, "awaitReady")
    notify(stage, created, order_id="00126101", state="inProgress")
    waits_at(reader, request, "activate")
