"""The table of the goals: floors, reading and writing at 100 and 1,000 in flight, small orders and large ones, in the clear and over TLS.

Usage: goals.py [ORDERS]     prints Markdown; tests/bench/README.md keeps what was measured. TLS is terminated by stunnel.
"""

import copy
import json
import re
import shutil
import subprocess
import sys
import tempfile
import uuid

from bench import FLOOR, LATENCY_MS, Measured
from brokers import Kafka
from figures import machine
from order_types import order_type
from paths import SCHEMAS
from ports import free_port
from programs import Program
from stages import new_stage
from tls import Authority
from waiting import expect, wait_for
from writes import Template, fill

SMALL, LARGE = 512, 8192  # bytes of a request


class Sized(Template):
    """A create-order that adds as many users as the size has room for."""

    def __init__(self, size):
        record = json.loads((SCHEMAS / "create-order" / "examples" / "add-users.json").read_text())["request"]
        record["requestId"] = str(uuid.uuid4())
        users, one = record["sites"][0]["users"], copy.deepcopy(record["sites"][0]["users"][0])
        while len(order_type("create-order").single_object(record)) < size:
            users.append({**one, "username": f"user.{len(users)}@widgets.example", "extension": str(2003 + len(users))})
        self.bytes, self.id = order_type("create-order").single_object(record), record["requestId"].encode()


class Terminator:
    """TLS in front of the sandbox."""

    def __init__(self, stage):
        expect(shutil.which("stunnel"), "stunnel is missing: apt-get install stunnel4")
        self.authority, self.port = Authority(stage.folder), free_port()
        certificate, key = self.authority.sign("here", "IP:127.0.0.1")
        file = self.authority.folder / "stunnel.conf"
        target = stage.sandbox.http.removeprefix("http://")
        file.write_text(
            f"foreground = yes\npid =\n[bt]\naccept = 127.0.0.1:{self.port}\nconnect = {target}\ncert = {certificate}\nkey = {key}\n"
        )
        self.log = open(file.with_suffix(".log"), "w")
        self.process = subprocess.Popen(["stunnel", str(file)], stdout=self.log, stderr=self.log)
        wait_for(lambda: "Configuration successful" in file.with_suffix(".log").read_text(), "stunnel")

    def close(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


def allocations(worker):
    """All that it has made in its life, as jemalloc tells at its end."""
    expect(worker.stop() == 0, worker.log()[-2000:])
    # allocated, nmalloc and its rate, ndalloc and its rate, nrequests
    return int(re.search(r"Merged arenas stats:.*?\ntotal:(?:\s+\d+){5}\s+(\d+)", worker.log(), re.DOTALL)[1])


def measured(kafka, template, count, start, tls):
    """What `start` makes of so many orders that wait for it on a stage of their own."""
    stage, terminator, program = new_stage(kafka), None, None
    try:
        stage.sandbox.control("POST", "switches", {"latencyMs": LATENCY_MS})
        fill(stage, template, count)
        terminator = Terminator(stage) if tls else None
        reader = stage.reader()
        program = start(stage, terminator)
        found = Measured(program, reader, count)
        found.turn, found.allocations = None, 0
        if not isinstance(program, Floor):
            found.allocations = allocations(program)
            found.turn = stage.longest_turn()
        return found
    finally:
        if program is not None:
            program.kill()
        if terminator is not None:
            terminator.close()
        stage.end()


class Floor(Program):
    def __init__(self, stage, terminator, in_flight, *how):
        stage.sandbox.control("POST", "switches", {"authorization": False})
        url = f"https://127.0.0.1:{terminator.port}" if terminator else stage.sandbox.http
        places = [stage.requests, stage.outcomes, url]
        authority = terminator.authority.file if terminator else ""
        super().__init__(
            [FLOOR, stage.bootstrap, f"{stage.prefix}-floor", *places, in_flight, authority, *how], f"{stage.folder}/floor.log"
        )


def floor(in_flight, *how):
    return lambda stage, terminator: Floor(stage, terminator, in_flight, *how)


def worker(in_flight):
    def start(stage, terminator):
        url = {"bt.base.url": f"https://127.0.0.1:{terminator.port}", "bt.ca.file": terminator.authority.file} if terminator else {}
        settings = {"bt.window": in_flight, "log.orders": "none", **url}
        return stage.worker(environment={"MALLOC_CONF": "stats_print:true,stats_print_opts:abxeh"}, **settings)

    return start


def idle(kafka):
    """Allocations of a worker that starts, takes one order and stops."""
    return measured(kafka, Sized(SMALL), 1, worker(100), False).allocations


def table(kafka, orders, tls, none):
    kinds = [("reading", Template("check-portability", "portable-number"), 1)]
    kinds += [(f"writing, {size} bytes", Sized(size), 2) for size in (SMALL, LARGE)]
    for in_flight, count in ((100, orders // 2), (1000, orders)):
        reading, ideal = kinds[0][1], in_flight / LATENCY_MS * 1000
        plain = measured(kafka, reading, count, floor(in_flight, "plain"), tls)
        base = measured(kafka, reading, count, floor(in_flight), tls)
        rows = [("floor without transactions", plain, count), ("floor", base, count)]
        rows += [(name, measured(kafka, template, count // part, worker(in_flight), tls), count // part) for name, template, part in kinds]
        for name, found, done in rows:
            turn = f"{found.turn['tookMs']:.0f} ms, {found.turn['cause']}" if found.turn else ""
            made = f"{(found.allocations - none) / done:.0f}" if found.allocations else ""
            print(
                f"| {in_flight}{', TLS' if tls else ''} | {name} "
                f"| {found.rate:.0f} | {found.rate / ideal:.0%} | {found.rate / base.rate:.0%} "
                f"| {found.cpu_us:.0f} | {found.cpu_us / base.cpu_us:.2f} | {found.rss - base.rss:+.0f} | {made} | {turn} |",
                flush=True,
            )


def main():
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    folder = tempfile.mkdtemp(prefix="whc-kafka-")
    kafka = Kafka(folder)
    try:
        print(f"{orders} orders, {LATENCY_MS} ms API, broker and sandbox on the same machine: {machine()}\n")
        print(
            "| in flight | | orders/s | of in flight / latency | of the floor | CPU us per order | of the floor | RSS MiB above it "
            "| allocations | longest turn |"
        )
        print("|---|---|---|---|---|---|---|---|---|---|")
        none = idle(kafka)  # warms the broker's JVM, too
        for tls in (False, True):
            table(kafka, orders, tls, none)
    finally:
        kafka.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
