"""What a schema registry can answer, and what stands in front of one."""

import gzip

from events import outcomes_by_request
from order_types import order_type, portability
from orders import dead_letter, one
from registries import HTML, Registry, confluent_v0, error, of_schema
from story import story
from waiting import expect, wait_for


def framed(schema_id, record, writer=None):
    """The record as a Confluent frame, in the catalogue's schema or in a writer's own."""
    datum = order_type("check-portability").datum(record) if writer is None else writer(record)
    return confluent_v0(schema_id, datum)


def send(stage, schema_id, writer=None):
    request = portability()
    stage.send_bytes(framed(schema_id, request, writer), key=b"k")
    stage.flush()
    return request["requestId"]


def expect_completed(reader, request):
    wait_for(lambda: request in outcomes_by_request(reader.more()), "the outcome")
    expect(one(reader.messages, request)["outcome"]["status"] == "COMPLETED", f"{one(reader.messages, request)}")


@story(on="embedded")
def an_unknown_schema_is_asked_for_again(stage):
    """40403: one that comes in time costs nothing; one that does not is a dead letter, and is asked for anew for the next request."""
    registry, kind = Registry(), order_type("check-portability")
    good = (200, of_schema(kind.request_text))
    stage.worker(**{"registry.url": registry.url, "registry.unknown.ms": 60000}).ready()
    reader = stage.reader()
    request = send(stage, 1)
    wait_for(lambda: registry.asked.count("/schemas/ids/1") >= 2, "it to be asked for again")
    registry.answers["/schemas/ids/1"] = good
    expect_completed(reader, request)
    expect(not stage.reader(stage.dead).more(), "a dead letter")
    stage.stop_workers()

    worker = stage.worker(
        "two", **{"registry.url": registry.url, "registry.unknown.ms": 700, "group.id": f"{stage.group}-2", "takeover.trust.ledger": "on"}
    ).ready()
    dead_letter(stage, framed(2, portability()), "schema")
    expect(registry.asked.count("/schemas/ids/2") >= 2, f"{registry.asked}")
    expect(worker.page("/health/ready")[0] == 200, worker.page("/health/ready")[1])
    registry.answers["/schemas/ids/2"] = good
    expect_completed(reader, send(stage, 2))
    registry.close()


@story(on="embedded")
def many_unknown_schemas_wait_together(stage):
    """Forty ids that nobody knows in one partition: their waits do not add up."""
    registry = Registry()
    stage.worker(**{"registry.url": registry.url, "registry.unknown.ms": 4000}).ready()
    reader = stage.reader(stage.dead)
    for schema_id in range(100, 140):
        stage.send_bytes(framed(schema_id, portability()), key=b"k")
    stage.flush()
    wait_for(lambda: len(set(registry.asked)) == 40, "all to be asked for", 10)
    expect(not reader.more(), "a dead letter before its time")
    reader.until(40)
    registry.close()


@story(on="embedded")
def trouble_of_the_registry_is_waited_out(stage):
    """All that is neither a schema nor 40403: nothing is dead, readiness says what the registry said, and it goes on by itself."""
    registry, kind = Registry(), order_type("check-portability")
    good = of_schema(kind.request_text)
    troubles = [
        ((404, HTML), "404 with what is not the registry's: '<!DOCTYPE html>"),
        ((404, b""), "404 with no body"),
        ((404, error(40401, "Subject 'a' not found.")), "404, error code 40401: 'Subject ?a? not found.'"),
        ((404, error(40402, "Version 1 not found.")), "error code 40402"),
        ((404, error(404, "HTTP 404 Not Found")), "error code 404"),
        ((404, b'{"error_code": "40403", "message": "of another kind"}'), "of another kind"),
        ((404, gzip.compress(error(40403)), {"Content-Encoding": "gzip"}), "'gzip'"),
        ((500, error(40403)), "answers 500, error code 40403"),
        ((200, error(40403)), "answers 200, error code 40403"),
        ((302, b"", {"Location": "https://login.example/"}), "a redirection to 'https://login.example/'"),
        ((301, good, {"Location": "/elsewhere"}), "a redirection to '/elsewhere'"),
        ((200, gzip.compress(good), {"Content-Encoding": "gzip"}), "200 with a body in an encoding that was not asked for, 'gzip'"),
        ((200, good[:-9]), "200 with what is not the registry's"),
        ((200, HTML), "200 with what is not the registry's: '<!DOCTYPE html>"),
        ((200, b"{}"), "200 with what is not the registry's: '{}'"),
        ((200, b'{"schema": 7}'), "answers 200"),
        ((204, b""), "204 with no body"),
        ((401, error(401, "Unauthorized")), "401, error code 401: 'Unauthorized'"),
        ((503, HTML), "answers 503"),
    ]
    worker = stage.worker(**{"registry.url": registry.url, "registry.unknown.ms": 0}).ready()
    reader, dead = stage.reader(), stage.reader(stage.dead)
    for schema_id, (answer, words) in enumerate(troubles, 1):
        registry.answers[f"/schemas/ids/{schema_id}"] = answer
        request = send(stage, schema_id)
        wait_for(lambda: words in worker.page("/health/ready")[1], f"readiness to say '{words}', not {worker.page('/health/ready')[1]}", 10)
        code, why = worker.page("/health/ready")
        expect(code == 503 and "the schema registry 127.0.0.1" in why and "BT" not in why, why)
        registry.answers[f"/schemas/ids/{schema_id}"] = (200, good)
        expect_completed(reader, request)
        wait_for(lambda: worker.page("/health/ready")[0] == 200, "readiness")
    registry.close()
    send(stage, 999)
    wait_for(lambda: "the schema registry 127.0.0.1" in worker.page("/health/ready")[1], "readiness to say that it is away")
    expect(
        "was not reached" in worker.page("/health/ready")[1] and "BT" not in worker.page("/health/ready")[1],
        worker.page("/health/ready")[1],
    )
    expect(not dead.more(), "a dead letter")


@story(on="embedded")
def a_writers_defaults_are_not_judged(stage):
    """An empty uuid as a default, NaN, a hyphen in a namespace of the writer's own: read all the same."""
    registry = Registry()
    schema = {
        "type": "record",
        "name": "CheckPortabilityRequest",
        "namespace": "whc",
        "fields": [
            {"name": "requestId", "type": {"type": "string", "logicalType": "uuid"}, "default": ""},
            {"name": "weight", "type": "double", "default": float("nan")},
            {"name": "origin", "type": {"type": "record", "name": "Origin", "namespace": "com.example.order-desk", "fields": []}},
            {"name": "number", "type": "string", "default": 7},
        ],
    }
    registry.answers["/schemas/ids/1"] = (200, of_schema(schema))

    def write(record):
        def text(value):
            return bytes([len(value) * 2]) + value.encode()

        return text(record["requestId"]) + bytes(8) + text(record["number"])

    stage.worker(**{"registry.url": registry.url}).ready()
    reader = stage.reader()
    expect_completed(reader, send(stage, 1, write))
    registry.close()


@story(on="embedded")
def a_reference_that_was_deleted_softly(stage):
    """A schema refers to a version that its owner deleted: Confluent's registry gives it only when asked for deleted ones."""
    registry = Registry()
    number = {"type": "record", "name": "whc.Number", "fields": [{"name": "digits", "type": "string"}]}
    schema = {
        "type": "record",
        "name": "whc.CheckPortabilityRequest",
        "fields": [{"name": "requestId", "type": "string"}, {"name": "number", "type": "string"}, {"name": "other", "type": "whc.Number"}],
    }
    registry.answers["/schemas/ids/1"] = (200, of_schema(schema, [{"name": "whc.Number", "subject": "a/number", "version": 3}]))
    registry.answers["/subjects/a%2Fnumber/versions/3"] = (404, error(40402, "Version 3 not found."))
    registry.answers["/subjects/a%2Fnumber/versions/3?deleted=true"] = (200, of_schema(number))

    def write(record):
        def text(value):
            return bytes([len(value) * 2]) + value.encode()

        return text(record["requestId"]) + text(record["number"]) + text("1")

    stage.worker(**{"registry.url": registry.url}).ready()
    reader = stage.reader()
    expect_completed(reader, send(stage, 1, write))
    registry.close()


@story(on="embedded")
def several_registries(stage):
    """One that is away, one whose proxy answers for it, and a good one: the good one is asked, and the worker is ready."""
    away, proxy, good = Registry(), Registry(), Registry()
    away.close()
    proxy.answers = {f"/schemas/ids/{i}": (502, HTML) for i in range(1, 9)}
    good.answers = {f"/schemas/ids/{i}": (200, of_schema(order_type("check-portability").request_text)) for i in range(1, 9)}
    worker = stage.worker(**{"registry.url": f"{away.url}, {proxy.url}/,{good.url}"}).ready()
    reader = stage.reader()
    for schema_id in range(1, 4):
        expect_completed(reader, send(stage, schema_id))
        expect(worker.page("/health/ready")[0] == 200, worker.page("/health/ready")[1])
    expect(len(proxy.asked) == 1, f"the one in trouble was asked {len(proxy.asked)} times")
    good.close()
    proxy.answers = {"/schemas/ids/5": good.answers["/schemas/ids/5"]}
    expect_completed(reader, send(stage, 5))
    proxy.close()


@story(on="embedded")
def values_of_go_and_rust(stage):
    """Single-object values as hamba/avro (Go) and apache-avro (Rust) write them, with fingerprints of their own."""
    stage.worker().ready()
    reader = stage.reader()
    number = b"\x00\x1601632960000\x00"
    for fingerprint, request in (
        ("df5723a2857bb05b", "7b0c2f0e-2d5c-4c7e-9a43-0d4f6f3f0a01"),
        ("c09d0ca1e2f83c3c", "7b0c2f0e-2d5c-4c7e-9a43-0d4f6f3f0a02"),
    ):
        stage.send_bytes(b"\xc3\x01" + bytes.fromhex(fingerprint) + b"\x48" + request.encode() + number, key=b"k")
        stage.flush()
        expect_completed(reader, request)
