"""Limits that are reached: what waits, what goes on, and who is told."""

from events import header
from order_types import portability
from orders import all_final, evidence, expect_one_each, send_example
from story import story
from timings import FAST
from topics import committed, ledger_records
from waiting import expect, wait_for


@story(on="real")
def a_full_map_stops_its_partition(stage):
    """A halted API holds one order and more than 20,000 settle behind it: only its partition stops, ready says why, all goes on."""
    held, behind = 0, 20_050
    settings = {"bt.probe.ms": 300, "ledger.after.ms": 3600000}  # else the halted order would move to the ledger
    worker = stage.worker("one", **settings).ready()
    stage.sandbox.fault(api="portability", kind="status", status=403, code=50, times=-1)
    sent = [stage.send("check-portability", portability(), partition=held)]
    stage.flush()
    wait_for(lambda: worker.metric("whc_api_halted") == 1, "the API to be halted")
    # Broken contracts end without a call: the cheapest orders there are, and they settle like any other.
    sent += [stage.send("check-portability", portability("no number"), partition=held) for _ in range(behind)]
    sent += [stage.send("check-portability", portability(), partition=held) for _ in range(50)]
    stage.flush()
    full = "its map of settled orders is full"
    wait_for(lambda: full in worker.page("/health/ready")[1], "readiness to say that the map is full", 60)
    expect(worker.page("/health/ready")[0] == 503 and worker.metric("whc_partitions_held") == 1, worker.page("/health/ready")[1])
    reader = stage.reader()
    reader.until(19_999)
    sent.append(stage.send("check-portability", portability("no number"), partition=1))
    stage.flush()
    reader.until(20_000)
    expect(any(header(m, "ce_subject") == sent[-1] for m in reader.messages), "another partition stands still, too")
    expect(len(reader.more(0.5)) == 20_000, f"{len(reader.messages)} outcomes: more than the map holds")
    # The next owner has the map from the commit: it does not do the 20,000 again.
    expect(worker.stop() == 0, worker.log()[-2000:])
    second = stage.worker("two", **settings)
    wait_for(lambda: full in second.page("/health/ready")[1], "the next owner to stop at the same place", 60)
    stage.sandbox.heal()
    reader.until(len(sent), 60)
    reader.more(0.5)
    expect_one_each(reader.messages, sent)
    second.ready()


@story(on="real")
def more_orders_than_are_remembered(stage):
    """More than duplicates.max of a partition, and forgetting is chosen: the oldest are forgotten early, in the ledger too, and counted."""
    worker = stage.worker("one", **{**FAST, "duplicates.max": 2, "duplicates.full": "forget"}).ready()
    reader = stage.reader()
    sent = [send_example(stage, "create-order", "new-company", "k") for _ in range(5)]
    stage.flush()
    all_final(reader, sent)
    send_example(stage, "create-order", "new-company", "k")  # what is settled next takes the forgotten with it
    wait_for(lambda: 'whc_forgotten_total{by="number"} 3' in worker.metrics(), "three to be forgotten")
    expect("more than duplicates.max" in worker.log(), "it is not logged")
    expect(worker.metric("whc_remembered_orders") <= 3, f"{worker.metric('whc_remembered_orders')} are remembered")

    def gone():
        last = {m.key().decode(): m.value() for m in ledger_records(stage)}
        return all(last[f"order/{request}"] is None for request in sent[:3])

    wait_for(gone, "the oldest to be forgotten in the ledger")


@story(on="real")
def a_full_ledger_takes_no_more(stage):
    """ledger.orders.max is reached: not ready with the reason, no more requests are taken; nothing is lost, and it goes on."""
    worker = stage.worker(
        "one", **{**FAST, "ledger.orders.max": 4, "ledger.after.ms": 200, "bt.call.timeout.ms": 30000, "bt.tcp.user.timeout.ms": 30000}
    ).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="delay", ms=3000, times=4)
    sent = [send_example(stage, "create-order", "new-company", f"k{i}") for i in range(4)]
    stage.flush()
    wait_for(lambda: "ledger.orders.max" in worker.page("/health/ready")[1], "the ledger to be full")
    expect(worker.page("/health/ready")[0] == 503, "it is ready")
    sent += [send_example(stage, "create-order", "new-company", f"k{i}") for i in range(40)]
    stage.flush()
    all_final(reader, sent)
    wait_for(lambda: worker.page("/health/ready")[0] == 200, "it to be ready again")
    rows = evidence(stage)
    expect(len(rows) == len(sent) and set(rows.values()) == {(1, 1)}, f"{len(rows)} orders, {set(rows.values())}")


@story(on="real")
def a_halted_api_does_not_hold_its_partition(stage):
    """Its orders move to the ledger, others behind them finish, the position moves; a kill later the key's order still holds."""
    settings = {**FAST, "ledger.after.ms": 500, "bt.probe.ms": 300}
    worker = stage.worker("one", **settings).ready()
    reader = stage.reader()
    stage.sandbox.fault(api="portability", kind="status", status=403, code=50, times=-1)
    keys = [f"key-{i}" for i in range(12)]
    held = {key: [stage.send("check-portability", portability(), key=key.encode()) for _ in range(3)] for key in keys}
    behind = [send_example(stage, "create-order", "new-company", f"other-{i}") for i in range(12)]
    stage.flush()
    all_final(reader, behind)
    wait_for(lambda: len(set(committed(stage))) == 1, "the position to pass what is held")
    expect(worker.metric("whc_ledger_orders") == 36, f"{worker.metric('whc_ledger_orders')} orders in the ledger")
    worker.kill()
    worker = stage.worker("one", **settings)
    wait_for(lambda: worker.metric("whc_ledger_orders") == 36, "the next worker to have them all")
    expect(not {header(m, "ce_subject") for m in reader.more()} - set(behind), "an order of a halted API ended")
    stage.sandbox.heal()
    all_final(reader, [request for requests in held.values() for request in requests])
    ends = [header(m, "ce_subject") for m in reader.messages if header(m, "whc-repeated") is None]
    expect(len(ends) == len(set(ends)) == 48, f"{len(ends)} outcomes of {len(set(ends))} requests")
    for key, requests in held.items():
        expect([r for r in ends if r in requests] == requests, f"{key}: not in order")
    wait_for(lambda: worker.metric("whc_ledger_orders") == 0, "the ledger to be empty")
