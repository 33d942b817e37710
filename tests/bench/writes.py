"""Writes: orders per second, CPU per order and added latency at 100 and 1,000 in flight; hand-over, recovery and memory with a full ledger.

Usage: writes.py [ORDERS [QUEUED]]     prints Markdown tables; tests/bench/README.md keeps what was measured.
The same reading orders are measured in the same run, so that what owning and intending cost is a ratio.
"""

import json
import statistics
import sys
import tempfile
import time
import uuid

from bench import LATENCY_MS, Measured
from brokers import Kafka
from figures import machine, peak_mib, took_ms
from order_types import order_type
from paths import SCHEMAS
from stages import new_stage
from waiting import expect, wait_for

ORDERS = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
QUEUED = int(sys.argv[2]) if len(sys.argv) > 2 else 100000


class Template:
    """A request whose bytes are made once; each copy gets an id of its own."""

    def __init__(self, kind, example):
        record = json.loads((SCHEMAS / kind / "examples" / f"{example}.json").read_text())["request"]
        record["requestId"] = str(uuid.uuid4())
        self.bytes, self.id = order_type(kind).single_object(record), record["requestId"].encode()

    def copy(self):
        return self.bytes.replace(self.id, str(uuid.uuid4()).encode())


def fill(stage, template, count, keys=1000):
    for i in range(count):
        stage.send_bytes(template.copy(), key=f"key-{i % keys}".encode())
    stage.flush()


def added_latency(stage, template, reader, seen):
    """An idle worker, one order at a time: from the produce to the outcome, less BT's own time."""
    added = []
    for i in range(100):
        began = time.monotonic()
        stage.send_bytes(template.copy(), key=f"single-{i}".encode())
        stage.flush()
        while len(reader.messages) <= seen + i:
            reader.more(0.005)
        added.append((time.monotonic() - began) * 1000 - LATENCY_MS)
    return f"{statistics.median(added):.1f} / {sorted(added)[98]:.1f}"


def throughput(kafka, template, in_flight):
    stage = new_stage(kafka)
    try:
        stage.sandbox.control("POST", "switches", {"latencyMs": LATENCY_MS})
        fill(stage, template, ORDERS)
        reader = stage.reader()
        worker = stage.worker(**{"bt.window": in_flight, "log.orders": "none"})
        found = Measured(worker, reader, ORDERS)
        found.latency = added_latency(stage, template, reader, ORDERS)
        stage.stop_workers()
        found.turn = stage.longest_turn()
        return found
    finally:
        stage.end()


def full_ledger(kafka, template):
    """QUEUED orders of a halted API: memory, then how long the next worker takes until it owns them."""
    stage = new_stage(kafka)
    settings = {"log.level": "info", "ledger.after.ms": 500, "orders.max": 20000, "ledger.orders.max": QUEUED * 2, "bt.probe.ms": 3600000}
    try:
        stage.sandbox.fault(api="product-order", kind="status", status=403, code=50, times=-1)
        first = stage.worker(**settings).ready()
        empty = peak_mib(first.process.pid)
        fill(stage, template, 1)
        wait_for(lambda: first.metric("whc_api_halted") == 1, "the API to be halted")
        fill(stage, template, QUEUED - 1, keys=QUEUED)
        wait_for(lambda: first.metric("whc_ledger_orders") == QUEUED, "all orders to be owned", 300)
        full = peak_mib(first.process.pid)
        began = time.monotonic()
        expect(first.stop() == 0, first.log()[-2000:])
        stopped = time.monotonic() - began
        second = stage.worker(**settings)
        orders, ms = took_ms(second)
        expect(orders == QUEUED, f"{orders} orders of {QUEUED}")
        third = time.monotonic()
        expect(second.stop() == 0, second.log()[-2000:])
        return empty, full, stopped, ms, time.monotonic() - third, stage.longest_turn()
    finally:
        stage.end()


def main():
    kafka = Kafka(tempfile.mkdtemp(prefix="whc-kafka-"))
    reading, writing = Template("check-portability", "portable-number"), Template("create-order", "new-company")
    try:
        print(f"{ORDERS} orders, {LATENCY_MS} ms API, broker and sandbox on the same machine: {machine()}\n")
        print(
            "| in flight | | orders/s | of in flight / latency | CPU us per order | of reading | peak RSS MiB "
            "| added p50 / p99 ms, idle | longest turn |"
        )
        print("|---|---|---|---|---|---|---|---|---|")
        throughput(kafka, reading, 100)  # warms the broker's JVM; not shown
        for in_flight in (100, 1000):
            read, write = throughput(kafka, reading, in_flight), throughput(kafka, writing, in_flight)
            for name, found in (("reading", read), ("writing", write)):
                print(
                    f"| {in_flight} | {name} | {found.rate:.0f} | {found.rate / (in_flight / LATENCY_MS * 1000):.0%} "
                    f"| {found.cpu_us:.0f} | {found.cpu_us / read.cpu_us:.2f} | {found.rss:.0f} | {found.latency} "
                    f"| {found.turn['tookMs']:.0f} ms, {found.turn['cause']} |",
                    flush=True,
                )
        empty, full, stopped, ms, _, turn = full_ledger(kafka, writing)
        print(f"\n| {QUEUED} queued orders of 6 partitions | |\n|---|---|")
        print(f"| memory | {empty:.0f} MiB empty, {full:.0f} MiB, {(full - empty) * 1048576 / QUEUED:.0f} bytes each |")
        print(
            f"| clean stop | {stopped:.2f} s |\n| take-over, from assigned to taking | {ms} ms |\n"
            f"| longest turn of all this | {turn['tookMs']:.0f} ms, {turn['cause']} |",
            flush=True,
        )
    finally:
        kafka.stop()


if __name__ == "__main__":
    main()
