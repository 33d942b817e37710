"""The ratios of the budgets in two minutes: reading and writing orders beside the floor, at 100 and at 1,000 in flight.

Usage: tests/bench/quick     prints a Markdown table; run it before and after a change, on a machine that does nothing else.
"""

import shutil
import tempfile

from bench import LATENCY_MS
from brokers import Kafka
from figures import machine
from goals import floor, measured, worker
from writes import Template

FEW, MANY = 4000, 12000  # orders at 100 and 1,000 in flight; half as many that write


def row(name, in_flight, found, base):
    ideal = in_flight / LATENCY_MS * 1000
    print(
        f"| {in_flight} | {name} | {found.rate:.0f} | {found.rate / ideal:.0%} | {found.rate / base.rate:.0%} "
        f"| {found.cpu_us:.0f} | {found.cpu_us / base.cpu_us:.2f} | {found.rss - base.rss:+.0f} |",
        flush=True,
    )


def main():
    folder = tempfile.mkdtemp(prefix="whc-kafka-")
    kafka = Kafka(folder)
    reading, writing = Template("check-portability", "portable-number"), Template("create-order", "new-company")
    try:
        print(f"{LATENCY_MS} ms API, broker and sandbox on the same machine: {machine()}\n")
        print("| in flight | | orders/s | of in flight / latency | of the floor | CPU us per order | of the floor | RSS MiB above it |")
        print("|---|---|---|---|---|---|---|---|")
        measured(kafka, reading, FEW, floor(100), False)  # warms the broker's JVM; not shown
        for in_flight, count in ((100, FEW), (1000, MANY)):
            base = measured(kafka, reading, count, floor(in_flight), False)
            row("floor", in_flight, base, base)
            row("reading", in_flight, measured(kafka, reading, count, worker(in_flight), False), base)
            row("writing", in_flight, measured(kafka, writing, count // 2, worker(in_flight), False), base)
    finally:
        kafka.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
