"""Where a request may come in (PROMISE.md R14): the same request in another partition, without a key, placed by somebody else."""

import json

import confluent_kafka

from events import header, outcomes_by_request
from order_types import order_type, portability
from orders import create_order, evidence, final, goes_on, outcomes
from story import story
from timings import FAST_CALLS
from waiting import expect, wait_for


def value_of(record):
    return order_type("create-order").single_object(record)


def send(stage, value, key, partition=None, partitioner="consistent_random", headers=None):
    """As a client does that uses this partitioner; gives where it went."""
    where = []
    producer = confluent_kafka.Producer({"bootstrap.servers": stage.bootstrap, "partitioner": partitioner, "log_level": 0})
    more = {} if partition is None else {"partition": partition}
    producer.produce(
        stage.requests, value, key=key, headers=headers or [], on_delivery=lambda error, message: where.append(message.partition()), **more
    )
    expect(producer.flush(30) == 0 and where, "it did not reach Kafka")
    return where[0]


def one_final(stage, reader, request):
    """The one final outcome of the request; BT has accepted it once."""
    outcome = final(reader, request)
    expect([o["outcome"]["final"] for o in outcomes(reader, request)].count(True) == 1, "two finals")
    expect(list(evidence(stage).values()) == [(1, 1)], f"{evidence(stage)}")
    return outcome


@story(on="edges")
def the_same_request_by_two_partitioners(stage):
    """Java's place for a key and librdkafka's default: one is carried out, the other a dead letter; replayed, it is a repeat."""
    worker = stage.worker(**FAST_CALLS).ready()
    reader, letters = stage.reader(), stage.reader(stage.dead)
    record = create_order()
    value = value_of(record)
    right = send(stage, value, b"customer-2", partitioner="murmur2_random")
    wrong = send(stage, value, b"customer-2")
    expect((right, wrong) == (2, 3), f"{right} and {wrong}")
    one_final(stage, reader, record["requestId"])
    letter = letters.until(1)[0]
    said = header(letter, "__connect.errors.exception.message")
    expect(header(letter, "whc-dead-reason") == "partition" and "belongs to partition 2 of 6" in said and "murmur2_random" in said, said)
    expect(worker.metric("whc_dead_letters_total") == 1, "no metric")
    code, out, err = stage.run("replay", "dead")
    expect(code == 0 and "1 sent again" in err, f"{out}{err}")
    wait_for(lambda: any(header(m, "whc-repeated") == "true" for m in reader.more()), "the repeat to be answered")
    one_final(stage, reader, record["requestId"])
    expect(len(letters.more(0.5)) == 1, "the replayed one is a dead letter again")


@story(on="edges")
def writes_without_a_key(stage):
    """No key, or an empty one, has no place: a dead letter without call and outcome; reading needs none."""
    worker = stage.worker(**FAST_CALLS).ready()
    letters = stage.reader(stage.dead)
    for key in (None, b""):
        send(stage, value_of(create_order()), key)
    expect([header(m, "whc-dead-reason") for m in letters.until(2)] == ["no-key", "no-key"], "other reasons")
    expect(evidence(stage) == {}, f"{evidence(stage)}")
    reader = stage.reader()
    request = portability()
    send(stage, order_type("check-portability").single_object(request), b"")
    wait_for(lambda: request["requestId"] in outcomes_by_request(reader.more()), "the outcome of a reading order with an empty key")
    goes_on(stage, worker)


@story(on="edges")
def another_partitioner(stage):
    """consistent_random in the settings: librdkafka's default place is the right one, also for submit."""
    stage.worker(**FAST_CALLS, **{"requests.partitioner": "consistent_random"}).ready()
    reader = stage.reader()
    record = create_order()
    code, out, err = stage.run(
        "submit", "--type", "create-order", "--key", "customer-2", stdin=json.dumps(record), **{"requests.partitioner": "consistent_random"}
    )
    expect(code == 0, f"{out}{err}")
    one_final(stage, reader, record["requestId"])
    expect(not stage.reader(stage.dead).more(0.5), "it is a dead letter")


@story(on="edges")
def a_partitioner_is_pinned(stage):
    """Another one at the next start is refused; a ledger of format 1, which does not say, asks for the setting."""
    first = stage.worker().ready()
    expect(first.stop() == 0, first.log())
    second = stage.worker(**{"requests.partitioner": "fnv1a_random"})
    expect(
        second.wait() == 1 and "requests.partitioner is 'fnv1a_random', and the ledger was written for 'murmur2_random'" in second.log(),
        second.log(),
    )
    old = {
        "group.id": f"{stage.group}-old",
        "topic.ledger": stage.topic("ledger-1"),
        "topic.signals": stage.topic("signals-1"),
        "ledger.format": 1,
    }
    code, out, err = stage.run("topics", "--create", **old)
    expect(code == 0, f"{out}{err}")
    third = stage.worker(**old).ready()
    expect(third.stop() == 0, third.log())
    fourth = stage.worker(**old)
    expect(fourth.wait() == 1 and "set requests.partitioner" in fourth.log(), fourth.log())
    fifth = stage.worker(**old, **{"requests.partitioner": "murmur2_random"}).ready()
    expect(json.loads(fifth.page("/status")[1])["partitioner"] == "murmur2_random", fifth.page("/status")[1])


@story(on="edges")
def nobody_checks_the_place(stage):
    """none: upstream answers for it, which is said at start and in /status."""
    worker = stage.worker(**FAST_CALLS, **{"requests.partitioner": "none"}).ready()
    expect("requests.partitioner=none" in worker.log(), worker.log())
    expect(json.loads(worker.page("/status")[1])["partitioner"] == "none", worker.page("/status")[1])
    reader = stage.reader()
    record = create_order()
    send(stage, value_of(record), b"customer-2", partition=0)
    one_final(stage, reader, record["requestId"])
