"""The operators' port: its pages, half-sent requests, IPv6, TLS, passwords, and what SIGHUP reads again."""

import base64
import json
import re
import signal
import socket
import ssl
import urllib.error
import urllib.request

from events import outcomes_by_request
from order_types import portability
from orders import ask
from story import story
from tls import Authority
from waiting import expect, wait_for

HOST = "127.0.0.1"


def connect(worker, host=HOST):
    return socket.create_connection((host, worker.port()), timeout=60)


def exchange(worker, text):
    """What comes back until the worker closes."""
    with connect(worker) as one:
        one.sendall(text)
        parts = []
        while part := one.recv(65536):
            parts.append(part)
    return b"".join(parts).decode()


@story(on="embedded")
def half_sent_requests(stage):
    """70 of them, and 300, from the address that asks for its health: it is answered, and so are the pages; they are closed."""
    worker = stage.worker().ready()
    for count, text in ((70, b"GET /metr"), (300, b"GET /metrics HTTP/1.1\r\nHost: x\r\n"), (70, b"")):
        held = [connect(worker) for _ in range(count)]
        for one in held:
            if text:
                one.sendall(text)
        expect(worker.page("/health/live") == (200, "live\n"), f"{count} times {text!r}: not live")
        expect(worker.page("/health/ready")[0] == 200 and worker.page("/metrics")[0] == 200, f"{count} times {text!r}: no pages")
        for one in held:
            try:
                while one.recv(4096):
                    pass
            except ConnectionResetError:
                pass  # it went before it had sent what was not read
            one.close()
    expect(worker.process.poll() is None, worker.log())


@story(on="embedded")
def slow_readers(stage):
    """Pages that nobody reads take no place of the health's."""
    worker = stage.worker().ready()
    held = []
    for _ in range(40):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        one.connect((HOST, worker.port()))
        one.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        held.append(one)
    expect(worker.page("/health/live") == (200, "live\n"), "not live")
    expect(worker.page("/health/ready")[0] == 200, "not ready")
    for one in held:
        one.close()
    wait_for(lambda: worker.page("/metrics")[0] == 200, "the pages to be there again")


@story(on="embedded")
def odd_requests(stage):
    """One request of a connection; what is no request, too long, or no GET is told and closed."""
    worker = stage.worker().ready()
    twice = exchange(worker, b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
    expect(twice.count("HTTP/1.1 200") == 1 and "connection: close" in twice.lower(), twice)
    expect(exchange(worker, b"HEAD /health/live HTTP/1.1\r\nHost: x\r\n\r\n").startswith("HTTP/1.1 200"), "HEAD")
    expect(" 405 " in exchange(worker, b"POST /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), "POST")
    expect(" 404 " in exchange(worker, b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"), "another path")
    for text in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"):
        exchange(worker, text)
    expect(worker.page("/health/live") == (200, "live\n"), worker.log())


@story(on="embedded")
def ipv6(stage):
    """admin.address=::1, and :: for IPv4 as well; a name is refused at start."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        places = [("::1", ["[::1]"]), ("::", ["[::1]", HOST])]
    except OSError:
        places = [("127.0.0.1", [HOST])]  # a kernel without IPv6
    for address, hosts in places:
        worker = stage.worker(**{"admin.address": address})
        for host in hosts:
            with urllib.request.urlopen(f"http://{host}:{worker.port()}/health/live", timeout=30) as answer:
                expect(answer.read() == b"live\n", f"{address}, {host}")
        expect(worker.stop() == 0, worker.log())
    worker = stage.worker(**{"admin.address": "localhost"})
    expect(worker.wait() != 0 and "is not an IP address" in worker.log(), worker.log())


class Pages:
    """Asks over TLS, with a user and a password where given; knows which certificate it was shown."""

    def __init__(self, worker, authority):
        self.worker, self.context = worker, ssl.create_default_context(cafile=authority.file)

    def ask(self, path, credentials=None):
        request = urllib.request.Request(f"https://{HOST}:{self.worker.port()}{path}")
        if credentials:
            request.add_header("Authorization", "Basic " + base64.b64encode(credentials.encode()).decode())
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.context) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def shown(self):
        with (
            socket.create_connection((HOST, self.worker.port()), timeout=30) as plain,
            self.context.wrap_socket(plain, server_hostname=HOST) as one,
        ):
            return dict(pair[0] for pair in one.getpeercert()["subject"])["commonName"]


def rewrite(worker, **settings):
    """The same settings file with other values; null leaves a line out."""
    lines = dict(line.split("=", 1) for line in worker.config.read_text().splitlines())
    lines.update({key: str(value) for key, value in settings.items()})
    worker.config.write_text("".join(f"{key}={value}\n" for key, value in lines.items() if value != "None"))


def hang_up(worker, text):
    """SIGHUP, and waits for the line that it leads to."""
    before = worker.log().count(text)
    worker.process.send_signal(signal.SIGHUP)
    wait_for(lambda: worker.log().count(text) > before, f"'{text}' in the log")


@story(on="embedded")
def tls_and_password(stage):
    """The port speaks TLS only and wants its password for all but the health; both are read again at SIGHUP."""
    authority = Authority(stage.folder)
    (first, first_key), (second, second_key) = authority.sign("first", f"IP:{HOST}"), authority.sign("second", f"IP:{HOST}")
    certificate, key, password = (authority.folder / name for name in ("shown.pem", "shown.key", "password"))
    certificate.write_bytes(first.read_bytes())
    key.write_bytes(first_key.read_bytes())
    password.write_text("open sesame\n")
    worker = stage.worker(
        **{"admin.tls.certificate.file": certificate, "admin.tls.key.file": key, "admin.username": "ann", "admin.password.file": password}
    )
    pages = Pages(worker, authority)
    wait_for(lambda: pages.ask("/health/ready")[0] == 200, "the worker to be ready")
    expect(pages.ask("/health/live") == (200, "live\n"), "live")
    for path in ("/metrics", "/status", "/health/ready?all", "/nothing"):
        for wrong in (None, "ann:open", "ann:open sesame ", "bob:open sesame", "ann", ":"):
            expect(pages.ask(path, wrong)[0] == 401, f"{path} is shown to {wrong}")
    expect(
        pages.ask("/metrics", "ann:open sesame")[0] == 200 and pages.ask("/health/ready?all", "ann:open sesame")[0] == 200,
        "the password is not taken",
    )
    expect(exchange(worker, b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").count("live") == 0, "it speaks without TLS")
    held = [connect(worker) for _ in range(70)]
    expect(pages.ask("/health/live") == (200, "live\n"), "70 connections without a handshake: not live")
    for one in held:
        one.close()
    expect(pages.shown() == "first", pages.shown())
    certificate.write_bytes(second.read_bytes())
    hang_up(worker, "the certificate of the operators' pages stays as it was")  # a certificate without its key
    expect(pages.shown() == "first", pages.shown())
    key.write_bytes(second_key.read_bytes())
    password.write_text("another\n")
    hang_up(worker, "were read again")
    expect(pages.shown() == "second", pages.shown())
    expect(
        pages.ask("/metrics", "ann:open sesame")[0] == 401 and pages.ask("/metrics", "ann:another")[0] == 200, "the password before counts"
    )
    expect(worker.stop() == 0 and "sesame" not in worker.log(), worker.log())


@story(on="embedded")
def sighup_ends_nothing(stage):
    """Under load: the level and a secret count at once, what needs a restart is named, a mistake changes nothing, all orders complete."""
    stage.sandbox.fault(api="portability", kind="delay", ms=20, times=-1)
    worker = stage.worker(**{"bt.window": 5}).ready()
    reader = stage.reader()
    sent = [stage.send("check-portability", portability(), key=f"{i}".encode()) for i in range(100)]
    stage.flush()
    wait_for(lambda: worker.metric("whc_outcomes_total") > 0, "the first outcome")
    rewrite(worker, **{"log.level": "debug", "bt.call.timeout.ms": 20000, "admin.username": "ann", "admin.password": "p"})
    hang_up(worker, "were read again")
    said = re.search(r"count from the next start on.*", worker.log())
    expect(said and "bt.call.timeout.ms" in said[0] and "admin" not in said[0], f"{said and said[0]}")
    expect(worker.page("/metrics")[0] == 401 and worker.page("/health/live")[0] == 200, "the new password does not count")
    rewrite(worker, **{"log.level": "loud", "admin.username": "None"})
    hang_up(worker, "all stays as it was")
    expect("log.level has no such choice" in worker.log() and worker.page("/metrics")[0] == 401, worker.log()[-2000:])
    rewrite(worker, **{"log.level": "info", "bt.call.timeout.ms": "None", "admin.username": "None"})
    hang_up(worker, "were read again")
    reader.until(100)
    found = outcomes_by_request(reader.messages)
    expect(
        sorted(found) == sorted(sent) and all([o["outcome"]["status"] for o in mine] == ["COMPLETED"] for mine in found.values()),
        "not one outcome each",
    )
    expect(worker.page("/metrics")[0] == 200 and worker.stop() == 0, worker.log()[-2000:])


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
