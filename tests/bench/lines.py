"""What the log lines of orders cost: CPU per order with log.orders=all beside none, in turns of one run.

Usage: lines.py [ORDERS [ROUNDS]]     prints a Markdown table; README.md keeps what was measured.
"""

import statistics
import sys
import tempfile

from bench import LATENCY_MS, Measured, fill
from brokers import Kafka
from figures import machine
from stages import new_stage

ORDERS = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5


def cpu_us(kafka, lines):
    """CPU of the worker for an order that reads, 1,000 in flight."""
    stage = new_stage(kafka)
    try:
        stage.sandbox.control("POST", "switches", {"latencyMs": LATENCY_MS})
        fill(stage)
        reader = stage.reader()
        worker = stage.worker(**{"bt.window": 1000, "log.level": "info", "log.orders": lines})
        return Measured(worker, reader, ORDERS).cpu_us
    finally:
        stage.stop_workers()
        stage.end()


def main():
    kafka = Kafka(tempfile.mkdtemp(prefix="whc-kafka-"))
    try:
        cpu_us(kafka, "none")  # warms the broker's JVM; not shown
        print(f"{ORDERS} orders a round: {machine()}\n\n| none, us | all, us | all to none |\n|---|---|---|")
        ratios = []
        for _ in range(ROUNDS):
            none, lines = cpu_us(kafka, "none"), cpu_us(kafka, "all")
            ratios.append(lines / none)
            print(f"| {none:.1f} | {lines:.1f} | {lines / none:.3f} |", flush=True)
        print(f"| | median | {statistics.median(ratios):.3f} |")
    finally:
        kafka.stop()


if __name__ == "__main__":
    main()
