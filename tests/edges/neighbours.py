"""What happens beside a running worker: partitions are added, a stranger's transaction hangs, rights are withdrawn."""

import json

import confluent_kafka
import confluent_kafka.admin

from events import header, outcomes_by_request
from notifications import forward, partition_of_id, product_order
from order_types import portability
from orders import evidence, final, goes_on, submit
from positions import by_partition
from signals import lost_and_parked
from story import story
from timings import FAST_CALLS
from topics import add_partitions, ledger_records
from waiting import expect, wait_for


@story(on="edges")
def partitions_are_added(stage):
    """To all topics, or to the requests only: the worker drains, is not ready, and ends with the sentence; so does the next start."""
    worker = stage.worker(**{"lso.alarm.ms": 1000}).ready()
    sent = by_partition(stage)
    add_partitions(stage, [stage.requests], 8)
    expect(worker.wait() == 1 and "has 8 partitions now and the ledger was written for 6" in worker.log(), worker.log())
    expect(set(sent) <= set(outcomes_by_request(stage.reader().until(len(sent)))), "an outcome is missing")
    worker = stage.worker()
    expect(worker.wait() == 1 and "--alter" in worker.log() and "--repartition" in worker.log(), worker.log())
    add_partitions(stage, [stage.topic(name) for name in ("order-signals", "order-events", "order-ledger")], 8)
    worker = stage.worker()
    expect(
        worker.wait() == 1 and "has 8 partitions, and the ledger was written for 6" in worker.log() and "--repartition" in worker.log(),
        worker.log()[-3000:],
    )


@story(on="edges")
def a_stranger_s_transaction_hangs(stage):
    """On a request partition: ready keeps its value; /status, a metric and one log line name partition and time; then it goes on."""
    worker = stage.worker(**{"lso.alarm.ms": 1500}).ready()
    producer = confluent_kafka.Producer(
        {"bootstrap.servers": stage.bootstrap, "transactional.id": f"up-{stage.prefix}", "log_level": 0, "transaction.timeout.ms": 60000}
    )
    producer.init_transactions(20)
    producer.begin_transaction()
    producer.produce(stage.requests, b"open", partition=2)
    producer.flush(20)
    behind = portability()
    stage.send("check-portability", behind, partition=2)
    stage.flush()
    wait_for(lambda: worker.metric("whc_logs_unstable") == 1, "the metric", 30)
    stuck = json.loads(worker.page("/status")[1])["unstable"]
    expect([(s["topic"], s["partition"]) for s in stuck] == [(stage.requests, 2)] and stuck[0]["forMs"] >= 1500, f"{stuck}")
    expect(worker.log().count("a transaction of another producer hangs") == 1, worker.log())
    expect(worker.page("/health/ready")[0] == 200, worker.page("/health/ready")[1])
    producer.abort_transaction(20)
    reader = stage.reader()
    wait_for(lambda: behind["requestId"] in outcomes_by_request(reader.more()), "the request behind it")
    wait_for(lambda: worker.metric("whc_logs_unstable") == 0, "the metric to fall")
    goes_on(stage, worker)


@story(on="edges")
def what_is_remembered_moves_along(stage):
    """Partitions are added while an order is parked: it ends under requests.partitions, then repartition moves what is remembered,
    and a request that is repeated into its new partition gets the same outcome again."""
    worker = stage.worker(**FAST_CALLS).ready()
    reader = stage.reader()
    done = {f"customer-{i}": submit(stage, "create-order", "new-company", key=f"customer-{i}") for i in range(12)}
    for request in done.values():
        final(reader, request)
    order = lost_and_parked(stage)
    forward(stage, product_order(None, order_id="00126001", state="completed"))
    stage.flush()
    wait_for(lambda: worker.metric("whc_events_held") == 1, "an event to be held whose order is not known")
    expect(worker.stop() == 0, worker.log())
    add_partitions(stage, [stage.topic(f"order-{name}") for name in ("requests", "signals", "events", "ledger")], 8)
    code, out, err = stage.run("topics", "--repartition")
    expect(code == 1 and "1 orders are live" in err and order in err, f"{out}{err}")
    worker = stage.worker(**FAST_CALLS, **{"requests.partitions": 6}).ready()
    code, out, err = stage.run("topics", "--repartition")
    expect(code == 1 and "workers of the group" in err, f"{out}{err}")
    code, out, err = stage.run("decide", order, "happened", "700501", "seen")
    expect(code == 0, f"{out}{err}")
    expect(worker.stop() == 0, worker.log())
    for _ in range(2):  # once more: it goes on where it was
        code, out, err = stage.run("topics", "--repartition")
        expect(code == 0 and "8 partitions now" in out, f"{out}{err}")
    expect("\n0 remembered orders were moved" in "\n" + out, out)
    worker = stage.worker(**FAST_CALLS).ready()
    expect(worker.metric("whc_events_held") == 1, "what is held moves along")
    last = {m.partition(): m.value() for m in ledger_records(stage, "bt-id/")}
    expect(last[partition_of_id("00126001", 6)] is None and last[partition_of_id("00126001", 8)], f"{last}")
    before = evidence(stage)
    for key, request in done.items():
        submit(stage, "create-order", "new-company", key=key, requestId=request)
    wait_for(
        lambda: {header(m, "ce_subject") for m in reader.more() if header(m, "whc-repeated") == "true"} >= set(done.values()),
        "every repeat to be answered",
    )
    expect(evidence(stage) == before, "BT got one again")
    final(reader, submit(stage, "create-order", "new-company", key="another"))
