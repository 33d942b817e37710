"""Bad days of orders that are owned: what a worker refuses to start on, and what it goes on with."""
import fcntl
import http.server
import os
import signal
import socket
import struct
import threading
import time
import uuid

import confluent_kafka
import confluent_kafka.admin

from events import header
from order_types import portability
from orders import all_final, create_order, decide, evidence, final, outcomes, parked, send_example
from paths import BUILD
from programs import Worker
from story import story
from timings import FAST
from topics import add_partitions, admin_of, alter_topic, committed
from waiting import expect, let_pass, wait_for


def refuses(stage, *texts, **settings):
    """A worker that starts and ends by itself, having said why."""
    worker = stage.worker("refused", **{**FAST, **settings})
    expect(worker.wait(90) == 1, f"exit code {worker.process.returncode}:\n{worker.log()[-3000:]}")
    for text in texts:
        expect(text in worker.log(), f"it does not say '{text}':\n{worker.log()[-3000:]}")


def one_order(stage, **settings):
    """A worker that did one order, and was stopped."""
    worker = stage.worker("one", **{**FAST, **settings}).ready()
    reader = stage.reader()
    expect(final(reader, send_example(stage, "create-order", "new-company", "k"))["outcome"]["status"] == "COMPLETED", "not completed")
    wait_for(lambda: len(set(committed(stage))) == 1, "the position to be settled")
    expect(worker.stop() == 0, f"a clean stop was none:\n{worker.log()[-3000:]}")
    return reader


def ledger_records(stage, prefix="order/"):
    reader = stage.reader(stage.topic("order-ledger"))
    wait_for(lambda: [m for m in reader.more() if m.key().decode().startswith(prefix)], f"a record of {prefix}")
    return [m for m in reader.messages if m.key().decode().startswith(prefix)]


def put_into_ledger(stage, key, value, partition, headers=None):
    """Writes what no worker would; gives its offset."""
    found = []
    stage.producer.produce(stage.topic("order-ledger"), value, key=key, partition=partition, headers=headers or [],
                           on_delivery=lambda error, message: found.append((error, message.offset())))
    stage.flush()
    expect(found and found[0][0] is None, f"not written: {found}")
    return found[0][1]


# --- what it refuses to start on ---

@story(on="real")
def a_ledger_record_that_is_garbage(stage):
    """Nobody can say what was owned there: refused, with partition and offset."""
    offset = put_into_ledger(stage, f"order/{uuid.uuid4()}", b"garbage", 3)
    refuses(stage, f"record at offset {offset} of partition 3 cannot be read")


@story(on="real")
def a_ledger_record_of_a_newer_worker(stage):
    """A rollback to a version that does not know the record: refused, with partition and offset."""
    one_order(stage)
    record = ledger_records(stage)[-1]
    value = bytearray(record.value())
    value[5] ^= 1
    offset = put_into_ledger(stage, f"order/{uuid.uuid4()}", bytes(value), 2, record.headers())
    refuses(stage, f"record at offset {offset} of partition 2 cannot be read", "of a format that this worker reads, which are 1 to 2")
    refuses(stage, "its writer: whc-worker ", "slot one, format 2")


def set_positions(stage, offset):
    """The group's positions in the request topic, as a person would reset them."""
    positions = [confluent_kafka.TopicPartition(stage.requests, p, offset) for p in range(stage.partitions)]
    change = confluent_kafka.ConsumerGroupTopicPartitions(stage.group, positions)
    admin_of(stage).alter_consumer_group_offsets([change])[stage.group].result(20)


def delete_group(stage):
    def gone():
        try:
            admin_of(stage).delete_consumer_groups([stage.group])[stage.group].result(20)
            return True
        except confluent_kafka.KafkaException:
            return False  # its member is not forgotten yet
    wait_for(gone, "the group to be deleted")


@story(on="real")
def positions_that_are_gone(stage):
    """The group was deleted: refused until a person trusts the ledger; then nothing is done again."""
    reader = one_order(stage)
    delete_group(stage)
    refuses(stage, "position has expired or was deleted", "takeover.accept=")
    worker = stage.worker("two", **{**FAST, "takeover.trust.ledger": "on"}).ready()
    final(reader, send_example(stage, "create-order", "new-company", "k"))
    expect(sorted(evidence(stage).values()) == [(1, 1), (1, 1)], f"{evidence(stage)}")
    worker.stop()
    stage.worker("two", **FAST).ready()  # once was enough


@story(on="real")
def positions_that_were_set_back(stage):
    """Reset to the beginning: refused until a person trusts the ledger; the orders in between are not done again."""
    reader = one_order(stage)
    stage.worker("one", **FAST).ready().stop()  # its barrier says how far the group was
    set_positions(stage, 0)
    refuses(stage, "was committed by somebody else (a consumer that uses our group.id, or a reset)", "takeover.accept=")
    stage.worker("two", **{**FAST, "takeover.trust.ledger": "on"}).ready()
    final(reader, send_example(stage, "create-order", "new-company", "k"))
    expect(sorted(evidence(stage).values()) == [(1, 1), (1, 1)], f"{evidence(stage)}")
    expect(not [m for m in reader.more() if header(m, "whc-repeated")], "a request was taken twice")


@story(on="real")
def a_ledger_that_is_deleted_by_age(stage):
    """cleanup.policy delete, or compact,delete: the broker would forget orders. Refused, with the command."""
    ledger = stage.topic("order-ledger")
    for policy in ("delete", "compact,delete"):
        alter_topic(stage, ledger, "cleanup.policy", policy)
        refuses(stage, f"cleanup.policy is '{policy}' and must be 'compact'",
                f"kafka-configs.sh --alter --topic {ledger} --add-config cleanup.policy=compact")
    alter_topic(stage, ledger, "cleanup.policy", "compact")
    stage.worker("one", **FAST).ready()


def new_topic(stage, name, partitions, **config):
    topic = confluent_kafka.admin.NewTopic(name, partitions, 1, config=config)
    admin_of(stage).create_topics([topic])[name].result(20)
    wait_for(lambda: name in admin_of(stage).list_topics(timeout=10).topics, f"topic {name}")


@story(on="real")
def a_ledger_of_another_size(stage):
    """Another number of partitions than the requests have: refused."""
    name = stage.topic("other-ledger")
    new_topic(stage, name, 3, **{"cleanup.policy": "compact", "delete.retention.ms": "604800000"})
    refuses(stage, "the topic has 3 partitions and the requests have 6", **{"topic.ledger": name})


@story(on="real")
def requests_that_grew(stage):
    """More partitions after the first start: keys have moved, repeats would not find each other. Refused, whatever else grows with it."""
    one_order(stage)
    add_partitions(stage, [stage.requests], 7)
    refuses(stage, "the topic has 6 partitions and the requests have 7")
    for name in ("order-ledger", "order-signals"):
        add_partitions(stage, [stage.topic(name)], 7)
    refuses(stage, "the request topic has 7 partitions, and the ledger was written for 6")
    refuses(stage, "the ledger was written for 6", **{"takeover.trust.ledger": "on"})


# --- limits ---

@story(on="real")
def more_orders_than_are_remembered(stage):
    """More than duplicates.max of a partition, and forgetting is chosen: the oldest are forgotten early, in the ledger too, and it is counted."""
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
    worker = stage.worker("one", **{**FAST, "ledger.orders.max": 4, "ledger.after.ms": 200, "bt.call.timeout.ms": 30000,
                                            "bt.tcp.user.timeout.ms": 30000}).ready()
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


# --- stops and crashes ---

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


@story(on="both")
def a_repeat_while_the_first_is_on_its_way(stage):
    """One call, two outcomes of the same bytes, the second marked."""
    stage.worker("one", **{**FAST, "bt.call.timeout.ms": 30000, "bt.tcp.user.timeout.ms": 30000}).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="delay", ms=2000)
    record = create_order()
    stage.send("create-order", record, key=b"k")
    stage.flush()
    wait_for(lambda: stage.workers[0].status()["orders"]["calling"] == 1, "the order to be on its way")
    stage.send("create-order", record, key=b"k")
    stage.flush()
    first, second = reader.until(2)
    expect(header(first, "whc-repeated") is None and header(second, "whc-repeated") == "true", "not marked")
    expect(first.value() == second.value() and header(first, "ce_id") == header(second, "ce_id"), "not the same outcome")
    wait_for(lambda: len(set(committed(stage))) == 1 or not stage.real, "both to be settled")
    behind = stage.send("create-order", {**record, "requestId": str(uuid.uuid4())}, key=b"k")
    stage.flush()
    final(reader, behind)
    expect(len(reader.messages) == 3 and list(evidence(stage).values()) == [(1, 1), (1, 1)], f"{evidence(stage)}")


# --- the clock ---

def set_clock(path, hours):
    """The file is mapped by the worker: written in place."""
    with open(path, "r+b" if os.path.exists(path) else "wb") as clock:
        clock.write(struct.pack("q", hours * 3600))


@story(on="real")
def a_clock_that_jumps(stage):
    """Set forward and back by hours while an order is in doubt: it is looked up in its time, nothing is sent again or forgotten."""
    clock = os.path.join(stage.folder, "clock")
    set_clock(clock, 0)
    environment = {"LD_PRELOAD": BUILD / "tests" / "libwall_clock.so", "WALL_CLOCK": clock}
    session_ms = 2 * FAST["session.timeout.ms"]  # a busy machine must not look like a heartbeat that stopped
    worker = stage.worker("one", environment, **{**FAST, "session.timeout.ms": session_ms}).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="close-after-request", times=1)
    stage.sandbox.fault(operationId="listOrders", kind="status", status=503, times=-1)
    record = create_order()
    stage.send("create-order", record, key=b"k")
    stage.flush()
    wait_for(lambda: worker.status()["inDoubt"], "the order to be in doubt")
    for hours in (6, -6):
        set_clock(clock, hours)
        found = final(reader, send_example(stage, "create-order", "new-company", f"k{hours}"))["outcome"]
        ahead = (found["finishedAt"].timestamp() - time.time()) / 3600
        expect(found["status"] == "COMPLETED" and abs(ahead - hours) < 0.5, f"{ahead} hours ahead: {found}")
        expect(worker.status()["inDoubt"] and not outcomes(reader, record["requestId"]), "the doubt ended by the clock")
        let_pass(1.2 * session_ms / 1000)  # heartbeats go on
        expect(worker.log().count("partitions assigned") == 1, worker.log()[-3000:])
    stage.sandbox.heal()
    expect(final(reader, record["requestId"])["outcome"]["status"] == "COMPLETED", "it was not found")
    stage.send("create-order", record, key=b"k")
    stage.flush()
    wait_for(lambda: [m for m in reader.more() if header(m, "whc-repeated")], "the repeat to be answered")
    expect(sorted(evidence(stage).values()) == [(1, 1)] * 3, f"{evidence(stage)}")
    expect(worker.page("/health/ready")[0] == 200 and worker.stop() == 0, worker.log()[-3000:])


# --- BT's words ---

class LatinOne(http.server.BaseHTTPRequestHandler):
    """Refuses every order, in words that are no UTF-8."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b'{"code":"60","reason":"Credit","message":"more than \xa3 5000"}'
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@story(on="real")
def words_that_are_no_text(stage):
    """BT's reason is not UTF-8: the outcome says it, a repeat gets it again, and the next worker can read what is kept."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), LatinOne)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = {**FAST, "bt.base.url": f"http://127.0.0.1:{server.server_port}"}
    worker = stage.worker("one", **settings).ready()
    reader = stage.reader()
    record = create_order()
    stage.send("create-order", record, key=b"k")
    found = final(reader, record["requestId"])["outcome"]
    expect(found["status"] == "REJECTED" and "more than ? 5000" in found["reason"]["text"], f"{found}")
    worker.kill()
    worker = stage.worker("one", **settings).ready()
    stage.send("create-order", record, key=b"k")
    stage.flush()
    reader.until(2)
    expect(header(reader.messages[1], "whc-repeated") == "true", "the repeat is not answered")
    server.shutdown()


# --- the log ---

def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@story(on="real")
def nobody_reads_the_log(stage):
    """Its output is a full pipe: lines are dropped and counted, and orders go on."""
    path = os.path.join(stage.folder, f"worker-{Worker.serial + 1}.log")
    os.mkfifo(path)
    end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, 4096)
    port = free_port()
    worker = stage.worker("one", **{**FAST, "log.level": "debug", "admin.port": port})
    os.unlink(path)
    with open(path, "w") as log:
        log.write("nobody reads it\n")
    worker._port = port
    worker.ready()
    reader = stage.reader()
    stage.sandbox.fault(api="portability", kind="status", status=503, times=-1)  # each failed call is a line
    sent = [stage.send("check-portability", portability(), key=f"key-{i}".encode()) for i in range(30)]
    stage.flush()
    wait_for(lambda: worker.metric("whc_log_lines_dropped_total") > 0, "lines to be dropped")
    stage.sandbox.heal()
    all_final(reader, sent)
    expect(final(reader, send_example(stage, "create-order", "new-company", "k"))["outcome"]["status"] == "COMPLETED", "not completed")
    expect(worker.page("/health/ready")[0] == 200, worker.page("/health/ready")[1])
    expect(worker.stop() == 0, "a clean stop was none")
    os.close(end)
