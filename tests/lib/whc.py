"""What the tests that start real programs share: sandbox, broker, worker, requests and outcomes.

Nothing here sleeps for a fixed time: it waits for an event, and gives up loudly after a bound.
"""
import functools
import json
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid

import confluent_kafka
import confluent_kafka.admin
import fastavro
import fastavro.schema

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TEST_BUILD", ROOT / "build"))
SCHEMAS = ROOT / "schemas"
WORKER = BUILD / "worker" / "whc-worker"
SANDBOX = BUILD / "tests" / "sandbox" / "sandbox"
CUG = "CUG5009999999"


class Failure(AssertionError):
    """A story that did not go as told."""


def expect(condition, text):
    if not condition:
        raise Failure(text)


def wait_for(condition, what, seconds=30.0):
    """Calls `condition` until it gives something true, and gives that; looks again at short intervals."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise Failure(f"waited {seconds} s in vain for {what}")
        select_briefly()


def let_pass(seconds):
    """For tests whose subject is time itself: when a process is killed is drawn, a late answer is late. Never to wait for something."""
    time.sleep(seconds)


def select_briefly():
    import select
    select.select([], [], [], 0.02)


# --- schemas ---

def _common():
    named = {}
    texts = {path.stem: json.loads(path.read_text()) for path in (SCHEMAS / "common").glob("*.avsc")}
    left = dict(texts)
    while left:
        before = len(left)
        for name in list(left):
            try:
                fastavro.schema.parse_schema(left[name], named_schemas=named, _force=True)
                del left[name]
            except fastavro.schema.UnknownType:
                pass
        if len(left) == before:
            raise Failure(f"common types that refer to nothing: {sorted(left)}")
    return named


def _inline(schema, texts, done, space=""):
    """The self-contained form: shared types put in at first use."""
    if isinstance(schema, str):
        if schema in texts and schema not in done:
            done.add(schema)
            return _inline(texts[schema], texts, done)
        return schema
    if isinstance(schema, list):
        return [_inline(branch, texts, done) for branch in schema]
    copy = dict(schema)
    if copy["type"] == "record":
        copy["fields"] = [dict(field, type=_inline(field["type"], texts, done)) for field in copy["fields"]]
    elif copy["type"] == "array":
        copy["items"] = _inline(copy["items"], texts, done)
    elif copy["type"] == "map":
        copy["values"] = _inline(copy["values"], texts, done)
    elif not isinstance(copy["type"], str):
        copy["type"] = _inline(copy["type"], texts, done)
    return copy


@functools.lru_cache(maxsize=None)
def _fingerprint(text):
    canonical = fastavro.schema.to_parsing_canonical_form(json.loads(text))
    return int(fastavro.schema.fingerprint(canonical, "CRC-64-AVRO"), 16).to_bytes(8, "big")


def _common_texts():
    return {f"whc.common.{path.stem}": json.loads(path.read_text()) for path in (SCHEMAS / "common").glob("*.avsc")}


@functools.lru_cache(maxsize=None)
def common_schema(name):
    """A shared record, as any other program would read it."""
    texts = _common_texts()
    return fastavro.parse_schema(_inline(texts[f"whc.common.{name}"], texts, set()))


class OrderType:
    """The two schemas of an order type, as any other program would read them."""

    def __init__(self, name):
        texts = _common_texts()
        self.name = name
        self.request_text = _inline(json.loads((SCHEMAS / name / "request.avsc").read_text()), texts, set())
        self.outcome_text = _inline(json.loads((SCHEMAS / name / "outcome.avsc").read_text()), texts, set())
        self.request = fastavro.parse_schema(json.loads(json.dumps(self.request_text)))
        self.outcome = fastavro.parse_schema(json.loads(json.dumps(self.outcome_text)))

    @staticmethod
    def fingerprint(text):
        return _fingerprint(json.dumps(text))

    def datum(self, record):
        import io
        out = io.BytesIO()
        fastavro.schemaless_writer(out, self.request, record)
        return out.getvalue()

    def single_object(self, record):
        return b"\xc3\x01" + self.fingerprint(self.request_text) + self.datum(record)

    def read_outcome(self, datum):
        import io
        return fastavro.schemaless_reader(io.BytesIO(datum), self.outcome, None)


_types = {}


def order_type(name):
    if name not in _types:
        _types[name] = OrderType(name)
    return _types[name]


def request_id():
    return str(uuid.uuid4())


def portability(number="01632960000", **more):
    return {"requestId": request_id(), "number": number, **more}


# --- programs ---

class Program:
    """A process whose output goes to a file."""

    def __init__(self, arguments, log, environment=None):
        self.log_path = pathlib.Path(log)
        self.log_file = open(self.log_path, "wb")
        self.process = subprocess.Popen([str(a) for a in arguments], stdout=self.log_file, stderr=subprocess.STDOUT,
                                        stdin=subprocess.DEVNULL, env=environment)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def signal(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)

    def wait(self, seconds=60):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.process.args[0]} did not end within {seconds} s\n{self.log()[-2000:]}")

    def stop(self, seconds=60):
        self.signal(signal.SIGTERM)
        code = self.wait(seconds)
        self.log_file.close()
        return code

    def kill(self):
        self.signal(signal.SIGKILL)
        self.wait()
        self.log_file.close()


class Sandbox(Program):
    def __init__(self, folder, broker=False, latency_ms=0):
        self.ready_file = pathlib.Path(folder) / f"sandbox-{uuid.uuid4()}"
        arguments = [SANDBOX, "--latency-ms", latency_ms, "--ready-file", self.ready_file]
        super().__init__(arguments + (["--broker"] if broker else []), f"{self.ready_file}.log")
        wait_for(lambda: self.ready_file.exists() or self.process.poll() is not None, "the sandbox")
        expect(self.ready_file.exists(), f"the sandbox ended: {self.log()}")
        facts = dict(line.split("=", 1) for line in self.ready_file.read_text().split())
        self.http, self.kafka = facts["http"], facts.get("kafka")

    def control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.http}/sandbox/{path}", data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def fault(self, **fault):
        return self.control("POST", "faults", fault)

    def heal(self):
        return self.control("DELETE", "faults")

    def counts(self, target=None):
        return self.control("GET", "counts" + (f"?target={urllib.request.quote(target, safe='')}" if target else ""))


class Kafka:
    """A real broker, shared by all stories of a run; each story has topics of its own."""

    def __init__(self, folder, extra="", protocol="PLAINTEXT", client=None):
        """`client`: what all clients of ours need to be let in."""
        self.folder, self.client = str(folder), client or {}
        self.environment = {**os.environ, "KAFKA_EXTRA": extra, "KAFKA_PROTOCOL": protocol}
        self.bootstrap = self._call("start")

    def _call(self, verb):
        return subprocess.run([ROOT / "tests" / "lib" / "kafka", verb, self.folder], check=True, text=True,
                              stdout=subprocess.PIPE, env=self.environment).stdout.strip()

    def stop(self):
        self._call("stop")

    def restart(self):
        self._call("restart")

    def trouble(self, draw):
        """It stands still for a while, and answers late what it was asked; see tests/crash/README.md about restarts."""
        if os.environ.get("BROKER_RESTARTS"):
            self.stop()
            time.sleep(draw.uniform(0, 5))
            self.restart()
            return
        broker = int((pathlib.Path(self.folder) / "pid").read_text())
        os.kill(broker, signal.SIGSTOP)
        time.sleep(draw.uniform(0, 2.5))
        os.kill(broker, signal.SIGCONT)


class Worker(Program):
    """`whc-worker run` with settings of its own; knows its admin port."""

    serial = 0

    def __init__(self, stage, slot="one", environment=None, wrapper=(), program=WORKER, **settings):
        Worker.serial += 1
        self.stage = stage
        name = pathlib.Path(stage.folder) / f"worker-{Worker.serial}"
        self.config = name.with_suffix(".properties")
        self.config.write_text("".join(f"{k}={v}\n" for k, v in stage.settings(slot, settings).items()))
        # Workers of one stage see each other's lock, those of others do not.
        super().__init__([*wrapper, program, "run", "--config", self.config], name.with_suffix(".log"), {**os.environ, "TMPDIR": str(stage.folder), **(environment or {})})
        self._port, self.longest_turn = None, {"tookMs": 0.0, "cause": ""}

    def note_turn(self):
        """The longest turn so far, which /status has; one that does not answer leaves what was read last."""
        try:
            port = self._port or int(re.search(r'listening for operators".*port"?[=:](\d+)', self.log())[1])
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/status", timeout=1) as answer:
                self.longest_turn = max(self.longest_turn, json.loads(answer.read())["longestTurn"], key=lambda turn: turn["tookMs"])
        except (OSError, TypeError, ValueError, KeyError):
            pass
        return self.longest_turn

    def stop(self, seconds=60):
        self.note_turn()
        return super().stop(seconds)

    def kill(self):
        self.note_turn()
        super().kill()

    def port(self):
        def find():
            found = re.search(r'listening for operators".*port"?[=:](\d+)', self.log())
            expect(found or self.process.poll() is None, f"the worker ended:\n{self.log()}")
            return found and int(found[1])
        if self._port is None:
            self._port = wait_for(find, "the worker's admin port")
        return self._port

    def page(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port()}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except (urllib.error.URLError, ConnectionError):
            return 0, ""

    def ready(self, seconds=60):
        """It may take orders, and call BT."""
        wait_for(lambda: self.page("/health/ready?all")[0] == 200 or self.process.poll() is not None,
                 f"the worker to be ready: {self.page('/health/ready?all')[1] if self._port else ''}", seconds)
        expect(self.process.poll() is None, f"the worker ended:\n{self.log()}")
        return self

    def metric(self, name):
        """The sum over the series of a metric."""
        lines = self.page("/metrics")[1].splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if re.match(rf"{name}(\{{|\s)", line))

    def metrics(self):
        return self.page("/metrics")[1]


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
        self.producer = confluent_kafka.Producer({**self.client, "linger.ms": 5, "partitioner": "murmur2_random",
                                                 "enable.idempotence": self.real,  # else a retry could reorder
                                                 # A broker without state of this producer takes a later batch before a refused one, which then counts as delivered.
                                                 "max.in.flight": 1 if self.real else 5})
        if self.real:
            self.create_topics()

    def topic(self, name):
        return f"{self.prefix}.{name}"

    def settings(self, slot="one", more=None):
        values = {
            "kafka.bootstrap.servers": self.bootstrap, "group.id": self.group, "worker.slot": slot,
            "catalogue.path": SCHEMAS, "admin.address": "127.0.0.1", "admin.port": 0, "input.cugId": CUG,
            "bt.client.id": "sandbox-key", "bt.client.secret": "sandbox-secret", "bt.base.url": self.sandbox.http,
            "bt.token.url": f"{self.sandbox.http}/oauth/accesstoken", "topic.requests": self.requests,
            "topic.outcomes": self.outcomes, "topic.dead": self.dead, "topic.signals": self.topic("order-signals"),
            "topic.ledger": self.topic("order-ledger"), "topics.partitions": self.partitions,
            "topics.replication": 1, "topics.min.replication": 1,
            "settlement.transactions": "on" if self.real else "off", "ledger.format": "latest",
            **{f"kafka.{key}": value for key, value in self.client.items() if key != "log_level"},
        }
        values.update({key.replace("_", "."): value for key, value in {**self.more, **(more or {})}.items()})
        return {key: value for key, value in values.items() if value is not None}

    def run(self, *words, stdin=None, seconds=120, **settings):
        """One of the other commands: (exit code, stdout, stderr)."""
        config = pathlib.Path(self.folder) / f"tool-{uuid.uuid4()}.properties"
        config.write_text("".join(f"{k}={v}\n" for k, v in self.settings(more=settings).items()))
        done = subprocess.run([WORKER, words[0], "--config", config, *words[1:]], input=stdin, text=True,
                              capture_output=True, timeout=seconds)
        return done.returncode, done.stdout, done.stderr

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
                self.producer.produce(self.requests, value, key=key, headers=headers or [], partition=partition, on_delivery=self._delivered)
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


class Reader:
    """Reads a topic from its beginning, all partitions, as a downstream system does."""

    def __init__(self, stage, topic, isolation):
        self.consumer = confluent_kafka.Consumer({
            **stage.client, "group.id": f"reader-{uuid.uuid4()}", "enable.auto.commit": False,
            "isolation.level": isolation if stage.real else "read_uncommitted", "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": 50, "max.poll.interval.ms": 3600000})  # who decides for long minutes reads on afterwards
        self.topic, self.client = topic, stage.client

        def partitions():
            found = self.consumer.list_topics(topic, timeout=10).topics[topic]
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


def header(message, name):
    for key, value in message.headers() or []:
        if key == name:
            return value if value is None else value.decode("utf-8", "replace")
    return None


def outcome_of(message):
    """The outcome event as a reader in another language sees it; the type from its CloudEvents header."""
    name = header(message, "ce_type")
    folder = re.sub(r"(?<!^)(?=[A-Z])", "-", name.split(".")[-1].removesuffix("Outcome")).lower()
    kind = order_type(folder)
    value = message.value()
    expect(value[:2] == b"\xc3\x01", f"not single-object framing: {value[:2]!r}")
    expect(value[2:10] == kind.fingerprint(kind.outcome_text), f"fingerprint of {name} differs")
    return kind.read_outcome(value[10:])


def outcomes_by_request(messages):
    found = {}
    for message in messages:
        outcome = outcome_of(message)
        found.setdefault(str(outcome["outcome"]["requestId"]), []).append(outcome)
    return found
