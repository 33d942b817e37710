"""The listener as operators run it: Kafka away, certificates, topics, stopping."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import tempfile
import threading

import httpx

from brokers import Kafka
from listeners import CLIENT, EVENTS, SECRET, TOKENS, Listener, connect, listening
from notifications import product_order
from stages import new_stage
from story import story
from tls import Authority
from topics import add_partitions, admin_of
from waiting import expect, wait_for

REFERENCE = "1e34fb00-3209-8bbe-986a-a70dbe3d0003"


@contextlib.contextmanager
def a_broker_of_its_own():
    """Gives a stage on a broker that may be stopped, and the broker."""
    folder = tempfile.mkdtemp(prefix="whc-kafka-")
    kafka = Kafka(folder)
    stage = new_stage(kafka)
    try:
        yield stage, kafka
    finally:
        stage.end()
        kafka.stop()
        shutil.rmtree(folder, ignore_errors=True)


@story(on="real")
def kafka_is_away(_):
    """503 with Retry-After within six seconds, and not ready; when Kafka is back notifications are taken again, by the same process."""
    with a_broker_of_its_own() as (stage, kafka), listening(stage) as listener:
        token = listener.token()["access_token"]
        expect(listener.post(product_order(REFERENCE), token).status_code == 201, listener.log())
        kafka.stop()
        answer = listener.post(product_order(REFERENCE), token)
        expect(answer.status_code == 503 and answer.headers["Retry-After"] == "5", f"{answer}")
        expect(answer.elapsed.total_seconds() < 8, f"{answer.elapsed}")
        expect(listener.page("/health/ready")[0] == 503, listener.page("/health/ready")[1])
        expect(listener.token()["access_token"], "tokens do not need Kafka")
        kafka.restart()
        wait_for(lambda: listener.post(product_order(REFERENCE), token).status_code == 201, "it to be taken", 60)
        wait_for(lambda: listener.page("/health/ready")[0] == 200, "readiness")


@story(on="real")
def kafka_comes_later(_):
    """Started without Kafka: it says so, answers 503, and begins when Kafka is there."""
    with a_broker_of_its_own() as (stage, kafka):
        kafka.stop()
        listener = Listener(stage)
        wait_for(lambda: "waiting for Kafka" in listener.log(), "the sentence")
        expect(listener.post(product_order(REFERENCE), listener.token()["access_token"]).status_code == 503, listener.log())
        kafka.restart()
        listener.ready()
        expect(listener.stop() == 0, listener.log())


@story(on="real")
def topics_that_are_not_as_they_must_be(stage):
    """Missing at the start: it ends with the command that makes it. More partitions under way: not ready, and it says why."""
    listener = Listener(stage, **{"topic.events": "no-such-topic"})
    expect(listener.wait() == 1 and "whc-worker topics --create" in listener.log(), listener.log())
    with listening(stage) as listener:
        add_partitions(stage, [stage.topic("order-events")], 8)
        wait_for(lambda: "8 partitions and had 6" in listener.page("/health/ready")[1], "the reason", 30)
    admin_of(stage).delete_topics([stage.topic("order-events.dead")])[stage.topic("order-events.dead")].result(20)


def subject_of(port, authority):
    """What the certificate that the port shows is for, by a client that trusts the authority."""
    context = ssl.create_default_context(cafile=authority.file)
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as encrypted:
        return encrypted.getpeercert()["serialNumber"], encrypted.version()


@story(on="embedded")
def encrypted(stage):
    """TLS 1.2 or later; a certificate that is replaced is shown after HUP, while a connection with the one before is answered."""
    authority = Authority(stage.folder)
    certificate, key = (pathlib.Path(stage.folder) / name for name in ("shown.crt", "shown.key"))

    def show(name):
        files = authority.sign(name, "IP:127.0.0.1")
        shutil.copy(files[0], certificate)
        shutil.copy(files[1], key)

    show("one")
    settings = {"listen.tls.certificate.file": certificate, "listen.tls.key.file": key, "listen.address": "0.0.0.0"}
    with listening(stage, **settings) as listener:
        context = ssl.create_default_context(cafile=authority.file)
        with httpx.Client(verify=context, base_url=listener.url) as client:
            form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
            token = client.post(TOKENS, data=form).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            expect(client.post(EVENTS, json=product_order(REFERENCE), headers=headers).status_code == 201, listener.log())
            first, version = subject_of(listener.port, authority)
            expect(version == "TLSv1.3", version)
            show("two")
            listener.signal(signal.SIGHUP)
            wait_for(lambda: "were read again" in listener.log(), "HUP")
            second, _ = subject_of(listener.port, authority)
            expect(first != second, "the same certificate")
            expect(client.post(EVENTS, json=product_order(REFERENCE), headers=headers).status_code == 201, listener.log())
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        try:
            with socket.create_connection(("127.0.0.1", listener.port), timeout=10) as plain:
                old.wrap_socket(plain)
            raise AssertionError("TLS 1.1 is spoken")
        except (ssl.SSLError, ConnectionError):
            pass
        with connect(listener) as plain:
            plain.sendall(f"POST {EVENTS} HTTP/1.1\r\nHost: us.example\r\n\r\n".encode())
            expect(b"201" not in plain.recv(1000), "HTTP without TLS is answered")
        certificate.write_text("nonsense")
        listener.signal(signal.SIGHUP)
        wait_for(lambda: "the certificate stays as it was" in listener.log(), "the mistake")
        expect(subject_of(listener.port, authority)[0] == second, "another certificate")


@story(on="real")
def stopped_while_a_request_waits(_):
    """TERM while Kafka stands still and a notification waits: no new connection is taken, the one that waits gets its answer."""
    with a_broker_of_its_own() as (stage, kafka):
        listener = Listener(stage).ready()
        token = listener.token()["access_token"]
        expect(listener.post(product_order(REFERENCE), token).status_code == 201, listener.log())
        broker = int((pathlib.Path(kafka.folder) / "pid").read_text())
        answers = []
        kafka_stands_still(broker, True)
        try:
            thread = threading.Thread(target=lambda: answers.append(listener.post(product_order(REFERENCE), token)))
            thread.start()
            wait_for(lambda: json.loads(listener.page("/status")[1])["waiting"] == 1, "the notification to wait")
            port = listener.port
            listener.signal(signal.SIGTERM)
            wait_for(lambda: "what waits for Kafka is answered first" in listener.log(), "TERM")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                raise AssertionError("a new connection is taken")
            except ConnectionError:
                pass
            expect(not answers, f"{answers}")
        finally:
            kafka_stands_still(broker, False)
        thread.join()
        expect(answers[0].status_code in (201, 503), f"{answers}")
        expect(listener.wait() == 0, listener.log())


def kafka_stands_still(broker, still):
    os.kill(broker, signal.SIGSTOP if still else signal.SIGCONT)


@story(on="both")
def pages(stage):
    """Health, metrics and /status on a port of their own, with a password where one is set; nothing of them on BT's port."""
    settings = {"admin.username": "ann", "admin.password": "a-password"}
    listener = Listener(stage, **settings)
    try:
        wait_for(lambda: listener.page("/health/ready")[0] == 200, "readiness")
        expect(listener.page("/metrics")[0] == 401 and listener.page("/status")[0] == 401, "no password is asked for")
        url = f"http://127.0.0.1:{listener.port_of('listening for operators')}"
        status = httpx.get(url + "/status", auth=("ann", "a-password")).json()
        expect(status["partitions"] == 6 and status["notReady"] == "", f"{status}")
        expect("whc_ready 1" in httpx.get(url + "/metrics", auth=("ann", "a-password")).text, "the metric")
        expect(httpx.get(listener.url + "/metrics").status_code == 404, "the public port has pages")
        expect(listener.stop() == 0, listener.log())
    finally:
        if listener.process.poll() is None:
            listener.kill()
