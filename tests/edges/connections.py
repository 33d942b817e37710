"""Connections to BT (PROMISE.md R7): replies that nobody asked for, gateways that close, certificates that are refused late."""

import socket
import ssl
import threading

import raw
from orders import create_order, example, final, new_order
from story import story
from timings import FAST_CALLS
from tls import Authority
from waiting import expect, wait_for

ORDERS = 5


def created(request, number):
    """BT's good answer to a create-order."""
    return raw.reply(201, {"id": f"{number:08}", "externalId": request.json()["externalId"], "state": "draft"})


def server_context(stage, **how):
    authority = Authority(stage.folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.sign("here", "IP:127.0.0.1"))
    for name, value in how.items():
        setattr(context, name, value)
    return authority, context


def one_by_one(stage, server, order_type, record, before=lambda: None, **settings):
    """Orders on one key, each sent when the one before is final and `before` has come back; gives their outcomes."""
    worker = stage.worker(**{**FAST_CALLS, **server.settings(**settings)}).ready()
    reader = stage.reader()
    found = []
    for _ in range(ORDERS):
        request = stage.send(order_type, record(), key=b"k")
        stage.flush()
        found.append(final(reader, request))
        before()
    expect(all(o["outcome"]["status"] == "COMPLETED" for o in found), f"{found}\n{worker.log()[-3000:]}")
    return found


def stale_replies(stage, tls, authority=None):
    """Behind each good reply comes a second one, before the next order: every order has its own id, and BT got each once."""
    sent = threading.Event()

    def answer(request):
        number = len(server.seen)
        request.connection.send(created(request, number))
        request.connection.send(raw.reply(201, {"id": f"stale-{number}", "state": "draft"}))
        sent.set()

    server = raw.Server(answer, tls=tls)
    try:
        more = {"bt.ca.file": authority.file} if authority else {}
        found = one_by_one(stage, server, "create-order", create_order, before=lambda: (sent.wait(30), sent.clear()), **more)
        expect([o["outcome"]["orderId"] for o in found] == [f"{n:08}" for n in range(1, ORDERS + 1)], f"{found}")
        expect(len({r.json()["externalId"] for r in server.seen}) == len(server.seen) == ORDERS, f"{len(server.seen)} calls")
    finally:
        server.close()


@story(on="edges")
def a_second_reply_is_nobodys(stage):
    """In the clear."""
    stale_replies(stage, None)


@story(on="edges")
def a_second_reply_is_nobodys_over_tls(stage):
    """Over TLS."""
    authority, context = server_context(stage)
    stale_replies(stage, context, authority)


@story(on="edges")
def session_tickets_are_no_data(stage):
    """What TLS sends of its own on a kept connection does not make it useless: orders whose reply shows their reference share one."""
    authority, context = server_context(stage, num_tickets=4)
    server = raw.Server(lambda request: created(request, len(server.seen)), tls=context)
    try:
        one_by_one(stage, server, "create-order", create_order, **{"bt.ca.file": authority.file})
        expect(server.connections <= 2, f"{server.connections} connections for {ORDERS} orders")
    finally:
        server.close()


def reservation():
    return new_order("reserve-numbers-by-prefix", "contiguous")


def reserved(request):
    return raw.reply(200, example("reserve-numbers-by-prefix", "contiguous")["calls"][0]["reply"]["body"])


@story(on="edges")
def an_idle_connection_that_dies_parks_nothing(stage):
    """A gateway that closes each connection at its second request: a write that can only be called once never meets that."""

    def answer(request):
        used.setdefault(request.connection.number, []).append(request)
        if len(used[request.connection.number]) > 1:
            return request.connection.close()
        return reserved(request)

    used = {}
    server = raw.Server(answer)
    try:
        one_by_one(stage, server, "reserve-numbers-by-prefix", reservation)
        expect(len(server.seen) == ORDERS and all(len(r) == 1 for r in used.values()), f"{used}")
        expect(all(r.headers["connection"] == "close" for r in server.seen), "the gateway was not told")
    finally:
        server.close()


@story(on="edges")
def a_refused_client_certificate(stage):
    """TLS 1.3 says so when the request has left: nothing is parked, the API halts and says why; with a good one the order goes on, once."""
    authority, context = server_context(stage)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.file)
    tokens, server = raw.Server(lambda request: None), raw.Server(reserved, tls=context)
    settings = {
        **FAST_CALLS,
        "bt.base.url": server.url,
        "bt.token.url": tokens.settings()["bt.token.url"],
        "bt.ca.file": authority.file,
        "bt.probe.ms": 200,
        "bt.call.timeout.ms": 5000,
    }
    try:
        worker = stage.worker("one", **settings).ready()
        reader = stage.reader()
        request = stage.send("reserve-numbers-by-prefix", reservation(), key=b"k")
        stage.flush()
        wait_for(lambda: "client certificate" in worker.log(), "the log to say it")
        expect(all(line in worker.log() for line in ("certificate required", "halts")), worker.log()[-3000:])
        wait_for(lambda: worker.metric('whc_api_halted{api="reservation"}') == 1, "the API to halt")
        expect(worker.stop() == 0 and not reader.more(1), "an outcome")
        certificate, key = authority.sign("worker", "DNS:worker.example")
        stage.worker("one", **settings, **{"bt.certificate.file": certificate, "bt.key.file": key}).ready()
        expect(final(reader, request)["outcome"]["status"] == "COMPLETED", "not completed")
        expect(len(server.seen) == 1, f"{len(server.seen)} calls")
    finally:
        server.close()
        tokens.close()


@story(on="edges")
def an_alert_behind_the_first_bytes_of_a_reply(stage):
    """A certificate refused when a reply has begun proves nothing: BT looked at the request, and it is not sent again."""

    def answer(request):
        if len(server.seen) > 1:
            return reserved(request)
        request.connection.send(b"HTTP/1.1 20")
        request.connection.socket.verify_client_post_handshake()
        try:
            request.connection.socket.recv(1)  # OpenSSL asks for the certificate, sees that there is none, and says so
        finally:
            request.connection.plain.shutdown(socket.SHUT_WR)
            request.connection.plain.recv(65536)

    authority, context = server_context(stage, post_handshake_auth=True)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.file)
    tokens, server = raw.Server(lambda request: None), raw.Server(answer, tls=context)
    settings = {
        **FAST_CALLS,
        "bt.base.url": server.url,
        "bt.token.url": tokens.settings()["bt.token.url"],
        "bt.ca.file": authority.file,
        "bt.probe.ms": 200,
    }
    try:
        worker = stage.worker(**settings).ready()
        reader = stage.reader()
        stage.send("reserve-numbers-by-prefix", reservation(), key=b"k")
        stage.flush()
        wait_for(lambda: "certificate required" in worker.log() or reader.more(0), "the worker to hear of it")
        wait_for(lambda: worker.metric('whc_orders{state="parked"}') == 1, "the order to be parked")
        expect(len(server.seen) == 1, f"{len(server.seen)} calls")
    finally:
        server.close()
        tokens.close()
