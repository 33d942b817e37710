"""Orders per second, CPU per order, memory and latency of the worker, beside the floor in the same run.

Usage: bench.py [ORDERS]        prints a Markdown table; tests/bench/README.md keeps what was measured.
The floor is a bare librdkafka + libcurl loop (floor.c) that moves the same bytes and settles at the same pace.
"""

import statistics
import sys
import tempfile
import time

from brokers import Kafka
from figures import cpu_seconds, machine, peak_mib
from order_types import portability
from paths import BUILD
from programs import Program
from stages import new_stage
from waiting import expect

ORDERS = int(sys.argv[1]) if len(sys.argv) > 1 else 40000
LATENCY_MS = 50
KEYS = 1000
FLOOR = BUILD / "tests" / "bench" / "floor"


class Measured:
    """What one program did with the orders that were waiting for it, the first tenth (a cold JVM, joining) left out."""

    def __init__(self, program, reader, count):
        skip = count // 10
        began = None
        while len(reader.messages) < count:
            reader.more(0.05)
            if began is None and len(reader.messages) >= skip:
                began = (time.monotonic(), cpu_seconds(program.process.pid), len(reader.messages))
            expect(program.process.poll() is None, f"it ended:\n{program.log()[-3000:]}")
        elapsed = time.monotonic() - began[0]
        done = count - began[2]
        self.rate = done / elapsed
        self.cpu_us = (cpu_seconds(program.process.pid) - began[1]) / done * 1e6
        self.rss = peak_mib(program.process.pid)


def fill(stage):
    for i in range(ORDERS):
        stage.send("check-portability", portability(f"016329600{i % 100:02d}"), key=f"key-{i % KEYS}".encode())
    stage.flush()


def of_worker(kafka, in_flight):
    stage = new_stage(kafka)
    try:
        stage.sandbox.control("POST", "switches", {"latencyMs": LATENCY_MS})
        fill(stage)
        reader = stage.reader()
        worker = stage.worker(**{"bt.window": in_flight, "log.orders": "none"})
        found = Measured(worker, reader, ORDERS)
        found.latency = latency(stage, in_flight)
        stage.stop_workers()
        found.turn = stage.longest_turn()
        return found
    finally:
        stage.end()


def latency(stage, in_flight):
    """Added latency with an idle worker: from the request's timestamp to its outcome's, less BT's own time; one order at a time."""
    reader = stage.reader()
    seen = len(reader.until(ORDERS))
    added = []
    for i in range(100):
        began = time.monotonic()
        stage.send("check-portability", portability(), key=f"single-{i}".encode())
        stage.flush()
        while len(reader.messages) <= seen + i:
            reader.more(0.005)
        added.append((time.monotonic() - began) * 1000 - LATENCY_MS)
    return statistics.median(added), sorted(added)[98]


def of_floor(kafka, in_flight):
    stage = new_stage(kafka)
    try:
        stage.sandbox.control("POST", "switches", {"latencyMs": LATENCY_MS, "authorization": False})
        fill(stage)
        reader = stage.reader()
        floor = Program(
            [FLOOR, stage.bootstrap, f"{stage.prefix}-floor", stage.requests, stage.outcomes, stage.sandbox.http, in_flight],
            f"{stage.folder}/floor.log",
        )
        try:
            return Measured(floor, reader, ORDERS)
        finally:
            floor.kill()
    finally:
        stage.end()


def main():
    folder = tempfile.mkdtemp(prefix="whc-kafka-")
    kafka = Kafka(folder)
    try:
        print(f"{ORDERS} orders, {KEYS} keys, {LATENCY_MS} ms API, broker and sandbox on the same machine: {machine()}\n")
        print(
            "| in flight | | orders/s | of in flight / latency | CPU us per order | of the floor | peak RSS MiB "
            "| added p50 / p99 ms, idle | longest turn |"
        )
        print("|---|---|---|---|---|---|---|---|---|")
        of_floor(kafka, 100)  # warms the broker's JVM; not shown
        for in_flight in (100, 1000):
            floor, worker = of_floor(kafka, in_flight), of_worker(kafka, in_flight)
            ideal = in_flight / LATENCY_MS * 1000
            print(
                f"| {in_flight} | floor | {floor.rate:.0f} | {floor.rate / ideal:.0%} | {floor.cpu_us:.0f} | 1.00 | {floor.rss:.0f} | | |"
            )
            print(
                f"| {in_flight} | worker | {worker.rate:.0f} | {worker.rate / ideal:.0%} | {worker.cpu_us:.0f} | "
                f"{worker.cpu_us / floor.cpu_us:.2f} | {worker.rss:.0f} (+{worker.rss - floor.rss:.0f}) | "
                f"{worker.latency[0]:.1f} / {worker.latency[1]:.1f} | {worker.turn['tookMs']:.0f} ms, {worker.turn['cause']} |",
                flush=True,
            )
    finally:
        kafka.stop()


if __name__ == "__main__":
    main()
