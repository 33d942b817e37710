"""The stage of a story: a sandbox and topics of its own, settings for its workers, and what they are sent."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import uuid

import confluent_kafka

from order_types import CUG, order_type
from paths import SCHEMAS, WORKER
from programs import Program, Sandbox, Worker
from topics import Reader
from waiting import expect


class Stage:
    """Where one story plays: topics of its own, a sandbox, settings for workers, and what came out."""

    def __init__(self, folder, sandbox, kafka=None, partitions=6, more=None):
        self.more = more or {}
        self.folder, self.sandbox, self.kafka, self.real = folder, sandbox, kafka, kafka is not None
        self.workers, self.undelivered = [], []
        self.bootstrap = kafka.bootstrap if kafka else sandbox.kafka
        self.client = {"bootstrap.servers": self.bootstrap, "log_level": 0, **(kafka.client if kafka else {})}
        self.prefix = f"t{uuid.uuid4().hex[:8]}" if self.real else "whc"
        self.group = f"t{uuid.uuid4().hex[:8]}-worker"  # its own on the embedded broker, too: one process of a group by a lock
        self.partitions = partitions
        self.requests, self.outcomes = self.topic("order-requests"), self.topic("order-outcomes")
        self.dead = self.topic("order-requests.dead")
        self.producer = confluent_kafka.Producer(
            {
                **self.client,
                "linger.ms": 5,
                "partitioner": "murmur2_random",
                "enable.idempotence": self.real,  # else a retry could reorder
                # A broker without state of this producer takes a later batch before a refused one, which then counts as delivered.
                "max.in.flight": 1 if self.real else 5,
            }
        )
        if self.real:
            self.create_topics()

    def topic(self, name):
        return f"{self.prefix}.{name}"

    def settings(self, slot="one", more=None):
        values = {
            "kafka.bootstrap.servers": self.bootstrap,
            "group.id": self.group,
            "worker.slot": slot,
            "catalogue.path": SCHEMAS,
            "admin.address": "127.0.0.1",
            "admin.port": 0,
            "input.cugId": CUG,
            "bt.client.id": "sandbox-key",
            "bt.client.secret": "sandbox-secret",
            "bt.base.url": self.sandbox.http,
            "bt.token.url": f"{self.sandbox.http}/oauth/accesstoken",
            "topic.requests": self.requests,
            "topic.outcomes": self.outcomes,
            "topic.dead": self.dead,
            "topic.signals": self.topic("order-signals"),
            "topic.ledger": self.topic("order-ledger"),
            "topic.events": self.topic("order-events"),
            "topic.events.dead": self.topic("order-events.dead"),
            "topics.partitions": self.partitions,
            "topics.replication": 1,
            "topics.min.replication": 1,
            "settlement.transactions": "on" if self.real else "off",
            "ledger.format": "latest",
            **{f"kafka.{key}": value for key, value in self.client.items() if key != "log_level"},
        }
        values.update({key.replace("_", "."): value for key, value in {**self.more, **(more or {})}.items()})
        return {key: value for key, value in values.items() if value is not None}

    def run(self, *words, stdin=None, seconds=120, **settings):
        """One of the other commands: (exit code, stdout, stderr)."""
        config = pathlib.Path(self.folder) / f"tool-{uuid.uuid4()}.properties"
        config.write_text("".join(f"{k}={v}\n" for k, v in self.settings(more=settings).items()))
        done = subprocess.run(
            [WORKER, words[0], "--config", config, *words[1:]], input=stdin, text=True, capture_output=True, timeout=seconds
        )
        return done.returncode, done.stdout, done.stderr

    def start(self, *words):
        """A command that goes on by itself, with the worker's settings: Program."""
        Worker.serial += 1
        name = pathlib.Path(self.folder) / f"command-{Worker.serial}"
        config = name.with_suffix(".properties")
        config.write_text("".join(f"{key}={value}\n" for key, value in self.settings().items()))
        return Program([WORKER, *words, "--config", config], name.with_suffix(".log"))

    def create_topics(self):
        code, out, err = self.run("topics", "--create")
        expect(code == 0, f"topics: {out}{err}")

    def send(self, name, record, key=None, headers=None, value=None, partition=-1):
        value = order_type(name).single_object(record) if value is None else value
        self.send_bytes(value, key, headers, partition)
        return record["requestId"] if record else None

    def send_bytes(self, value, key=None, headers=None, partition=-1):
        while True:
            try:
                self.producer.produce(
                    self.requests, value, key=key, headers=headers or [], partition=partition, on_delivery=self._delivered
                )
                break
            except BufferError:
                self.producer.poll(0.1)
        self.producer.poll(0)

    def _delivered(self, error, message):
        if error is not None or message.offset() is None or message.offset() < 0:
            self.undelivered.append(f"{error} at {message.offset()}")

    def flush(self):
        """Until all is delivered, or the library has given up (message.timeout.ms, 5 min): a broker may be away for long."""
        expect(self.producer.flush(320) == 0 and not self.undelivered, f"requests did not reach Kafka: {self.undelivered}")

    def reader(self, topic=None, isolation="read_committed"):
        return Reader(self, topic or self.outcomes, isolation)

    def worker(self, slot="one", environment=None, wrapper=(), program=WORKER, **settings):
        """Starts a worker that ends with the story."""
        self.workers.append(Worker(self, slot, environment, wrapper, program, **settings))
        return self.workers[-1]

    def longest_turn(self):
        """Of all its workers, as far as they were asked: before each stop and kill, and now."""
        turns = [worker.note_turn() if worker.process.poll() is None else worker.longest_turn for worker in self.workers]
        return max(turns, key=lambda turn: turn["tookMs"], default={"tookMs": 0.0, "cause": ""})

    def stop_workers(self):
        """A good story ends with clean stops; under address checks a leak shows here, too."""
        for worker in self.workers:
            if worker.process.poll() is None:
                code = worker.stop()
                expect(code == 0, f"exit code {code} of a worker that was stopped:\n{worker.log()[-6000:]}")

    def end(self):
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.kill()
        self.sandbox.stop()
        self.producer.flush(1)
        del self.producer
        if os.environ.get("KEEP_STAGES"):
            print(f"        kept: {self.folder}", flush=True)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def new_stage(kafka=None, more=None):
    """A stage with a sandbox of its own; the broker is the real one, or the sandbox's. `more`: settings of all its programs."""
    folder = tempfile.mkdtemp(prefix="whc-stage-")
    sandbox = Sandbox(folder, broker=kafka is None)
    try:
        return Stage(folder, sandbox, kafka, more=more)
    except BaseException:
        sandbox.stop()
        raise
