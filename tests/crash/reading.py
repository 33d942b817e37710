"""Crashes and hand-overs under 10,000 reading orders on real Kafka: exactly one final outcome for each.

Usage: reading.py [--list | STORY...]       ORDERS and KILLS in the environment change the size.
"""

import os
import random
import sys

from events import header, outcome_of
from order_types import portability
from story import on_real_kafka, story
from timings import FAST_MEMBER
from waiting import Failure, expect, wait_for

ORDERS = int(os.environ.get("ORDERS", 10000))
KILLS = int(os.environ.get("KILLS", 20))
JOINS = int(os.environ.get("JOINS", 10))
KEYS = 500


def send_all(stage):
    """Requests over keys and without; gives the requests of each key in order."""
    sent = {}
    for i in range(ORDERS):
        key = None if i % 5 == 0 else f"key-{i % KEYS}".encode()
        request = stage.send("check-portability", portability(f"016329600{i % 100:02d}"), key=key)
        sent.setdefault(key, []).append(request)
    stage.flush()
    return sent


def check_outcomes(messages, sent):
    """One final outcome for each request, none else, in the order of each key."""
    finals, order = {}, {}
    for message in messages:
        if header(message, "whc-repeated") == "true":
            continue
        request = header(message, "ce_subject")
        finals[request] = finals.get(request, 0) + 1
        order.setdefault(message.key(), []).append(request)
    wanted = {request for requests in sent.values() for request in requests}
    twice = sum(1 for count in finals.values() if count > 1)
    lost = len(wanted - finals.keys())
    expect(not twice and not lost and finals.keys() == wanted, f"{twice} twice, {lost} lost, {len(finals.keys() - wanted)} unknown")
    for key, requests in sent.items():
        if key is not None and order[key] != requests:
            at = next(i for i, (a, b) in enumerate(zip(order[key], requests)) if a != b)
            raise Failure(
                f"{key}: outcome {at} is of the request {requests.index(order[key][at])}, not in the order of the requests; "
                f"offsets {[outcome_of(m)['outcome']['source']['offset'] for m in messages if m.key() == key]}"
            )


@story(on="crash")
def killed_at_any_moment(stage):
    """kill -9 and a restart, again and again."""
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"        seed {seed}", flush=True)
    draw = random.Random(seed)
    sent = send_all(stage)
    reader = stage.reader()
    step = ORDERS // (KILLS + 2)
    for kill in range(KILLS):
        worker = stage.worker(**FAST_MEMBER)
        wanted = min(ORDERS, len(reader.more(0.05)) + draw.randrange(1, step))
        wait_for(lambda: len(reader.more(0.01)) >= wanted or worker.process.poll() is not None, f"outcomes before kill {kill}", 60)
        expect(worker.process.poll() is None, f"the worker ended by itself:\n{worker.log()}")
        reader.more(draw.uniform(0, 0.2))  # the moment is any
        worker.kill()
    stage.worker(**FAST_MEMBER)
    reader.until(ORDERS, 120)
    reader.more(1)
    check_outcomes(reader.messages, sent)
    calls = stage.sandbox.counts()["operations"]["checkPortability"]
    print(
        f"        {KILLS} kills, {ORDERS} orders, {len(reader.messages)} outcomes, {calls} calls, longest turn {stage.longest_turn()}",
        flush=True,
    )


@story(on="crash")
def joins_and_leaves(stage):
    """A second worker joins and leaves: nothing lost, nothing twice, key order kept, and no order called again."""
    first = stage.worker("one", **{"bt.window": 40, **FAST_MEMBER}).ready()
    reader = stage.reader()
    stage.sandbox.fault(api="portability", kind="delay", ms=20, times=-1)
    sent = send_all(stage)
    for _ in range(JOINS):
        before = len(reader.more(0.05))
        second = stage.worker("two", **{"bt.window": 40, **FAST_MEMBER})
        wait_for(lambda: second.metric("whc_outcomes_total") > 0 or len(reader.more(0.01)) >= ORDERS, "the second worker to work", 60)
        wait_for(lambda: len(reader.more(0.01)) >= min(ORDERS, before + ORDERS // (JOINS + 5)), "some outcomes", 60)
        expect(second.stop() == 0, f"it did not stop cleanly:\n{second.log()}")
    reader.until(ORDERS, 120)
    reader.more(1)
    check_outcomes(reader.messages, sent)
    calls = stage.sandbox.counts()["operations"]["checkPortability"]
    print(f"        {JOINS} joins and leaves, {ORDERS} orders, {calls} calls", flush=True)
    expect(calls == ORDERS, f"{calls - ORDERS} orders were called again although every leave was clean")
    expect(first.process.poll() is None, first.log())


if __name__ == "__main__":
    sys.exit(on_real_kafka("crash", sys.argv[1:]))
