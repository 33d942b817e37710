"""Other people's clients: confluent-kafka as upstream producer and downstream reader, with a schema registry.

Usage: registry.py [STORY...]
"""

import json
import shutil
import subprocess
import sys
import tempfile
import uuid

from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient, topic_record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from events import header, outcome_of
from order_types import order_type, portability, request_id
from paths import ROOT, SCHEMAS
from readme import WITH_REGISTRY, run_java
from story import on_real_kafka, story
from waiting import Failure, expect, wait_for

READING = [
    "check-portability",
    "verify-data",
    "get-reseller",
    "search-address",
    "get-available-numbers",
    "get-order",
    "locate-ported-numbers",
]
registry_url = None


def good_example(name):
    """The first example that completes, as the record a Python program would send."""
    for path in sorted((SCHEMAS / name / "examples").glob("*.json")):
        example = json.loads(path.read_text())
        if example["outcome"]["status"] == "COMPLETED" and "headers" not in example:
            return dict(example["request"], requestId=request_id())
    raise Failure(f"{name} has no good example")


def client(url, **more):
    return SchemaRegistryClient({"url": url, **more})


def serializer(registry, text, **more):
    return AvroSerializer(
        registry,
        json.dumps(text),
        lambda record, context: record,
        {"auto.register.schemas": True, "subject.name.strategy": topic_record_subject_name_strategy, **more},
    )


@story(on="registry")
def every_reading_order_type(stage):
    """Confluent v0, Apicurio Registry: AvroSerializer upstream, AvroDeserializer downstream, for every reading order type."""
    stage.worker(**{"registry.url": registry_url, "outcome.framing": "confluent-v0"}).ready()
    registry = client(registry_url)
    reader = stage.reader()
    sent = {}
    for name in READING:
        kind = order_type(name)
        record = good_example(name)
        value = serializer(registry, kind.request_text)(record, SerializationContext(stage.requests, MessageField.VALUE))
        expect(value[:1] == b"\x00", f"not v0: {value[:5]!r}")
        stage.send_bytes(value)
        sent[record["requestId"]] = name
    stage.flush()
    messages = reader.until(len(READING))
    read = AvroDeserializer(registry, None, lambda value, context: value)
    for message in messages:
        outcome = read(message.value(), SerializationContext(stage.outcomes, MessageField.VALUE))
        name = sent.pop(str(outcome["outcome"]["requestId"]))
        expect(outcome["outcome"]["orderType"] == name and outcome["outcome"]["status"] == "COMPLETED", f"{name}: {outcome['outcome']}")
        expect(outcome["result"] is not None, f"{name} has no result")
    expect(not sent, f"no outcome for {sent}")
    subject = f"{stage.outcomes}-whc.CheckPortabilityOutcome"
    expect(subject in registry.get_subjects(), f"{subject} is not registered: {registry.get_subjects()}")


@story(on="registry")
def references_are_followed(stage):
    """A request schema that refers to shared types by reference, two levels deep, is read."""
    registry = client(registry_url)
    kind = order_type("check-portability")
    line = {"type": "enum", "name": "Kind", "namespace": "upstream", "symbols": ["A", "B"]}
    wrap = {"type": "record", "name": "Wrap", "namespace": "upstream", "fields": [{"name": "kind", "type": "upstream.Kind"}]}
    prefix = uuid.uuid4().hex[:6]
    registry.register_schema(f"{prefix}-kind", Schema(json.dumps(line), "AVRO"))
    registry.register_schema(f"{prefix}-wrap", Schema(json.dumps(wrap), "AVRO", [SchemaReference("upstream.Kind", f"{prefix}-kind", 1)]))
    text = json.loads(json.dumps(kind.request_text))
    text["fields"].append({"name": "upstreamOnly", "type": "upstream.Wrap"})
    schema_id = registry.register_schema(
        f"{prefix}-request",
        Schema(
            json.dumps(text),
            "AVRO",
            [SchemaReference("upstream.Wrap", f"{prefix}-wrap", 1), SchemaReference("upstream.Kind", f"{prefix}-kind", 1)],
        ),
    )
    datum = kind.datum(portability()) + b"\x02"
    stage.worker(**{"registry.url": registry_url}).ready()
    reader = stage.reader()
    stage.send_bytes(b"\x00" + schema_id.to_bytes(4, "big") + datum)
    stage.flush()
    expect(outcome_of(reader.until(1)[0])["outcome"]["status"] == "COMPLETED", "not completed")


@story(on="registry")
def an_older_writer_is_understood(stage):
    """A writer without the newer optional fields, and with an int where we have none: defaults and names decide."""
    registry = client(registry_url)
    text = json.loads(json.dumps(order_type("check-portability").request_text))
    text["fields"] = [f for f in text["fields"] if f["name"] in ("requestId", "number")][::-1]
    stage.worker(**{"registry.url": registry_url}).ready()
    reader = stage.reader()
    value = serializer(registry, text)(portability("01632960003"), SerializationContext(stage.requests, MessageField.VALUE))
    stage.send_bytes(value)
    stage.flush()
    outcome = outcome_of(reader.until(1)[0])
    expect(outcome["outcome"]["status"] == "COMPLETED" and outcome["result"]["number"] == "01632960003", f"{outcome}")


@story(on="registry")
def an_unknown_id_is_a_dead_letter(stage):
    """An id that the registry does not know: dead letter; the partition goes on."""
    stage.worker(**{"registry.url": registry_url}).ready()
    dead, reader = stage.reader(stage.dead), stage.reader()
    stage.send_bytes(b"\x00\x00\x0f\x42\x3f" + order_type("check-portability").datum(portability()), partition=0)
    request = stage.send("check-portability", portability(), partition=0)
    stage.flush()
    expect(header(dead.until(1)[0], "whc-dead-reason") == "schema", "no dead letter")
    expect(header(reader.until(1)[0], "ce_subject") == request, "the partition stands still")


@story(on="registry")
def confluent_v1(stage):
    """Confluent v1, the sandbox's registry: GUIDs in headers, both ways; our bytes equal confluent-kafka's."""
    url = stage.sandbox.http
    stage.worker(**{"registry.url": url, "outcome.framing": "confluent-v1"}).ready()
    registry = client(url)
    kind = order_type("check-portability")
    reader = stage.reader()
    record = portability()
    schema_id = registry.register_schema("requests", Schema(json.dumps(kind.request_text), "AVRO"))
    guid = json.loads(urlopen(f"{url}/subjects/requests/versions/1"))["guid"]
    stage.send_bytes(kind.datum(record), headers=[("__value_schema_id", b"\x01" + uuid.UUID(guid).bytes)])
    stage.flush()
    message = reader.until(1)[0]
    raw = dict(message.headers())["__value_schema_id"]
    expect(len(raw) == 17 and raw[:1] == b"\x01", f"no GUID in the header: {raw!r}")
    text = json.loads(urlopen(f"{url}/schemas/guids/{uuid.UUID(bytes=raw[1:])}"))["schema"]
    import io

    import fastavro

    outcome = fastavro.schemaless_reader(io.BytesIO(message.value()), fastavro.parse_schema(json.loads(text)), None)
    expect(str(outcome["outcome"]["requestId"]) == record["requestId"] and schema_id > 0, f"{outcome}")
    expect(theirs(kind, record) == kind.datum(record), "confluent-kafka writes other bytes")


def theirs(kind, record):
    """The payload that confluent-kafka's own v1 serializer writes, from its mock registry."""
    from confluent_kafka.schema_registry import header_schema_id_serializer

    mock = SchemaRegistryClient.new_client({"url": "mock://x"})
    headers = {}
    write = AvroSerializer(
        mock,
        json.dumps(kind.request_text),
        lambda r, c: r,
        {"auto.register.schemas": True, "schema.id.serializer": header_schema_id_serializer},
    )
    context = SerializationContext("t", MessageField.VALUE, headers)
    value = write(record, context)
    expect(bytes(headers["__value_schema_id"])[:1] == b"\x01" and len(headers["__value_schema_id"]) == 17, f"{headers}")
    return value


def urlopen(url):
    import urllib.request

    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


@story(on="registry")
def registry_away(stage):
    """Registry down: known schemas go on, unknown ones wait, ready says why, nothing is lost, a restart uses the disk."""
    url, cache = stage.sandbox.http, f"{stage.folder}/schemas-cache"
    settings = {"registry.url": url, "registry.cache.path": cache}
    worker = stage.worker(**settings).ready()
    registry = client(url)
    kind = order_type("check-portability")
    older = json.loads(json.dumps(kind.request_text))
    older["fields"] = [f for f in older["fields"] if f["name"] in ("requestId", "number")]
    known = registry.register_schema("known", Schema(json.dumps(kind.request_text), "AVRO"))
    new = registry.register_schema("new", Schema(json.dumps(older), "AVRO"))
    reader = stage.reader()
    framed = lambda schema_id, datum: b"\x00" + schema_id.to_bytes(4, "big") + datum  # noqa: E731
    stage.send_bytes(framed(known, kind.datum(portability())), partition=0)
    stage.flush()
    reader.until(1)
    stage.sandbox.fault(api="registry", kind="status", status=503, code=5, times=-1)
    import io

    import fastavro

    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(older), portability())
    stage.send_bytes(framed(new, out.getvalue()), partition=1)
    stage.send_bytes(framed(known, kind.datum(portability())), partition=0)
    stage.flush()
    reader.until(2)
    wait_for(lambda: "registry" in worker.page("/health/ready")[1], "readiness to name the registry")
    expect(worker.stop() == 0, worker.log())
    worker = stage.worker(**settings)
    stage.send_bytes(framed(known, kind.datum(portability())), partition=0)
    stage.flush()
    reader.until(3)
    expect(len(reader.more(0.5)) == 3, "an order of an unknown schema has an outcome")
    stage.sandbox.heal()
    reader.until(4)
    worker.ready()


@story(on="registry")
def basic_authentication(stage):
    """The registry asks for user and password."""
    url = stage.sandbox.http
    stage.sandbox.control("POST", "switches", {"registryUser": "reader", "registryPassword": "open-sesame"})
    registry = client(url, **{"basic.auth.user.info": "reader:open-sesame"})
    worker = stage.worker(
        **{"registry.url": url, "registry.username": "reader", "registry.password": "open-sesame", "outcome.framing": "confluent-v0"}
    ).ready()
    kind = order_type("check-portability")
    reader = stage.reader()
    stage.send_bytes(serializer(registry, kind.request_text)(portability(), SerializationContext(stage.requests, MessageField.VALUE)))
    stage.flush()
    expect(reader.until(1)[0].value()[:1] == b"\x00", "not v0")
    expect("open-sesame" not in worker.log(), "the password is in the log")


@story(on="registry")
def java_as_upstream_md_shows_it(stage):
    """schemas/UPSTREAM.md, Java with a registry: Apicurio's serializer and deserializer."""
    stage.worker(**{"registry.url": registry_url, "outcome.framing": "confluent-v0"}).ready()
    library = "io.apicurio:apicurio-registry-serdes-avro-serde:2.6.13.Final"
    done = run_java(stage, WITH_REGISTRY, library, REGISTRY=registry_url.replace("/ccompat/v7", "/registry/v2"))
    expect(done.stdout == "reserve-numbers-by-exchange COMPLETED\n", f"{done.stdout}{done.stderr}")


if __name__ == "__main__":
    folder = tempfile.mkdtemp(prefix="whc-registry-")
    script = ROOT / "tests" / "lib" / "registry"
    registry_url = subprocess.run([script, "start", folder], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
    try:
        code = on_real_kafka("registry", sys.argv[1:])
    finally:
        subprocess.run([script, "stop", folder], check=True)
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(code)
