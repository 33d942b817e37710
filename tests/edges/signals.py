"""What comes in by the topic of signals: WRITE on it is the right to decide, and not everything in it is a decision."""

import json
import uuid

import confluent_kafka

from events import header
from orders import final, submit
from story import story
from timings import FAST_CALLS
from waiting import expect, wait_for

AT_ONCE = 6  # decisions about one order in the same moment


def put(stage, value, partition):
    producer = confluent_kafka.Producer({"bootstrap.servers": stage.bootstrap, "log_level": 0})
    for one in value if isinstance(value, list) else [value]:
        producer.produce(stage.topic("order-signals"), one, partition=partition)
        producer.poll(0)
    expect(producer.flush(60) == 0, "not sent")


def parked(stage, key="order-1"):
    """An order that a person must decide: its reply is lost, and it cannot be looked up."""
    stage.sandbox.fault(operationId="reserveNumbers", kind="close-before-reply", times=1)
    return submit(stage, "reserve-numbers-by-exchange", "for-a-company", key=key)


def decisions_of(stage, order):
    code, out, err = stage.run("parked", order, "--json")
    return json.loads(out)["decisions"] if code == 0 else None


@story(on="edges")
def junk_among_the_signals(stage):
    """Bytes that are no signal: a dead letter each, and a decision behind them is applied; replay leaves them alone."""
    worker = stage.worker(
        **{**FAST_CALLS, "bt.delivery.max.ms": 60000}
    ).ready()  # else it is soon late enough to say that it did not happen
    for partition in range(stage.partitions):
        put(stage, [b"junk", b"", b"\x00\x00\x00\x00\x09abc"], partition)
    letters = stage.reader(stage.dead)
    expect({header(m, "whc-dead-reason") for m in letters.until(3 * stage.partitions)} == {"signal"}, "other reasons")
    code, out, err = stage.run("replay", "dead")
    expect(code == 0 and f"0 sent again, {3 * stage.partitions} left out" in err, f"{out}{err}")
    decide_one(stage)
    expect(worker.page("/health/ready")[0] == 200, worker.page("/health/ready")[1])


def decide_one(stage):
    """A decision is refused, then another is applied: both are kept for good, with who and why, and are in the log."""
    reader = stage.reader()
    order = lost_and_parked(stage)
    code, out, err = stage.run("decide", order, "did-not-happen", "too early, perhaps")
    expect(code != 0 and "too early" in out + err, f"{out}{err}")
    code, out, err = stage.run("decide", order, "happened", "700501", "seen in BT's portal")
    expect(code == 0, f"{out}{err}")
    expect(final(reader, order)["outcome"]["status"] == "COMPLETED", "not completed")
    kept = wait_for(lambda: decisions_of(stage, order), "the order's record")
    expect(
        [(d["applied"], d["verdict"], d["why"]) for d in kept]
        == [(False, "did-not-happen", "too early, perhaps"), (True, "happened", "seen in BT's portal")],
        f"{kept}",
    )
    expect(all(d["who"] and d["decidedAt"] and d["signalOffset"] >= 0 for d in kept), f"{kept}")
    log = "".join(worker.log() for worker in stage.workers)
    expect('why="seen in BT\'s portal"' in log, "the log does not say why")
    code, out, err = stage.run("decide", order, "reject", "again")
    expect(code != 0 and "final outcome already" in out + err, f"{out}{err}")


@story(on="edges")
def all_decide_at_once(stage):
    """Decisions about a finished order that come in the same moment are refused, and all of them kept: none in another's place."""
    stage.worker(**FAST_CALLS).ready()
    order = lost_and_parked(stage)
    signals = stage.reader(stage.topic("order-signals"))
    code, out, err = stage.run("decide", order, "happened", "700501", "seen in BT's portal")
    expect(code == 0, f"{out}{err}")
    first = wait_for(lambda: next((m for m in signals.more() if m.value()), None), "the decision")  # and no worker's start
    known = decisions_of(stage, order)[0]["signalId"]
    more = [str(uuid.uuid4()) for _ in range(AT_ONCE)]
    put(stage, [first.value().replace(known.encode(), one.encode()) for one in more], first.partition())

    def kept():
        return {one["signalId"]: one["applied"] for one in decisions_of(stage, order)}

    wait_for(lambda: len(kept()) == 1 + AT_ONCE, "all decisions to be kept")
    expect(kept() == {known: True, **dict.fromkeys(more, False)}, f"{kept()}")


def lost_and_parked(stage):
    order = parked(stage)
    wait_for(lambda: stage.run("parked", order)[0] == 0 and "PARKED" in stage.run("parked", order)[1], "the order to be parked")
    return order


@story(on="edges")
def a_signal_of_a_newer_worker(stage):
    """Our framing with a schema that this worker does not know: decisions of that partition stand still, ready says so."""
    worker = stage.worker(**FAST_CALLS).ready()
    put(stage, b"\xc3\x01" + bytes(8) + b"later", 3)
    wait_for(lambda: "decisions of partition 3 stand still" in worker.page("/health/ready")[1], "ready to say so")
    expect(worker.stop() == 0, worker.log())
    worker = stage.worker(**FAST_CALLS)
    wait_for(lambda: "the signal at offset 0 cannot be read" in worker.page("/health/ready")[1], "the next one to stop at the same place")
