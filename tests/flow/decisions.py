"""Doubts that nothing can resolve wait for a person, who decides through the owner of the order."""

from orders import decide, evidence, final, outcomes, parked, submit
from story import story
from timings import FAST_CALLS
from waiting import expect, wait_for


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
    expect(
        (found["status"], found["reason"]["kind"], found["reason"]["text"]) == ("COMPLETED", "DECISION", "seen in the portal"), f"{found}"
    )
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
