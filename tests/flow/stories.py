"""The real worker against the sandbox: one function per story, its first line says what it shows.

Usage: stories.py embedded|real [--list | STORY...]
"""
import json
import pathlib
import shutil
import sys

from events import header, outcomes_by_request
from order_types import order_type, portability
from orders import TARGET, ask, dead_letter, final, one, submit, target
from paths import SCHEMAS
from story import AT_ONCE, load, on_embedded, on_real_kafka, story
from waiting import expect, wait_for

# --- the good way ---

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
    cases = [([("traceparent", good), *state], (good.decode(), "rojo=1,congo=2")), ([("traceparent", zero), *state], (None, None)),
             (state, (None, None)), ([("traceparent", good), ("traceparent", good)], (None, None)), ([("traceparent", good), ("tracestate", b"X")], (good.decode(), None))]
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
def journeys_are_not_served_yet(stage):
    """An order type that waits for BT's notifications ends REJECTED, NOT_SERVED, without a call."""
    stage.worker().ready()
    reader = stage.reader()
    request = submit(stage, "provide-with-ported-numbers", "range-of-three")
    outcome = final(reader, request)["outcome"]
    expect((outcome["status"], outcome["reason"]["kind"], outcome["reason"]["code"]) == ("REJECTED", "NOT_SERVED", "receive"), f"{outcome}")


# --- bad input ---

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
def a_reading_order_survives_bad_replies(stage):
    """Each kind of bad reply ends a reading order FAILED with what was wrong: never a crash, never an endless wait."""
    stage.worker(**{"bt.attempts.max": 2, "bt.backoff.first.ms": 1, "bt.call.timeout.ms": 800, "bt.tcp.user.timeout.ms": 800,
                    "bt.reply.max.bytes": 5000}).ready()
    table = [("garbage", {}, "BAD_REPLY", "json"), ("html502", {}, "UNAVAILABLE", "attempts"),
             ("wrong-type", {}, "BAD_REPLY", "type"), ("huge", {"bytes": 100000}, "BAD_REPLY", "size"),
             ("truncated", {}, "UNAVAILABLE", "attempts"), ("stall", {"at": "start"}, "UNAVAILABLE", "attempts"),
             ("stall", {"at": "headers"}, "UNAVAILABLE", "attempts"), ("stall", {"at": "body"}, "UNAVAILABLE", "attempts"),
             ("close-before-reply", {}, "UNAVAILABLE", "attempts"), ("close-after-request", {}, "UNAVAILABLE", "attempts"),
             ("error-with-200", {}, "BAD_REPLY", "criteria"),
             ("status", {"status": 500, "code": 1}, "UNAVAILABLE", "attempts")]
    for kind, more, reason, code in table:
        stage.sandbox.fault(api="portability", kind=kind, times=-1, **more)
        outcome = ask(stage, portability())["outcome"]
        stage.sandbox.heal()
        found = (outcome["status"], outcome["reason"]["kind"], outcome["reason"]["code"])
        expect(found == ("FAILED", reason, code), f"{kind} {more}: {found} {outcome['reason']['text']}")
        expect(outcome["attempts"] == 2, f"{kind} {more}: {outcome['attempts']} calls, not 2")
    expect(ask(stage, portability())["outcome"]["status"] == "COMPLETED", "a good reply is not taken any more")


@story(on="embedded")
def throttled_orders_wait(stage):
    """429 with Retry-After in both forms, and without: the orders wait and then complete, one attempt each."""
    stage.worker().ready()
    for form in ({"retryAfter": 1}, {"retryAfter": 1, "retryAfterForm": "date"}, {}):
        stage.sandbox.fault(api="portability", kind="status", status=429, code=53, times=3, **form)
        outcome = ask(stage, portability())["outcome"]
        expect((outcome["status"], outcome["attempts"]) == ("COMPLETED", 1), f"{form}: {outcome}")
        stage.sandbox.heal()


@story(on="embedded")
def a_halted_api_resumes_by_itself(stage):
    """Credentials refused: the API halts, readiness says why, orders wait, probing resumes; nothing is lost."""
    worker = stage.worker(**{"bt.probe.ms": 300}).ready()
    stage.sandbox.fault(api="portability", kind="status", status=403, code=50, times=-1)
    reader = stage.reader()
    sent = [stage.send("check-portability", portability(), key=f"{i}".encode()) for i in range(20)]
    stage.flush()
    wait_for(lambda: worker.page("/health/ready?all")[0] == 503, "not ready")
    expect("halted" in worker.page("/health/ready?all")[1], worker.page("/health/ready?all")[1])
    expect(worker.page("/health/ready") == (200, "ready\n"), "a roll-out that brings the right secret would wait for it")
    expect("halted" in json.loads(worker.page("/status")[1])["bt"] and worker.metric("whc_bt_ready") == 0, worker.page("/status")[1])
    stage.sandbox.heal()
    reader.until(20)
    statuses = {o[0]["outcome"]["status"] for o in outcomes_by_request(reader.messages).values()}
    expect(statuses == {"COMPLETED"} and len(sent) == 20, f"{statuses}")
    worker.ready()


@story(on="embedded")
def tokens(stage):
    """An expired token costs no attempt; a token endpoint that is down makes orders wait, and says so."""
    worker = stage.worker().ready()
    stage.sandbox.fault(api="portability", kind="token-expired", times=1)
    outcome = ask(stage, portability())["outcome"]
    expect((outcome["status"], outcome["attempts"]) == ("COMPLETED", 1), f"{outcome}")
    stage.sandbox.fault(api="oauth", kind="status", status=503, code=5, times=-1)
    stage.sandbox.fault(api="portability", kind="token-expired", times=1)
    reader = stage.reader()
    seen = len(reader.more(1))
    stage.send("check-portability", portability())
    stage.flush()
    wait_for(lambda: "token endpoint" in worker.page("/health/ready?all")[1], "readiness to say that there is no token")
    stage.sandbox.heal()
    reader.until(seen + 1)


@story(on="embedded")
def token_styles(stage):
    """GET and POST, both spellings, expiresIn as text."""
    stage.sandbox.control("POST", "switches", {"tokenStyle": "snake", "expiresIn": "text"})
    stage.worker(**{"bt.token.style": "get"}).ready()
    expect(ask(stage, portability())["outcome"]["status"] == "COMPLETED", "no token")


# --- operators ---

@story(on="embedded")
def configuration_mistakes(stage):
    """All mistakes at once, each with its place and what would be right; the worker does not start."""
    worker = stage.worker(**{"admin.port": "many", "no.such": 1, "bt.window": 0, "kafka.acks": "0"})
    expect(worker.wait() == 2, "it started")
    for text in ("admin.port is no allowed number", "there is no setting 'no.such'", "bt.window is no allowed number",
                 "kafka.acks is fixed by the worker"):
        expect(text in worker.log(), f"not told: {text}\n{worker.log()}")
    wrong = {"admin.address": "localhost", "bt.token.url": "foo", "bt.ca.file": "/nonexistent", "bt.client.secret": None,
             "bt.accept.proposed": "noSuchOperation", "topic.dead": stage.outcomes}
    worker = stage.worker(**wrong)
    expect(worker.wait() == 2, "it started")
    code, _, err = stage.run("check", **wrong)
    expect(code == 2, err)
    for text in ("admin.address is no IP address", "bt.token.url is no URL", "bt.ca.file '/nonexistent' cannot be read",
                 "bt.client.secret is empty", "no operation 'noSuchOperation'", "topic.dead and topic.outcomes are one topic"):
        expect(text in worker.log() and text in err, f"not told: {text}\n{worker.log()}{err}")
    code, _, err = stage.run("topics", "--create", **{"topic.dead": stage.outcomes})
    expect(code == 2 and "topic.dead and topic.outcomes are one topic" in err, f"{code} {err}")


@story(on="embedded")
def settings_that_are_warned_of(stage):
    """What is allowed and hardly meant in production: `check` and the log say so, and the worker starts."""
    risky = {"bt.tls.verify": "off", "bt.portability.base.url": "http://bt.example", "bt.token.hosts": "bt.example"}
    code, out, err = stage.run("check", **risky)
    expect(code == 0 and "warning: " in err and "bt.tls.verify is off" in err and "bt.portability.base.url is not encrypted" in err, out + err)
    worker = stage.worker(**risky).ready()
    expect("bt.tls.verify is off" in worker.log() and "bt.portability.base.url is not encrypted" in worker.log(), worker.log())


@story(on="embedded")
def catalogue_mistakes(stage):
    """A mistake in the catalogue: file, JSON pointer, remedy; the worker does not start."""
    copy = pathlib.Path(stage.folder) / "schemas"
    shutil.copytree(SCHEMAS, copy)
    path = copy / "check-portability" / "workflow.arazzo.json"
    path.write_text(path.read_text().replace("bt.checkPortability", "bt.checkPortabilty").replace("$inputs.rangeEnd\"", "$inputs.rangEnd\""))
    worker = stage.worker(**{"catalogue.path": copy})
    expect(worker.wait() == 2, "it started")
    expect("workflow.arazzo.json#/workflows/0/steps/0" in worker.log() and "checkPortabilty" in worker.log(), worker.log())


@story(on="embedded")
def proposed_operations_on_a_production_host(stage):
    """An operation that is only proposed is not called on BT's production host unless the settings say so."""
    worker = stage.worker(**{"bt.base.url": "https://api.wholesale.bt.com"})
    expect(worker.wait() == 2, "it started")
    expect("'checkPortability' is only proposed" in worker.log(), worker.log())


@story(on="embedded")
def pages(stage):
    """/metrics, /health/live, /health/ready, /status."""
    worker = stage.worker().ready()
    ask(stage, portability())
    wait_for(lambda: worker.metric("whc_outcomes_total") == 1, "the metric")
    status = json.loads(worker.page("/status")[1])
    expect(status["ready"] and len(status["partitions"]) == stage.partitions and "portability" in status["apis"], f"{status}")
    expect(worker.page("/health/live") == (200, "live\n"), "live")
    text = worker.metrics()
    expect("# TYPE whc_call_duration_seconds histogram" in text and 'whc_calls_total{api="portability",status="200"} 1' in text, text)


@story(on="embedded")
def secrets_stay_secret(stage):
    """Neither secret nor token nor a customer's data is in the log, at the most talkative level."""
    worker = stage.worker(**{"log.level": "debug", "log.format": "json"}).ready()
    ask(stage, portability("01632960007"))
    worker.stop()
    for line in worker.log().splitlines():
        if line.startswith("{"):
            json.loads(line)
    for word in ("sandbox-secret", "Bearer", "01632960007"):
        expect(word not in worker.log(), f"'{word}' is in the log")


@story(on="both")
def clean_stop_settles_all(stage):
    """TERM: running calls end, all is settled, and the next worker repeats nothing."""
    stage.sandbox.fault(api="portability", kind="delay", ms=300, times=-1)
    worker = stage.worker().ready()
    reader = stage.reader()
    sent = [stage.send("check-portability", portability(), key=f"{i}".encode()) for i in range(150)]
    stage.flush()
    wait_for(lambda: worker.metric("whc_calls_running") > 0, "calls on their way")
    expect(worker.stop() == 0, worker.log())
    stage.sandbox.heal()
    stage.worker().ready()
    reader.until(150)
    reader.more(1)
    found = outcomes_by_request(reader.messages)
    expect(sorted(found) == sorted(sent) and all(len(o) == 1 for o in found.values()), "not exactly one outcome each")
    calls = stage.sandbox.counts(target("01632960000"))["count"]
    expect(calls == 150, f"{calls} calls for 150 orders: an order was called again")


@story(on="both")
def submit_and_watch(stage):
    """People's tools: lines in, a table out, exit codes that tell."""
    stage.worker().ready()
    lines = '{"number": "01632960000"}\n{"number": "01632960100"}\n'
    code, out, err = stage.run("submit", "--type", "check-portability", "--wait", stdin=lines)
    expect(code == 0 and out.count("COMPLETED") == 2, f"{code}\n{out}{err}")
    code, out, err = stage.run("submit", "--type", "check-portability", "--wait", stdin='{"number": "x"}\n{"numbr": 1}\nnonsense\n')
    expect(code == 1 and "-:1: number:" in err and "-:3:" in err and "not sent" in err, f"{code}\n{out}{err}")
    code, out, err = stage.run("watch", "--from-beginning", "--json", "--count", "2")
    expect(code == 0 and all(json.loads(line)["outcome"]["final"] for line in out.splitlines()), f"{code}\n{out}{err}")
    for command in ("run", "check", "topics", "submit", "watch"):
        code, out, err = stage.run(command, "--help")
        expect(code == 0 and "example: " in out, f"{command} --help")


@story(on="both")
def all_examples(stage):
    """Every example of every reading order type, submitted for real, ends as its file says."""
    stage.worker().ready()
    code, out, err = stage.run("submit", "--examples", "--wait")
    expect(code == 0, f"{out}\n{err}")


# --- real Kafka only ---

@story(on="real")
def topics_that_differ(stage):
    """Too few replicas, a wrong cleanup policy: refused, with the command that repairs it."""
    code, out, err = stage.run("topics", **{"topics.min.replication": 3})
    expect(code == 1 and "topics.min.replication is 3" in err and "right would be" in err, f"{out}{err}")
    worker = stage.worker(**{"topics.min.replication": 3, "topics.replication": 3})
    expect(worker.wait() == 1 and "topics.min.replication is 3" in worker.log(), worker.log())
    code, out, err = stage.run("topics", **{"topic.requests": stage.topic("order-ledger"), "topic.ledger": "no-such-ledger"})
    expect(code == 1 and "cleanup.policy is 'compact' and must be 'delete'" in err, f"{out}{err}")
    code, out, err = stage.run("topics", **{"topic.requests": "no-such-topic"})
    expect(code == 1 and "whc-worker topics --create" in err, f"{out}{err}")


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


@story(on="embedded")
def one_worker_without_transactions(stage):
    """settlement.transactions=off: a second worker of the group does not start."""
    stage.worker().ready()
    second = stage.worker("two")
    expect(second.wait() == 1 and "another worker of this group runs" in second.log(), second.log())


if __name__ == "__main__":
    load()
    play = {"embedded": on_embedded, "real": on_real_kafka}[sys.argv[1]]
    sys.exit(play(sys.argv[1], sys.argv[2:], AT_ONCE))
