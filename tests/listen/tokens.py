"""Who gets a token, and what one is good for."""

import base64
import json
import pathlib
import signal
import time

import httpx
from authlib.common.errors import AuthlibBaseError

from listeners import CLIENT, EVENTS, KEY, SECRET, TOKENS, Listener, connect, listening
from notifications import product_order
from story import story
from waiting import expect, wait_for

REFERENCE = "1e34fb00-3209-8bbe-986a-a70dbe3d0003"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def refused(ask):
    """The error that the library reads out of the answer."""
    try:
        ask()
    except AuthlibBaseError as error:
        return error.error
    raise AssertionError("it was let in")


@story(on="both")
def an_oauth_client_of_other_people_s(stage):
    """By Basic and in the form: a token, as RFC 6749 says, and with it a notification is taken."""
    with listening(stage) as listener:
        for method in ("client_secret_basic", "client_secret_post"):
            token = listener.token(method=method)
            expect(token["token_type"] == "Bearer" and 3590 <= token["expires_in"] <= 3600, f"{token}")
            answer = listener.post(product_order(REFERENCE), token["access_token"])
            expect(answer.status_code == 201, f"{answer} {listener.log()}")
        expect(refused(lambda: listener.token(secret="nonsense")) == "invalid_client", "a wrong secret")
        expect(refused(lambda: listener.token(client="nobody")) == "invalid_client", "an unknown client")
        expect(refused(lambda: listener.token(client="nobody", method="client_secret_post")) == "invalid_client", "in the form")
        expect(SECRET not in listener.log() and token["access_token"] not in listener.log(), "a secret is in the log")


@story(on="embedded")
def token_requests_that_are_none(stage):
    """Another grant, no form, another method: as RFC 6749 5.2 and RFC 9110 say; no answer is stored."""
    basic = {"Authorization": "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()}
    with listening(stage) as listener:
        url = listener.url + TOKENS
        cases = [
            (httpx.post(url, content="grant_type=password", headers={**FORM, **basic}), 400, "unsupported_grant_type"),
            (httpx.post(url, content="scope=x", headers={**FORM, **basic}), 400, "invalid_request"),
            (httpx.post(url, json={"grant_type": "client_credentials"}, headers=basic), 400, "invalid_request"),
            (httpx.post(url, content="grant_type=client_credentials", headers=FORM), 401, "invalid_client"),
        ]
        for answer, status, error in cases:
            expect(answer.status_code == status and answer.json()["error"] == error, f"{answer} {answer.text}")
            expect(answer.headers["Cache-Control"] == "no-store", f"{answer.headers}")
            expect(("WWW-Authenticate" in answer.headers) == (status == 401), f"{answer.headers}")
        expect(httpx.get(url).status_code == 405 and httpx.get(url).headers["Allow"] == "POST", "another method")
        expect(httpx.post(url, content="x" * 10000, headers=FORM).status_code == 413, "a large form")
        for path in ("/", "/health/ready", "/metrics", "/oauth/token/", EVENTS + "/x"):
            expect(httpx.post(listener.url + path).status_code == 404, path)


@story(on="embedded")
def tokens_that_are_none(stage):
    """No token, a wrong one, one that was changed, one of another key, one that has expired: 401, and nothing is written."""
    with listening(stage, **{"listen.token.lifetime.ms": 1000}) as listener:
        good = listener.token()["access_token"]
        changed = good[:-1] + ("0" if good[-1] != "0" else "1")
        moved = ".".join(["v1", "9999999999", *good.split(".")[2:]])
        for token in (None, "x", changed, moved, "", "Bearer"):
            answer = listener.post(product_order(REFERENCE), token)
            expect(answer.status_code == 401 and "Bearer" in answer.headers["WWW-Authenticate"], f"{token}: {answer}")
        expect(listener.post(product_order(REFERENCE), headers={"Authorization": f"Basic {good}"}).status_code == 401, "another scheme")
        end = int(good.split(".")[1])
        wait_for(lambda: time.time() >= end, "the token to expire")
        expect(listener.post(product_order(REFERENCE), good).status_code == 401, "an expired one")
        expect(listener.metric("whc_listen_events_total") == 0, listener.page("/metrics")[1])
        expect("its token has expired" in listener.log(), listener.log())


@story(on="embedded")
def guessing(stage):
    """Ten wrong secrets in a second, then 429, whoever asks; a second later BT gets its token."""
    with listening(stage) as listener, httpx.Client() as client:

        def ask(secret):
            return client.post(
                listener.url + TOKENS, data={"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": secret}
            )

        answers = [ask("guess")]
        while answers[-1].status_code != 429:
            answers.append(ask("guess"))
            expect(len(answers) < 200, "nobody stops it")
        expect(len(answers) > 10 and answers[-1].headers["Retry-After"] == "1", f"{len(answers)} {answers[-1].headers}")
        expect(all(one.status_code == 401 for one in answers[:-1]), f"{answers}")
        wait_for(lambda: ask(SECRET).status_code == 200, "the token", 5)


@story(on="embedded")
def two_listeners(stage):
    """A token of one is good at the other, which has the same key; not at one that has another key."""
    with listening(stage) as one, listening(stage) as other, listening(stage, **{"listen.token.key": KEY[::-1]}) as foreign:
        token = one.token()["access_token"]
        expect(other.post(product_order(REFERENCE), token).status_code == 201, other.log())
        expect(foreign.post(product_order(REFERENCE), token).status_code == 401, foreign.log())


@story(on="embedded")
def the_key_changes(stage):
    """HUP with a new key and the one before: old tokens are good until the one before is taken away; none is refused meanwhile."""
    key, before = (pathlib.Path(stage.folder) / name for name in ("key", "key-before"))
    key.write_text(KEY + "\n")
    with listening(stage, **{"listen.token.key": None, "listen.token.key.file": key}) as listener:
        old = listener.token()["access_token"]
        before.write_text(KEY)
        key.write_text(KEY[::-1])
        reload(listener, **{"listen.token.key.previous.file": before})
        new = listener.token()["access_token"]
        for token in (old, new):
            expect(listener.post(product_order(REFERENCE), token).status_code == 201, listener.log())
        reload(listener, **{"listen.token.key.previous.file": None})
        expect(listener.post(product_order(REFERENCE), old).status_code == 401, "the old key is gone")
        expect(listener.post(product_order(REFERENCE), new).status_code == 201, listener.log())


@story(on="embedded")
def the_secret_changes(stage):
    """HUP with a second secret: both get tokens; without it, only the new one does. A mistake changes nothing."""
    with listening(stage) as listener:
        reload(
            listener,
            **{
                "listen.client.secret": "another-secret-for-bt",
                "listen.client.previous.id": CLIENT,
                "listen.client.previous.secret": SECRET,
            },
        )
        expect(listener.token()["access_token"] and listener.token(secret="another-secret-for-bt")["access_token"], listener.log())
        reload(listener, **{"listen.client.previous.id": None, "listen.client.previous.secret": None})
        expect(refused(listener.token) == "invalid_client", "the old secret is gone")
        listener.write_settings(**{"listen.client.secret": "short"})
        listener.signal(signal.SIGHUP)
        wait_for(lambda: "the settings have mistakes" in listener.log(), "the mistake")
        expect(listener.token(secret="another-secret-for-bt")["access_token"], listener.log())


def reload(listener, **settings):
    said = "were read again"
    before = listener.log().count(said)
    listener.write_settings(**settings)
    listener.signal(signal.SIGHUP)
    wait_for(lambda: listener.log().count(said) > before, "the settings to be read again")


@story(on="embedded")
def settings_that_are_refused(stage):
    """In the clear on a public address, without a key, client or certificate: named, with what would be right, and nothing listens."""
    cases = [
        ({"listen.address": "0.0.0.0"}, "would travel in the clear"),
        ({"listen.token.key": "short"}, "shorter than 32 characters"),
        ({"listen.client.id": None}, "nobody could get a token"),
        ({"listen.tls.certificate.file": "/none", "listen.tls.key.file": "/none"}, "cannot be read"),
        ({"catalogue.path": stage.folder}, "the record of events is missing"),
        ({"listen.port": "99999"}, "listen.port"),
    ]
    for settings, words in cases:
        listener = Listener(stage, **settings)
        expect(listener.wait() == 2 and words in listener.log() and "listening" not in listener.log(), listener.log())


@story(on="embedded")
def connections_of_strangers(stage):
    """Nothing, half a request, half a body, and a thousand that say nothing: the oldest of them go, and BT is served meanwhile."""
    with listening(stage) as listener:
        token = listener.token()["access_token"]
        head = f"POST {EVENTS} HTTP/1.1\r\nHost: us.example\r\nAuthorization: Bearer {token}\r\nContent-Length: 1000\r\n\r\n".encode()
        strangers = [connect(listener) for _ in range(4)]
        for stranger, text in zip(strangers, (b"", b"POST /bt/ev", head[:-2], head + b'{"half":')):
            stranger.sendall(text)
        crowd = [connect(listener) for _ in range(1200)]
        expect(listener.post(product_order(REFERENCE), token).status_code == 201, listener.log())
        for stranger in strangers:
            expect(stranger.recv(1) == b"", "it is not ended")
            stranger.close()
        for one in crowd:
            one.close()
        expect(json.loads(listener.page("/status")[1])["waiting"] == 0, listener.page("/status")[1])
