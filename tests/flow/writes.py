"""Orders that change something at BT: what is sent, what is found out, what a person decides."""
import json

from events import header
from orders import create_order, decide, evidence, final, outcomes, parked, submit
from story import story
from timings import FAST_CALLS, member, settling
from topics import limit_messages
from waiting import expect, wait_for

# --- stories ---

@story(on="both")
def a_write(stage):
    """create-order: one call, one outcome, BT's ids in it."""
    stage.worker(**FAST_CALLS).ready()
    reader = stage.reader()
    outcome = final(reader, submit(stage, "create-order", "new-company"))
    expect(outcome["outcome"]["status"] == "COMPLETED", f"{outcome}")
    rows = evidence(stage)
    expect(list(rows.values()) == [(1, 1)], f"{rows}")
    expect(list(rows) == [outcome["outcome"]["externalId"]], f"{rows} but externalId {outcome['outcome']['externalId']}")


@story(on="both")
def a_lost_reply_is_found(stage):
    """BT accepts, the reply is lost: the look-up by our reference finds it, nothing is sent again."""
    stage.worker(**FAST_CALLS).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="close-after-request")
    outcome = final(reader, submit(stage, "create-order", "new-company"))
    expect(outcome["outcome"]["status"] == "COMPLETED" and outcome["result"]["orderId"], f"{outcome}")
    expect(list(evidence(stage).values()) == [(1, 1)], f"{evidence(stage)}")


@story(on="both")
def a_lost_request_is_sent_again(stage):
    """The request is lost: after the deadline one look-up says absent, and the same reference goes again."""
    stage.worker(**FAST_CALLS).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="close-before-reply")
    outcome = final(reader, submit(stage, "create-order", "new-company"))
    expect(outcome["outcome"]["status"] == "COMPLETED" and outcome["outcome"]["attempts"] == 2, f"{outcome}")
    rows = evidence(stage)
    expect(len(rows) == 1 and list(rows.values())[0][1] == 1, f"{rows}")


@story(on="both")
def a_repeat_gets_the_same_outcome(stage):
    """The same request again: the stored bytes, marked, and no second call."""
    stage.worker(**FAST_CALLS).ready()
    reader = stage.reader()
    request = create_order()
    for _ in range(2):
        code, out, err = stage.run("submit", "--type", "create-order", "--key", "k", stdin=json.dumps(request))
        expect(code == 0, f"submit: {out}{err}")
        final(reader, request["requestId"])
    wait_for(lambda: len(reader.more()) == 2, "the repeated outcome")
    first, second = reader.messages
    expect(first.value() == second.value() and header(second, "whc-repeated") == "true" and header(first, "whc-repeated") is None,
           "the repeat is not the stored bytes, or not marked")
    expect(header(first, "ce_id") == header(second, "ce_id") and first.key() == second.key(), "headers or key differ")
    expect(list(evidence(stage).values()) == [(1, 1)], f"{evidence(stage)}")


@story(on="real")
def a_killed_worker_leaves_no_second_order(stage):
    """kill -9 while BT works on it: the next worker looks it up and finds it."""
    first = stage.worker("one", **FAST_CALLS, **member(10000)).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="delay", ms=500)
    request = submit(stage, "create-order", "new-company")
    wait_for(lambda: evidence(stage), "the request at BT")
    first.kill()
    stage.worker("one", **FAST_CALLS, **member(10000)).ready()
    outcome = final(reader, request)
    expect(outcome["outcome"]["status"] == "COMPLETED", f"{outcome}")
    expect(list(evidence(stage).values()) == [(1, 1)], f"{evidence(stage)}")


@story(on="both")
def a_parked_order_is_decided(stage):
    """A doubt that nothing can resolve is parked and visible; a person decides, the owner answers, once."""
    stage.worker(**{**FAST_CALLS, "bt.delivery.max.ms": 2000, "bt.read.lag.ms": 1000}).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="reserveNumbers", kind="close-after-request")
    request = submit(stage, "reserve-numbers-by-exchange", "two-numbers", key="k", exchangeGroupCode="ABDN")
    behind = submit(stage, "check-portability", "portable-number", key="k")
    wait_for(lambda: outcomes(reader, request), "the outcome UNKNOWN")
    outcome = outcomes(reader, request)[0]["outcome"]
    expect((outcome["status"], outcome["final"], outcome["reason"]["code"]) == ("UNKNOWN", False, "never"), f"{outcome}")
    row = wait_for(lambda: parked(stage), "the parked order")[0]
    expect(row["requestId"] == request and row["attempt"] == 1, f"{row}")
    journal = row["progress"]["journal"]
    expect(len(journal) == 1 and journal[0]["trackingId"] == outcome["trackingIds"][0], f"{journal}")
    expect(request in stage.run("parked", request)[1], "parked ORDER does not show it")
    expect("too early" in decide(stage, request, "retry", "let us see", code=1), "a retry before its time")
    expect("attempt" in decide(stage, "--attempt", "7", request, "happened", "700501", code=1), "another attempt")
    expect(not outcomes(reader, behind), "the order behind a parked one of its key was carried out")
    expect("applied" in decide(stage, "--who", "A. Person", request, "happened", "700501", "seen in the portal"), "not applied")
    found = final(reader, request)["outcome"]
    expect((found["status"], found["reason"]["kind"], found["reason"]["text"]) == ("COMPLETED", "DECISION", "seen in the portal"), f"{found}")
    final(reader, behind)
    expect("final outcome already" in decide(stage, request, "retry", "again", code=1), "a decision about a finished order")
    expect(parked(stage) == [], "it is still parked")
    expect(list(evidence(stage, "reserveNumbers").values()) == [(1, 1)], f"{evidence(stage, 'reserveNumbers')}")


@story(on="both")
def a_parked_order_is_tried_again(stage):
    """retry: a new attempt, after the deadline."""
    stage.worker(**FAST_CALLS).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="reserveNumbers", kind="close-before-reply")
    request = submit(stage, "reserve-numbers-by-exchange", "two-numbers", key="k", exchangeGroupCode="ABDN")
    wait_for(lambda: outcomes(reader, request), "the outcome UNKNOWN")
    wait_for(lambda: stage.run("decide", request, "retry", "nothing there")[0] == 0, "the retry to be allowed")
    expect(final(reader, request)["outcome"]["status"] == "COMPLETED", f"{outcomes(reader, request)}")


@story(on="both")
def a_full_ledger_is_decided(stage):
    """A ledger full of parked orders takes no more requests, and still takes decisions."""
    worker = stage.worker(**FAST_CALLS, **{"ledger.orders.max": 1}).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="reserveNumbers", kind="close-after-request")
    request = submit(stage, "reserve-numbers-by-exchange", "two-numbers", key="k", exchangeGroupCode="ABDN")
    wait_for(lambda: outcomes(reader, request), "the outcome UNKNOWN")
    wait_for(lambda: "ledger.orders.max" in worker.page("/health/ready")[1], "readiness to say that it is full")
    behind = submit(stage, "check-portability", "portable-number", key="another")
    decide(stage, request, "happened", "700501", "seen")
    final(reader, request)
    final(reader, behind)


@story(on="both")
def dead_letters_are_replayed(stage):
    """What was a dead letter because of its schema becomes an order once it can be read; the rest stays where it is."""
    stage.worker(**FAST_CALLS).ready()
    reader, dead = stage.reader(), stage.reader(stage.dead)
    stage.send_bytes(b"no request at all", key=b"k")
    stage.flush()
    dead.until(1)
    code, out, err = stage.run("replay", "dead", "--dry-run")
    expect(code == 0 and "1 would be sent again" in err, f"{out}{err}")
    code, out, err = stage.run("replay", "dead", "--reason", "framing")
    expect(code == 0 and "1 sent again" in err, f"{out}{err}")
    dead.until(2)
    expect(dead.messages[0].value() == dead.messages[1].value() and dead.messages[1].key() == b"k", "not the same bytes and key")
    request = submit(stage, "create-order", "new-company")
    final(reader, request)
    code, out, err = stage.run("replay", "finished", request)
    expect(code == 0, f"{out}{err}")
    final(reader, out.split()[1])
    expect(len(evidence(stage)) == 2, f"{evidence(stage)}")


@story(on="real")
def a_ledger_that_takes_nothing(stage):
    """The broker takes no record of the ledger: nothing is sent, readiness says so, and all goes on when it does."""
    worker = stage.worker(**{**FAST_CALLS, **settling(2000)}).ready()
    reader = stage.reader()
    limit_messages(stage, {stage.topic("order-ledger"): 100})
    request = submit(stage, "create-order", "new-company")
    wait_for(lambda: "does not take settlements" in worker.page("/health/ready")[1], "readiness to say so")
    expect(not evidence(stage), f"sent without being owned: {evidence(stage)}")
    limit_messages(stage, {stage.topic("order-ledger"): 1048576})
    expect(final(reader, request)["outcome"]["status"] == "COMPLETED", f"{outcomes(reader, request)}")
    expect(list(evidence(stage).values()) == [(1, 1)], f"{evidence(stage)}")
    wait_for(lambda: worker.page("/health/ready")[0] == 200, "the worker to be ready again")


@story(on="embedded")
def an_embedded_owner_is_killed(stage):
    """Without transactions (R13): kill -9 while BT works on it; the next worker finds it by its reference."""
    soon = {**FAST_CALLS, **member(8000)}
    first = stage.worker(**soon).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="delay", ms=700)
    request = submit(stage, "create-order", "new-company")
    wait_for(lambda: evidence(stage), "the request at BT")
    first.kill()
    stage.worker(**soon)
    expect(final(reader, request, 90)["outcome"]["status"] == "COMPLETED", f"{outcomes(reader, request)}")
    expect(list(evidence(stage).values()) == [(1, 1)], f"{evidence(stage)}")
