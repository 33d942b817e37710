"""Positions that are not ours, and logs that are not the same (PROMISE.md R4)."""

import re

import confluent_kafka
import confluent_kafka.admin

from events import outcomes_by_request
from order_types import order_type, portability, request_id
from orders import goes_on
from story import story
from topics import admin_of
from waiting import Failure, expect, wait_for


def delete_records(stage, offsets):
    """What retention does in its time."""
    admin = admin_of(stage)
    for done in admin.delete_records(offsets).values():
        done.result(20)


def refused(stage, says, **settings):
    """A worker that does not take over; gives what it proposes to accept, "" when nothing."""
    worker = stage.worker(**settings)
    expect(worker.wait() == 1 and says in worker.log(), f"no '{says}' in\n{worker.log()[-3000:]}")
    found = re.findall(r"takeover\.accept=(\S+/\d+@\d+)", worker.log())
    return found[-1] if found else ""


def accepted(stage, says):
    """Goes on as it is told to, partition by partition; gives the worker."""
    given = []
    for _ in range(20):
        worker = stage.worker(**({"takeover.accept": ",".join(given)} if given else {}))
        wait_for(lambda: worker.process.poll() is not None or worker.page("/health/ready")[0] == 200, "the worker to be ready or to end")
        if worker.process.poll() is None:
            return worker
        expect(says in worker.log(), worker.log()[-3000:])
        given.append(re.findall(r"takeover\.accept=(\S+/\d+@\d+)", worker.log())[-1])
    raise Failure(f"still refused after {given}")


def by_partition(stage, count=12):
    """Orders in all partitions, answered."""
    reader = stage.reader()
    sent = [stage.send("check-portability", portability(), key=f"k{i}".encode()) for i in range(count)]
    stage.flush()
    wait_for(lambda: set(sent) <= set(outcomes_by_request(reader.more())), "the outcomes")
    return sent


@story(on="edges")
def a_stranger_commits(stage):
    """A console consumer with our group.id reads past requests and commits: refused, named, and nothing is lost when told so."""
    worker = stage.worker().ready()
    by_partition(stage)
    expect(worker.stop() == 0, worker.log())
    sent = [stage.send("check-portability", portability(), key=f"k{i}".encode()) for i in range(12)]
    stage.flush()
    stranger = confluent_kafka.Consumer(
        {"bootstrap.servers": stage.bootstrap, "group.id": stage.group, "auto.offset.reset": "earliest", "log_level": 0}
    )
    stranger.subscribe([stage.requests])
    read = []
    wait_for(lambda: read.extend(m for m in stranger.consume(100, 0.2) if not m.error()) or len(read) >= 12, "the stranger to read")
    stranger.commit(asynchronous=False)
    stranger.close()
    says = "was committed by somebody else"
    expect(refused(stage, says).startswith(f"{stage.requests}/"), "no way on")
    refused(stage, says, **{"takeover.accept": f"{stage.requests}/0@99"})
    worker = accepted(stage, says)
    reader = stage.reader()
    wait_for(lambda: set(sent) <= set(outcomes_by_request(reader.more())), "the outcomes of what the stranger had read")
    goes_on(stage, worker)
    expect(worker.stop() == 0, worker.log())
    unused = stage.worker(**{"takeover.accept": f"{stage.requests}/0@99"}).ready()
    expect("takeover.accept" in unused.log() and "ignored" in unused.log(), unused.log())


def make_anew(stage, filled):
    admin = admin_of(stage)
    admin.delete_topics([stage.requests])[stage.requests].result(20)
    wait_for(lambda: stage.requests not in admin.list_topics(timeout=10).topics, "the topic to be gone")
    stage.create_topics()
    producer = confluent_kafka.Producer(
        {
            "bootstrap.servers": stage.bootstrap,
            "log_level": 0,
            "partitioner": "murmur2_random",
            "enable.idempotence": True,
            "max.in.flight": 1,
        }
    )
    kind, sent, lost = order_type("check-portability"), [], []
    for i in range(filled):
        record = portability()
        sent.append(record["requestId"])
        producer.produce(
            stage.requests,
            kind.single_object(record),
            key=f"k{i}".encode(),
            on_delivery=lambda error, message: lost.append(f"{error}") if error or message.offset() < 0 else None,
        )
    expect(producer.flush(30) == 0 and not lost, f"not sent: {lost[:3]}")
    return sent


def settled_positions(stage, count):
    """The group's positions with the worker's mark, as it commits them: the Python client cannot read metadata back unharmed."""
    reader = stage.reader(stage.requests)
    ends, times = {}, {}
    for message in reader.until(count):
        ends[message.partition()] = max(ends.get(message.partition(), 0), message.offset() + 1)
        if message.offset() == 0:
            times[message.partition()] = message.timestamp()[1]
    reader.close()
    return [confluent_kafka.TopicPartition(stage.requests, p, end, f"2;somebody:1;;0:{times[p]}") for p, end in ends.items()]


def restore_positions(stage, positions):
    """As they were: Kafka deletes them with the topic, other brokers and an operator who helps do not."""
    consumer = confluent_kafka.Consumer({"bootstrap.servers": stage.bootstrap, "group.id": stage.group, "log_level": 0})
    consumer.commit(offsets=positions, asynchronous=False)
    consumer.close()


def the_topic_is_made_anew(stage, filled, says):
    worker = stage.worker().ready()
    by_partition(stage, 60)
    expect(worker.stop() == 0, worker.log())
    positions = settled_positions(stage, 60)
    sent = make_anew(stage, filled)
    restore_positions(stage, positions)
    refused(stage, says)
    worker = accepted(stage, "created again")
    reader = stage.reader()
    wait_for(lambda: set(sent) <= set(outcomes_by_request(reader.more())), "the outcomes of the new log", 60)
    goes_on(stage, worker)


@story(on="edges")
def the_topic_is_made_anew_and_shorter(stage):
    """Refused with the true remedy; every request of the new log is answered."""
    the_topic_is_made_anew(stage, 6, "the topic was created again, or lost its end")


@story(on="edges")
def the_topic_is_made_anew_and_longer(stage):
    """The new log is already longer than the old one was settled: told by the time of the last settled record."""
    the_topic_is_made_anew(stage, 300, "is not the one that was settled there")


@story(on="edges")
def a_transactional_upstream(stage):
    """Its last record is a commit marker: the position follows it, the lag becomes 0, and retention may pass it."""
    worker = stage.worker().ready()
    producer = confluent_kafka.Producer(
        {"bootstrap.servers": stage.bootstrap, "transactional.id": f"up-{stage.prefix}", "log_level": 0, "partitioner": "murmur2_random"}
    )
    producer.init_transactions(20)
    kind = order_type("check-portability")
    for commits in (True, False):
        producer.begin_transaction()
        for i in range(12):
            producer.produce(stage.requests, kind.single_object(portability()), key=f"k{i}".encode())
        producer.flush(20)
        (producer.commit_transaction if commits else producer.abort_transaction)(20)
    consumer = confluent_kafka.Consumer({"bootstrap.servers": stage.bootstrap, "group.id": stage.group, "log_level": 0})
    partitions = [confluent_kafka.TopicPartition(stage.requests, p) for p in range(stage.partitions)]

    def ends():  # the markers are written after the coordinator has answered
        return {p.partition: consumer.get_watermark_offsets(p, timeout=20)[1] for p in partitions}

    def settled():
        found = ends()
        return {p.partition: p.offset for p in consumer.committed(partitions, timeout=20) if found[p.partition]} == {
            p: e for p, e in found.items() if e
        }

    wait_for(settled, "the positions to be at the ends")
    expect(worker.stop() == 0, worker.log())
    delete_records(stage, [confluent_kafka.TopicPartition(stage.requests, p, e) for p, e in ends().items() if e])
    goes_on(stage, stage.worker().ready())


@story(on="edges")
def retention_passes_unread_requests(stage):
    """It says how many offsets are gone, and how to go on."""
    worker = stage.worker().ready()
    by_partition(stage)
    expect(worker.stop() == 0, worker.log())
    for _ in range(7):
        stage.send("check-portability", portability(), key=b"k")
    stage.flush()
    consumer = confluent_kafka.Consumer({"bootstrap.servers": stage.bootstrap, "group.id": "look", "log_level": 0})
    ends = [
        confluent_kafka.TopicPartition(
            stage.requests, p, consumer.get_watermark_offsets(confluent_kafka.TopicPartition(stage.requests, p), timeout=20)[1]
        )
        for p in range(stage.partitions)
    ]
    consumer.close()
    delete_records(stage, ends)
    refused(stage, "retention has deleted 7 offsets")
    goes_on(stage, accepted(stage, "retention has deleted"))


@story(on="edges")
def a_ledger_record_that_cannot_be_read(stage):
    """Somebody else wrote into the ledger: named with partition and offset."""
    worker = stage.worker().ready()
    by_partition(stage)
    expect(worker.stop() == 0, worker.log())
    producer = confluent_kafka.Producer({"bootstrap.servers": stage.bootstrap, "log_level": 0})
    producer.produce(stage.topic("order-ledger"), b"mine", key=f"order/{request_id()}".encode(), partition=4)
    expect(producer.flush(20) == 0, "not sent")
    refused(stage, "of partition 4 cannot be read")
