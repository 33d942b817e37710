"""An upgrade while orders are open, and the way back: the release before and this one share a group, then change places."""

import pathlib
import subprocess

from events import header
from orders import create_order, decide, evidence, final
from paths import ROOT
from signals import lost_and_parked
from story import story
from timings import FAST_CALLS
from waiting import expect, wait_for

# The last worker that knows formats 1 and 2 of the ledger only. A format more, and its predecessor stands here.
PREVIOUS = "f8c2009334ea69575ae65331af9aed2d2f727cee"
SLOW = {**FAST_CALLS, "bt.delivery.max.ms": 600000}  # a doubt stays one until this is taken back
# What is written is a format before, which does not say how keys are placed.
DEFAULTS = {"ledger.format": None, "requests.partitioner": "murmur2_random"}
NOT_THEN = {**DEFAULTS, "topic.events": None, "topic.events.dead": None}


class Journey:
    def __init__(self, stage):
        self.stage, self.reader, self.done = stage, stage.reader(), []
        built = subprocess.run([ROOT / "tests/lib/previous", PREVIOUS], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
        self.before = pathlib.Path(built)

    def previous(self, slot):
        return self.stage.worker(
            slot, program=self.before / "build/worker/whc-worker", **{**SLOW, **NOT_THEN, "catalogue.path": self.before / "schemas"}
        )

    def current(self, slot, **more):
        return self.stage.worker(slot, **{**SLOW, **DEFAULTS, **more})

    def goes_on(self):
        """New orders end, and repeats of all old ones get the same answer: nothing is sent to BT again."""
        new = [(create_order(), f"key-{i}".encode()) for i in range(6)]
        for record, key in new:
            self.stage.send("create-order", record, key=key)
        for record, _ in new:
            final(self.reader, record["requestId"])
        self.done += new
        sent, repeated = evidence(self.stage), self.repeated()
        for record, key in self.done:
            self.stage.send("create-order", record, key=key)
        self.stage.flush()
        wait_for(lambda: self.repeated() >= repeated + len(self.done), "the repeats")
        expect(evidence(self.stage) == sent, "BT got something again")

    def repeated(self):
        return len([m for m in self.reader.more() if header(m, "whc-repeated") == "true"])

    def replace(self, leaving, coming):
        """One joins, both work, the other leaves."""
        coming.ready()
        self.goes_on()
        expect(leaving.stop() == 0, leaving.log())
        coming.ready()
        self.goes_on()
        return coming


def in_doubt(journey):
    record = create_order()
    journey.stage.sandbox.fault(operationId="createOrder", kind="close-before-reply", times=1)
    journey.stage.send("create-order", record, key=b"doubt")
    journey.stage.flush()
    wait_for(lambda: journey.stage.run("parked", record["requestId"])[0] == 0, "the doubt in the ledger")
    return record["requestId"]


@story(on="edges")
def upgrade_and_roll_back(stage):
    """Over a change of the ledger's format, with finished, parked and doubtful orders: forth, back, forth, and the gate is moved."""
    journey = Journey(stage)
    one = journey.previous("one").ready()
    journey.goes_on()
    parked, doubt = lost_and_parked(stage), in_doubt(journey)
    two = journey.replace(one, journey.current("two"))
    finished = journey.done[0][0]["requestId"]  # by the one before, whose outcomes had another shape
    code, shown, err = stage.run("order", finished)
    expect(code == 0 and "cannot be read" not in shown, f"order {finished}: {code} {shown}{err}")
    one = journey.replace(two, journey.previous("one"))
    two = journey.replace(one, journey.current("two"))
    decide(stage, parked, "happened", "700501", "seen")
    expect(final(journey.reader, parked)["outcome"]["status"] == "COMPLETED", "not as decided")
    expect(two.stop() == 0, two.log())
    two = journey.current("two", **{"ledger.format": "latest", "bt.delivery.max.ms": 300}).ready()
    expect(final(journey.reader, doubt)["outcome"]["attempts"] == 2, "the doubt was not looked up and sent again")
    journey.goes_on()
    expect(two.stop() == 0, two.log())
    one = journey.previous("one")
    refusal = "of a format that this worker reads, which are 1 to 2"
    expect(one.wait() == 1 and refusal in one.log(), f"it reads what it cannot know, or does not say what it knows\n{one.log()}")
    journey.current("two", **{"ledger.format": "latest", "bt.delivery.max.ms": 300}).ready()
    journey.goes_on()
    expect({accepted for _, accepted in evidence(stage).values()} == {1}, f"{evidence(stage)}")
