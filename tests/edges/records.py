"""One record never stops another (PROMISE.md R16): what is too large, or what Kafka refuses for itself. A story a function."""

import hashlib

import confluent_kafka
import confluent_kafka.admin

from events import header, outcomes_by_request
from order_types import order_type, portability
from orders import final, goes_on, new_order, one
from story import story
from timings import FAST_CALLS
from topics import limit_messages
from waiting import expect, wait_for

LEFT_OUT = "whc-dead-left-out"


def produce(stage, value, key, headers=None, **settings):
    """One message, by a producer of its own."""
    producer = confluent_kafka.Producer(
        {"bootstrap.servers": stage.bootstrap, "partitioner": "murmur2_random", "message.max.bytes": 20_000_000, "log_level": 0, **settings}
    )
    failed = []
    producer.produce(stage.requests, value, key=key, headers=headers or [], on_delivery=lambda error, message: failed.append(error))
    producer.flush(30)
    expect(failed == [None], f"the message did not reach Kafka: {failed}")


@story(on="edges")
def a_compressed_message_is_larger_than_any_topic_takes(stage):
    """5 MB of zeros in 5 KB of gzip: a dead letter without its value, that says how many bytes they were and where they stand."""
    worker = stage.worker().ready()
    zeros = bytes(5_000_000)
    produce(stage, zeros, b"k", [("a", b"1"), ("nothing", None)], **{"compression.type": "gzip"})
    letter = stage.reader(stage.dead).until(1)[0]
    expect(letter.value() is None and letter.key() == b"k", "the value was to be left out, the key kept")
    expect(header(letter, "whc-dead-reason") == "size", header(letter, "whc-dead-reason"))
    expect(header(letter, LEFT_OUT) == f"value: 5000000 bytes, sha256 {hashlib.sha256(zeros).hexdigest()}", header(letter, LEFT_OUT))
    expect(
        header(letter, "__connect.errors.topic") == stage.requests and header(letter, "__connect.errors.offset") == "0", "where it stands"
    )
    expect((letter.headers()[0], letter.headers()[1]) == (("a", b"1"), ("nothing", None)), f"{letter.headers()}")
    code, out, err = stage.run("replay", "dead")
    expect("1 left out" in err and "its value was left out" in err, f"{out}{err}")
    goes_on(stage, worker)


@story(on="edges")
def a_key_nearly_fills_the_limit(stage):
    """The request is good, but its outcome under the same key would not fit its topic: a dead letter before any call."""
    limit_messages(stage, {stage.outcomes: 1_048_588})
    worker = stage.worker().ready()
    record = portability()
    value = order_type("check-portability").single_object(record)
    produce(stage, value, b"k" * 1_040_000)
    letter = stage.reader(stage.dead).until(1)[0]
    expect(
        header(letter, "whc-dead-reason") == "size"
        and "request's key has 1040000 bytes" in header(letter, "__connect.errors.exception.message"),
        header(letter, "__connect.errors.exception.message"),
    )
    goes_on(stage, worker)


@story(on="edges")
def headers_are_kept_in_order(stage):
    """A hundred headers, some twice, some null: all of them in the dead letter; and again after replay."""
    worker = stage.worker().ready()
    mine = [(f"h{i % 40}", None if i % 7 == 0 else f"{i}".encode()) for i in range(100)] + [("__connect.errors.stage", b"mine")]
    produce(stage, b"nonsense", b"k", mine)
    reader = stage.reader(stage.dead)
    expect(reader.until(1)[0].headers()[:101] == mine, "the headers differ")
    code, out, err = stage.run("replay", "dead")
    expect(code == 0, f"{out}{err}")
    expect(reader.until(2)[1].headers()[:101] == mine, "the headers of the replayed one differ")
    goes_on(stage, worker)


@story(on="edges")
def an_outcome_that_kafka_refuses(stage):
    """The topic of outcomes takes less than before: that outcome goes without its result, the others as they are."""
    worker = stage.worker().ready()
    reader = stage.reader()
    limit_messages(stage, {stage.outcomes: 1100})
    sent = [stage.send("check-portability", portability(), key=f"{'k' * (700 if i == 3 else 1)}{i}".encode()) for i in range(8)]
    stage.flush()
    letters = stage.reader(stage.dead)
    letter = letters.until(1)[0]
    expect(header(letter, "whc-dead-reason") == "outcome" and header(letter, "ce_subject") == sent[3], f"{letter.headers()}")
    wait_for(lambda: len(outcomes_by_request(reader.more())) == 7, "the outcomes of the others")
    expect(all(one(reader.messages, r)["outcome"]["status"] == "COMPLETED" for r in sent if r != sent[3]), "one is not COMPLETED")
    limit_messages(stage, {stage.outcomes: 1_048_588})
    goes_on(stage, worker)


@story(on="edges")
def a_repeat_of_a_refused_outcome(stage):
    """An order that changed something: its outcome goes without its result, and a repeat gets the same bytes, not a dead letter."""
    stage.worker(**FAST_CALLS).ready()
    reader = stage.reader()
    record = new_order("reserve-numbers-by-exchange", "two-numbers", exchangeGroupCode="ABDN", quantity=50)
    limit_messages(stage, {stage.outcomes: 1100})
    stage.send("reserve-numbers-by-exchange", record, key=b"k")
    outcome = final(reader, record["requestId"])
    expect(outcome["outcome"]["status"] == "COMPLETED" and outcome["result"] is None, f"{outcome}")
    stage.send("reserve-numbers-by-exchange", record, key=b"k")
    repeated = wait_for(lambda: [m for m in reader.more() if header(m, "whc-repeated") == "true"], "the repeat")
    expect(repeated[0].value() == reader.messages[0].value(), "other bytes")
    expect(not stage.reader(stage.dead).more(0.5), "a dead letter")
