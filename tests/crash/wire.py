"""R3 on the real wire: single answers of Kafka are lost, late or repeated, and every order still has one outcome and one acceptance.

Usage: wire.py [--list | STORY...]
"""

import shutil
import sys
import tempfile
import zlib

import proxy
import writing
from brokers import Kafka
from events import header, outcome_of
from order_types import portability
from orders import create_order
from stages import new_stage
from story import chosen, play_all, story
from waiting import expect, wait_for

ORDERS = 12


def strike(api, how, ms=0):
    """Registers the story of one kind of trouble."""

    def one(stage):
        stage.worker(**writing.SETTINGS).ready()
        reader = stage.reader()
        before = stage.proxy.struck
        sent = []
        for i in range(ORDERS):
            if i % 3 == 0:
                stage.proxy.strike(api, how, ms=ms)
            record = create_order()
            sent.append(stage.send("create-order", record, key=f"key-{i % 4}".encode()))
            stage.flush()
            if i % 3 == 2:
                wait_for(lambda: stage.proxy.open_orders() == 0, f"{how} of {api} to strike", 60)
        wait_for(lambda: len({header(m, "ce_subject") for m in reader.more()}) == ORDERS, "all outcomes", 120)
        reader.more(1)
        expect(stage.proxy.struck - before == ORDERS // 3, f"struck {stage.proxy.struck - before} times")
        came = [header(m, "ce_subject") for m in reader.messages]
        expect(sorted(came) == sorted(sent), f"{len(came)} outcomes of {ORDERS} orders")
        expect(all(outcome_of(m)["outcome"]["status"] == "COMPLETED" for m in reader.messages), "not all completed")
        rows = stage.sandbox.control("GET", "orders?operationId=createOrder")
        expect(all(row["accepted"] == 1 for row in rows.values()) and len(rows) == ORDERS, f"{rows}")

    one.__name__ = f"{how}_{api}".replace("-", "_")
    one.__doc__ = f"{how} of {api}"
    story(on="wire")(one)


@story(on="wire")
def a_start_without_settings(stage):
    """The broker goes away just when it is asked for the topics' settings: the worker waits and asks again."""
    before = stage.proxy.struck
    stage.proxy.strike("DescribeConfigs", "cut")
    worker = stage.worker(**writing.SETTINGS).ready()
    expect(stage.proxy.struck == before + 1 and "waiting for Kafka" in worker.log(), worker.log()[-3000:])


@story(on="wire")
def a_refused_batch_before_one_that_is_taken(stage):
    """
    The partition has no leader yet for the first batch of a settlement, and has one for the second. A broker that has no state
    of the producer takes any first sequence, and librdkafka reports the refused batch as delivered with the one that was taken:
    the transaction would commit without its records.
    """
    reader = stage.reader()
    before = stage.proxy.struck
    # Requests that break their contract end as they are read: those of one fetch are one settlement, here of one partition.
    keys = [key for key in (f"key-{i}".encode() for i in range(300)) if zlib.crc32(key) % stage.partitions == 0]
    sent = [stage.send("check-portability", portability("12"), key=key, partition=0) for key in keys]
    stage.flush()
    stage.proxy.strike("Produce", "refuse", topic="order-outcomes")
    worker = stage.worker(**writing.SETTINGS, kafka_producer_batch_num_messages=1)
    wait_for(lambda: {header(m, "ce_subject") for m in reader.more()} >= set(sent), "all outcomes", 60)
    reader.more(1)
    expect(stage.proxy.struck == before + 1, "nothing was refused")
    expect(len(reader.messages) == len(sent), f"{len(reader.messages)} outcomes of {len(sent)} orders")
    expect("acknowledged without a place" in worker.log(), "it was not noticed")


for kind in ("EndTxn", "TxnOffsetCommit", "Produce"):
    for trouble, late_ms in (("lose-answer", 0), ("lose-request", 0), ("delay-answer", 700), ("repeat-request", 0), ("cut", 0)):
        strike(kind, trouble, late_ms)


def main(words):
    stories = chosen("wire", words)
    folder = tempfile.mkdtemp(prefix="whc-kafka-")
    between = proxy.Proxy()
    kafka = Kafka(folder, f"advertised.listeners=CLIENTS://127.0.0.1:{between.port}")
    host, port = kafka.bootstrap.split(":")
    between.broker = (host, int(port))
    kafka.bootstrap = f"127.0.0.1:{between.port}"

    def make_stage():
        stage = new_stage(kafka)
        stage.proxy = between
        return stage

    try:
        return play_all(stories, make_stage)
    finally:
        kafka.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
