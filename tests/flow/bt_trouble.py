"""BT answers nonsense, refuses, wants us to wait, or is not reached: reading orders end or wait, and say why."""

import http.server
import json
import threading
import time

from events import header, outcomes_by_request
from order_types import portability
from orders import ask, create_order, final, target
from story import story
from timings import FAST
from waiting import expect, wait_for


@story(on="embedded")
def a_reading_order_survives_bad_replies(stage):
    """Each kind of bad reply ends a reading order FAILED with what was wrong: never a crash, never an endless wait."""
    stage.worker(
        **{
            "bt.attempts.max": 2,
            "bt.backoff.first.ms": 1,
            "bt.call.timeout.ms": 800,
            "bt.tcp.user.timeout.ms": 800,
            "bt.reply.max.bytes": 5000,
        }
    ).ready()
    table = [
        ("garbage", {}, "BAD_REPLY", "json"),
        ("html502", {}, "UNAVAILABLE", "attempts"),
        ("wrong-type", {}, "BAD_REPLY", "type"),
        ("huge", {"bytes": 100000}, "BAD_REPLY", "size"),
        ("truncated", {}, "UNAVAILABLE", "attempts"),
        ("stall", {"at": "start"}, "UNAVAILABLE", "attempts"),
        ("stall", {"at": "headers"}, "UNAVAILABLE", "attempts"),
        ("stall", {"at": "body"}, "UNAVAILABLE", "attempts"),
        ("close-before-reply", {}, "UNAVAILABLE", "attempts"),
        ("close-after-request", {}, "UNAVAILABLE", "attempts"),
        ("error-with-200", {}, "BAD_REPLY", "criteria"),
        ("status", {"status": 500, "code": 1}, "UNAVAILABLE", "attempts"),
    ]
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
    stage.worker(
        **{"bt.portability.base.url": "http://127.0.0.1:9", "bt.backoff.first.ms": 1, "bt.attempts.max": 2, "bt.give.up.ms": 1000}
    ).ready()
    outcome = ask(stage, portability())["outcome"]
    expect(
        (outcome["status"], outcome["reason"]["kind"]) == ("FAILED", "UNAVAILABLE") and "not reached" in outcome["reason"]["text"],
        f"{outcome}",
    )


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
