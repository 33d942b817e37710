"""TLS and secrets: the worker against an encrypted front of the sandbox, and what must not be in the log."""

import json
import pathlib
import ssl
import time

from events import outcomes_by_request
from order_types import order_type, portability
from orders import ask
from registries import confluent_v0, on_registry
from story import story
from tls import HOST, Authority, Front
from waiting import expect, wait_for


def refused(stage, front, words, **settings):
    """A worker that gets no token over this front: it stays alive, says why, and goes on asking; no order is lost or called."""
    worker = stage.worker(**front.settings(**settings))
    wait_for(lambda: "token endpoint" in worker.page("/health/ready?all")[1], "readiness to say that there is no token")
    code, why = worker.page("/health/ready?all")
    expect(code == 503 and words in why, f"readiness does not say '{words}': {why}")
    calls = stage.sandbox.counts()["total"]
    expect(worker.stop() == 0, worker.log())
    expect(calls == 0, f"{calls} requests reached the sandbox")


@story(on="embedded")
def encrypted(stage):
    """TLS: good with the CA's file; without it, under another host's name: refused, and readiness names the certificate."""
    authority = Authority(stage.folder)
    front = Front(stage.sandbox.http, authority.sign("here", f"IP:{HOST}"))
    other = Front(stage.sandbox.http, authority.sign("elsewhere", "DNS:elsewhere.example"))
    try:
        refused(stage, front, "unable to get local issuer certificate")
        refused(stage, other, "no alternative certificate subject name matches", **{"bt.ca.file": authority.file})
        worker = stage.worker(**front.settings(**{"bt.ca.file": authority.file})).ready()
        expect(ask(stage, portability())["outcome"]["status"] == "COMPLETED", worker.log())
        worker.stop()
        # A token, but BT's own host has the wrong certificate: the order ends within its limits, and says why; no call.
        before = stage.sandbox.counts()["operations"]["checkPortability"]
        stage.worker(
            **front.settings(
                **{
                    "bt.ca.file": authority.file,
                    "bt.portability.base.url": other.url,
                    "bt.backoff.first.ms": 1,
                    "bt.attempts.max": 2,
                    "bt.give.up.ms": 1000,
                }
            )
        ).ready()
        outcome = ask(stage, portability())["outcome"]
        expect(outcome["status"] == "FAILED" and "certificate" in outcome["reason"]["text"], f"{outcome}")
        expect(stage.sandbox.counts()["operations"]["checkPortability"] == before, "it was called")
    finally:
        front.close()
        other.close()


@story(on="embedded")
def client_certificates(stage):
    """A front that asks for a certificate: refused without, good with certificate, key and the key's password from a file."""
    authority = Authority(stage.folder)
    front = Front(stage.sandbox.http, authority.sign("here", f"IP:{HOST}"), clients=authority.file)
    certificate, key = authority.sign("worker", "DNS:worker.example", password="opensesame")
    password = pathlib.Path(stage.folder) / "password"
    password.write_text("opensesame\n")
    ours = {"bt.ca.file": authority.file, "bt.certificate.file": certificate, "bt.key.file": key, "bt.key.password.file": password}
    try:
        refused(stage, front, "certificate required", **{"bt.ca.file": authority.file})
        worker = stage.worker(**front.settings(**ours)).ready()
        expect(ask(stage, portability())["outcome"]["status"] == "COMPLETED", worker.log())
        expect("opensesame" not in worker.log(), "the key's password is in the log")
        expect("a certificate ends soon" in worker.log() and "days=1" in worker.log(), "no warning of its end")
        ends = worker.metric(f'whc_certificate_expiry_timestamp_seconds{{file="{certificate}"}}')
        expect(0 < ends - time.time() <= 2 * 86400, f"it ends at {ends}")
    finally:
        front.close()


@story(on="embedded")
def the_registry_has_certificates_of_its_own(stage):
    """BT's client certificate is never shown to the registry, nor is BT's authority trusted for it; its own are used."""
    authority = Authority(stage.folder)
    front = Front(stage.sandbox.http, authority.sign("here", f"IP:{HOST}"), clients=authority.file, asks=ssl.CERT_OPTIONAL)
    certificate, key = authority.sign("worker-at-bt", "DNS:worker.example")
    own, own_key = authority.sign("worker-at-registry", "DNS:worker.example")
    kind = order_type("check-portability")
    framed = confluent_v0(on_registry(stage, kind.request_text), b"")
    bt = {"bt.ca.file": authority.file, "bt.certificate.file": certificate, "bt.key.file": key, "registry.url": front.url}

    def send():
        request = portability()
        stage.send_bytes(framed + kind.datum(request), key=b"k")
        stage.flush()
        return request["requestId"]

    try:
        reader = stage.reader()
        worker = stage.worker("one", **bt).ready()
        request = send()
        wait_for(lambda: "SSL certificate problem" in worker.page("/health/ready")[1], "readiness to name the certificate")
        expect("the schema registry" in worker.page("/health/ready")[1], worker.page("/health/ready")[1])
        expect(worker.stop() == 0 and front.shown == [], f"{front.shown}")
        for slot, more, name in (
            ("two", {}, ""),
            ("three", {"registry.certificate.file": own, "registry.key.file": own_key}, "worker-at-registry"),
        ):
            # A group of its own: a second member waits long for the embedded broker.
            worker = stage.worker(
                slot,
                **bt,
                **{"registry.ca.file": authority.file, "group.id": f"{stage.group}-{slot}", "takeover.trust.ledger": "on"},
                **more,
            ).ready()
            wait_for(lambda: request in outcomes_by_request(reader.more()), "the outcome")
            expect(front.shown and set(front.shown) == {name}, f"shown: {front.shown}, not '{name}'")
            expect(worker.stop() == 0, worker.log())
            front.shown.clear()
            request = send()
    finally:
        front.close()


@story(on="embedded")
def a_secret_is_read_again(stage):
    """A wrong secret in its file: readiness says that the credentials are refused; the file corrected: it goes on by itself."""
    secret = pathlib.Path(stage.folder) / "secret"
    secret.write_text("wrong\n")
    worker = stage.worker(**{"bt.client.secret": None, "bt.client.secret.file": secret})
    reader = stage.reader()
    request = stage.send("check-portability", portability())
    stage.flush()
    wait_for(lambda: "credentials are refused" in worker.page("/health/ready?all")[1], "readiness to say that the credentials are refused")
    expect(not reader.more(), "an order did not wait")
    secret.write_text("sandbox-secret\n")
    reader.until(1)
    expect(outcomes_by_request(reader.messages)[request][0]["outcome"]["status"] == "COMPLETED", worker.log())
    worker.ready()


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
