"""A worker's place in the group is its slot (static membership): who is killed and started again at once takes it back, and
nobody else notices; who leaves gives it up; two processes of one slot are one too many."""

import signal

import confluent_kafka

from events import outcomes_by_request
from order_types import portability
from orders import create_order, evidence, final
from story import story
from timings import FAST_CALLS, member, settling
from topics import admin_of
from waiting import expect, wait_for

LONG = {**FAST_CALLS, **member(60000)}  # longer than a story waits: nothing here may need the session's end


def members(stage):
    """Instance id to client's member id, as the broker has them."""
    admin = admin_of(stage)  # must outlive what it promises
    group = admin.describe_consumer_groups([stage.group])[stage.group].result(20)
    return {m.group_instance_id: m.member_id for m in group.members}


def two_workers(stage):
    first = stage.worker("one", **LONG).ready()
    second = stage.worker("two", **LONG)
    wait_for(lambda: assigned(first) == [6, 3] and assigned(second) == [3], "three partitions each")
    wait_for(lambda: all(w.log().count("partitions taken over") == n for w, n in ((first, 2), (second, 1))), "the take-overs")
    return first, second


def assigned(worker):
    return [int(line.split("count=")[1].split()[0]) for line in worker.log().splitlines() if '"partitions assigned"' in line]


def served(stage, reader, keys=6):
    for request in [stage.send("create-order", create_order(), key=f"key-{i}".encode()) for i in range(keys)]:
        final(reader, request)
    expect(set(evidence(stage).values()) == {(1, 1)}, f"{evidence(stage)}")


@story(on="edges")
def started_again_at_once(stage):
    """kill -9 and a new process: the same partitions, long before the session is over; the other worker sees no rebalance."""
    first, second = two_workers(stage)
    before = members(stage)
    reader = stage.reader()
    for _ in range(3):
        first.kill()
        first = stage.worker("one", **LONG).ready()
        expect(assigned(first) == [3], first.log())
        served(stage, reader)
    expect(assigned(second) == [3], second.log())
    after = members(stage)
    expect(before.keys() == after.keys() == {f"{stage.group}-one", f"{stage.group}-two"}, f"{before} {after}")
    expect([before[i] == after[i] for i in sorted(after)] == [False, True], f"{before} {after}")


@story(on="edges")
def who_stops_gives_its_partitions_away(stage):
    """A clean stop, and an end by itself: the other has all partitions at once."""
    first, second = two_workers(stage)
    expect(first.stop() == 0, first.log())
    wait_for(lambda: assigned(second) == [3, 6], "all partitions")
    expect(members(stage).keys() == {f"{stage.group}-two"}, f"{members(stage)}")
    first = stage.worker("one", **LONG)
    wait_for(lambda: assigned(second) == [3, 6, 3] and first.log().count("partitions taken over") == 1, "three partitions each")
    first.signal(signal.SIGTERM)
    first.signal(signal.SIGTERM)  # it ends with what it has
    first.wait()
    wait_for(lambda: assigned(second) == [3, 6, 3, 6], "all partitions")
    second.ready()
    served(stage, stage.reader())


@story(on="edges")
def two_processes_of_one_slot(stage):
    """The elder loses everything at once, says so, is not ready, and ends after the session; the younger loses nothing. A settlement
    that the elder had under way may fence the younger's first one, which finds out that it did not happen, and is repeated."""
    soon = {**FAST_CALLS, **member(8000)}
    elder = stage.worker("one", **soon).ready()
    reader = stage.reader()
    served(stage, reader)
    younger = stage.worker("one", **soon).ready()
    wait_for(lambda: "worker.slot 'one'" in elder.log(), "the elder's word")
    status, why = elder.page("/health/ready")
    expect(status == 503 and "worker.slot" in why, why)
    expect(elder.process.poll() is None, "it ends at once: two supervisors would take turns")
    served(stage, reader)
    expect(elder.wait() == 1, elder.log())
    served(stage, reader)
    expect(assigned(younger) == [6], younger.log())
    reads = [portability() for _ in range(6)]
    for read in reads:
        stage.send("check-portability", read)
    stage.flush()
    wait_for(lambda: {r["requestId"] for r in reads} <= set(outcomes_by_request(reader.more())), "reading orders")


@story(on="edges")
def a_fenced_one_that_is_stopped(stage):
    """SIGTERM to a process whose slot has another one: it does not take that one's place with it."""
    elder = stage.worker("one", **LONG).ready()
    younger = stage.worker("one", **LONG).ready()
    wait_for(lambda: "worker.slot 'one'" in elder.log(), "the elder's word")
    expect(elder.stop() == 0, elder.log())
    served(stage, stage.reader())
    expect(assigned(younger) == [6] and members(stage).keys() == {f"{stage.group}-one"}, younger.log())


@story(on="edges")
def stopped_while_it_takes_over(stage):
    """A stranger's open transaction holds the ledger back, so the take-over waits: TERM ends it cleanly all the same, at once."""
    stranger = confluent_kafka.Producer({**stage.client, "transactional.id": f"up-{stage.prefix}", "transaction.timeout.ms": 600000})
    stranger.init_transactions(20)
    stranger.begin_transaction()
    stranger.produce(stage.topic("order-ledger"), b"open", key=b"nothing", partition=2)
    stranger.flush(20)
    worker = stage.worker("one", **LONG, **{"stop.grace.ms": 300000})
    wait_for(lambda: "the ledger is being read" in worker.page("/health/ready")[1], "the take-over")
    expect(worker.stop() == 0 and "partitions let go" in worker.log(), worker.log())
    expect(not members(stage), f"{members(stage)}")
    stranger.abort_transaction(20)
    stage.worker("two", **LONG).ready()


@story(on="edges", alone=True)
def stopped_while_kafka_is_away(stage):
    """In the middle of a settlement: it does not wait for Kafka; what it could not find out the next one does."""
    worker = stage.worker("one", **{**FAST_CALLS, **settling(2000), "bt.call.timeout.ms": 10000, "stop.grace.ms": 40000}).ready()
    reader = stage.reader()
    # The answers come when Kafka has gone, however long that takes it: then something is left to settle.
    stage.sandbox.fault(operationId="createOrder", kind="delay", ms=5000, times=-1)
    sent = [stage.send("create-order", create_order(), key=f"{i}".encode()) for i in range(20)]
    stage.flush()
    wait_for(lambda: evidence(stage), "a call")
    stage.kafka.stop()
    stage.sandbox.heal()
    wait_for(lambda: "unclear" in worker.log(), "a settlement that is unclear")
    # A broker that took longer than the session to go has cost the partitions before: then there is nothing to drain.
    gives_up = ("the drain took too long", "the group took the partitions away")
    expect(worker.stop(40) == 0 and any(words in worker.log() for words in gives_up), worker.log())
    stage.kafka.restart()
    stage.worker("one", **FAST_CALLS).ready()
    for request in sent:
        final(reader, request, 120)
    expect({accepted for _, accepted in evidence(stage).values()} == {1}, f"{evidence(stage)}")
