"""The window of duplicates: every end of a write is remembered, nothing is forgotten inside it, and what is gone is said."""

import os

from events import header, outcome_of
from order_types import portability
from orders import create_order, evidence, final
from story import story
from timings import FAST_CALLS, member
from topics import committed
from waiting import expect, wait_for


def send(stage, record, key=b"k"):
    stage.send("create-order", record, key=key)
    stage.flush()


def finals(reader):
    return [outcome_of(m)["outcome"] for m in reader.messages if header(m, "whc-repeated") is None]


@story(on="both")
def a_refused_write_is_remembered(stage):
    """notAfter is over: REJECTED or FAILED once; the same id again, also corrected, gets the same outcome and no call."""
    stage.worker(**FAST_CALLS).ready()
    reader = stage.reader()
    record = create_order(notAfter=1000)
    for again in range(3):
        send(stage, {**record, "notAfter": 1000 if again < 2 else None})
        reader.until(again + 1)
    first, second, third = reader.messages
    expect(len(finals(reader)) == 1 and first.value() == second.value() == third.value(), f"{finals(reader)}")
    expect(finals(reader)[0]["final"] and not evidence(stage), f"{finals(reader)} {evidence(stage)}")


@story(on="both")
def it_is_remembered_by_the_next_worker(stage):
    """Killed in between: the next worker reads where the outcomes stand, and gives the same bytes again."""
    soon = {**FAST_CALLS, **member(8000)}
    worker = stage.worker(**soon).ready()
    reader = stage.reader()
    records = [create_order() for _ in range(5)]
    for i, record in enumerate(records):
        send(stage, record, key=f"k{i}".encode())
    reader.until(5)
    wait_for(lambda: committed(stage)[0] == 5, "the positions")  # else they are the same requests, not repeats
    worker.kill()
    worker = stage.worker(**soon).ready()
    for i, record in enumerate(records * 2):
        send(stage, record, key=f"k{i % 5}".encode())
    reader.until(15)
    expect(len(finals(reader)) == 5, f"{finals(reader)}")
    for i in range(5):
        ours = [m for m in reader.messages if header(m, "ce_subject") == records[i]["requestId"]]
        expect(len(ours) == 3 and len({m.value() for m in ours}) == 1, f"{len(ours)} outcomes, or others")
    expect(sorted(evidence(stage).values()) == [(1, 1)] * 5, f"{evidence(stage)}")


@story(on="both")
def a_full_window_takes_no_writes(stage):
    """duplicates.max is reached: not ready, and says so; reading goes on, in that partition too; raised, all goes on."""
    settings = {**FAST_CALLS, **member(8000), "duplicates.max": 3}
    worker = stage.worker(**settings).ready()
    reader = stage.reader()
    records = [create_order() for _ in range(4)]
    for record in records[:3]:
        send(stage, record)
        final(reader, record["requestId"])
    send(stage, records[3])
    wait_for(lambda: worker.page("/health/ready")[0] == 503, "it to be not ready")
    expect("duplicates.max" in worker.page("/health/ready")[1], worker.page("/health/ready")[1])
    wait_for(lambda: worker.metric("whc_remembered_share") == 1 and "nearly full" in worker.log(), "the alarm")
    reads = [stage.send("check-portability", portability(), key=key, partition=p) for p in range(6) for key in (None, b"other")]
    stage.flush()
    for read in reads:
        final(reader, read)
    expect(final(reader, reads[0])["outcome"]["status"] == "COMPLETED", "reading does not go on")
    expect(len(evidence(stage)) == 3, f"{evidence(stage)}")
    worker.stop()
    worker = stage.worker(**{**settings, "duplicates.max": 10}).ready()
    final(reader, records[3]["requestId"])
    expect(sorted(evidence(stage).values()) == [(1, 1)] * 4, f"{evidence(stage)}")


@story(on="embedded")
def an_outcome_that_is_gone(stage):
    """The ledger has lost the record of a finished order: its repeat is a dead letter, never an order once more."""
    worker = stage.worker(**FAST_CALLS).ready()
    reader, dead = stage.reader(), stage.reader(stage.dead)
    record = create_order()
    send(stage, record)
    final(reader, record["requestId"])
    for _ in range(48):  # the embedded broker keeps 5 MB of a partition
        stage.producer.produce(stage.topic("order-ledger"), value=os.urandom(900000), partition=2)  # of the key "k"
        stage.producer.flush()
    send(stage, record)
    wait_for(dead.more, "the dead letter", 60)
    expect(header(dead.messages[0], "whc-dead-reason") == "outcome-gone", header(dead.messages[0], "whc-dead-reason"))
    expect("a finished order's outcome is gone" in worker.log(), "no alarm")
    expect(len(reader.more() and reader.messages) == 1 and list(evidence(stage).values()) == [(1, 1)], f"{evidence(stage)}")
