"""Records that are no request: what becomes of them, how large they may be, and how they come back."""

import pathlib

import confluent_kafka

from order_types import order_type, portability
from orders import ask, dead_letter, evidence, final, submit
from registries import confluent_v0, on_registry
from story import story
from timings import FAST_CALLS
from topics import committed, limit_messages
from waiting import expect, wait_for


@story(on="both")
def dead_letters(stage):
    """What no request can be read in: original bytes, key, reason; the partition goes on behind it."""
    stage.worker(**{"request.max.bytes": 2000}).ready()
    kind = order_type("check-portability")
    good = kind.single_object(portability())
    dead_letter(stage, b"", "framing")
    dead_letter(stage, b"hello, world", "framing")
    dead_letter(stage, good[:1], "framing")
    dead_letter(stage, b"\xc3\x01" + bytes(8) + good[10:], "schema")
    dead_letter(stage, good[:-3], "datum")
    dead_letter(stage, good[:10] + b"\xff" * 20, "datum")
    dead_letter(stage, good + b"x" * 2000, "size")
    dead_letter(stage, kind.single_object(dict(portability(), requestId="no uuid")), "datum")
    dead_letter(stage, b"\x00\x00\x00\x00\x07" + good[10:], "schema")
    expect(ask(stage, portability(), key=b"k")["outcome"]["status"] == "COMPLETED", "the partition does not go on")


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
    worker = stage.worker(
        **{"registry.url": stage.sandbox.http, "registry.unknown.ms": 0, "kafka.consumer.queued.max.messages.kbytes": 1024}
    ).ready()
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
