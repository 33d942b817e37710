"""What the log says of orders: one line for each thing that happens, when it is known to have happened."""

import json

from order_types import portability
from orders import decide, example, final, outcomes, submit
from story import story
from timings import FAST_CALLS
from waiting import expect, wait_for

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def lines(worker, event, request=None):
    """The log's lines of this event, of this request where one is given; log.format=json."""
    found = [json.loads(line) for line in worker.log().splitlines() if line.startswith("{")]
    return [line for line in found if line.get("event") == event and request in (None, line.get("request"))]


def line(worker, event, request=None):
    """The one line of it, waited for: it comes after the outcome that it is about."""
    wait_for(lambda: lines(worker, event, request), f"a line {event}")
    found = lines(worker, event, request)
    expect(len(found) == 1, f"{event} {len(found)} times: {found}")
    return found[0]


def logging(stage, level="info", **more):
    return stage.worker(**{**FAST_CALLS, "log.format": "json", "log.level": level, **more}).ready()


@story(on="both")
def the_life_of_orders(stage):
    """Taken, called, in doubt, found, ended; parked and decided; repeated: each has its line with its fields, once."""
    worker = logging(stage, level="debug")
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="close-after-request")
    request = submit(stage, "create-order", "new-company", key="k")
    final(reader, request)
    ended = line(worker, "order.ended", request)
    expect((ended["type"], ended["status"], ended["level"], ended["attempts"]) == ("create-order", "COMPLETED", "info", 1), f"{ended}")
    expect(ended["partition"] >= 0 and ended["offset"] == 0 and "key" not in ended and ended["age_ms"] >= ended["took_ms"], f"{ended}")
    doubt = line(worker, "order.doubt", request)
    expect((doubt["level"], doubt["attempt"]) == ("warn", 1) and doubt["absent_in_ms"] > 0 and doubt["reference"], f"{doubt}")
    expect(line(worker, "order.doubt.ended", request)["end"] == "found", "not found")
    expect(line(worker, "order.taken", request)["offset"] == 0, "not taken")
    calls = lines(worker, "call.ended", request)
    expect([call["http"] for call in calls] == [0, 200] and all(call["took_ms"] >= 0 for call in calls), f"{calls}")

    stage.sandbox.fault(operationId="reserveNumbers", kind="close-after-request")
    request = submit(stage, "reserve-numbers-by-exchange", "two-numbers", key="k", exchangeGroupCode="ABDN")
    wait_for(lambda: outcomes(reader, request), "the outcome UNKNOWN")
    parked = line(worker, "order.parked", request)
    expect((parked["level"], parked["kind"], parked["code"], parked["step"]) == ("warn", "IN_DOUBT", "never", "reserve"), f"{parked}")
    decide(stage, "--who", "A. Person", request, "happened", "700501", "seen in the portal")
    final(reader, request)
    decided = line(worker, "order.decided", request)
    expect((decided["verdict"], decided["answer"], decided["who"]) == ("happened", "applied", "A. Person"), f"{decided}")
    ended = line(worker, "order.ended", request)
    expect((ended["kind"], ended["code"]) == ("DECISION", "happened"), f"{ended}")
    decide(stage, request, "retry", "again", code=1)


@story(on="both")
def what_is_left_out(stage):
    """log.orders=writes leaves out orders that only read, none all; warnings stay. The key comes with log.key only."""
    worker = logging(stage, **{"log.orders": "writes", "log.key": "on"})
    reader = stage.reader()
    reading = submit(stage, "check-portability", "portable-number", key="customer-42")
    final(reader, reading)
    request = submit(stage, "create-order", "new-company", key="customer-42")
    final(reader, request)
    expect(line(worker, "order.ended", request)["key"] == "customer-42", "no key")
    expect(not lines(worker, "order.ended", reading), "a reading order is logged")
    expect(worker.stop() == 0, worker.log())
    worker = logging(stage, **{"log.orders": "none"})
    stage.sandbox.fault(operationId="reserveNumbers", kind="close-after-request")
    quiet = submit(stage, "create-order", "new-company", key="another")
    final(reader, quiet)
    parked = submit(stage, "reserve-numbers-by-exchange", "two-numbers", key="k", exchangeGroupCode="ABDN")
    wait_for(lambda: outcomes(reader, parked), "the outcome UNKNOWN")
    line(worker, "order.parked", parked)
    expect(not lines(worker, "order.ended"), "an order is logged")


@story(on="both")
def repeated_and_dead(stage):
    """A repeat of a finished order, a message that is no request, a trace: each in its line; nothing of the content."""
    worker = logging(stage)
    reader = stage.reader()
    record = dict(portability(), number="01632960000")
    parent = f"00-{TRACE}-00f067aa0ba902b7-01".encode()
    request = submit(stage, "create-order", "new-company", key="k")
    final(reader, request)
    again = submit(stage, "create-order", "new-company", key="k", requestId=request)
    expect(again == request, "another request")
    repeated = line(worker, "order.repeated", request)
    expect((repeated["type"], repeated["status"]) == ("create-order", "COMPLETED"), f"{repeated}")
    stage.send("check-portability", record, key=b"k", headers=[("traceparent", parent)])
    stage.send_bytes(b"no request", key=b"01632 960000")
    stage.flush()
    dead = line(worker, "request.dead")
    expect((dead["reason"], dead["size"], dead["level"]) == ("framing", 10, "warn"), f"{dead}")
    final(reader, record["requestId"])
    expect(line(worker, "order.ended", record["requestId"])["trace_id"] == TRACE, "no trace")
    expect("960000" not in worker.log() and "no request" not in worker.log(), "content in the log")


@story(on="both")
def an_api_stops_and_goes_on(stage):
    """api.halted and api.open: once for each change, not once for each call."""
    worker = logging(stage, **{"bt.probe.ms": 200})
    reader = stage.reader()
    stage.sandbox.fault(api="portability", kind="status", status=403, code=50, times=6)
    requests = [submit(stage, "check-portability", "portable-number", key=f"k{i}") for i in range(4)]
    for request in requests:
        final(reader, request)
    halted = line(worker, "api.halted")
    expect((halted["http"], halted["level"]) == (403, "error"), f"{halted}")
    expect(line(worker, "api.open")["level"] == "info", "not open")


def texts(value):
    """All texts of four letters or more in a request, and its numbers."""
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts(one)]
    return [value] if isinstance(value, str) and len(value) > 3 else []


@story(on="both")
def nothing_of_a_customer(stage):
    """Nothing of what requests hold is in the log at level debug, but for words of the APIs."""
    worker = logging(stage, level="debug")
    reader = stage.reader()
    held = set(texts(example("create-order", "new-company")["request"])) - {"ADD", "PBX"}
    stage.sandbox.fault(operationId="createOrder", kind="status", status=400, code=28)
    for key in ("k", "l"):  # refused, and completed
        final(reader, submit(stage, "create-order", "new-company", key=key))
    wait_for(lambda: len(lines(worker, "order.ended")) == 2, "two ends")
    told = worker.log()
    words = {text for text in held if f'"{text}' in told or f" {text} " in told}
    expect(not words, f"of the request in the log: {words}")
    expect("960000" not in told and "960 000" not in told, "a number in the log")
