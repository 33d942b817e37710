"""A ledger of very many finished orders: take-over and load, and the longest turn of each (PROMISE.md R15: at most 100 ms).

Usage: finished.py [FINISHED [ORDERS]]     1,000,000 and 20,000 by default; prints a Markdown table for tests/bench/README.md.
"""

import sys
import tempfile
import time
import uuid

import confluent_kafka

from bench import LATENCY_MS
from brokers import Kafka
from figures import machine, peak_mib, took_ms
from stages import new_stage
from waiting import expect, wait_for
from writes import Template

FINISHED = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
ORDERS = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000


def one_finished(stage, template):
    """The ledger's record of an order that a worker has carried out: its id and value."""
    worker = stage.worker().ready()
    outcomes, ledger = stage.reader(), stage.reader(stage.topic("order-ledger"))
    stage.send_bytes(template.copy(), key=b"key-0")
    stage.flush()
    outcomes.until(1)
    key = wait_for(
        lambda: next((m.key() for m in reversed(ledger.more()) if m.key().startswith(b"order/") and b"COMPLETED" in m.value()), None),
        "its record",
    )
    value = [m.value() for m in ledger.messages if m.key() == key][-1]
    expect(worker.stop() == 0, worker.log())
    return key.removeprefix(b"order/"), value


def fill(stage, request, value):
    """As many copies of it; gives some of their ids, by partition."""
    producer = confluent_kafka.Producer(
        {
            "bootstrap.servers": stage.bootstrap,
            "log_level": 0,
            "linger.ms": 50,
            "compression.type": "lz4",
            "batch.num.messages": 50000,
            "batch.size": 900_000,
            "queue.buffering.max.messages": 1_000_000,
        }
    )
    for i in range(FINISHED):
        copy = str(uuid.uuid4()).encode()
        while True:
            try:
                producer.produce(
                    stage.topic("order-ledger"), value.replace(request, copy), key=b"order/" + copy, partition=i % stage.partitions
                )
                break
            except BufferError:
                producer.poll(0.1)
    expect(producer.flush(120) == 0, "the ledger takes nothing")


def main():
    kafka = Kafka(tempfile.mkdtemp(prefix="whc-kafka-"))
    template, reading = Template("create-order", "new-company"), Template("check-portability", "portable-number")
    stage = new_stage(kafka)
    try:
        stage.sandbox.control("POST", "switches", {"latencyMs": LATENCY_MS})
        fill(stage, *one_finished(stage, template))
        worker = stage.worker(**{"bt.window": 1000})
        _, ms = took_ms(worker)
        worker.ready()
        taken, memory, remembered = worker.note_turn(), peak_mib(worker.process.pid), worker.metric("whc_remembered_orders")
        reader = stage.reader()
        began = time.monotonic()
        for i in range(ORDERS):
            stage.send_bytes((reading if i % 2 else template).copy(), key=f"key-{i % 1000}".encode())
        stage.flush()
        reader.until(1 + ORDERS, 600)
        rate = ORDERS / (time.monotonic() - began)
        loaded = worker.note_turn()
        expect(worker.stop() == 0, worker.log())
        left = worker.longest_turn
        print(f"{FINISHED} finished orders, 6 partitions, {machine()}\n\n| | |\n|---|---|")
        print(f"| take-over, from assigned to taking | {ms} ms; {remembered:.0f} remembered, {memory:.0f} MiB |")
        print(f"| longest turn of the take-over | {taken['tookMs']:.0f} ms, {taken['cause']} |")
        print(f"| then {ORDERS} orders, half of them writes | {rate:.0f}/s |")
        print(f"| longest turn so far | {loaded['tookMs']:.0f} ms, {loaded['cause']} |")
        print(f"| longest turn until it has stopped | {left['tookMs']:.0f} ms, {left['cause']} |", flush=True)
    finally:
        stage.end()
        kafka.stop()


if __name__ == "__main__":
    main()
