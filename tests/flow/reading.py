"""Orders that only read at BT: the good way, and what ends without a call."""

from events import header, outcomes_by_request
from order_types import portability
from orders import TARGET, ask, final, one, submit, target
from story import story
from waiting import expect, wait_for


@story(on="both")
def a_request_becomes_a_call_and_an_outcome(stage):
    """The thinnest path, with everything an outcome event must carry."""
    stage.worker().ready()
    reader = stage.reader()
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    request = stage.send("check-portability", portability("01632960000"), key=b"order-7", headers=[("traceparent", trace.encode())])
    stage.flush()
    wait_for(lambda: request in outcomes_by_request(reader.more()), "the outcome")
    outcome = one(reader.messages, request)
    message = next(m for m in reader.messages if header(m, "ce_subject") == request)
    expect(outcome["outcome"]["status"] == "COMPLETED" and outcome["outcome"]["final"], f"{outcome}")
    expect(outcome["result"]["portState"] == "PORTABLE", f"{outcome['result']}")
    expect(outcome["outcome"]["attempts"] == 1 and len(outcome["outcome"]["trackingIds"]) == 1, f"{outcome}")
    expect(message.key() == b"order-7", "the key is not carried over")
    expect(header(message, "ce_specversion") == "1.0" and header(message, "content-type") == "application/avro", "CloudEvents")
    expect(header(message, "ce_id") == str(outcome["outcome"]["outcomeId"]), "ce_id is not the outcome id")
    expect(header(message, "traceparent") == trace, "the trace is lost")
    sent = [r for r in stage.sandbox.control("GET", "requests?last=5") if r["target"] == target("01632960000")]
    headers = {k.lower(): v for k, v in sent[-1]["headers"].items()}
    expect(headers.get("traceparent") == trace, "the trace does not reach BT")
    expect(headers.get("apigw-tracking-header") == outcome["outcome"]["trackingIds"][0], "another tracking id was sent")


@story(on="both")
def only_a_valid_trace_goes_on(stage):
    """Several tracestate headers are one; of an invalid traceparent nothing goes on, neither to BT nor to the outcome."""
    stage.worker().ready()
    reader = stage.reader()
    good, zero = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", b"00-00000000000000000000000000000000-00f067aa0ba902b7-01"
    state = [("tracestate", b"rojo=1"), ("tracestate", b"congo=2")]
    cases = [
        ([("traceparent", good), *state], (good.decode(), "rojo=1,congo=2")),
        ([("traceparent", zero), *state], (None, None)),
        (state, (None, None)),
        ([("traceparent", good), ("traceparent", good)], (None, None)),
        ([("traceparent", good), ("tracestate", b"X")], (good.decode(), None)),
    ]
    for i, (headers, wanted) in enumerate(cases):
        number = f"0163296001{i}"
        request = stage.send("check-portability", portability(number), key=b"order-7", headers=headers)
        stage.flush()
        wait_for(lambda: request in outcomes_by_request(reader.more()), f"the outcome with {headers}")
        message = next(m for m in reader.messages if header(m, "ce_subject") == request)
        sent = [r for r in stage.sandbox.control("GET", "requests?last=5") if r["target"] == target(number)]
        called = {k.lower(): v for k, v in sent[-1]["headers"].items()}
        expect((called.get("traceparent"), called.get("tracestate")) == wanted, f"BT got {called} for {headers}")
        expect((header(message, "traceparent"), header(message, "tracestate")) == wanted, f"the outcome of {headers}")


@story(on="embedded")
def a_tracking_id_of_the_request_reaches_bt(stage):
    """The header whc-tracking becomes APIGW-Tracking-Header, so that BT's sandbox values can be reached."""
    stage.worker().ready()
    outcome = ask(stage, portability("01632960003"), headers=[("whc-tracking", b"sandbox-value-7")])["outcome"]
    calls = [r for r in stage.sandbox.control("GET", "requests?last=20") if r["target"] == target("01632960003")]
    headers = {name.lower(): value for name, value in calls[-1]["headers"].items()}
    expect(len(calls) == 1 and headers.get("apigw-tracking-header") == "sandbox-value-7", f"{calls}")
    expect(outcome["trackingIds"] == ["sandbox-value-7"], f"{outcome}")


@story(on="both")
def orders_of_a_key_go_in_sequence(stage):
    """300 orders over 10 keys and many without: of a key never two calls at once, outcomes in order."""
    stage.sandbox.fault(api="portability", kind="delay", ms=5, times=-1)
    stage.worker(**{"bt.window": 200}).ready()
    reader = stage.reader()
    sent = {}
    for i in range(300):
        key = f"key-{i % 10}"
        sent.setdefault(key, []).append(stage.send("check-portability", portability(f"016329600{i % 10:02d}"), key=key.encode()))
    stage.flush()
    reader.until(300)
    for key, requests in sent.items():
        came = [header(m, "ce_subject") for m in reader.messages if m.key() == key.encode()]
        expect(came == requests, f"{key}: outcomes are not in the order of the requests")
    for number in range(10):
        most = stage.sandbox.counts(target(f"016329600{number:02d}"))
        expect(most["inFlightMax"] == 1, f"two calls of a key at once: {most}")


@story(on="both")
def many_keys_go_in_parallel(stage):
    """With 100 keys and a slow BT the calls overlap."""
    stage.sandbox.fault(api="portability", kind="delay", ms=100, times=-1)
    stage.worker().ready()
    reader = stage.reader()
    for i in range(200):
        stage.send("check-portability", portability(), key=f"key-{i}".encode())
    stage.flush()
    reader.until(200)
    most = stage.sandbox.counts()["inFlightMax"]
    expect(most > 50, f"at most {most} calls at once")


@story(on="both")
def contract_and_rules(stage):
    """A broken contract and a broken rule end REJECTED, name the field and the rule, and make no call."""
    stage.worker().ready()
    before = stage.sandbox.counts()["total"]
    broken = portability("not a number")
    outcome = ask(stage, broken)["outcome"]
    expect((outcome["status"], outcome["reason"]["kind"], outcome["reason"]["code"]) == ("REJECTED", "CONTRACT", "number"), f"{outcome}")
    outcome = ask(stage, portability("01632960009", rangeEnd="01632960000"))["outcome"]
    expect((outcome["status"], outcome["reason"]["code"]) == ("REJECTED", "rangeInOrder"), f"{outcome}")
    calls = [r for r in stage.sandbox.control("GET", "requests?last=100") if r["target"].startswith(TARGET)]
    expect(not calls, f"a call was made ({before} requests before)")


@story(on="both")
def expired(stage):
    """notAfter in the past: FAILED, EXPIRED, no call."""
    stage.worker().ready()
    outcome = ask(stage, portability(notAfter=1000))["outcome"]
    expect((outcome["status"], outcome["reason"]["kind"], outcome["attempts"]) == ("FAILED", "EXPIRED", 0), f"{outcome}")


@story(on="both")
def journeys_need_a_ledger_with_waits(stage):
    """Where the ledger is written in a format without waits, an order type that waits ends REJECTED, NOT_SERVED, without a call."""
    stage.worker(**{"ledger.format": "2"}).ready()
    reader = stage.reader()
    request = submit(stage, "provide-with-ported-numbers", "range-of-three")
    outcome = final(reader, request)["outcome"]
    expect(
        (outcome["status"], outcome["reason"]["kind"], outcome["reason"]["code"]) == ("REJECTED", "NOT_SERVED", "ledger.format"),
        f"{outcome}",
    )
