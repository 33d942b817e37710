"""Journeys: how many a second, what one that waits takes, many at a take-over, dates due at once, `listen`, from an event to the next call.

Usage: journeys.py [PART[=SIZE]...]     all parts by default; prints Markdown tables for tests/bench/README.md.
    pace=3000     journeys with 1,000 calls in flight; CPU beside orders that only read
    memory=5000   bytes a journey that waits, with requests of 2 kB, and of 40 kB (two fifths as many), before and after a restart
    many=50000    so many wait: take-over of a restarted worker, and its memory
    dates=5000    dates that are due at once: until the last call, and the longest turn
    listen=20000  notifications that are posted: rate and answers beside a bare libmicrohttpd and librdkafka (listen_floor.c)
    hops=100      from the acknowledgement of a notification to the next call, by our reference and by BT's id
Nothing here is a pass or a fail. All is on one Apache Kafka, made for the run, on the same machine.
"""

import shutil
import sys
import tempfile
import time

from brokers import Kafka
from figures import cpu_seconds, machine, peak_mib, rss_mib, took_ms
from order_types import portability
from ported import Ported
from posted import hops, listen
from stages import new_stage
from waiting import expect, let_pass
from wall_clock import WallClock, shown

GIVEN_BACK = 8  # seconds, after which what is free is the system's again (worker/run/surplus.h)


def reading_cpu_us(kafka, count):
    """CPU of an order that makes one call and has one outcome, as a measure of the machine."""
    stage = new_stage(kafka)
    try:
        clock = shown(WallClock(stage).path)  # which costs, as it does to journeys
        worker = stage.worker("one", clock, **{"bt.window": 1000, "log.orders": "none"}).ready()
        reader, began = stage.reader(), cpu_seconds(worker.process.pid)
        for i in range(count):
            stage.send("check-portability", portability(), key=f"{i % 1000}".encode())
        stage.flush()
        reader.until(count, 600)
        return (cpu_seconds(worker.process.pid) - began) / count * 1e6
    finally:
        stage.end()


def pace(kafka, count):
    """Journeys a second, the jumps of the clock and our part as the listener included; CPU of a journey."""
    reading_cpu_us(kafka, 2000)  # warms the broker's JVM; not shown
    reading = reading_cpu_us(kafka, 20000)
    journeys = Ported(kafka, size=2000)
    try:
        worker = journeys.start()
        cpu, began = cpu_seconds(worker.process.pid), time.monotonic()
        journeys.send(count)
        journeys.until_the_day()
        journeys.begin_the_day()
        journeys.until_the_end()
        elapsed, cpu_us = time.monotonic() - began, (cpu_seconds(worker.process.pid) - cpu) / count * 1e6
        expect(worker.metric("whc_outcomes_total") > 0, "no outcomes")
        counts = journeys.stage.sandbox.counts()
        turn = worker.note_turn()
        calls, events = sum(counts["operations"].values()) / count, counts["events"]["made"] / count
        print(f"| {count} journeys, requests of 2 kB, `bt.window` 1,000 | |\n|---|---|")
        print(f"| CPU of a journey to that of an order that reads | {cpu_us / reading:.1f} ({cpu_us:.0f} to {reading:.0f} us) |")
        print(f"| of a call of it, to that of an order that reads | {cpu_us / reading / calls:.1f} |")
        print(f"| journeys/s | {count / elapsed:.0f} |")
        print(f"| calls, and notifications, of a journey | {calls:.1f}, {events:.1f} |")
        print(f"| longest turn | {turn['tookMs']:.0f} ms, {turn['cause']} |\n", flush=True)
    finally:
        journeys.end()


class Waiting:
    """So many journeys wait for the losing provider; then the worker is stopped, and the next one takes over."""

    def __init__(self, kafka, count, size):
        journeys = Ported(kafka, size)
        try:
            worker = journeys.start()
            self.idle, began = rss_mib(worker.process.pid), time.monotonic()
            journeys.send(count)
            journeys.all_wait()
            self.filled = time.monotonic() - began
            let_pass(GIVEN_BACK)
            self.before, self.before_peak = rss_mib(worker.process.pid), peak_mib(worker.process.pid)
            worker = journeys.start()
            journeys.all_wait()
            self.orders, self.took_ms = took_ms(worker)
            self.after, self.after_peak = rss_mib(worker.process.pid), peak_mib(worker.process.pid)
            self.turn = worker.note_turn()
        finally:
            journeys.end()


def memory(kafka, count):
    print("| waiting | request, kB | bytes each before a restart | of the request | after it | of the request |\n|---|---|---|---|---|---|")
    for size, wait in ((2000, count), (40000, count * 2 // 5)):
        found = Waiting(kafka, wait, size)
        before, after = ((mib - found.idle) * 1048576 / wait for mib in (found.before, found.after))
        print(f"| {wait} | {size // 1000} | {before:.0f} | {before / size:.2f} | {after:.0f} | {after / size:.2f} |", flush=True)
    print()


def many(kafka, count):
    found = Waiting(kafka, count, 2000)
    print(f"| {count} journeys wait, requests of 2 kB, 6 partitions | |\n|---|---|")
    print(f"| take-over, from assigned to taking | {found.took_ms} ms, {found.took_ms * 1000 / count:.0f} us a journey |")
    print(f"| RSS above an idle worker ({found.idle:.0f} MiB), after the restart | {found.after - found.idle:.0f} MiB |")
    print(f"| peak RSS, after the restart | {found.after_peak:.0f} MiB |")
    print(f"| before the restart | {found.before - found.idle:.0f} MiB above, peak {found.before_peak:.0f} MiB |")
    print(f"| longest turn after the restart | {found.turn['tookMs']:.0f} ms, {found.turn['cause']} |")
    print(f"| to bring them there | {found.filled:.0f} s |\n", flush=True)


def dates(kafka, count):
    journeys = Ported(kafka, size=2000)
    try:
        journeys.start()
        journeys.send(count)
        journeys.until_the_day()
        worker = journeys.start()
        journeys.all_wait()
        taken = worker.note_turn()
        asked = journeys.stage.sandbox.counts()["total"]
        began, ended = journeys.begin_the_day()
        due, calls = worker.note_turn(), journeys.stage.sandbox.counts()["total"] - asked
        print(f"| {count} ports whose morning comes, after a restart | |\n|---|---|")
        print(f"| longest turn of the take-over before | {taken['tookMs']:.0f} ms, {taken['cause']} |")
        print(f"| longest turn until the last activation | {due['tookMs']:.0f} ms, {due['cause']} |")
        print(
            f"| from the clock's jump to the last activation | {ended - began:.1f} s, {calls / (ended - began):.0f} calls/s |\n", flush=True
        )
    finally:
        journeys.end()


PARTS = {"pace": (pace, 3000), "memory": (memory, 5000), "many": (many, 50000), "dates": (dates, 5000)}
PARTS |= {"listen": (listen, 20000), "hops": (hops, 100)}


def chosen(words):
    """[(function, size)] of the command line."""
    parts = []
    for word in words or PARTS:
        name, _, size = word.partition("=")
        if name not in PARTS or not (size == "" or size.isdigit()):
            print(__doc__, file=sys.stderr)
            sys.exit(2)
        function, usual = PARTS[name]
        parts.append((function, int(size or usual)))
    return parts


def main():
    parts = chosen(sys.argv[1:])
    folder = tempfile.mkdtemp(prefix="whc-kafka-")
    kafka = Kafka(folder)
    try:
        print(f"{machine()}\n")
        for function, size in parts:
            function(kafka, size)
    finally:
        kafka.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
