"""What BT, a gateway or something in front of them may answer, byte for byte, and what becomes of the order."""

import base64
import gzip
import json
import pathlib
import socket
import threading
import uuid

import raw
from connections import created
from order_types import portability
from orders import create_order, final
from story import story
from timings import FAST_CALLS
from waiting import expect, wait_for

GOOD = {"portState": "PORTABLE", "lineType": "SINGLE", "sites": []}
PATIENT = {**FAST_CALLS, "bt.attempts.max": 2, "bt.probe.ms": 200}


def zipped(data):
    return raw.reply(200, gzip.compress(data), [("Content-Type", "application/json"), ("Content-Encoding", "gzip")])


# A reading call: the reply; status, kind, code and words of the outcome.
READS = [
    (
        "behind a byte order mark",
        raw.reply(200, b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), [("Content-Type", "application/json")]),
        "COMPLETED",
        "",
        "",
        "",
    ),
    ("gzip", zipped(json.dumps(GOOD).encode()), "COMPLETED", "", "", ""),
    ("gzip that unpacks beyond the cap", zipped(b"[" + b" " * 50_000_000 + b"]"), "FAILED", "BAD_REPLY", "size", "larger than"),
    (
        "gzip in gzip",
        raw.reply(200, gzip.compress(gzip.compress(json.dumps(GOOD).encode())), [("Content-Encoding", "gzip, gzip")]),
        "FAILED",
        "UNAVAILABLE",
        "attempts",
        "more than once",
    ),
    (
        "gzip in gzip, by two headers",
        raw.reply(200, gzip.compress(gzip.compress(json.dumps(GOOD).encode())), [("Content-Encoding", "gzip")] * 2),
        "FAILED",
        "UNAVAILABLE",
        "attempts",
        "more than once",
    ),
    ("gzip that is none", raw.reply(200, b"no gzip", [("Content-Encoding", "gzip")]), "FAILED", "UNAVAILABLE", "attempts", ""),
    (
        "very many values",
        raw.reply(200, b"[" + b"{}," * 1_300_000 + b"{}]", [("Content-Type", "application/json")]),
        "FAILED",
        "BAD_REPLY",
        "size",
        "",
    ),
    (
        "headers without an end",
        raw.reply(200, GOOD, [(f"X-{i}", "y" * 1000) for i in range(80)]),
        "FAILED",
        "BAD_REPLY",
        "size",
        "headers of BT's reply",
    ),
    (
        "problem details",
        raw.reply(
            422,
            json.dumps({"title": "Not portable", "detail": "The losing provider objects"}).encode(),
            [("Content-Type", "application/problem+json")],
        ),
        "REJECTED",
        "REFUSED",
        "422",
        "Not portable: The losing provider objects",
    ),
    (
        "a list of errors",
        raw.reply(400, {"errors": [{"code": "E7", "message": "No such site"}]}),
        "REJECTED",
        "REFUSED",
        "E7",
        "No such site",
    ),
    (
        "a redirect",
        raw.reply(301, b"", [("Location", "https://elsewhere.example/x")]),
        "FAILED",
        "BAD_REPLY",
        "",
        "https://elsewhere.example/x",
    ),
    ("refused unread", raw.reply(421), "FAILED", "UNAVAILABLE", "attempts", "BT answered 421"),
    ("too early", raw.reply(425), "FAILED", "UNAVAILABLE", "attempts", "BT answered 425"),
]


@story(on="edges")
def readings(stage):
    """Replies to a call that reads."""
    number = {}
    server = raw.Server(lambda request: number["reply"])
    try:
        worker = stage.worker(**{**PATIENT, **server.settings()}).ready()
        reader = stage.reader()
        for name, reply, status, kind, code, words in READS:
            number["reply"] = reply
            request = stage.send("check-portability", portability())
            stage.flush()
            outcome = final(reader, request)["outcome"]
            reason = outcome["reason"] or {"kind": "", "code": "", "text": ""}
            expect(outcome["status"] == status, f"{name}: {outcome}")
            expect(reason["kind"] == kind and words in reason["text"] and code in ("", reason["code"]), f"{name}: {reason}")
        expect(worker.note_turn()["cpuMs"] < 1000, f"a long turn: {worker.longest_turn}")
        expect({r.headers["user-agent"].split("/")[0] for r in server.seen} == {"whc-worker"}, "no User-Agent of ours")
        expect(worker.stop() == 0, worker.log())
    finally:
        server.close()


@story(on="edges")
def a_filter_in_front_halts(stage):
    """403 as a page, not BT's JSON: nobody is refused, the API halts and says what the page says; the filter gone, it goes on."""
    filtered = True
    page = raw.reply(403, b"<html><head><title>Web filter: blocked</title></head></html>", [("Content-Type", "text/html")])
    server = raw.Server(lambda request: page if filtered else created(request, 7) if request.method == "POST" else raw.reply(200, GOOD))
    try:
        worker = stage.worker(**{**PATIENT, **server.settings()}).ready()
        reader = stage.reader()
        requests = [stage.send("check-portability", portability()), stage.send("create-order", create_order(), key=b"k")]
        stage.flush()
        wait_for(lambda: worker.log().count("Web filter: blocked") >= 2, "the log to say it of both APIs")
        expect(not reader.more(0.2), "an outcome")
        filtered = False
        expect([final(reader, r)["outcome"]["status"] for r in requests] == ["COMPLETED"] * 2, worker.log())
    finally:
        server.close()


@story(on="edges")
def somebody_elses_reply(stage):
    """201 with another order's reference completes nothing: the order is looked up and found, and was sent once."""

    def answer(request):
        if request.method == "POST":
            reference["ours"] = request.json()["externalId"]
            return raw.reply(201, {"id": "9", "externalId": str(uuid.uuid4()), "state": "draft"})
        return raw.reply(200, [{"id": "7", "externalId": reference["ours"], "state": "draft"}])

    reference = {}
    server = raw.Server(answer)
    try:
        stage.worker(**{**PATIENT, **server.settings()}).ready()
        reader = stage.reader()
        request = stage.send("create-order", create_order(), key=b"k")
        stage.flush()
        outcome = final(reader, request)
        expect(outcome["outcome"]["status"] == "COMPLETED" and outcome["outcome"]["orderId"] == "7", f"{outcome}")
        expect([r.method for r in server.seen] == ["POST", "GET"], f"{[r.method for r in server.seen]}")
    finally:
        server.close()


class Proxy:
    """Takes CONNECT with the credentials of ann:s3cret and passes bytes on."""

    def __init__(self):
        self.asked = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        raw.each_connection(self.listener, self._serve)

    def _serve(self, client):
        request = raw.Connection(None, client, 0).read()
        if request is None:
            return
        self.asked.append(request)
        good = "Basic " + base64.b64encode(b"ann:s3cret").decode()
        if request.method != "CONNECT" or request.headers.get("proxy-authorization") != good:
            client.sendall(raw.reply(407, b"", [("Proxy-Authenticate", "Basic realm=x")]))
            client.close()
            return
        host, port = request.target.rsplit(":", 1)
        back = socket.create_connection((host, int(port)))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        threading.Thread(target=raw.pass_on, args=(back, client), daemon=True).start()
        raw.pass_on(client, back)


@story(on="edges")
def a_proxy_that_is_named(stage):
    """bt.proxy.url: all calls of BT go by CONNECT, with the password of its file; refused, nothing is sent and readiness says so."""
    proxy = Proxy()
    server = raw.Server(lambda request: created(request, 7) if request.method == "POST" else raw.reply(200, GOOD))
    password = pathlib.Path(stage.folder) / "proxy"
    password.write_text("wrong\n")
    settings = {**PATIENT, **server.settings(), "bt.proxy.url": proxy.url, "bt.proxy.username": "ann", "bt.proxy.password.file": password}
    try:
        worker = stage.worker("one", **settings)
        wait_for(lambda: "407" in worker.page("/status")[1], "/status to say that the proxy refuses")
        expect(worker.stop() == 0 and server.connections == 0, "BT was reached")
        password.write_text("s3cret\n")
        worker = stage.worker("one", **settings).ready()
        reader = stage.reader()
        requests = [stage.send("check-portability", portability()), stage.send("create-order", create_order(), key=b"k")]
        stage.flush()
        expect([final(reader, r)["outcome"]["status"] for r in requests] == ["COMPLETED"] * 2, worker.log())
        expect(len(server.seen) == 2 and {r.method for r in proxy.asked} == {"CONNECT"}, f"{proxy.asked}")
        expect(not any("proxy-authorization" in r.headers for r in server.seen) and "s3cret" not in worker.log(), "the password went on")
    finally:
        server.close()
        proxy.listener.close()
