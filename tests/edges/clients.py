"""Other people's producers with their own defaults: the same request from each is one order (promise.md R14)."""
import pathlib
import subprocess

import whc
from entry import create_order, one_final, send, value_of
from whc import expect, header, wait_for
from writes import FAST

HERE = pathlib.Path(__file__).resolve().parent / "clients"


def java(stage, key, value):
    jars = subprocess.run([whc.ROOT / "tests" / "lib" / "kafka", "classpath"], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
    return ["java", "-XX:TieredStopAtLevel=1", "-cp", jars, HERE / "Send.java", stage.bootstrap, stage.requests, key, value.hex()]


def go(stage, key, value):
    return ["go", "run", ".", stage.bootstrap, stage.requests, key, value.hex()]


def place(command):
    done = subprocess.run([str(word) for word in command], check=False, text=True, capture_output=True, timeout=300, cwd=HERE / "go")
    lines = [line for line in done.stdout.splitlines() if line.startswith("partition ")]
    expect(lines, f"it did not send: {done.stdout[-500:]}{done.stderr[-2000:]}")
    return int(lines[-1].split()[1])


def java_and_go_send_the_same_request(stage):
    """Java's client and franz-go as they come, and librdkafka told to do as they do: one order, the others are its repeats."""
    stage.worker(**FAST).ready()
    reader = stage.reader()
    record = create_order()
    value = value_of(record)
    places = [place(java(stage, "customer-2", value)), place(go(stage, "customer-2", value)), send(stage, value, b"customer-2", partitioner="murmur2_random")]
    expect(places == [2, 2, 2], f"{places}")
    one_final(stage, reader, record["requestId"])
    wait_for(lambda: len([m for m in reader.more() if header(m, "whc-repeated") == "true"]) == 2, "two repeats to be answered")
    expect(not stage.reader(stage.dead).more(0.5), "a dead letter")


STORIES = [java_and_go_send_the_same_request]
