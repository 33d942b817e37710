"""One of BT's two scenarios from its first call to the completed order, for deploy/try, which says what the options are.

Worker, listener and sandbox share one wall clock that is not the machine's: a file with the seconds by which it is ahead. The
sandbox moves it, from one moment at which something happens to the next. A line says when, by that clock, who does what.
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import queue
import re
import signal
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
PATIENCE = 60  # seconds; on a machine with little to do nothing takes 5
AT_ONCE = 0.02  # how often is looked

# The example that is sent, the call during which --crash kills, and what BT has carried out once each at the end.
SCENARIOS = {
    "new-numbers": ("new-company", "createOrder", ("qualifyCompany", "reserveNumbers", "createOrder", "submitOrder")),
    "ported-numbers": (
        "range-of-three",
        "activatePort",
        ("qualifyCompany", "createImportOrder", "submitImportOrder", "reserveNumbers", "createOrder", "submitOrder", "activatePort"),
    ),
}

# One worker alone needs no long deadlines, and a dead one is soon to be missed. The broker that is embedded with librdkafka 2.0 is
# particular: a group's first member is kept waiting for others for 3 s, and one that joins beside a dead one for the session of that
# less 1 s. Dead members are looked for once a second, by the newest session, the one that waits among them. Who comes a second after
# the death finds the dead one gone when the waiting ends; who comes earlier may have to wait twice.
SESSIONS = (3050, 2150, 1300)  # of the first worker, and after each crash
AWAY = 1.1  # seconds
SETTINGS = """
session.timeout.ms={session}
broker.session.timeout.ms=500
transaction.timeout.ms=1200
settlement.deadline.ms=1100
settlement.send.offsets.timeout.ms=100
settlement.commit.timeout.ms=200
settlement.socket.timeout.ms=300
attempt.lease.ms=2200
bt.reply.max.bytes=50000
kafka.consumer.fetch.wait.max.ms=10
listen.port=0
listen.admin.port=0
listen.client.id=bt
listen.client.secret=a-secret-for-the-sandbox
listen.token.key=0123456789abcdef0123456789abcdef
"""


class Unexpected(Exception):
    """What ends the scenario badly, in a sentence."""


def moment_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def fetch(url, body=None, method=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


class Program:
    """A program of ours with the shown clock; its log names the ports."""

    def __init__(self, scenario, verb):
        self.log = scenario.folder / f"{verb}.log"
        self.begins = self.log.stat().st_size if self.log.exists() else 0
        environment = {
            **os.environ,
            "TMPDIR": str(scenario.folder),
            "LD_PRELOAD": str(scenario.preloaded),
            "WALL_CLOCK": str(scenario.clock),
        }
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [scenario.program, verb, "--config", scenario.settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,  # Ctrl-C is for us, and we end it
            )

    def said(self, pattern):
        """What it has said since it was started: the first match."""
        if self.process.poll() is not None:
            raise Unexpected(f"{self.log.stem} ended by itself")
        with open(self.log, "rb") as log:
            log.seek(self.begins)
            return re.search(pattern, log.read().decode(errors="replace"))

    def port(self, sentence):
        return wait_for(lambda: self.said(rf'{sentence}".* port=(\d+)'), f"{self.log.stem} to start")[1]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def await_end(self):
        """For 2 s: a worker that leaves while the broker waits for others to join the group may be kept longer."""
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.kill()


def wait_for(found, what):
    """Calls `found` until it gives something true, and gives that."""
    end = time.monotonic() + PATIENCE
    while not (answer := found()):
        if time.monotonic() > end:
            raise Unexpected(f"waited {PATIENCE} s in vain for {what}")
        time.sleep(AT_ONCE)
    return answer


def words_of(result):
    """The plain members of a result, and the numbers of it."""
    numbers = [number["number"] for number in (result or {}).get("numbers") or []]
    plain = [f"{name} {value}" for name, value in (result or {}).items() if isinstance(value, (str, int))]
    return ", ".join(plain + ([f"numbers {' and '.join(numbers)}"] if numbers else []))


def length_of(time):
    minutes = round(time.total_seconds() / 60)
    hours = round(minutes / 60)
    count, unit = (round(hours / 24), "day") if hours >= 48 else (hours, "hour") if minutes >= 60 else (minutes, "minute")
    return f"{count} {unit}{'' if count == 1 else 's'}"


class Scenario:
    def __init__(self, options):
        self.options, self.folder, self.settings = options, options.folder, options.folder / "scenario.properties"
        self.program, self.preloaded, self.http = options.program, options.clock_library, options.sandbox
        self.clock = options.folder / "clock"
        self.kind = f"provide-with-{options.name}"
        self.example_name, call, self.writes = SCENARIOS[options.name]
        self.call_to_die_in = call if options.crash else None
        workflow = json.loads((ROOT / "schemas" / self.kind / "workflow.arazzo.json").read_text())["workflows"][0]
        self.described = {step["stepId"]: step["description"].split(". ")[0].rstrip(".") for step in workflow["steps"]}
        self.worker = self.listener = self.watch = None
        self.sessions = SESSIONS
        self.outcomes, self.seen, self.final, self.last_wait = queue.Queue(), set(), None, None
        self.noted, self.told, self.taken_before = [], 0, 0  # notifications: that were shown; that workers have taken who are dead now

    # --- what is shown ---

    def now(self):
        ahead = struct.unpack("q", self.clock.read_bytes())[0]
        return datetime.datetime.fromtimestamp(time.time() + ahead, datetime.UTC)

    def note(self, who, text, when=None):
        """A line for show(): what several programs do in one moment is not heard of in its order."""
        self.noted.append((when or self.now(), time.monotonic(), who, text))

    def show(self, least_age=0.0):
        """The lines that are noted, by the clock, once the first of them is so many seconds old."""
        if not self.noted or time.monotonic() - self.noted[0][1] < least_age:
            return
        for when, _, who, text in sorted(self.noted, key=lambda line: line[0]):
            print(f"{when.strftime('%d %b %Y %H:%M')}  {who:8}  {text}", flush=True)
        self.noted.clear()

    def say(self, who, text):
        self.note(who, text)
        self.show()

    def control(self, path, body=None):
        text = fetch(f"{self.http}/sandbox/{path}", body)
        return json.loads(text) if text else None

    def rows(self, operation):
        """What BT has received and carried out of this operation: a row for each order, number or the like."""
        return list(self.control(f"orders?operationId={operation}").values())

    def follow(self):
        """Puts outcomes into the queue as they come; the topic is read by a program of its own."""
        self.watch = subprocess.Popen(
            [self.program, "watch", "--config", self.settings, "--from-beginning", "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

        def read():
            for line in self.watch.stdout:
                self.outcomes.put(json.loads(line))

        threading.Thread(target=read, daemon=True).start()

    def note_news(self):
        """What BT has reported and what the worker has published since."""
        for event in self.control(f"events?after={self.told}"):
            order = event["body"]["event"]["productOrder"]
            words = [
                f"state {order['state']}" if "state" in order else "",
                f"port {order['portStatus']}" if order.get("portStatus") else "",
            ]
            self.note("BT", f"reports of its order {order['id']}: {', '.join(filter(None, words))}", moment_of(event["at"]))
            self.told = event["number"]
        with contextlib.suppress(queue.Empty):
            while True:
                self.note_outcome(**self.outcomes.get_nowait())

    def note_outcome(self, outcome, result=None, **_):
        if outcome["outcomeId"] in self.seen:  # without transactions one may come twice, under one id (PROMISE.md, R13)
            return
        self.seen.add(outcome["outcomeId"])
        step, reason = outcome["step"], outcome["reason"]
        why = reason["text"] if reason else f"done ({self.described[step]})"
        if outcome["final"]:
            self.final, why = outcome, "; ".join(filter(None, (reason and reason["text"], words_of(result))))
        self.note("worker", f"{outcome['status']}  {'' if outcome['final'] else step + ': '}{why}", moment_of(outcome["finishedAt"]))
        if outcome["status"] == "UNKNOWN":
            raise Unexpected(f"the order is a person's: {why}")

    def show_wait(self, wait):
        if (wait["step"], wait["waitsFor"]) == self.last_wait:
            return
        self.last_wait = wait["step"], wait["waitsFor"]
        until = moment_of(wait["waitsUntil"]).strftime("%d %b %Y, %H:%M")
        what = f"waits for {until}" if wait["waitsFor"] == "date" else f"waits for a message, until {until} at the latest"
        self.note("worker", f"the order {what} ({wait['step']}: {self.described[wait['step']]})")

    # --- the parts ---

    def start(self, away=0.0):
        """The listener, and so many seconds later the worker."""
        session, *self.sessions = self.sessions
        given = (self.folder / "whc-worker.properties").read_text()
        self.settings.write_text(given + SETTINGS.format(session=session))
        back = time.monotonic() + away
        self.listener = Program(self, "listen")
        url = f"http://127.0.0.1:{self.listener.port('listening for BT')}"
        client = {"id": "bt", "secret": "a-secret-for-the-sandbox"}
        self.control("listener", {"url": f"{url}/bt/events", "tokenUrl": f"{url}/oauth/token", **client})
        time.sleep(max(0.0, back - time.monotonic()))
        self.worker = Program(self, "run")

    def await_worker(self):
        wait_for(lambda: self.worker.said("partitions taken over"), "the worker to take its partitions")

    def kill(self):
        self.taken_before += self.state()[0]
        self.worker.kill()
        self.listener.kill()

    def end(self):
        """Both are asked before one is waited for."""
        running = [program for program in (self.listener, self.worker) if program is not None and program.process.poll() is None]
        for program in running:
            program.process.terminate()
        for program in running:
            program.await_end()
        if self.watch is not None:
            self.watch.kill()
            self.watch.wait()

    def state(self):
        """How many notifications this worker has taken, and whether the order waits with it."""
        try:
            page = fetch(f"http://127.0.0.1:{self.worker.port('listening for operators')}/metrics")
        except (urllib.error.URLError, ConnectionError):
            return 0, False
        return sum(map(int, re.findall(r"^whc_events_total\{.*\} (\d+)$", page, re.M))), 'whc_orders{state="awaiting"} 1' in page

    def submit(self):
        example = json.loads((ROOT / "schemas" / self.kind / "examples" / f"{self.example_name}.json").read_text())
        request = example["request"]
        self.say("OSS", f"publishes a request of type {self.kind}: {example['summary']}")
        self.request = request["requestId"]
        words = ["submit", "--config", self.settings, "--type", self.kind, "--key", example["key"]]
        done = subprocess.run([self.program, *words], input=json.dumps(request), text=True, capture_output=True, timeout=PATIENCE)
        if done.returncode != 0:
            raise Unexpected(f"the request was not taken: {done.stderr}")

    def wait_of_order(self):
        """What the order waits for, by the ledger; None: it is under way."""
        words = ["orders", "--config", self.settings, "--json"]
        done = subprocess.run([self.program, *words], text=True, capture_output=True, timeout=PATIENCE)
        orders = [json.loads(line) for line in done.stdout.splitlines()]
        return next((o for o in orders if o["requestId"] == self.request and o.get("waitsUntil")), None)

    # --- from moment to moment ---

    def rests(self):
        """Shows what happens until the order waits and all that BT has reported is dealt with; gives the wait, or why it is none."""

        def found():
            self.note_news()
            self.show(least_age=0.4)
            if self.final:
                return "ended"
            if self.call_to_die_in and any(row["accepted"] for row in self.rows(self.call_to_die_in)):
                return "a call is out"
            under_way = any(event["fate"] in ("posting", "waiting") for event in self.control("events?after=0"))
            taken, waits = self.state()
            if under_way or not waits or self.told > self.taken_before + taken:
                return None
            wait, told = self.wait_of_order(), self.told
            self.note_news()
            return wait if told == self.told else None

        return wait_for(found, "the order to go on")

    def jump(self, wait):
        following = self.control("clock")["next"]
        moments = [moment_of(wait["waitsUntil"])] + ([moment_of(following["at"])] if following else [])
        self.show()
        print(f"{'':19}... {length_of(min(moments) - self.now())} later ...", flush=True)
        self.control("clock", {"to": min(moments).strftime("%Y-%m-%dT%H:%M:%S.%fZ")})

    def crash_while_a_call_is_out(self):
        """BT has carried it out, and does not answer: the worker is killed while it waits for the reply."""
        self.kill()
        self.say("kill -9", f"worker and listener, while BT's reply to {self.call_to_die_in} is on its way")
        self.call_to_die_in = None
        self.start(AWAY)
        self.await_worker()
        self.say("worker", "is back: the ledger says that a call was out. BT is asked whether it came; nothing is sent twice")

    def crash_while_it_waits(self, wait):
        self.kill()
        self.say("kill -9", "worker and listener, while the order waits; the clock goes on")
        self.jump(wait)
        self.start(AWAY)
        self.await_worker()
        self.say("worker", "is back: the ledger says what the order waits for; what BT posted in vain it posts again")

    def play(self):
        self.start()
        if self.call_to_die_in:
            self.control("faults", {"operationId": self.call_to_die_in, "kind": "stall", "done": True})
        self.submit()
        self.await_worker()
        self.follow()
        waits_out = self.options.crash
        while (rest := self.rests()) != "ended":
            if rest == "a call is out":
                self.crash_while_a_call_is_out()
            elif waits_out:
                waits_out = False
                self.show_wait(rest)
                self.crash_while_it_waits(rest)
            else:
                self.show_wait(rest)
                self.jump(rest)

    def check(self):
        """The outcome, and what BT has carried out: each once."""
        self.show()
        final, counts = self.final, {operation: self.rows(operation) for operation in self.writes}
        print("BT has carried out: " + ", ".join(f"{name} {sum(r['accepted'] for r in rows)}" for name, rows in counts.items()))
        if final["status"] != "COMPLETED":
            raise Unexpected(f"the order has not completed: {final['reason']}")
        for name, rows in counts.items():
            if [row["accepted"] for row in rows] != [1]:
                raise Unexpected(f"BT has not carried out {name} once: {rows}")
        for number, row in self.control("activations").items():
            if (row["accepted"], row["beforeAcceptance"], row["beforeDate"]) != (1, 0, 0):
                raise Unexpected(f"the activation of {number}: {row}")


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=SCENARIOS)
    parser.add_argument("--crash", action="store_true")
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--clock-library", type=pathlib.Path, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--sandbox", required=True)
    return parser.parse_args()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    scenario = Scenario(read_options())
    try:
        scenario.play()
        scenario.check()
    except Unexpected as why:
        print(f"deploy/try: {why}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        scenario.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
