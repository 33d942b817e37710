"""Orders that are too heavy for the ledger (PROMISE.md R16), and topics that are too small for what is written to them."""

import re

from events import header
from order_types import portability
from orders import ask, evidence, final, outcomes, submit
from story import story
from timings import FAST_CALLS, member
from topics import limit_messages
from waiting import expect, wait_for

# Without those that wait: their records may grow by more, so that the ledger would have room for what is tried here.
SMALL = {**FAST_CALLS, "bt.reply.max.bytes": 5000, "ledger.format": 2}


def needed(text):
    """What the refusal says that the topic must take."""
    found = re.search(r"max\.message\.bytes=(\d+)", text)
    expect(found, text)
    return int(found[1])


@story(on="real")
def topics_too_small(stage):
    """Refused at start, with topic, value, what is needed and the command; `topics` makes them for the settings there are."""
    for topic, size, words in ((stage.topic("order-ledger"), 500_000, "request, what BT answered"), (stage.outcomes, 50_000, "an outcome")):
        limit_messages(stage, {topic: size})
        code, out, err = stage.run("topics")
        expect(code == 1 and f"max.message.bytes is {size} and must be" in err and words in err and topic in err, f"{out}{err}")
        worker = stage.worker()
        expect(worker.wait() == 1 and f"max.message.bytes is {size} and must be" in worker.log(), worker.log())
        limit_messages(stage, {topic: needed(err)})
        code, out, err = stage.run("topics")
        expect(code == 0, f"{out}{err}")
    larger = {"topic.ledger": stage.topic("another"), "topic.dead": stage.topic("another.dead"), "bt.reply.max.bytes": 50_000_000}
    code, out, err = stage.run("topics", "--create", **larger)
    expect(code == 0, f"{out}{err}")
    stage.worker().ready()


@story(on="real")
def a_write_that_could_outgrow_the_ledger(stage):
    """Its record fits, and would not with what BT may answer: refused before any call. So is one that does not fit at all."""
    limit_messages(stage, {stage.topic("order-ledger"): 500_000})
    size = needed(stage.run("topics", **SMALL)[2])
    limit_messages(stage, {stage.topic("order-ledger"): size})
    worker = stage.worker(**SMALL).ready()
    reader = stage.reader()
    heavy = {"name": '"' * 600_000, "domain": "d.example"}, {"name": '"' * 900_000, "domain": "d.example"}
    for company in heavy:  # a quotation mark is one byte in Avro and two in JSON
        outcome = final(reader, submit(stage, "place-order", "already-submitted", company=company))["outcome"]
        expect((outcome["status"], outcome["reason"]["kind"], outcome["reason"]["code"]) == ("REJECTED", "CONTRACT", "size"), f"{outcome}")
        expect("max.message.bytes" in outcome["reason"]["text"] and stage.topic("order-ledger") in outcome["reason"]["text"], f"{outcome}")
    expect(not evidence(stage), f"it was sent: {evidence(stage)}")
    expect(final(reader, submit(stage, "create-order", "new-company"))["outcome"]["status"] == "COMPLETED", "the next of the key")
    expect(worker.process.poll() is None, worker.log())


@story(on="real")
def an_owned_order_outgrows_the_ledger(stage):
    """The limits are lower when its owner is gone: nobody ends because of it, nothing is sent twice, it goes on when they are higher."""
    soon = member(10000)
    first = stage.worker(**FAST_CALLS, **soon).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="delay", ms=700)
    request = submit(stage, "place-order", "already-submitted", company={"name": '"' * 200_000, "domain": "d.example"})
    wait_for(lambda: evidence(stage), "the request at BT")
    first.kill()
    stage.sandbox.heal()
    limit_messages(stage, {stage.outcomes: 100_000, stage.topic("order-ledger"): 350_000})
    for _ in range(2):  # the look-up's reply is too large, too: the order cannot even be parked
        worker = stage.worker(**SMALL, **soon, **{"request.max.bytes": 2048, "bt.lookup.give.up.ms": 1000}).ready()
        wait_for(lambda: "nothing of it is sent any more" in worker.log(), "the order to stay as it is")
        expect(ask(stage, portability(), key=b"another")["outcome"]["status"] == "COMPLETED", "another order stands still")
        expect(worker.process.poll() is None, worker.log())
        expect(not outcomes(reader, request) and list(evidence(stage).values()) == [(1, 1)], f"{evidence(stage)}")
        expect(worker.stop() == 0, worker.log())
    limit_messages(stage, {stage.outcomes: 1_048_588, stage.topic("order-ledger"): 16_777_216})
    stage.worker(**FAST_CALLS, **soon).ready()
    expect(final(reader, request)["outcome"]["status"] == "COMPLETED", f"{outcomes(reader, request)}")
    expect(list(evidence(stage).values()) == [(1, 1)], f"{evidence(stage)}")


@story(on="embedded")
def heavy_orders_wait_in_kafka(stage):
    """More than orders.max.bytes: as many are taken as there is room for, the others wait where they are; all are answered."""
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="delay", ms=200, times=-1)
    sent, most, full = [], 0, False
    for i in range(16):
        sent.append(submit(stage, "create-order", "new-company", key=f"k{i % 8}", company={"name": "x" * 100_000, "domain": "d.example"}))
    worker = stage.worker(**FAST_CALLS, **{"orders.max.bytes": 1_048_576, "bt.window": 1})

    def look():
        nonlocal most, full
        most = max(most, worker.metric("whc_orders_bytes"))
        full = full or "orders.max.bytes" in worker.page("/health/ready")[1]
        return {header(m, "ce_subject") for m in reader.more(0.02)} >= set(sent)

    wait_for(look, "all outcomes", 90)
    expect(500_000 < most < 1_700_000, f"{most} bytes of orders at most")  # one more than there is room for, and its call
    expect(full or most < 1_048_576, "readiness did not say it")
    expect(all(outcomes(reader, request)[0]["outcome"]["status"] == "COMPLETED" for request in sent), "one is not COMPLETED")
    expect(sorted(set(evidence(stage).values())) == [(1, 1)] and len(evidence(stage)) == 16, f"{evidence(stage)}")
    wait_for(lambda: worker.page("/health/ready")[0] == 200 and worker.metric("whc_orders_bytes") == 0, "the worker to be empty")
