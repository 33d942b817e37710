"""Topics: reading one as a downstream system does, changing one as an operator does, where the group stands in it."""

import uuid

import confluent_kafka
import confluent_kafka.admin

from waiting import wait_for


class Reader:
    """Reads a topic from its beginning, all partitions, as a downstream system does."""

    def __init__(self, stage, topic, isolation):
        self.consumer = confluent_kafka.Consumer(
            {
                **stage.client,
                "group.id": f"reader-{uuid.uuid4()}",
                "enable.auto.commit": False,
                "isolation.level": isolation if stage.real else "read_uncommitted",
                "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": 50,
                "max.poll.interval.ms": 3600000,
            }
        )  # who decides for long minutes reads on afterwards
        self.topic, self.client = topic, stage.client

        def partitions():
            try:
                found = self.consumer.list_topics(topic, timeout=10).topics[topic]
            except confluent_kafka.KafkaException:
                return None  # the broker that was asked is not there, or has just died
            return not found.error and found.partitions

        ids = wait_for(partitions, f"topic {topic}")
        self.consumer.assign([confluent_kafka.TopicPartition(topic, p, confluent_kafka.OFFSET_BEGINNING) for p in ids])
        self.messages = []

    def more(self, seconds=0.2):
        """Takes what is there."""
        for message in self.consumer.consume(1000, seconds):
            if message.error() is None:
                self.messages.append(message)
        return self.messages

    def until(self, count, seconds=60):
        wait_for(lambda: len(self.more()) >= count, f"{count} records in {self.topic} (have {len(self.messages)})", seconds)
        return self.messages

    def where(self):
        """Of each partition: where this reader stands, the end of what is committed, the end."""
        admin, kinds = confluent_kafka.admin.AdminClient(self.client), confluent_kafka.admin
        assigned = self.consumer.assignment()

        def ends(level):
            asked = admin.list_offsets({p: kinds.OffsetSpec.latest() for p in assigned}, isolation_level=level)
            return {p.partition: found.result(20).offset for p, found in asked.items()}

        committed, end = ends(confluent_kafka.IsolationLevel.READ_COMMITTED), ends(confluent_kafka.IsolationLevel.READ_UNCOMMITTED)
        return {p.partition: (p.offset, committed[p.partition], end[p.partition]) for p in self.consumer.position(assigned)}

    def close(self):
        self.consumer.close()


def admin_of(stage):
    """Kept with the stage: one that is forgotten answers nothing any more."""
    if not hasattr(stage, "admin"):
        stage.admin = confluent_kafka.admin.AdminClient(stage.client)
    return stage.admin


def alter_topic(stage, topic, name, value):
    """Sets one configuration of a topic, and waits until the broker says so: the controller answers before it does."""
    kinds = confluent_kafka.admin
    entry = kinds.ConfigEntry(name, value, incremental_operation=kinds.AlterConfigOpType.SET)
    resource = kinds.ConfigResource(kinds.ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
    for done in admin_of(stage).incremental_alter_configs([resource]).values():
        done.result(20)
    asked = kinds.ConfigResource(kinds.ConfigResource.Type.TOPIC, topic)
    wait_for(lambda: admin_of(stage).describe_configs([asked])[asked].result(20)[name].value == value, f"{name}={value} of {topic}")


def limit_messages(stage, sizes):
    """Sets max.message.bytes of topics."""
    for topic, size in sizes.items():
        alter_topic(stage, topic, "max.message.bytes", str(size))


def add_partitions(stage, topics, count):
    """So that each of the topics has `count`."""
    wanted = [confluent_kafka.admin.NewPartitions(topic, count) for topic in topics]
    for done in admin_of(stage).create_partitions(wanted).values():
        done.result(20)
    for topic in topics:
        wait_for(
            lambda: len(admin_of(stage).list_topics(topic, timeout=10).topics[topic].partitions) == count, f"the partitions of {topic}"
        )


def committed(stage):
    """What the group has committed over all partitions of the requests, and where they end."""
    partitions = [confluent_kafka.TopicPartition(stage.requests, p) for p in range(stage.partitions)]
    consumer = confluent_kafka.Consumer({**stage.client, "group.id": stage.group})
    positions = sum(max(p.offset, 0) for p in consumer.committed(partitions, timeout=20))
    ends = sum(consumer.get_watermark_offsets(p, timeout=20)[1] for p in partitions)
    consumer.close()
    return positions, ends


def ledger_records(stage, prefix="order/"):
    """What has been written to the ledger under keys that begin so; waits for the first."""
    reader = stage.reader(stage.topic("order-ledger"))
    wait_for(lambda: [m for m in reader.more() if m.key().decode().startswith(prefix)], f"a record of {prefix}")
    return [m for m in reader.messages if m.key().decode().startswith(prefix)]
