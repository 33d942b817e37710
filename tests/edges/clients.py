"""Other people's producers: the same request from each is one order (PROMISE.md R14)."""

import os
import pathlib
import subprocess

from entry import one_final, send, value_of
from events import header
from orders import create_order
from paths import ROOT
from story import story
from timings import FAST_CALLS
from waiting import expect, wait_for

HERE = pathlib.Path(__file__).resolve().parent / "clients"


def java(stage, key, value):
    jars = subprocess.run([ROOT / "tests" / "lib" / "kafka", "classpath"], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
    return ["java", "-XX:TieredStopAtLevel=1", "-cp", jars, HERE / "Send.java", stage.bootstrap, stage.requests, key, value.hex()]


def go(stage, key, value):
    return ["go", "run", ".", stage.bootstrap, stage.requests, key, value.hex()]


def rust(stage, key, value, how):
    return [
        "cargo",
        "run",
        "--quiet",
        "--locked",
        "--manifest-path",
        HERE / "rust" / "Cargo.toml",
        "--",
        stage.bootstrap,
        stage.requests,
        key,
        value.hex(),
        how,
    ]


def place(command):
    cache = pathlib.Path(
        os.environ.get("TEST_CACHE")
        or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "whc-worker-tests"
    )
    done = subprocess.run(
        [str(word) for word in command],
        check=False,
        text=True,
        capture_output=True,
        timeout=600,
        cwd=HERE / "go",
        env={**os.environ, "CARGO_TARGET_DIR": str(cache / "rust")},
    )  # the first time it is compiled
    lines = [line for line in done.stdout.splitlines() if line.startswith("partition ")]
    expect(lines, f"it did not send: {done.stdout[-500:]}{done.stderr[-2000:]}")
    return int(lines[-1].split()[1])


@story(on="edges")
def java_and_go_send_the_same_request(stage):
    """Java's client and franz-go as they come, and librdkafka told to do as they do: one order, the others are its repeats."""
    stage.worker(**FAST_CALLS).ready()
    reader = stage.reader()
    record = create_order()
    value = value_of(record)
    places = [
        place(java(stage, "customer-2", value)),
        place(go(stage, "customer-2", value)),
        send(stage, value, b"customer-2", partitioner="murmur2_random"),
    ]
    expect(places == [2, 2, 2], f"{places}")
    one_final(stage, reader, record["requestId"])
    wait_for(lambda: len([m for m in reader.more() if header(m, "whc-repeated") == "true"]) == 2, "two repeats to be answered")
    expect(not stage.reader(stage.dead).more(0.5), "a dead letter")


@story(on="edges")
def rust_chooses_the_partition(stage):
    """rskafka leaves the place to its caller. By the hash of Rust's own tables: a dead letter; as Java does: an order, well read."""
    stage.worker(**FAST_CALLS).ready()
    reader, letters = stage.reader(), stage.reader(stage.dead)
    record = create_order()
    value = value_of(record)
    wrong = place(rust(stage, "customer-2", value, "sip"))
    letter = letters.until(1)[0]
    said = header(letter, "__connect.errors.exception.message")
    expect(header(letter, "whc-dead-reason") == "partition" and f"belongs to partition 2 of 6 and the request is in {wrong}" in said, said)
    expect(place(rust(stage, "customer-2", value, "murmur2")) == 2, "not where Java puts it")
    one_final(stage, reader, record["requestId"])
    for key in KEYS:
        expect(
            place(rust(stage, key, b"", "murmur2")) == send(stage, b"", key.encode(), partitioner="murmur2_random"),
            f"another place for {key!r}",
        )


KEYS = ["a", "ab", "abc", "customer-1", "kündigung", "020 7946 0123"]  # of every length modulo 4, and beyond ASCII
