"""Orders through a server that answers in all the ways at once, from a seed: what the worker says of each is true
(PROMISE.md R5 to R7, R17)."""

import collections
import gzip
import json
import os
import random
import threading
import urllib.parse
import uuid

import raw
from connections import reservation, server_context
from events import header, outcome_of
from orders import create_order
from story import story
from timings import FAST_CALLS
from waiting import expect, wait_for

ORDERS = 150
JSON = [("Content-Type", "application/json")]
STALE = {"id": "99999999", "state": "draft", "reservationStatus": "SUCCESS", "reservationKey": 9}


class Carrier:
    """BT behind a hostile gateway. Truth is `accepted`: how often each reference was carried out, and with which id."""

    def __init__(self, seed):
        self.chance, self.lock = random.Random(seed), threading.Lock()
        self.accepted, self.connections, self.refused = {}, collections.Counter(), set()
        self.writes = [getattr(self, name) for name in sorted(dir(self)) if name.startswith("write_")]
        self.looks = [getattr(self, name) for name in sorted(dir(self)) if name.startswith("look_")]

    def answer(self, request):
        with self.lock:
            self.connections[request.connection.number] += 1
            reading = request.method == "GET"
            plain = self.chance.random() < 0.4
            how = (self.look_truth if reading else self.write_good) if plain else self.chance.choice(self.looks if reading else self.writes)
        if request.connection.number in self.refused:
            return self.the_last_no_again(request, reading)
        said = self.say(request, reading, how)
        if isinstance(said, bytes) and int(said[9:12]) >= 300:
            self.refused.add(request.connection.number)
        return said

    def the_last_no_again(self, request, reading):
        """What is no success comes twice, and the call that the connection is used for is carried out all the same."""
        if not reading:
            body = request.json()
            self.accept(body.get("externalId") or body["serviceReferenceId"], "externalId" in body)
        return raw.reply(404 if reading else 429, {"code": "60" if reading else "53"}, [("Retry-After", "0")])

    def say(self, request, reading, how):
        if reading and self.is_kept(request):  # the empty list that another look-up got
            return raw.reply(200, [], [("X-Total-Count", "0")])
        if reading:
            wanted = urllib.parse.parse_qs(urllib.parse.urlsplit(request.target).query)
            return how(wanted.get("externalId", [""])[0])
        body = request.json()
        reference = body.get("externalId") or body["serviceReferenceId"]
        return how(request, reference, "externalId" in body)

    def accept(self, reference, is_order):
        """Carries it out; gives what a good reply says."""
        with self.lock:
            ids = self.accepted.setdefault(reference, [])
            ids.append(f"{len(self.accepted):08}")
        if is_order:
            return 201, {"id": ids[-1], "externalId": reference, "state": "draft"}
        return 200, {
            "reservationKey": int(ids[-1]),
            "reservationStatus": "SUCCESS",
            "numbers": [{"number": "01632960320", "status": "RESERVED"}],
        }

    def is_kept(self, request):
        return self.connections[request.connection.number] > 1

    # --- carried out ---

    def write_good(self, request, reference, is_order):
        return raw.reply(*self.accept(reference, is_order))

    def write_then_a_stale_reply(self, request, reference, is_order):
        request.connection.send(raw.reply(*self.accept(reference, is_order)))
        request.connection.send(raw.reply(201, STALE))

    def write_then_408(self, request, reference, is_order):
        request.connection.send(raw.reply(*self.accept(reference, is_order)))
        request.connection.send(raw.reply(408, headers=[("Connection", "close")]))
        request.connection.close()

    def write_and_close(self, request, reference, is_order):
        self.accept(reference, is_order)
        request.connection.close()

    def write_and_half_a_reply(self, request, reference, is_order):
        whole = raw.reply(*self.accept(reference, is_order))
        request.connection.send(whole[:-5])
        request.connection.close()

    def write_and_somebody_elses_reply(self, request, reference, is_order):
        status, body = self.accept(reference, is_order)
        return raw.reply(status, {**body, "id": "88888888", "externalId": str(uuid.uuid4())}) if is_order else raw.reply(status, body)

    def write_and_html(self, request, reference, is_order):
        self.accept(reference, is_order)
        return raw.reply(200, b"<html><title>ok</title></html>", [("Content-Type", "text/html")])

    def write_and_504(self, request, reference, is_order):
        self.accept(reference, is_order)
        return raw.reply(504, {"code": "69", "message": "Gateway timeout"})

    def write_chunked(self, request, reference, is_order):
        status, body = self.accept(reference, is_order)
        data = json.dumps(body).encode()
        return (
            f"HTTP/1.1 {status} Ok\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
            + b"".join(b"1\r\n%c\r\n" % byte for byte in data)
            + b"0\r\n\r\n"
        )

    def write_processing_first(self, request, reference, is_order):
        return b"HTTP/1.1 102 Processing\r\n\r\n" * 3 + raw.reply(*self.accept(reference, is_order))

    def write_zipped(self, request, reference, is_order):
        status, body = self.accept(reference, is_order)
        return raw.reply(status, gzip.compress(json.dumps(body).encode()), [*JSON, ("Content-Encoding", "gzip")])

    # --- not carried out ---

    def write_nothing_and_close(self, request, reference, is_order):
        request.connection.close()

    def write_refused(self, request, reference, is_order):
        return raw.reply(400, {"code": "28", "reason": "Invalid", "message": "Invalid"})

    def write_unauthorised(self, request, reference, is_order):
        return raw.reply(401, {"fault": {"faultstring": "Invalid access token"}})

    def write_misdirected(self, request, reference, is_order):
        return raw.reply(421)

    def write_throttled(self, request, reference, is_order):
        return raw.reply(429, {"code": "53"}, [("Retry-After", "0")])

    def write_unavailable(self, request, reference, is_order):
        return raw.reply(503, {"code": "05"})

    def write_the_last_reply_again(self, request, reference, is_order):
        """What a gateway gives twice, and it comes just when the connection is used again; on another it is carried out."""
        if not self.is_kept(request):
            return self.write_good(request, reference, is_order)
        request.connection.send(raw.reply(201, STALE))
        request.connection.close()
        return None

    def write_filtered(self, request, reference, is_order):
        return raw.reply(403, b"<html><title>Filter</title></html>", [("Content-Type", "text/html")])

    # --- look-ups by reference ---

    def look_truth(self, reference):
        ids = self.accepted.get(reference, [])
        return raw.reply(200, [{"id": i, "externalId": reference, "state": "draft"} for i in ids], [("X-Total-Count", str(len(ids)))])

    def look_null(self, reference):
        return raw.reply(200, [None])

    def look_maintenance(self, reference):
        return raw.reply(200, {"message": "maintenance"})

    def look_anothers(self, reference):
        return raw.reply(200, [{"id": "77777777", "externalId": str(uuid.uuid4()), "state": "draft"}])

    def look_empty_of_many(self, reference):
        return raw.reply(200, [], [("X-Total-Count", "3")])

    def look_html(self, reference):
        return raw.reply(200, b"<html/>", [("Content-Type", "text/html")])

    def look_no_route(self, reference):
        return raw.reply(404, {"message": "no such route"})

    def look_error(self, reference):
        return raw.reply(500, {"code": "01"})


def what_is_said_is_true(stage, tls=None, **settings):
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    carrier = Carrier(seed)
    server = raw.Server(carrier.answer, tls=tls)
    try:
        worker = stage.worker(**{**FAST_CALLS, **server.settings(), "bt.probe.ms": 100, "bt.attempts.max": 6, **settings}).ready()
        reader = stage.reader()
        sent = {}
        for i in range(ORDERS):
            name = "reserve-numbers-by-prefix" if i % 3 == 2 else "create-order"
            record = reservation() if i % 3 == 2 else create_order()
            if i % 3 == 2:
                record["serviceReferenceId"] = f"S-{i}"
            sent[stage.send(name, record, key=f"key-{i}".encode())] = (name, record)  # a parked order would hold its key
        stage.flush()

        def said():
            return {header(message, "ce_subject") for message in reader.more()}

        wait_for(lambda: said() == set(sent), f"all outcomes (SEED={seed})", 180)
        outcomes = {}
        for message in reader.messages:
            outcomes.setdefault(header(message, "ce_subject"), []).append(outcome_of(message)["outcome"])
        for request, order in sent.items():
            check(carrier, order, outcomes[request], f"SEED={seed} {order[0]} {request}: {outcomes[request]}")
        statuses = {o["status"] for found in outcomes.values() for o in found}
        expect(statuses >= {"COMPLETED", "REJECTED", "UNKNOWN"}, f"only {statuses}")
        expect(worker.stop() == 0, worker.log())
    finally:
        server.close()


def check(carrier, order, outcomes, what):
    """COMPLETED was carried out once, REJECTED and FAILED never; only what cannot be looked up may be parked."""
    expect(len(outcomes) == 1, what)
    outcome, (name, record) = outcomes[0], order
    reference = record["serviceReferenceId"] if name != "create-order" else outcome["externalId"]
    ids = carrier.accepted.get(reference, [])
    expect(len(ids) <= 1, f"{what}: carried out as {ids}")
    if outcome["status"] == "COMPLETED":
        expect(len(ids) == 1 and (name != "create-order" or outcome["orderId"] == ids[0]), f"{what}: BT has {ids}")
    elif outcome["status"] in ("REJECTED", "FAILED"):
        expect(ids == [], f"{what}: BT has {ids}")
    else:
        expect(outcome["status"] == "UNKNOWN" and outcome["reason"]["kind"] == "IN_DOUBT", what)
        expect(name != "create-order" or outcome["reason"]["code"] in ("absent", "refused"), what)


@story(on="edges")
def a_hostile_gateway(stage):
    """In the clear."""
    what_is_said_is_true(stage)


@story(on="edges")
def a_hostile_gateway_over_tls(stage):
    """Over TLS."""
    authority, context = server_context(stage)
    what_is_said_is_true(stage, context, **{"bt.ca.file": authority.file})
