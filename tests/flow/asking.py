"""People ask about an order: where it is, what happened to it, what to do next."""

import json
import signal
import subprocess

import jsonschema

from journeys import Calendar, begin
from notifications import notify
from order_types import request_id
from orders import create_order, decide, evidence, final, outcomes, parked, submit
from paths import WORKER
from story import story
from timings import FAST_CALLS
from waiting import expect, wait_for


def ask(stage, request, code, *words):
    """`order REQUEST --json`, which must end with this exit code."""
    got, out, err = stage.run("order", request, "--json", *words)
    expect(got == code, f"exit code {got} instead of {code}\n{out}{err}")
    return json.loads(out.splitlines()[-1]) if out else None


def ask_any(stage, request):
    """The same, whatever it says; None: nothing is known of it."""
    code, out, err = stage.run("order", request, "--json")
    return json.loads(out.splitlines()[-1]) if out else None


def kinds(order):
    return [fact["kind"] for fact in order["facts"]]


def place(order, kind):
    fact = next(fact for fact in order["facts"] if fact["kind"] == kind)
    return fact["topic"], fact["partition"], fact["offset"]


def parked_and_behind(stage, reader):
    """A write whose reply is lost, and one of the same key: the first is parked, the second waits behind it."""
    stage.sandbox.fault(operationId="reserveNumbers", kind="close-after-request")
    request = submit(stage, "reserve-numbers-by-exchange", "two-numbers", key="k", exchangeGroupCode="ABDN")
    behind = submit(stage, "reserve-numbers-by-exchange", "two-numbers", key="k", exchangeGroupCode="ABDN")
    wait_for(lambda: outcomes(reader, request), "the outcome UNKNOWN")
    return request, behind


@story(on="both")
def an_order_in_each_state(stage):
    """Parked, behind it, decided, finished, only reading, unknown: each is shown as topics and sandbox have it."""
    stage.worker(**{**FAST_CALLS, "ledger.after.ms": 100}).ready()
    reader = stage.reader()
    request, behind = parked_and_behind(stage, reader)
    order = ask(stage, request, 4)
    expect(kinds(order)[:3] == ["requested", "taken", "attempt"] and kinds(order)[-1] == "outcome", f"{order}")
    expect((order["state"], order["waitsFor"], order["why"]["code"]) == ("PARKED", "person", "never"), f"{order}")
    expect(f"decide {request}" in order["next"], f"{order}")
    wait_for(lambda: parked(stage, "--all") and len(parked(stage, "--all")) == 2, "the order behind it in the ledger")
    order = ask(stage, behind, 4)
    expect((order["state"], order["waitsFor"], order["waitsBehind"]) == ("QUEUED", "key", request), f"{order}")
    expect(ask(stage, request, 4)["behind"] == 1, "nobody waits behind it")
    decide(stage, "--who", "A. Person", request, "happened", "700501", "seen in the portal")
    final(reader, request)
    order = ask(stage, request, 0)
    expect(kinds(order)[-2:] == ["decided", "outcome"] and order["final"], f"{order}")
    final(reader, behind)
    reading = submit(stage, "check-portability", "portable-number", key="another")
    final(reader, reading)
    order = ask(stage, reading, 0)
    expect(kinds(order) == ["requested", "outcome"], f"{order}")
    ask(stage, request_id(), 3)
    expect(stage.run("order", "nonsense")[0] == 2, "nonsense is a request id")


@story(on="both")
def many_orders(stage):
    """orders: filters by state, type, key, code, what is waited for and age; a word that is none is refused by name."""
    stage.worker(**{**FAST_CALLS, "ledger.after.ms": 100}).ready()
    reader = stage.reader()
    request, behind = parked_and_behind(stage, reader)
    wait_for(lambda: len(parked(stage, "--all")) == 2, "the order behind it in the ledger")

    def found(*words):
        code, out, err = stage.run("orders", "--json", *words)
        expect(code == 0, f"orders {words}: {out}{err}")
        return [json.loads(line)["requestId"] for line in out.splitlines()]

    expect(sorted(found()) == sorted([request, behind]), f"{found()}")
    rows = [
        (["--state", "parked"], [request]),
        (["--state", "QUEUED,PARKED", "--limit", "1"], found()[:1]),
        (["--waits-for", "key"], [behind]),
        (["--waits-for", "message"], []),
        (["--code", "IN_DOUBT/never"], [request]),
        (["--code", "lookup"], []),
        (["--key", "another"], []),
        (["--type", "create-order"], []),
        (["--older-than", "1h"], []),
        (["--older-than", "1ms", "--key", "k", "--waits-for", "person"], [request]),
    ]
    for words, want in rows:
        expect(found(*words) == want, f"{words}: {found(*words)}")
    for words in (["--state", "ASLEEP"], ["--waits-for", "godot"], ["--type", "no-such"], ["--older-than", "old"], ["--limit", "x"]):
        code, out, err = stage.run("orders", *words)
        expect(code == 2 and words[0] in err and words[1] in err, f"{words}: {code} {err}")
    code, out, err = stage.run("orders")
    expect(code == 0 and request in out and f"behind {request}" in out and "\033" not in out, out)


@story(on="both")
def many_are_decided(stage):
    """decide --all: shown first, done only when they are as many as --yes says; what a step does not have is refused by its owner."""
    stage.worker(**{**FAST_CALLS, "bt.delivery.max.ms": 100, "bt.read.lag.ms": 100}).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="reserveNumbers", kind="close-before-reply", times=3)
    requests = [submit(stage, "reserve-numbers-by-exchange", "two-numbers", key=f"k{i}", exchangeGroupCode="ABDN") for i in range(3)]
    for request in requests:
        wait_for(lambda request=request: outcomes(reader, request), "the outcome UNKNOWN")
    said = decide(stage, "--output", "nonsense=1", requests[0], "happened", "700501", code=1)
    expect("has no output 'nonsense'" in said, said)
    words = ("--all", "--type", "reserve-numbers-by-exchange", "--code", "never")
    code, out, err = stage.run("decide", *words, "--dry-run", "reject", "not at BT")
    expect(code == 0 and all(request in out for request in requests) and "3 orders; nothing was sent" in err, f"{code} {out}{err}")
    code, out, err = stage.run("decide", *words, "--yes", "2", "reject", "not at BT")
    expect(code == 2 and "--yes 3" in err, f"{code} {out}{err}")
    expect(stage.run("decide", *words, "--yes", "3", "happened", "not at BT")[0] == 2, "one id for all")
    expect(len(parked(stage)) == 3, "something was done")
    wait_for(lambda: stage.run("decide", *words, "--yes", str(len(parked(stage))), "reject", "not at BT")[0] == 0, "the decisions to count")
    for request in requests:
        expect(final(reader, request)["outcome"]["status"] == "REJECTED", "not rejected")


@story(on="both")
def as_the_schemas_say(stage):
    """What --json prints fits what `schema` prints; `status` asks two workers, one of which is not there."""
    worker = stage.worker(**FAST_CALLS).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="reserveNumbers", kind="close-after-request")
    request = submit(stage, "reserve-numbers-by-exchange", "two-numbers", key="k", exchangeGroupCode="ABDN")
    wait_for(lambda: outcomes(reader, request), "the outcome UNKNOWN")
    url = f"http://127.0.0.1:{worker.port()}"
    commands = {
        "order": ["order", request, "--json"],
        "orders": ["orders", "--json"],
        "outcome": ["watch", "--from-beginning", "--count", "1", "--json"],
        "status": ["status", "--json", url, "http://127.0.0.1:1"],
        "check": ["check", "--json"],
    }
    for name, command in commands.items():
        schema = json.loads(subprocess.run([WORKER, "schema", name], check=True, capture_output=True).stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
        lines = stage.run(*command)[1].splitlines()
        expect(lines, f"{name} prints nothing")
        for line in lines:
            jsonschema.validate(json.loads(line), schema, cls=jsonschema.Draft202012Validator)
    code, out, err = stage.run("status", url)
    expect(code == 0 and " yes " in out, f"{code} {out}{err}")
    code, out, err = stage.run("status", url, "http://127.0.0.1:1")
    expect(code == 1 and "was not reached" in out, f"{code} {out}{err}")
    expect(subprocess.run([WORKER, "schema", "nonsense"], capture_output=True).returncode == 2, "there is a schema of nonsense")


@story(on="both")
def an_order_is_followed(stage):
    """--follow adds what comes and ends with the final outcome; Ctrl-C ends it, and it names the order."""
    stage.worker(**FAST_CALLS).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="reserveNumbers", kind="close-after-request")
    request = submit(stage, "reserve-numbers-by-exchange", "two-numbers", key="k", exchangeGroupCode="ABDN")
    wait_for(lambda: outcomes(reader, request), "the outcome UNKNOWN")
    stopped, followed = stage.start("order", request, "--follow"), stage.start("order", request, "--follow")
    for one in (stopped, followed):
        wait_for(lambda one=one: "UNKNOWN" in one.log(), "the order to be shown")
    stopped.signal(signal.SIGINT)
    expect(stopped.wait() == 4 and f"still open: {request}" in stopped.log(), stopped.log())
    decide(stage, request, "happened", "700501", "seen")
    final(reader, request)
    expect(followed.wait() == 0 and "COMPLETED" in followed.log() and "decided" in followed.log(), followed.log())


@story(on="real")
def while_its_worker_is_killed(stage):
    """Its worker is killed during a call: it is shown as the ledger has it; the doubt and look-up of the next owner join it."""
    settings = {**FAST_CALLS, "bt.call.timeout.ms": 1000}
    worker = stage.worker(**settings).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="delay", ms=800)
    request = stage.send("create-order", create_order(), key=b"k")
    stage.flush()
    wait_for(lambda: worker.metric("whc_calls_running") == 1 and parked(stage, "--all"), "the call to be on its way")
    worker.kill()
    order = ask(stage, request, 4)
    expect(order["state"] == "INTENDED" and order["attempt"] == 1, f"{order}")
    following = stage.worker(**settings).ready()
    final(reader, request)
    expect(following.log().count(f"event=order.doubt request={request}") == 1, following.log())
    order = ask(stage, request, 0)
    expect(kinds(order)[:5] == ["requested", "taken", "attempt", "doubt", "look-up"] and kinds(order)[-1] == "outcome", f"{order}")
    expect(order["state"] == "COMPLETED" and order["orderId"], f"{order}")


@story(on="both")
def what_waits_and_what_is_dead(stage):
    """A halted API's order, one in doubt that is being looked for, and a request that is a dead letter."""
    stage.worker(**{**FAST_CALLS, "ledger.after.ms": 100, "bt.probe.ms": 100}).ready()
    reader = stage.reader()
    stage.sandbox.fault(api="portability", kind="status", status=403, code=50, times=-1)
    waiting = submit(stage, "check-portability", "portable-number", key="a")
    wait_for(lambda: parked(stage, "--all"), "the order in the ledger")
    order = ask(stage, waiting, 4)
    expect((order["state"], order["waitsFor"]) == ("QUEUED", "retry"), f"{order}")
    stage.sandbox.fault(operationId="listOrders", kind="status", status=503, code=5, times=-1)
    stage.sandbox.fault(operationId="createOrder", kind="close-after-request")
    doubtful = submit(stage, "create-order", "new-company", key="b")
    wait_for(lambda: ask(stage, doubtful, 4).get("waitsFor") == "look-up", "the order to be looked for")
    dead = stage.send("create-order", create_order(), key=None)
    stage.flush()
    wait_for(lambda: (ask_any(stage, dead) or {}).get("state") == "DEAD", "the dead letter")
    order = ask(stage, dead, 1)
    expect(kinds(order) == ["requested", "dead"] and "no-key" in order["facts"][1]["text"] and "replay" in order["next"], f"{order}")
    stage.sandbox.heal()
    final(reader, waiting)
    final(reader, doubtful)
    expect([ask(stage, request, 0)["final"] for request in (waiting, doubtful)] == [True, True], "not final")


@story(on="both")
def an_order_that_waits(stage):
    """Each message is a line: what it said and where the order went, or that it is kept for a later step; and what can be decided."""
    calendar = Calendar(stage)
    reader, request = begin(stage, calendar, "01632960020")
    calendar.go_to(calendar.next_of_sandbox())
    calendar.pass_on()
    wait_for(lambda: (ask_any(stage, request) or {}).get("step") == "awaitReady", "the order to go on")
    [reference] = evidence(stage, "createImportOrder")
    notify(stage, reference, portStatus="SCHEDULED", event_time="2026-12-02T10:00:00.000Z")
    stage.flush()

    def kept(order):
        return [
            fact["at"][:19]
            for fact in order["facts"]
            if fact["kind"] == "kept" and "ProductOrderStateChangeEvent  SCHEDULED" in fact["text"]
        ]

    wait_for(lambda: "2026-12-02T10:00:00" in kept(ask(stage, request, 4)), "the message to be kept")
    order = ask(stage, request, 4)
    told = [fact["text"] for fact in order["facts"] if fact["kind"] == "outcome"]
    expect(any(text.startswith("PROGRESS at awaitAcceptance") and "REPORTED/LCP_ACCEPTED" in text for text in told), f"{told}")
    expect(told[-1].startswith("PROGRESS at submitOrder, waits at awaitReady until 20"), f"{told}")
    expect(order["next"] == f'nothing, or whc-worker decide {request} look | heard | skip | cancel "why"', f"{order['next']}")
    decide(stage, request, "cancel", "the customer withdrew")
    final(reader, request)
    expect("next" not in ask(stage, request, 1), "what has ended is to be decided")
