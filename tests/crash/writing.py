"""Crashes under orders that change something at BT, on real Kafka: nothing accepted twice, lost, or answered twice.

Usage: writing.py [--brokers 3]      CRASH_GROUPS, KILLS (of each group) and ORDERS (of each) in the environment change the size,
SEED repeats the draws. README.md tells what is done and what counts.
"""

import collections
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
import uuid

import cluster
from brokers import Kafka
from events import header, outcome_of
from history import history
from orders import example
from stages import new_stage
from timings import FAST_MEMBER, calls
from waiting import Failure, expect, let_pass, wait_for

GROUPS = int(os.environ.get("CRASH_GROUPS", 4))
KILLS = int(os.environ.get("KILLS", 10))
ORDERS = int(os.environ.get("ORDERS", 500))

# BT may be late by 400 ms here (trouble()).
SETTINGS = {**FAST_MEMBER, **calls(delivery=500), "ledger.after.ms": 1000}
# The loss of one broker of three must not cost the partitions (PROMISE.md section 4), and costs up to 10 s of settling.
THREE = {**SETTINGS, "session.timeout.ms": 20000, "broker.session.timeout.ms": 9000, "topics.replication": 3, "topics.min.replication": 3}
FAILPOINTS = [
    "settle.begin",
    "settle.positions",
    "settle.commit",
    "settle.committed",
    "call.first-byte",
    "call.body",
    "call.reply",
    "call.answered",
    "takeover.ledger",
    "takeover.barrier",
    "takeover.settled",
    "takeover.done",
    "drain",
]
WRITES = ("createOrder", "submitOrder", "reserveNumbers")


def ended(worker):
    """How a worker ended that nobody stopped: its loop stood still for too long, on a machine this busy; or it joined twice while
    the broker answered nothing, and the earlier request, answered late, took the place of the later one."""
    code = worker.process.returncode
    expect(
        code == -signal.SIGKILL or code == 1 and "worker.slot" in worker.log(), f"it ended by itself, with {code}:\n{worker.log()[-3000:]}"
    )
    return "watchdog" if code == -signal.SIGKILL else "fenced"


class Group:
    """One group of workers with topics, sandbox and orders of its own."""

    def __init__(self, kafka, seed, settings):
        self.draw, self.seed, self.settings = random.Random(seed), seed, settings
        self.gap = (4, 15) if settings is SETTINGS else (10, 40)  # a dead member is missed after 3 s, or 20 s
        self.stage = new_stage(kafka, {k: v for k, v in settings.items() if k.startswith("topics.")})
        self.kinds = {
            name: example(name, file)["request"]
            for name, file in (
                ("create-order", "new-company"),
                ("place-order", "new-company"),
                ("reserve-numbers-by-exchange", "two-numbers"),
                ("check-portability", "portable-number"),
            )
        }
        self.kinds["reserve-numbers-by-exchange"]["exchangeGroupCode"] = "ABDN"
        self.sent, self.by_key, self.repeats = {}, collections.defaultdict(list), 0
        self.kills = collections.Counter()
        self.running = {}
        self.reader, self.looked_at = None, 0
        self.final, self.order = collections.defaultdict(list), collections.defaultdict(list)

    # --- what goes in ---

    def send(self, count):
        for _ in range(count):
            kind = self.draw.choices(list(self.kinds), (60, 25, 5, 10))[0]
            # A doubt of class `never` waits for a person: such an order has a key of its own.
            key = str(uuid.uuid4()) if kind.startswith("reserve") else f"key-{self.draw.randrange(ORDERS // 5 + 1)}"
            record = {**self.kinds[kind], "requestId": str(uuid.uuid4())}
            self.stage.send(kind, record, key=key.encode())
            self.sent[record["requestId"]] = (kind, record, key)
            self.by_key[key].append(record["requestId"])
            if self.draw.random() < 0.05:
                self.repeat()
        self.stage.flush()

    def repeat(self):
        kind, record, key = self.sent[self.draw.choice(list(self.sent))]
        if kind != "check-portability":
            self.stage.send(kind, record, key=key.encode())
            self.repeats += 1

    def trouble(self):
        for operation in ("createOrder", "submitOrder", "reserveNumbers"):
            self.stage.sandbox.fault(operationId=operation, kind="close-after-request", probability=0.05, times=-1)
            self.stage.sandbox.fault(operationId=operation, kind="late", ms=400, probability=0.03, times=-1)
            self.stage.sandbox.fault(operationId=operation, kind="delay", ms=200, probability=0.05, times=-1)
            self.stage.sandbox.fault(operationId=operation, kind="invisible", ms=250, reply="lost", probability=0.02, times=-1)
            self.stage.sandbox.fault(operationId=operation, kind="status", status=503, probability=0.02, times=-1)

    # --- workers ---

    def start(self, slot, point=None):
        os.environ.pop("TEST_FAILPOINT", None)
        worker = self.stage.worker(slot, environment={"TEST_FAILPOINT": point} if point else None, **self.settings)
        self.running[slot] = worker
        return worker

    def is_alive(self, slot):
        return slot in self.running and self.running[slot].process.poll() is None

    def kill_at_random(self, slot):
        let_pass(self.draw.uniform(*self.gap))  # further apart on average than absent_after: a doubt must be able to end
        worker = self.running.pop(slot)
        if worker.process.poll() is None:
            worker.kill()
            self.kills["random"] += 1
        else:
            self.kills[ended(worker)] += 1

    def kill_at_point(self, slot):
        point, how = self.draw.choice(FAILPOINTS), self.draw.choice(("KILL", "KILL", "STOP"))
        if self.is_alive(slot):
            self.stop(slot)
        often = 1 if point.startswith(("takeover", "drain")) else self.draw.randrange(1, 30)
        worker = self.start(slot, f"{point}:{often}:{how}")
        let_pass(self.draw.uniform(*self.gap) * 0.7)
        if point == "drain":
            worker.signal(signal.SIGTERM)
            let_pass(3)
        if worker.process.poll() is None:  # it did not come to the point so often
            worker.kill()
            point = "random"
        self.running.pop(slot)
        if point == "drain" and worker.process.wait(20) == 0:  # it had nothing to give away: Kafka was away
            self.kills["(clean stop)"] += 1
            return
        worker.process.wait(20)
        why = ended(worker)
        self.kills[why if why == "fenced" else point if point == "random" else f"{point} {how}"] += 1

    def replace(self, slot):
        """A second process of the slot while the first lives, or stands still for a while: one of them is too many. It is the
        first, unless it missed its session (a broker was away) and joined again later than the second."""
        let_pass(self.draw.uniform(*self.gap) * 0.5)
        elder, stands_still = self.running[slot], self.draw.random() < 0.5
        if stands_still:
            elder.signal(signal.SIGSTOP)
        younger = self.start(slot)
        if stands_still:
            let_pass(self.draw.uniform(0, 1.5))
            elder.signal(signal.SIGCONT)
        wait_for(lambda: elder.process.poll() is not None or younger.process.poll() is not None, "one of two of a slot to end", 120)
        ended, self.running[slot] = (elder, younger) if elder.process.poll() is not None else (younger, elder)
        code = ended.wait()
        expect(
            code in (1, -signal.SIGKILL) and (code != 1 or "worker.slot" in ended.log()), f"it ended with {code}:\n{ended.log()[-3000:]}"
        )
        self.kills["replaced" if code == 1 else "replaced, watchdog"] += 1

    def stop(self, slot):
        worker = self.running.pop(slot)
        worker.port()  # before it catches TERM, a stop is a kill
        self.kills["(clean stop)" if worker.stop(90) == 0 else ended(worker)] += 1

    def run(self):
        self.reader = self.stage.reader()
        self.trouble()
        for kill in range(KILLS):
            self.send(ORDERS // KILLS)
            for slot in ("one", "two")[: 1 + (self.draw.random() < 0.4)]:
                if not self.is_alive(slot):
                    self.start(slot)
            victim = self.draw.choice(list(self.running))
            self.draw.choices((self.kill_at_random, self.kill_at_point, self.replace), (45, 45, 10))[0](victim)
            if self.draw.random() < 0.5:  # else it is started again at once
                let_pass(self.draw.uniform(0, 2) * self.settings["session.timeout.ms"] / 1000)
            if self.is_alive("two") and self.draw.random() < 0.3:
                self.stop("two")
            print(f"        seed {self.seed}: {kill + 1} kills, {len(self.sent)} sent, {len(self.finals())} final", flush=True)

    # --- what came out ---

    def finals(self, seconds=0.05):
        """The final outcomes of each request, those marked as repeats left out; what came since the last look is added."""
        for message in self.reader.more(seconds)[self.looked_at :]:
            self.looked_at += 1
            if header(message, "whc-repeated") is not None:
                continue
            outcome = outcome_of(message)["outcome"]
            if outcome["final"]:
                self.final[str(outcome["requestId"])].append(outcome)
                self.order[message.key().decode()].append(str(outcome["requestId"]))
        return self.final

    def parked(self):
        code, out, _ = self.stage.run("parked", "--json")
        return [json.loads(line) for line in out.splitlines()] if code == 0 else []  # Kafka is away just now

    def rows(self, operation):
        return {key.split(" ", 1)[1]: row for key, row in self.stage.sandbox.control("GET", f"orders?operationId={operation}").items()}

    def decide_parked(self, explained):
        """What a person would do: look at BT, then say what happened."""
        for row in self.parked():
            reason = row["progress"]["reason"]
            explained[f"{row['orderType']} {reason['kind']}/{reason['code']}"] += 1
            step = row["step"]
            reference = row["inputs"].get(f"{step}Reference", "")
            accepted = [
                r
                for operation in ("createOrder", "submitOrder")
                for key, r in self.rows(operation).items()
                if key == reference and r["accepted"]
            ]
            words = (
                ("happened", "00126001", "seen at BT") if accepted or row["orderType"].startswith("reserve") else ("reject", "not at BT")
            )
            self.stage.run("decide", row["requestId"], *words)
            self.finals()

    def what_is_missing(self):
        """Where the orders without a final outcome are, as the ledger and the worker have it."""
        missing = [(request, kind, key) for request, (kind, _, key) in self.sent.items() if request not in self.final]
        ledger = {request: self.stage.run("parked", "--json", request)[1] for request, _, _ in missing[:3]}
        return (
            f"{len(missing)} of {len(self.sent)} without a final outcome: {missing[:5]}\n"
            f"outcomes: read, committed, there: {self.reader.where()}\nledger {ledger}\n"
            f"story {self.story([missing[0][0]])}\n"
            f"status {self.running['one'].page('/status')[1]}\nlog {self.running['one'].log()[-3000:]}"
        )

    def finish(self):
        self.stage.sandbox.heal()
        for slot in list(self.running):
            if self.is_alive(slot):
                self.stop(slot)
        self.start("one")
        explained = collections.Counter()
        end, before = time.monotonic() + 300, 0
        while len(self.finals()) < len(self.sent):
            if len(self.final) > before:
                end, before = time.monotonic() + 300, len(self.final)
            if time.monotonic() > end and len(self.finals(5)) == before:
                raise Failure(self.what_is_missing())
            if not self.is_alive("one"):
                self.start("one")
            self.decide_parked(explained)
        return explained

    def check(self):
        finals = self.finals()
        unknown = finals.keys() - self.sent.keys()
        twice = [request for request, list_ in finals.items() if len(list_) > 1]
        expect(not unknown and not twice, f"{len(unknown)} unknown, two final outcomes for {twice[:3]}")
        for operation in ("createOrder", "submitOrder"):
            again = [key for key, row in self.rows(operation).items() if row["accepted"] > 1]
            expect(not again, f"{operation} accepted twice: {again[:3]}")
        created = self.rows("createOrder")
        for request, [outcome] in finals.items():
            if self.sent[request][0] != "create-order" or outcome["reason"] and outcome["reason"]["kind"] == "DECISION":
                continue
            accepted = created.get(outcome["externalId"], {"accepted": 0})["accepted"]
            expect(accepted == (outcome["status"] == "COMPLETED"), f"{request} is {outcome['status']}, and BT accepted {accepted}")
        self.ended_lines()
        for key, requests in self.by_key.items():
            if self.order[key] != requests:  # the story takes its time
                raise Failure(f"{key}: outcomes out of order: {self.story(requests)}")

    def ended_lines(self):
        """Status by request, of all `order.ended` in the workers' logs: never two of one order, and none that was not settled."""
        ended = collections.defaultdict(list)
        for log in pathlib.Path(self.stage.folder).glob("worker-*.log"):
            for request, status in re.findall(r"event=order\.ended request=(\S+) .*?status=(\S+)", log.read_text(errors="replace")):
                ended[request].append(status)
        twice = {request: statuses for request, statuses in ended.items() if len(statuses) > 1}
        expect(not twice, f"two lines of one end: {list(twice.items())[:3]}")
        false = [request for request, [status] in ended.items() if [o["status"] for o in self.final[request]] != [status]]
        expect(not false, f"a line of an end that was not settled: {false[:3]}")
        return ended

    def story(self, requests):
        """What Kafka has of these orders."""
        kinds = [self.sent[request][0] for request in requests]
        return f"{list(zip(kinds, requests))}\n{history(self.stage, requests)}"

    def report(self, explained):
        statuses = collections.Counter(o[0]["status"] for o in self.finals().values())
        repeated = len([m for m in self.reader.messages if header(m, "whc-repeated")])
        kills = sum(n for name, n in self.kills.items() if name != "(clean stop)")
        return {
            "seed": self.seed,
            "kills": kills,
            "orders": len(self.sent),
            "outcomes": dict(statuses),
            "repeats sent": self.repeats,
            "repeats answered": repeated,
            "ends without a line": len(self.sent) - len(self.ended_lines()),
            "parked": dict(explained),
            "where": dict(self.kills),
            "longest turn": self.stage.longest_turn(),
        }


def one_group(kafka, seed, settings, results):
    """Puts what came of it at the end of the results, which it shares with other groups' threads."""
    group = None
    try:
        group = Group(kafka, seed, settings)
        group.run()
        explained = group.finish()
        group.check()
        if group.is_alive("one"):
            group.stop("one")
        results.append(group.report(explained))
    except Exception as error:
        text = str(error) if isinstance(error, Failure) else traceback.format_exc()
        results.append({"seed": seed, "failed": text})
    finally:
        result = next(r for r in results if r["seed"] == seed)
        print(("FAILED  " if "failed" in result else "ok      ") + json.dumps(result), flush=True)
        if group is not None:
            group.stage.end()


def break_brokers(kafka, over, draw):
    """The broker is stopped and started again now and then; of three, one is killed, too."""
    while not over.wait(draw.uniform(20, 40)):
        kafka.trouble(draw)


def main(brokers):
    first = int(os.environ.get("SEED", random.randrange(1 << 30)))
    folder = tempfile.mkdtemp(prefix="whc-kafka-")
    kafka = cluster.Cluster(folder) if brokers == 3 else Kafka(folder)
    results, over = [], threading.Event()
    breaker = threading.Thread(target=break_brokers, args=(kafka, over, random.Random(first)))
    groups = [
        threading.Thread(target=one_group, args=(kafka, first + i, THREE if brokers == 3 else SETTINGS, results)) for i in range(GROUPS)
    ]
    try:
        breaker.start()
        for group in groups:
            group.start()
        for group in groups:
            group.join()
    finally:
        over.set()
        breaker.join()
        kafka.stop()
        shutil.rmtree(folder, ignore_errors=True)
    failed = [r for r in results if "failed" in r]
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed", flush=True)
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main(3 if "--brokers" in sys.argv and sys.argv[sys.argv.index("--brokers") + 1] == "3" else 1))
