"""Nothing runs late (PROMISE.md R7): a process that is stopped between its permission and its first byte is killed by the kernel
before it can send, also as a child of PID 1 in a process namespace of its own. Needs a build with points.

Usage: stopped.py [--list | STORY...]
"""

import collections
import pathlib
import signal
import sys

import writing
from events import header, outcome_of
from orders import create_order, new_order, parked
from story import on_real_kafka, story
from waiting import expect, wait_for


def stopped(stage, point, wrapper):
    worker = stage.worker("one", environment={"TEST_FAILPOINT": f"{point}:1:STOP"}, wrapper=wrapper, **writing.SETTINGS).ready()
    reader = stage.reader()
    record = create_order()
    request = stage.send("create-order", record, key=b"k")
    stage.flush()
    code = worker.wait(30)  # nobody but the kernel ends it
    # unshare tells the death of its child by a signal as 128 + its number; we are told by a negative one.
    expect(code in (-signal.SIGKILL, 128 + signal.SIGKILL), f"exit code {code}\n{worker.log()[-2000:]}")
    rows = stage.sandbox.control("GET", "orders?operationId=createOrder")
    expect(not rows, f"BT received something of a stopped process: {rows}")
    stage.worker("one", **writing.SETTINGS).ready()
    wait_for(lambda: any(header(m, "ce_subject") == request for m in reader.more()), "the outcome", 60)
    expect(outcome_of(reader.messages[-1])["outcome"]["status"] == "COMPLETED", f"{outcome_of(reader.messages[-1])}")
    rows = stage.sandbox.control("GET", "orders?operationId=createOrder")
    expect([row["accepted"] for row in rows.values()] == [1], f"{rows}")


@story(on="stopped")
def before_the_first_byte(stage):
    """Stopped when libcurl asks for permission to send."""
    stopped(stage, "call.first-byte", ())


@story(on="stopped")
def before_the_body(stage):
    """Stopped when libcurl asks for the body."""
    stopped(stage, "call.body", ())


@story(on="stopped")
def in_a_process_namespace(stage):
    """As in a container: the worker is PID 1, which ignores the kernel's timer, so its child does the work."""
    stopped(stage, "call.first-byte", ("unshare", "--pid", "--fork", "--mount-proc"))


def stands_still(worker):
    return pathlib.Path(f"/proc/{worker.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"


@story(on="stopped")
def replaced_while_it_is_stopped(stage):
    """Another process of its slot has taken over when it goes on, in the middle of a settlement: nothing that it does counts any more."""
    patient = {**writing.SETTINGS, "session.timeout.ms": 20000, "watchdog.ms": 8000, "attempt.lease.ms": 11000}
    reader = stage.reader()
    for count, point in enumerate(("settle.begin", "settle.positions", "settle.commit", "settle.committed"), 1):
        elder = stage.worker("one", environment={"TEST_FAILPOINT": f"{point}:3:STOP"}, **patient).ready()
        for i in range(4):
            stage.send("create-order", create_order(), key=f"{point} {i}".encode())
        stage.flush()
        wait_for(lambda: stands_still(elder), "it to stand still")
        younger = stage.worker("one", **patient).ready()
        elder.signal(signal.SIGCONT)
        wait_for(lambda: "worker.slot 'one'" in elder.log(), "its word")
        elder.kill()
        reader.until(4 * count, 90)
        younger.kill()
    finals = [header(m, "ce_subject") for m in reader.until(16)]
    expect(len(set(finals)) == 16 and len(reader.more(1)) == 16, f"{collections.Counter(finals)}")
    rows = stage.sandbox.control("GET", "orders?operationId=createOrder")
    expect([row["accepted"] for row in rows.values()] == [1] * 16, f"{rows}")


@story(on="stopped")
def many_decisions_and_a_kill(stage):
    """700 decisions wait, more than a settlement takes, and the worker is killed between two of them: each is answered all the same."""
    count = 700
    worker = stage.worker("one", **writing.SETTINGS).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="reserveNumbers", kind="garbage", times=-1)
    for i in range(count):
        record = new_order("reserve-numbers-by-exchange", "two-numbers", exchangeGroupCode="ABDN")
        stage.send("reserve-numbers-by-exchange", record, key=f"k{i}".encode())
    stage.flush()
    wait_for(lambda: len(reader.more()) >= count, "all to be parked", 120)
    expect(worker.stop() == 0, worker.log())
    code, out, err = stage.run("decide", "--all", "--yes", str(count), "--timeout", "1", "reject", "nobody is there to answer")
    expect(code == 1 and f"0 of {count}" in out, f"{code} {out[-500:]}{err[-500:]}")
    killed = stage.worker("one", environment={"TEST_FAILPOINT": "settle.committed:3:KILL"}, **writing.SETTINGS)
    expect(killed.wait(60) == -signal.SIGKILL, killed.log()[-2000:])
    stage.worker("one", **writing.SETTINGS).ready()

    def unanswered():
        return [row["requestId"] for row in parked(stage, "--all") if row["lastDecision"] is None]

    wait_for(lambda: not unanswered(), "every decision to be answered", 60)


if __name__ == "__main__":
    sys.exit(on_real_kafka("stopped", sys.argv[1:]))
