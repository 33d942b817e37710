"""Broker, topics, rights, disk, log or clock fail under a running worker: it waits, says so, and goes on by itself."""

import fcntl
import os
import pathlib
import shutil
import signal
import struct
import tempfile
import time

import confluent_kafka
import confluent_kafka.admin

from brokers import Kafka
from events import header, outcomes_by_request
from order_types import order_type, portability
from orders import all_final, ask, create_order, evidence, expect_one_each, final, outcomes, send_example, send_many, submit
from ports import free_port
from programs import Worker
from registries import confluent_v0, on_registry
from stages import new_stage
from story import story
from timings import FAST, FAST_CALLS, FAST_MEMBER, settling
from topics import limit_messages
from waiting import expect, let_pass, wait_for
from wall_clock import shown


@story(on="real", alone=True)
def broker_away(stage):
    """The broker is stopped and started again: the worker waits, goes on by itself, one outcome each."""
    worker = stage.worker().ready()
    reader = stage.reader()
    sent = [stage.send("check-portability", portability(), key=f"{i}".encode()) for i in range(50)]
    stage.flush()
    stage.kafka.stop()
    stage.kafka.restart()
    sent += [stage.send("check-portability", portability(), key=f"{i}".encode()) for i in range(50)]
    stage.flush()
    wait_for(lambda: len(outcomes_by_request(reader.more())) == 100, "all outcomes", 90)
    found = outcomes_by_request(reader.messages)
    expect(sorted(found) == sorted(sent) and all(len(o) == 1 for o in found.values()), "not exactly one outcome each")
    expect(worker.process.poll() is None, worker.log())


@story(on="real", alone=True)
def the_worker_waits_for_the_broker(stage):
    """The worker starts before the broker: alive, not ready and says why; then it goes on by itself."""
    sent = send_many(stage, 20)
    stage.kafka.stop()
    try:
        worker = stage.worker(**{"watchdog.ms": 3000})
        wait_for(lambda: "waiting for Kafka" in worker.log(), "the worker to ask for Kafka")
        expect(worker.page("/health/live") == (200, "live\n"), f"{worker.page('/health/live')}")
        expect(worker.page("/health/ready") == (503, "Kafka is waited for\n"), f"{worker.page('/health/ready')}")
    finally:
        stage.kafka.restart()
    worker.ready()
    reader = stage.reader()
    reader.until(20)
    expect_one_each(reader.messages, sent)


@story(on="real", alone=True)
def an_unclear_settlement(stage):
    """The broker is stopped in the middle of settlements: what is unclear is found out, one outcome each."""
    worker = stage.worker(**FAST_MEMBER).ready()
    stage.sandbox.fault(api="portability", kind="delay", ms=20, times=-1)
    sent = send_many(stage, 3000)
    wait_for(lambda: worker.metric("whc_outcomes_total") > 100, "work")
    broker = int((pathlib.Path(stage.kafka.folder) / "pid").read_text())
    os.kill(broker, signal.SIGSTOP)
    try:
        wait_for(lambda: "a settlement is unclear" in worker.log(), "a settlement without an answer")
    finally:
        os.kill(broker, signal.SIGCONT)
    reader = stage.reader()
    reader.until(3000, 60)
    reader.more(0.5)
    expect_one_each(reader.messages, sent)
    found = [line for line in worker.metrics().splitlines() if line.startswith("whc_settlements_total") and '"clean"' not in line]
    expect(found, "the metrics show no settlement that was unclear or dirty")


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


@story(on="real")
def a_topic_goes_away(stage):
    """No topic at the start: refused, with the command. The topic of outcomes deleted under way: it waits, and nothing is lost."""
    worker = stage.worker(**{"topic.outcomes": "no-such-topic"})
    expect(worker.wait() == 1 and "whc-worker topics --create" in worker.log() and "no-such-topic" in worker.log(), worker.log())
    worker = stage.worker(**FAST_MEMBER).ready()
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": stage.bootstrap, "log_level": 0})
    ask(stage, portability())
    admin.delete_topics([stage.outcomes])[stage.outcomes].result(20)
    # The controller answers before the broker has let go: outcomes of that moment would be settled, and deleted.
    wait_for(lambda: stage.outcomes not in admin.list_topics(timeout=10).topics, "the topic to go")
    sent = send_many(stage, 20)
    wait_for(lambda: "a settlement is unclear" in worker.log() or worker.process.poll() is not None, "a settlement that fails")
    expect(worker.process.poll() is None, worker.log())
    stage.create_topics()
    reader = stage.reader()
    reader.until(20)
    expect_one_each(reader.messages, sent)


def deny(admin, kind, name, operation):
    """Denies an operation to everybody; gives what takes it back."""
    kinds = confluent_kafka.admin
    rule = kinds.AclBinding(kind, name, kinds.ResourcePatternType.PREFIXED, "User:ANONYMOUS", "*", operation, kinds.AclPermissionType.DENY)
    for done in admin.create_acls([rule]).values():
        done.result(20)
    mine = kinds.AclBindingFilter(
        kind, name, kinds.ResourcePatternType.PREFIXED, None, None, kinds.AclOperation.ANY, kinds.AclPermissionType.ANY
    )
    return lambda: [done.result(20) for done in admin.delete_acls([mine]).values()]


@story(on="real")
def no_permission(stage):
    """The group denied: the worker says so, waits, and goes on when it may. The transactional.id denied: it ends and says so."""
    kinds, folder = confluent_kafka.admin, tempfile.mkdtemp(prefix="whc-kafka-")
    kafka = Kafka(
        folder,
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n"
        "allow.everyone.if.no.acl.found=true\nsuper.users=User:nobody",
    )
    denied = new_stage(kafka)
    try:
        admin = kinds.AdminClient({"bootstrap.servers": kafka.bootstrap, "log_level": 0})
        allow_again = deny(admin, kinds.ResourceType.GROUP, denied.group, kinds.AclOperation.READ)
        worker = denied.worker()
        reader = denied.reader()
        denied.send("check-portability", portability())
        denied.flush()
        wait_for(lambda: "Group authorization failed" in worker.log(), "the worker to say that it may not")
        expect(worker.page("/health/ready")[0] == 503, "it is ready")
        allow_again()
        reader.until(1)
        expect(worker.stop() == 0, worker.log())
        deny(admin, kinds.ResourceType.TRANSACTIONAL_ID, denied.group, kinds.AclOperation.WRITE)
        worker = denied.worker()
        expect(worker.wait() == 1 and "Kafka does not begin transactions" in worker.log(), worker.log())
    finally:
        denied.end()
        kafka.stop()
        shutil.rmtree(folder, ignore_errors=True)


@story(on="embedded")
def the_schema_cache_cannot_be_written(stage):
    """A full disk, then a path where no folder can be: a warning each, the orders go on."""
    kind = order_type("check-portability")
    schema_id = on_registry(stage, kind.request_text)
    folder = pathlib.Path(stage.folder) / "cache"
    folder.mkdir()
    (folder / f"ids-{schema_id}.new").symlink_to("/dev/full")
    (pathlib.Path(stage.folder) / "file").write_text("")
    for path, why in ((folder, "No space left"), (pathlib.Path(stage.folder) / "file" / "cache", "Not a directory")):
        worker = stage.worker(
            **{
                "registry.url": stage.sandbox.http,
                "registry.cache.path": path,
                "group.id": f"{stage.group}-{path.parent.name}",
                "takeover.trust.ledger": "on",
            }
        ).ready()
        reader = stage.reader()
        request = portability()
        stage.send_bytes(confluent_v0(schema_id, kind.datum(request)))
        stage.flush()
        wait_for(lambda: request["requestId"] in outcomes_by_request(reader.more()), "the outcome")
        expect("cannot be kept on disk" in worker.log() and why in worker.log(), worker.log())
        expect(worker.page("/health/ready")[0] == 200, worker.page("/health/ready")[1])
        expect(worker.stop() == 0, worker.log())
    expect(not list(folder.iterdir()), f"a half-written file is left: {list(folder.iterdir())}")


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


def set_clock(path, hours):
    """The file is mapped by the worker: written in place."""
    with open(path, "r+b" if os.path.exists(path) else "wb") as clock:
        clock.write(struct.pack("q", hours * 3600))


@story(on="real")
def a_clock_that_jumps(stage):
    """Set forward and back by hours while an order is in doubt: it is looked up in its time, nothing is sent again or forgotten."""
    clock = os.path.join(stage.folder, "clock")
    set_clock(clock, 0)
    session_ms = 2 * FAST["session.timeout.ms"]  # a busy machine must not look like a heartbeat that stopped
    worker = stage.worker("one", shown(clock), **{**FAST, "session.timeout.ms": session_ms}).ready()
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
