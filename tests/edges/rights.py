"""What the worker may do in Kafka: the least rights of README.md are enough; each one that is missing at the start, or is withdrawn
under way, is named, and nothing is lost."""

import contextlib
import pathlib
import shutil
import tempfile

import confluent_kafka
import confluent_kafka.admin

from brokers import Kafka
from listeners import listening
from notifications import product_order
from order_types import portability
from orders import create_order, evidence, final, outcomes
from stages import new_stage
from story import story
from timings import FAST_CALLS
from waiting import expect, wait_for

kinds = confluent_kafka.admin
USERS = {"admin": "admin-secret", "worker": "worker-secret", "listener": "listener-secret"}
EXTRA = (
    """sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:admin;User:ANONYMOUS
listener.name.clients.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
username="admin" password="admin-secret" """
    + " ".join(f'user_{name}="{password}"' for name, password in USERS.items())
    + ";"
)


def login(user):
    return {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.username": user, "sasl.password": USERS[user]}


@contextlib.contextmanager
def a_guarded_stage():
    """Gives stage and broker."""
    folder = tempfile.mkdtemp(prefix="whc-kafka-")
    kafka = Kafka(folder, EXTRA, "SASL_PLAINTEXT", login("admin"))
    stage = new_stage(kafka)
    try:
        yield stage, kafka
        stage.stop_workers()
    finally:
        stage.end()
        kafka.stop()
        shutil.rmtree(folder, ignore_errors=True)


def least(stage):
    """The table of README.md: (kind, name, is a prefix, operation)."""
    topics = {
        "requests": ("READ",),
        "outcomes": ("WRITE",),
        "dead": ("WRITE",),
        "signals": ("READ", "WRITE"),
        "ledger": ("READ", "WRITE"),
        "events": ("READ",),
        "events.dead": ("WRITE",),
    }
    names = {
        "requests": stage.requests,
        "outcomes": stage.outcomes,
        "dead": stage.dead,
        "signals": stage.topic("order-signals"),
        "ledger": stage.topic("order-ledger"),
        "events": stage.topic("order-events"),
        "events.dead": stage.topic("order-events.dead"),
    }
    rights = [("TOPIC", names[role], False, operation) for role in topics for operation in (*topics[role], "DESCRIBE_CONFIGS")]
    return [*rights, ("GROUP", stage.group, False, "READ"), ("TRANSACTIONAL_ID", f"{stage.group}/", True, "WRITE")]


def printed(stage, user):
    """What `topics --acls` says, in the same form."""
    code, out, err = stage.run("topics", "--acls")
    expect(code == 0, f"{out}{err}")
    kinds_of = {"--topic": "TOPIC", "--group": "GROUP", "--transactional-id": "TRANSACTIONAL_ID"}
    rights = []
    for words in [line.split() for line in out.splitlines() if f"User:{user} " in line]:
        option = next(word for word in words if word in kinds_of)
        operations = [words[i + 1] for i, word in enumerate(words) if word == "--operation"]
        rights += [(kinds_of[option], words[words.index(option) + 1], "prefixed" in words, operation) for operation in operations]
    return rights


class Guard:
    def __init__(self, stage):
        self.admin = kinds.AdminClient(stage.client)

    @staticmethod
    def binding(right, of_what, user="worker"):
        kind, name, prefix, operation = right
        pattern = kinds.ResourcePatternType.PREFIXED if prefix else kinds.ResourcePatternType.LITERAL
        return of_what(
            kinds.ResourceType[kind], name, pattern, f"User:{user}", "*", kinds.AclOperation[operation], kinds.AclPermissionType.ALLOW
        )

    def grant(self, *rights, user="worker"):
        for done in self.admin.create_acls([self.binding(right, kinds.AclBinding, user) for right in rights]).values():
            done.result(20)
        self.until(rights, True, user)

    def withdraw(self, right, user="worker"):
        for done in self.admin.delete_acls([self.binding(right, kinds.AclBindingFilter, user)]).values():
            done.result(20)
        self.until([right], False, user)

    def until(self, rights, there, user):
        """The controller has answered; the broker that judges learns it a moment later."""
        filters = [self.binding(right, kinds.AclBindingFilter, user) for right in rights]
        wait_for(lambda: all(bool(self.admin.describe_acls(f).result(20)) == there for f in filters), "the broker to know of the rights")


def worker(stage):
    return stage.worker("one", None, (), **FAST_CALLS, **{f"kafka.{key}": value for key, value in login("worker").items()})


WORDS = {"GROUP": "Group authorization failed", "TRANSACTIONAL_ID": "Transactional Id authorization failed"}


def named(one, right):
    """It says which right: of a topic the topic, with its partition or the command that grants it."""
    return WORDS.get(right[0], right[1]) in "".join(line for line in one.log().splitlines() if "level=info" not in line)


def is_missing_at_the_start(stage, guard, right):
    """Refused, or waited for; with the right all is well. Nothing is proposed that would harm a topic."""
    guard.withdraw(right)
    one = worker(stage)
    wait_for(lambda: named(one, right), f"a word about {right}")
    expect(
        "does not exist" not in one.log()
        and "--alter" not in one.log()
        and one.page("/health/ready")[0] != 200
        or one.process.poll() is not None,
        f"{right}: {one.log()}",
    )
    guard.grant(right)
    if one.process.poll() is None and "the worker ends" not in one.log():
        one.ready()
        one.stop()
    else:
        expect(one.wait() == 1 and "the worker ends" in one.log(), one.log())


@story(on="edges")
def each_right_is_missing_once(_):
    """At the start. With all of them nothing is missed: no word of a refusal, and orders of both kinds end."""
    with a_guarded_stage() as (stage, _):
        guard, rights = Guard(stage), least(stage)
        expect(sorted(printed(stage, "worker")) == sorted(rights), f"{printed(stage, 'worker')}")
        guard.grant(*rights)
        for right in rights:
            is_missing_at_the_start(stage, guard, right)
        one = worker(stage).ready()
        reader = stage.reader()
        for name, record in (("create-order", create_order()), ("check-portability", portability())):
            final(reader, stage.send(name, record, key=b"k"))
        expect("authorization" not in one.log(), one.log())


def is_withdrawn(stage, guard, reader, one, right):
    guard.withdraw(right)
    request = stage.send("create-order", create_order(), key=b"k")
    stage.send_bytes(b"junk", key=b"k")
    stage.flush()
    wait_for(lambda: named(one, right), f"a word about {right}")
    guard.grant(right)
    if right[0] == "TRANSACTIONAL_ID":
        expect(one.wait() == 1, one.log())
        one = worker(stage)
    final(reader, request)
    return one


@story(on="edges")
def each_right_is_withdrawn_once(_):
    """Under way: it waits, or ends with the reason, and nothing is lost or done twice. DESCRIBE_CONFIGS and reading the ledger are
    needed at take-overs only; the events, and writing signals, are only looked at at the start."""
    with a_guarded_stage() as (stage, _):
        guard, rights = Guard(stage), least(stage)
        guard.grant(*rights)
        one, reader, letters = worker(stage).ready(), stage.reader(), stage.reader(stage.dead)
        at_start = [
            (stage.topic("order-ledger"), "READ"),
            (stage.topic("order-signals"), "WRITE"),
            (stage.topic("order-events"), "READ"),
            (stage.topic("order-events.dead"), "WRITE"),
        ]
        needed = [r for r in rights if r[3] != "DESCRIBE_CONFIGS" and (r[1], r[3]) not in at_start]
        for right in needed:
            one = is_withdrawn(stage, guard, reader, one, right)
        expect(sorted(evidence(stage).values()) == [(1, 1)] * len(needed), f"{evidence(stage)}")
        letters.until(len(needed))


@story(on="edges")
def a_password_that_changes(_):
    """The broker knows another one from now on: refused, and once the file has it the same process goes on. Only where a partition's
    beginning was being asked for just then the library gives that partition up: then it has ended, and its next start goes on."""
    with a_guarded_stage() as (stage, kafka):
        Guard(stage).grant(*least(stage))
        file = pathlib.Path(stage.folder) / "password"
        file.write_text(USERS["worker"] + "\n")
        given = {**login("worker"), "sasl.password": None, "sasl.password.file": file}
        settings = {**FAST_CALLS, **{f"kafka.{key}": value for key, value in given.items()}}
        one = stage.worker("one", **settings).ready()
        reader = stage.reader()
        final(reader, stage.send("create-order", create_order(), key=b"k"))
        kafka.stop()
        broker = pathlib.Path(kafka.folder) / "server.properties"
        broker.write_text(broker.read_text().replace(USERS["worker"], "another-secret"))
        kafka.restart()
        wait_for(lambda: "Authentication failed" in one.log(), "the refusal")
        request = stage.send("create-order", create_order(), key=b"k")
        stage.flush()
        file.write_text("another-secret\n")
        wait_for(lambda: outcomes(reader, request) or one.process.poll() is not None, "the outcome", 60)
        if one.process.poll() is not None:
            expect(one.wait() == 1 and "failed to query logical offset" in one.log(), one.log())
            one = stage.worker("one", **settings).ready()
        final(reader, request)
        expect("secret" not in one.log() and one.page("/health/ready")[0] == 200, one.log())


@story(on="edges")
def what_the_listener_may(_):
    """With the two rights that `topics --acls` prints for it `listen` takes notifications, and its user can do nothing else; withdrawn
    under way, BT is asked to come again, readiness says why, and with the right all goes on."""
    with a_guarded_stage() as (stage, _):
        guard, rights = Guard(stage), printed(stage, "listener")
        expect({right[3] for right in rights} == {"WRITE", "DESCRIBE"} and len(rights) == 4, f"{rights}")
        guard.grant(*rights, user="listener")
        with listening(stage, **{f"kafka.{key}": value for key, value in login("listener").items()}) as listener:
            token = listener.token()["access_token"]
            payload = product_order("1e34fb00-3209-8bbe-986a-a70dbe3d0003")
            expect(listener.post(payload, token).status_code == 201, listener.log())
            right = ("TOPIC", stage.topic("order-events"), False, "WRITE")
            guard.withdraw(right, user="listener")
            wait_for(lambda: listener.post(payload, token).status_code == 503, "a refusal")
            expect("authorization failed" in listener.page("/health/ready")[1], listener.page("/health/ready")[1])
            guard.grant(right, user="listener")
            wait_for(lambda: listener.post(payload, token).status_code == 201, "it to be taken again")
            expect(listener.page("/health/ready")[0] == 200, listener.page("/health/ready")[1])
        reader = confluent_kafka.Consumer({**stage.client, **login("listener"), "group.id": "listener", "auto.offset.reset": "earliest"})
        reader.subscribe([stage.topic("order-events")])
        found = wait_for(lambda: reader.poll(0.5), "an answer")
        expect(found.error() and "uthorization" in found.error().str(), f"{found.error()} {found.value()}")
        reader.close()
