"""Ledgers and positions that are not as they were left: a worker does not take over, and says how to go on."""

import uuid

import confluent_kafka
import confluent_kafka.admin

from events import header
from orders import evidence, final, send_example
from story import story
from timings import FAST
from topics import add_partitions, admin_of, alter_topic, committed, ledger_records
from waiting import expect, wait_for


def refuses(stage, *texts, **settings):
    """A worker that starts and ends by itself, having said why."""
    worker = stage.worker("refused", **{**FAST, **settings})
    expect(worker.wait(90) == 1, f"exit code {worker.process.returncode}:\n{worker.log()[-3000:]}")
    for text in texts:
        expect(text in worker.log(), f"it does not say '{text}':\n{worker.log()[-3000:]}")


def one_order(stage, **settings):
    """A worker that did one order, and was stopped."""
    worker = stage.worker("one", **{**FAST, **settings}).ready()
    reader = stage.reader()
    expect(final(reader, send_example(stage, "create-order", "new-company", "k"))["outcome"]["status"] == "COMPLETED", "not completed")
    wait_for(lambda: len(set(committed(stage))) == 1, "the position to be settled")
    expect(worker.stop() == 0, f"a clean stop was none:\n{worker.log()[-3000:]}")
    return reader


def put_into_ledger(stage, key, value, partition, headers=None):
    """Writes what no worker would; gives its offset."""
    found = []
    stage.producer.produce(
        stage.topic("order-ledger"),
        value,
        key=key,
        partition=partition,
        headers=headers or [],
        on_delivery=lambda error, message: found.append((error, message.offset())),
    )
    stage.flush()
    expect(found and found[0][0] is None, f"not written: {found}")
    return found[0][1]


@story(on="real")
def a_ledger_record_that_is_garbage(stage):
    """Nobody can say what was owned there: refused, with partition and offset."""
    offset = put_into_ledger(stage, f"order/{uuid.uuid4()}", b"garbage", 3)
    refuses(stage, f"record at offset {offset} of partition 3 cannot be read")


@story(on="real")
def a_ledger_record_of_a_newer_worker(stage):
    """A rollback to a version that does not know the record: refused, with partition and offset."""
    one_order(stage)
    record = ledger_records(stage)[-1]
    value = bytearray(record.value())
    value[5] ^= 1
    offset = put_into_ledger(stage, f"order/{uuid.uuid4()}", bytes(value), 2, record.headers())
    refuses(stage, f"record at offset {offset} of partition 2 cannot be read", "of a format that this worker reads, which are 1 to 3")
    refuses(stage, "its writer: whc-worker ", "slot one, format 3")


def set_positions(stage, offset):
    """The group's positions in the request topic, as a person would reset them."""
    positions = [confluent_kafka.TopicPartition(stage.requests, p, offset) for p in range(stage.partitions)]
    change = confluent_kafka.ConsumerGroupTopicPartitions(stage.group, positions)
    admin_of(stage).alter_consumer_group_offsets([change])[stage.group].result(20)


def delete_group(stage):
    def gone():
        try:
            admin_of(stage).delete_consumer_groups([stage.group])[stage.group].result(20)
            return True
        except confluent_kafka.KafkaException:
            return False  # its member is not forgotten yet

    wait_for(gone, "the group to be deleted")


@story(on="real")
def positions_that_are_gone(stage):
    """The group was deleted: refused until a person trusts the ledger; then nothing is done again."""
    reader = one_order(stage)
    delete_group(stage)
    refuses(stage, "position has expired or was deleted", "takeover.accept=")
    worker = stage.worker("two", **{**FAST, "takeover.trust.ledger": "on"}).ready()
    final(reader, send_example(stage, "create-order", "new-company", "k"))
    expect(sorted(evidence(stage).values()) == [(1, 1), (1, 1)], f"{evidence(stage)}")
    worker.stop()
    stage.worker("two", **FAST).ready()  # once was enough


@story(on="real")
def positions_that_were_set_back(stage):
    """Reset to the beginning: refused until a person trusts the ledger; the orders in between are not done again."""
    reader = one_order(stage)
    stage.worker("one", **FAST).ready().stop()  # its barrier says how far the group was
    set_positions(stage, 0)
    refuses(stage, "was committed by somebody else (a consumer that uses our group.id, or a reset)", "takeover.accept=")
    stage.worker("two", **{**FAST, "takeover.trust.ledger": "on"}).ready()
    final(reader, send_example(stage, "create-order", "new-company", "k"))
    expect(sorted(evidence(stage).values()) == [(1, 1), (1, 1)], f"{evidence(stage)}")
    expect(not [m for m in reader.more() if header(m, "whc-repeated")], "a request was taken twice")


@story(on="real")
def a_ledger_that_is_deleted_by_age(stage):
    """cleanup.policy delete, or compact,delete: the broker would forget orders. Refused, with the command."""
    ledger = stage.topic("order-ledger")
    for policy in ("delete", "compact,delete"):
        alter_topic(stage, ledger, "cleanup.policy", policy)
        refuses(
            stage,
            f"cleanup.policy is '{policy}' and must be 'compact'",
            f"kafka-configs.sh --alter --topic {ledger} --add-config cleanup.policy=compact",
        )
    alter_topic(stage, ledger, "cleanup.policy", "compact")
    stage.worker("one", **FAST).ready()


def new_topic(stage, name, partitions, **config):
    topic = confluent_kafka.admin.NewTopic(name, partitions, 1, config=config)
    admin_of(stage).create_topics([topic])[name].result(20)
    wait_for(lambda: name in admin_of(stage).list_topics(timeout=10).topics, f"topic {name}")


@story(on="real")
def a_ledger_of_another_size(stage):
    """Another number of partitions than the requests have: refused."""
    name = stage.topic("other-ledger")
    new_topic(stage, name, 3, **{"cleanup.policy": "compact", "delete.retention.ms": "604800000"})
    refuses(stage, "the topic has 3 partitions and the requests have 6", **{"topic.ledger": name})


@story(on="real")
def requests_that_grew(stage):
    """More partitions after the first start: keys have moved, repeats would not find each other. Refused, whatever else grows with it."""
    one_order(stage)
    add_partitions(stage, [stage.requests], 7)
    refuses(stage, "the topic has 6 partitions and the requests have 7")
    for name in ("order-ledger", "order-signals", "order-events"):
        add_partitions(stage, [stage.topic(name)], 7)
    refuses(stage, "the request topic has 7 partitions, and the ledger was written for 6")
    refuses(stage, "the ledger was written for 6", **{"takeover.trust.ledger": "on"})
