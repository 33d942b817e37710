"""The access token: renewed once for whatever 401, kept from those it does not belong to, and trouble that is told."""

import pathlib

import raw
from connections import created
from order_types import portability
from orders import create_order, final
from story import story
from timings import FAST_CALLS
from waiting import expect, wait_for

GOOD = {"portState": "PORTABLE", "lineType": "SINGLE", "sites": []}
APIGEE = {"fault": {"faultstring": "Invalid access token", "detail": {"errorcode": "keymanagement.service.invalid_access_token"}}}


def answered_once(stage, first, order_type="check-portability", record=portability, good=lambda request: raw.reply(200, GOOD)):
    """The first call is answered so; gives the server, once the order is COMPLETED."""
    server = raw.Server(lambda request: first if len(server.seen) == 1 else good(request))
    try:
        worker = stage.worker(**{**FAST_CALLS, **server.settings()}).ready()
        reader = stage.reader()
        request = stage.send(order_type, record(), key=b"k")
        stage.flush()
        outcome = final(reader, request)
        expect(outcome["outcome"]["status"] == "COMPLETED" and outcome["outcome"]["attempts"] == 1, f"{outcome}")
        expect(server.tokens == 2 and len(server.seen) == 2, f"{server.tokens} tokens, {len(server.seen)} calls")
        told = [r.headers["authorization"] for r in server.seen]
        expect(told == ["Bearer token-1", "Bearer token-2"], f"{told}")
        expect(worker.stop() == 0, worker.log())
    finally:
        server.close()


@story(on="edges")
def whatever_says_401_renews_the_token(stage):
    """Apigee's fault, a WWW-Authenticate without a body, HTML: one new token, one more call, at no cost; a write as well."""
    for first in (
        raw.reply(401, APIGEE),
        raw.reply(401, b"", [("WWW-Authenticate", 'Bearer error="invalid_token"')]),
        raw.reply(401, b"<html>no</html>", [("Content-Type", "text/html")]),
        raw.reply(401, {"code": "41", "message": "Invalid"}),
    ):
        answered_once(stage, first)
    answered_once(stage, raw.reply(401, APIGEE), "create-order", create_order, lambda request: created(request, 7))


@story(on="edges")
def a_new_token_that_is_refused_halts(stage):
    """401 on a token just fetched: the order waits, the API halts, each new try has a new token; allowed again, it goes on."""
    refusing = True
    server = raw.Server(lambda request: raw.reply(401, APIGEE) if refusing else raw.reply(200, GOOD))
    try:
        worker = stage.worker(**{**FAST_CALLS, **server.settings(), "bt.probe.ms": 200}).ready()
        reader = stage.reader()
        request = stage.send("check-portability", portability())
        stage.flush()
        wait_for(lambda: worker.metric('whc_api_halted{api="portability"}') == 1, "the API to halt")
        wait_for(lambda: len(server.seen) >= 5, "more tries")
        expect(not reader.more(0.2), "an outcome")
        told = [r.headers["authorization"] for r in server.seen]
        expect(len(set(told)) == len(told), f"the same token twice: {told}")
        refusing = False
        expect(final(reader, request)["outcome"]["status"] == "COMPLETED", worker.log())
    finally:
        server.close()


@story(on="edges")
def what_the_endpoint_says_is_told(stage):
    """400 invalid_client, and 200 with an error: words in readiness, the secret's file is read again, no order is lost."""
    replies = {
        "error": raw.reply(200, {"error": "invalid_request", "error_description": "The tap is closed"}),
        "client": raw.reply(400, {"error": "invalid_client"}),
    }
    for name, words in (("error", "invalid_request, The tap is closed"), ("client", "400: invalid_client")):
        secret = pathlib.Path(stage.folder) / name
        secret.write_text("old\n")

        def token(request, refused=replies[name]):
            # The Basic credentials of sandbox-key:new
            good = request.headers["authorization"] == "Basic c2FuZGJveC1rZXk6bmV3"
            return raw.reply(200, {"access_token": "t", "expires_in": 3600}) if good else refused

        server = raw.Server(lambda request: raw.reply(200, GOOD), token=token)
        try:
            worker = stage.worker(**server.settings(), **{"bt.client.secret": None, "bt.client.secret.file": secret})
            reader = stage.reader()
            request = stage.send("check-portability", portability())
            stage.flush()
            wait_for(lambda: words in worker.page("/status")[1], f"/status to say {words}")
            secret.write_text("new\n")
            expect(final(reader, request)["outcome"]["status"] == "COMPLETED", worker.log())
            expect(worker.stop() == 0, worker.log())
        finally:
            server.close()
