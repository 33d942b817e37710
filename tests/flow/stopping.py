"""Workers that are stopped, killed or stand still: the next one carries on, and nothing is done twice."""

import signal

from events import outcomes_by_request
from order_types import portability
from orders import all_final, decide, evidence, expect_one_each, final, outcomes, parked, send_example, send_many, submit, target
from story import story
from timings import FAST, FAST_CALLS, FAST_MEMBER, member
from waiting import expect, wait_for


@story(on="both")
def clean_stop_settles_all(stage):
    """TERM: running calls end, all is settled, and the next worker repeats nothing."""
    stage.sandbox.fault(api="portability", kind="delay", ms=300, times=-1)
    worker = stage.worker().ready()
    reader = stage.reader()
    sent = [stage.send("check-portability", portability(), key=f"{i}".encode()) for i in range(150)]
    stage.flush()
    wait_for(lambda: worker.metric("whc_calls_running") > 0, "calls on their way")
    expect(worker.stop() == 0, worker.log())
    stage.sandbox.heal()
    stage.worker().ready()
    reader.until(150)
    reader.more(1)
    found = outcomes_by_request(reader.messages)
    expect(sorted(found) == sorted(sent) and all(len(o) == 1 for o in found.values()), "not exactly one outcome each")
    calls = stage.sandbox.counts(target("01632960000"))["count"]
    expect(calls == 150, f"{calls} calls for 150 orders: an order was called again")


@story(on="real")
def a_drain_leaves_no_doubt(stage):
    """TERM under load: calls end and are settled, what was not sent is queued again; the next worker is in no doubt."""
    worker = stage.worker("one", **{**FAST, "bt.window": 10}).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="delay", ms=50, times=-1)
    sent = [send_example(stage, "create-order", "new-company", f"key-{i % 60}") for i in range(300)]
    stage.flush()
    wait_for(lambda: len(evidence(stage)) >= 20, "some orders at BT")
    worker.signal(signal.SIGTERM)
    expect(worker.wait() == 0, f"a clean stop was none:\n{worker.log()[-3000:]}")
    left = len(sent) - len(evidence(stage))
    expect(left > 0, "it was not under load")
    worker = stage.worker("one", **{**FAST, "bt.window": 10}).ready()
    page = worker.status()
    expect(page["inDoubt"] == [], f"{page['inDoubt']}")
    all_final(reader, sent)
    rows = evidence(stage)
    expect(len(rows) == len(sent) and set(rows.values()) == {(1, 1)}, f"{len(rows)} orders, {set(rows.values())}")
    expect(worker.metric("whc_orders_in_doubt") == 0, "somebody is in doubt")


@story(on="real")
def a_stopped_worker_is_killed(stage):
    """STOP for longer than watchdog.ms: the kernel kills it, another worker carries on, one outcome each."""
    stage.sandbox.fault(api="portability", kind="delay", ms=100, times=-1)
    first = stage.worker("one", **{"watchdog.ms": 1500, **FAST_MEMBER}).ready()
    second = stage.worker("two", **FAST_MEMBER)
    wait_for(lambda: second.metric("whc_partitions") == 3 and first.metric("whc_partitions") == 3, "both to have partitions", 60)
    sent = send_many(stage, 1000)
    wait_for(lambda: first.metric("whc_outcomes_total") > 20 and first.metric("whc_calls_running") > 0, "the first to work")
    first.signal(signal.SIGSTOP)
    expect(first.wait(20) == -signal.SIGKILL, "it was not killed")
    reader = stage.reader()
    reader.until(1000, 60)
    reader.more(0.5)
    expect_one_each(reader.messages, sent)
    expect(second.process.poll() is None, second.log())


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


@story(on="real")
def a_parked_order_outlives_its_worker(stage):
    """Parked, then kill -9: the next worker has it parked, holds its key, publishes nothing anew, and a decision works."""
    settings = {**FAST, "ledger.after.ms": 500}
    worker = stage.worker("one", **settings).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="reserveNumbers", kind="close-after-request")
    request = send_example(stage, "reserve-numbers-by-exchange", "two-numbers", "k", exchangeGroupCode="ABDN")
    behind = stage.send("check-portability", portability(), key=b"k")
    stage.flush()
    wait_for(lambda: outcomes(reader, request), "the outcome UNKNOWN")
    wait_for(lambda: parked(stage), "the parked order")
    worker.kill()
    worker = stage.worker("one", **settings).ready()
    wait_for(lambda: worker.status()["orders"]["parked"] == 1, "it to be parked still")
    row = parked(stage)[0]
    expect(row["requestId"] == request and row["attempt"] == 1, f"{row}")
    other = stage.send("check-portability", portability(), key=b"other")
    stage.flush()
    final(reader, other)
    expect(not outcomes(reader, behind), "the order behind it was carried out")
    expect("too early" in decide(stage, request, "did-not-happen", "sure", code=1), "the next owner's clock did not begin anew")
    expect("applied" in decide(stage, request, "happened", "700501", "seen in the portal"), "not applied")
    found = final(reader, request)["outcome"]
    expect((found["status"], found["reason"]["kind"], found["orderId"]) == ("COMPLETED", "DECISION", "700501"), f"{found}")
    final(reader, behind)
    statuses = [o["outcome"]["status"] for o in outcomes(reader, request)]
    expect(statuses == ["UNKNOWN", "COMPLETED"], f"{statuses}")
    expect(list(evidence(stage, "reserveNumbers").values()) == [(1, 1)], f"{evidence(stage, 'reserveNumbers')}")
