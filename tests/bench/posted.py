"""What BT posts: how fast `listen` takes it, beside its floor, and how soon the order's next call is there."""

import http.client
import json
import re
import statistics
import subprocess
import time
import urllib.parse

from figures import cpu_seconds
from listeners import EVENTS, listening
from notifications import partition_of, product_order
from paths import BUILD
from ported import SPREAD, WAITING, Ported
from programs import Program
from stages import new_stage
from waiting import expect, wait_for

BENCH = BUILD / "tests" / "bench"
REFERENCE = "1e34fb00-3209-8bbe-986a-a70dbe3d0003"
FAST = {"listen.rate": 1_000_000}
ROUNDS = 3


# --- how fast notifications are taken ---


def load(program, url, token, connections, count):
    """What the client saw, and the CPU us of an event: {rate, p50_ms, p99_ms, cpu_us}."""
    body = json.dumps(product_order(REFERENCE, state="inProgress", portStatus="SCHEDULED"))
    began = cpu_seconds(program.process.pid)
    words = [BENCH / "post_load", url, token, body, connections, count]
    done = subprocess.run([str(word) for word in words], text=True, capture_output=True)
    expect(done.returncode == 0, f"{done.stdout}{done.stderr}\n{program.log()[-2000:]}")
    found = {name: float(value) for name, value in re.findall(r"(\w+)=([\d.]+)", done.stdout)}
    return {**found, "cpu_us": (cpu_seconds(program.process.pid) - began) / count * 1e6}


def middle(rounds):
    return {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}


def listen(kafka, count):
    """In turns with the floor, by the same client: libcurl, as many connections as there are posts at once."""
    stage = new_stage(kafka)
    place = [stage.bootstrap, stage.topic("order-events"), partition_of(REFERENCE)]
    floor = Program([BENCH / "listen_floor", *place], f"{stage.folder}/listen_floor.log")
    try:
        port = wait_for(lambda: re.search(r"port=(\d+)", floor.log()), "the floor")[1]
        with listening(stage, **FAST) as listener:
            token = listener.token()["access_token"]
            both = {"floor": (floor, f"http://127.0.0.1:{port}{EVENTS}"), "listen": (listener, listener.url + EVENTS)}
            for program, url in both.values():
                load(program, url, token, 16, 1000)  # the first ones of a JVM; not shown
            print(
                "| posts at once | | events/s | of the floor | p50 / p99 ms | p99 of the floor | CPU us an event | of the floor |"
                "\n|---|---|---|---|---|---|---|---|"
            )
            for connections in (1, 64):
                rounds = {name: [] for name in both}
                for _ in range(ROUNDS):
                    for name, (program, url) in both.items():
                        rounds[name].append(load(program, url, token, connections, count // (10 if connections == 1 else 1)))
                below = middle(rounds["floor"])
                for name in both:
                    found = middle(rounds[name])
                    ratio = {what: found[what] / below[what] for what in found if below[what] > 0}
                    answers = f"{found['p50_ms']:.2f} / {found['p99_ms']:.2f} | {ratio['p99_ms']:.2f}"
                    costs = f"{found['cpu_us']:.0f} | {ratio['cpu_us']:.2f}"
                    print(f"| {connections} | {name} | {found['rate']:.0f} | {ratio['rate']:.2f} | {answers} | {costs} |", flush=True)
            print()
    finally:
        floor.kill()
        stage.end()


# --- from an event to the next call ---


class Asker:
    """A connection that is kept: what is measured is shorter than to open one."""

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=30)

    def ask(self, method, path, body=None, headers=None):
        self.connection.request(method, path, body, headers or {})
        answer = self.connection.getresponse()
        return answer.status, answer.read()


class Hop:
    """Posts acceptances by the losing provider, one at a time; the call that follows is the first of its operation."""

    def __init__(self, journeys, listener):
        self.journeys = journeys
        self.token = listener.token()["access_token"]
        self.bt, self.listener = Asker(journeys.stage.sandbox.http), Asker(listener.url)

    def calls(self):
        return json.loads(self.bt.ask("GET", "/sandbox/counts")[1])["operations"].get("listImportOrders", 0)

    def take(self, body):
        """Gives the ms from the answer to the call; then waits until the order does."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        before = self.calls()
        status, _ = self.listener.ask("POST", EVENTS, json.dumps(body).encode(), headers)
        began = time.monotonic()
        expect(status == 201, f"answered {status}")
        while self.calls() == before:
            expect(time.monotonic() - began < 60, "no call follows the notification")
        took = (time.monotonic() - began) * 1000
        wait_for(lambda: self.journeys.states()[0].get(WAITING) == self.journeys.sent, "the order to wait again")
        return took


def hops(kafka, count):
    """An idle worker, one notification at a time; all wait for the losing provider, and only the sandbox's clock goes on."""
    journeys = Ported(kafka, size=2000)
    try:
        journeys.start()
        journeys.send(2 * count)
        journeys.rest()
        following = journeys.clock.next_of_sandbox() + SPREAD
        journeys.stage.sandbox.control("POST", "clock", {"to": following.strftime("%Y-%m-%dT%H:%M:%SZ")})
        bodies = [event["body"] for event in journeys.stage.sandbox.control("GET", f"events?after={journeys.forwarded}")]
        accepted = [body for body in bodies if body["event"]["productOrder"].get("portStatus") == "LCP_ACCEPTED"]
        expect(len(accepted) == 2 * count, f"{len(accepted)} of {2 * count} ports are accepted")
        for body in accepted[count:]:
            del body["event"]["productOrder"]["externalId"]
        with listening(journeys.stage) as listener:
            hop = Hop(journeys, listener)
            one, two = ([hop.take(body) for body in some] for some in (accepted[:count], accepted[count:]))
        print("| notification | to the next call, p50 / p99 ms | of one hop |\n|---|---|---|")
        for name, took in (("with our reference", one), ("with BT's id only: two hops", two)):
            p50, p99 = statistics.median(took), sorted(took)[len(took) * 99 // 100 - 1]
            print(f"| {name} | {p50:.1f} / {p99:.1f} | {p50 / statistics.median(one):.2f} |", flush=True)
        print()
    finally:
        journeys.end()
