"""Bad input and bad days, one function per story; stories.py runs them. Its first line says what a story shows."""
import os
import pathlib
import shutil
import signal
import tempfile
import time

import confluent_kafka
import confluent_kafka.admin

from brokers import Kafka
from events import header, outcomes_by_request
from order_types import order_type, portability
from orders import ask, dead_letter, expect_one_each, send_many, target
from registries import confluent_v0, on_registry
from stages import new_stage
from story import story
from timings import FAST_MEMBER
from topics import committed, limit_messages
from waiting import expect, wait_for

# --- dead letters ---

def resident_kib(worker):
    status = pathlib.Path(f"/proc/{worker.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


@story(on="real", alone=True)
def dead_letters_keep_memory_flat(stage):
    """300,000 dead letters of all kinds, 5,000 of them with ids that no registry knows: memory stays, the position moves."""
    count = 300_000
    good = order_type("check-portability").single_object(portability())
    kinds = [b"", b"hello, world", good[:1], b"\xc3\x01" + bytes(8) + good[10:], good[:-3], good[:10] + b"\xff" * 20]
    for i in range(count):
        stage.send_bytes(confluent_v0(1 + i, good[10:]) if i % 60 == 0 else kinds[i % len(kinds)], key=f"{i % 1000}".encode())
    stage.flush()
    # All is there before it starts, and little is fetched ahead: what is measured is what dead letters leave behind.
    worker = stage.worker(**{"registry.url": stage.sandbox.http, "registry.unknown.ms": 0, "kafka.consumer.queued.max.messages.kbytes": 1024}).ready()
    wait_for(lambda: worker.metric("whc_dead_letters_total") >= count // 10, "the first tenth", 60)
    first = resident_kib(worker)
    wait_for(lambda: worker.metric("whc_dead_letters_total") == count, "all dead letters", 90)
    last = resident_kib(worker)
    print(f"        VmRSS {first} KiB after a tenth, {last} KiB at the end", flush=True)
    expect(last - first < 10 * 1024, f"VmRSS grew from {first} to {last} KiB")
    wait_for(lambda: len(set(committed(stage))) == 1, "the position to be at the end")
    asked = stage.sandbox.counts()["total"]
    expect(asked >= count // 60, f"only {asked} requests reached the registry")
    expect(worker.page("/health/ready")[0] == 200, worker.page("/health/ready")[1])


@story(on="embedded")
def unknown_records(stage):
    """A record that no order type has, an outcome sent as a request, an id that nobody knows: dead letters, each with its reason."""
    stage.worker(**{"registry.url": stage.sandbox.http, "registry.unknown.ms": 0}).ready()
    kind = order_type("check-portability")
    good = kind.datum(portability())
    other = on_registry(stage, {"type": "record", "name": "Other", "namespace": "whc", "fields": [{"name": "a", "type": "string"}]})
    dead_letter(stage, confluent_v0(other, b"\x02a"), "type")
    dead_letter(stage, confluent_v0(on_registry(stage, kind.outcome_text), good), "type")
    dead_letter(stage, confluent_v0(9999, good), "schema")
    dead_letter(stage, confluent_v0(on_registry(stage, kind.request_text), good[:-1]), "datum")
    dead_letter(stage, b"\xc3\x01" + kind.fingerprint(kind.outcome_text) + good, "schema")
    dead_letter(stage, good, "framing", headers=[("__value_schema_id", b"\x01short")])
    expect(ask(stage, portability())["outcome"]["status"] == "COMPLETED", "the partition does not go on")


def takes_large_messages(stage):
    """From now on the stage sends messages that are larger than a client's usual limit."""
    stage.producer = confluent_kafka.Producer({**stage.client, "partitioner": "murmur2_random", "message.max.bytes": 4000000})


@story(on="real")
def a_large_request_is_a_dead_letter(stage):
    """1.5 MB, over request.max.bytes, on topics that allow it: a dead letter as it came; and one just below the limit."""
    limit_messages(stage, {stage.requests: 4000000, stage.dead: 4100000})
    takes_large_messages(stage)
    stage.worker().ready()
    value = order_type("check-portability").single_object(portability()) + bytes(1_500_000)
    dead_letter(stage, value, "size", key=b"large")
    dead_letter(stage, value[:1_040_000], "datum", key=b"large")
    expect(ask(stage, portability(), key=b"large")["outcome"]["status"] == "COMPLETED", "the partition does not go on")


@story(on="real")
def the_largest_message_is_a_dead_letter(stage):
    """As large as the topic of requests takes, as `topics` made it: the topic of dead letters takes it with its reason."""
    takes_large_messages(stage)
    stage.worker().ready()
    dead_letter(stage, b"x" * 1_048_400, "framing", key=b"k")
    expect(ask(stage, portability(), key=b"k")["outcome"]["status"] == "COMPLETED", "the partition does not go on")


@story(on="real")
def a_dead_letter_topic_that_takes_too_little(stage):
    """Refused at start, with the command that repairs it: a message it refused would stop its partition for good."""
    limit_messages(stage, {stage.requests: 4000000})
    worker = stage.worker()
    expect(worker.wait() == 1 and "too little for the largest request" in worker.log(), worker.log())


# --- orders that wait ---

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


@story(on="embedded")
def a_waiting_order_expires(stage):
    """notAfter passes while the API is halted: when it goes on the order ends FAILED, EXPIRED, without a call."""
    worker = stage.worker(**{"bt.probe.ms": 4000}).ready()  # notAfter passes between two probes
    stage.sandbox.fault(api="portability", kind="status", status=403, code=50, times=-1)
    first = stage.send("check-portability", portability(), key=b"a")
    stage.flush()
    wait_for(lambda: worker.metric("whc_api_halted") == 1, "the API to be halted")
    reader = stage.reader()
    not_after = time.time() + 1
    late = stage.send("check-portability", portability("01632960005", notAfter=int(not_after * 1000)), key=b"b")
    stage.flush()
    wait_for(lambda: worker.metric("whc_requests_total") == 2, "both orders to be taken")
    wait_for(lambda: time.time() > not_after, "notAfter to pass")
    expect(not reader.more(), "an order did not wait")
    stage.sandbox.heal()
    reader.until(2)
    found = outcomes_by_request(reader.messages)
    expect(found[first][0]["outcome"]["status"] == "COMPLETED", f"{found[first]}")
    outcome = found[late][0]["outcome"]
    expect((outcome["status"], outcome["reason"]["kind"]) == ("FAILED", "EXPIRED"), f"{outcome}")
    expect(stage.sandbox.counts(target("01632960005"))["count"] == 0, "it was called")


@story(on="embedded")
def bt_is_not_reached(stage):
    """Nobody listens where BT should be: orders end FAILED within their limits and say so."""
    stage.worker(**{"bt.portability.base.url": "http://127.0.0.1:9", "bt.backoff.first.ms": 1, "bt.attempts.max": 2,
                    "bt.give.up.ms": 1000}).ready()
    outcome = ask(stage, portability())["outcome"]
    expect((outcome["status"], outcome["reason"]["kind"]) == ("FAILED", "UNAVAILABLE") and "not reached" in outcome["reason"]["text"],
           f"{outcome}")


@story(on="embedded")
def a_tracking_id_of_the_request_reaches_bt(stage):
    """The header whc-tracking becomes APIGW-Tracking-Header, so that BT's sandbox values can be reached."""
    stage.worker().ready()
    outcome = ask(stage, portability("01632960003"), headers=[("whc-tracking", b"sandbox-value-7")])["outcome"]
    calls = [r for r in stage.sandbox.control("GET", "requests?last=20") if r["target"] == target("01632960003")]
    headers = {name.lower(): value for name, value in calls[-1]["headers"].items()}
    expect(len(calls) == 1 and headers.get("apigw-tracking-header") == "sandbox-value-7", f"{calls}")
    expect(outcome["trackingIds"] == ["sandbox-value-7"], f"{outcome}")


# --- the disk ---

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
        worker = stage.worker(**{"registry.url": stage.sandbox.http, "registry.cache.path": path, "group.id": f"{stage.group}-{path.parent.name}", "takeover.trust.ledger": "on"}).ready()
        reader = stage.reader()
        request = portability()
        stage.send_bytes(confluent_v0(schema_id, kind.datum(request)))
        stage.flush()
        wait_for(lambda: request["requestId"] in outcomes_by_request(reader.more()), "the outcome")
        expect("cannot be kept on disk" in worker.log() and why in worker.log(), worker.log())
        expect(worker.page("/health/ready")[0] == 200, worker.page("/health/ready")[1])
        expect(worker.stop() == 0, worker.log())
    expect(not list(folder.iterdir()), f"a half-written file is left: {list(folder.iterdir())}")


# --- workers that stand still, and brokers ---

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


def deny(admin, kind, name, operation):
    """Denies an operation to everybody; gives what takes it back."""
    kinds = confluent_kafka.admin
    rule = kinds.AclBinding(kind, name, kinds.ResourcePatternType.PREFIXED, "User:ANONYMOUS", "*", operation, kinds.AclPermissionType.DENY)
    for done in admin.create_acls([rule]).values():
        done.result(20)
    mine = kinds.AclBindingFilter(kind, name, kinds.ResourcePatternType.PREFIXED, None, None, kinds.AclOperation.ANY,
                                  kinds.AclPermissionType.ANY)
    return lambda: [done.result(20) for done in admin.delete_acls([mine]).values()]


@story(on="real")
def no_permission(stage):
    """The group denied: the worker says so, waits, and goes on when it may. The transactional.id denied: it ends and says so."""
    kinds, folder = confluent_kafka.admin, tempfile.mkdtemp(prefix="whc-kafka-")
    kafka = Kafka(folder, "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n"
                              "allow.everyone.if.no.acl.found=true\nsuper.users=User:nobody")
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
