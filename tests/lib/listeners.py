"""`whc-worker listen` as a process, and BT as a client of it: an OAuth library that knows nothing of us, and bare sockets."""

import contextlib
import io
import json
import os
import pathlib
import re
import socket
import urllib.error
import urllib.request

import fastavro
import httpx
from authlib.integrations.httpx_client import OAuth2Client

from order_types import common_schema
from paths import SCHEMAS, WORKER
from programs import Program
from waiting import expect, wait_for

CLIENT, SECRET, KEY = "bt-example", "a-secret-for-bt-example", "0123456789abcdef0123456789abcdef"
EVENTS, TOKENS = "/bt/events", "/oauth/token"


class Listener(Program):
    serial = 0

    def __init__(self, stage, environment=None, **settings):
        Listener.serial += 1
        self.stage = stage
        name = pathlib.Path(stage.folder) / f"listener-{Listener.serial}"
        self.config = name.with_suffix(".properties")
        self.given = {
            "catalogue.path": SCHEMAS,
            "kafka.bootstrap.servers": stage.bootstrap,
            "topic.events": stage.topic("order-events"),
            "topic.events.dead": stage.topic("order-events.dead"),
            "listen.port": 0,
            "listen.admin.port": 0,
            "listen.client.id": CLIENT,
            "listen.client.secret": SECRET,
            "listen.token.key": KEY,
            **{f"kafka.{key}": value for key, value in stage.client.items() if key not in ("log_level", "bootstrap.servers")},
            **settings,
        }
        self.write_settings()
        super().__init__(
            [WORKER, "listen", "--config", self.config], name.with_suffix(".log"), environment and {**os.environ, **environment}
        )
        self.tls = "listen.tls.certificate.file" in self.given

    def write_settings(self, **settings):
        self.given.update(settings)
        self.config.write_text("".join(f"{key}={value}\n" for key, value in self.given.items() if value is not None))

    def port_of(self, sentence):
        def find():
            found = re.search(rf'{sentence}".*? port"?[=:](\d+)', self.log())
            expect(found or self.process.poll() is None, f"the listener ended:\n{self.log()}")
            return found and int(found[1])

        return wait_for(find, f"the listener's port ({sentence})")

    @property
    def port(self):
        return self.port_of("listening for BT")

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def page(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port_of('listening for operators')}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except (urllib.error.URLError, ConnectionError):
            return 0, ""

    def metric(self, name):
        """The sum over the series of a metric."""
        lines = self.page("/metrics")[1].splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if re.match(rf"{name}(\{{|\s)", line) or line.startswith(name + " "))

    def ready(self):
        wait_for(lambda: self.page("/health/ready")[0] == 200 or self.process.poll() is not None, "the listener to be ready")
        expect(self.process.poll() is None, f"the listener ended:\n{self.log()}")
        return self

    def token(self, client=CLIENT, secret=SECRET, method="client_secret_basic", **more):
        """By an OAuth library of other people's."""
        with OAuth2Client(client, secret, token_endpoint_auth_method=method, **more) as oauth:
            return oauth.fetch_token(self.url + TOKENS, grant_type="client_credentials")

    def post(self, body, token=None, path=EVENTS, headers=None, **more):
        """One notification: the answer's status."""
        given = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.post(self.url + path, content=content, headers=given, timeout=30, **more)


@contextlib.contextmanager
def listening(stage, **settings):
    """A listener that is ready; it ends cleanly with the story."""
    listener = Listener(stage, **settings)
    try:
        yield listener.ready()
        if listener.process.poll() is None:
            expect(listener.stop() == 0, listener.log()[-3000:])
    finally:
        if listener.process.poll() is None:
            listener.kill()


def posts_to(stage, listener):
    """BT knows the listener from now on, and posts its notifications there."""
    client = {"url": listener.url + EVENTS, "tokenUrl": listener.url + TOKENS, "id": CLIENT, "secret": SECRET}
    stage.sandbox.control("POST", "listener", client)


def connect(listener):
    """A bare connection to it."""
    return socket.create_connection(("127.0.0.1", listener.port), timeout=60)


def read_event(value):
    """The whc.common.Event of a record's value."""
    expect(value[:2] == b"\xc3\x01", f"it is not framed: {value[:20]}")
    return fastavro.schemaless_reader(io.BytesIO(value[10:]), common_schema("Event"), None)


def headers_of(message):
    return {name: value.decode() for name, value in message.headers() or []}
