"""Settings, catalogue and topics that a worker does not start with, or warns of."""

import pathlib
import shutil

from paths import SCHEMAS
from story import story
from waiting import expect


@story(on="embedded")
def configuration_mistakes(stage):
    """All mistakes at once, each with its place and what would be right; the worker does not start."""
    worker = stage.worker(**{"admin.port": "many", "no.such": 1, "bt.window": 0, "kafka.acks": "0"})
    expect(worker.wait() == 2, "it started")
    for text in (
        "admin.port is not an allowed number",
        "there is no setting 'no.such'",
        "bt.window is not an allowed number",
        "kafka.acks is fixed by the worker",
    ):
        expect(text in worker.log(), f"not told: {text}\n{worker.log()}")
    wrong = {
        "admin.address": "localhost",
        "bt.token.url": "foo",
        "bt.ca.file": "/nonexistent",
        "bt.client.secret": None,
        "bt.accept.proposed": "noSuchOperation",
        "topic.dead": stage.outcomes,
    }
    worker = stage.worker(**wrong)
    expect(worker.wait() == 2, "it started")
    code, _, err = stage.run("check", **wrong)
    expect(code == 2, err)
    for text in (
        "admin.address is not an IP address",
        "bt.token.url is not a URL",
        "bt.ca.file '/nonexistent' cannot be read",
        "bt.client.secret is empty",
        "no operation 'noSuchOperation'",
        "topic.dead and topic.outcomes are one topic",
    ):
        expect(text in worker.log() and text in err, f"not told: {text}\n{worker.log()}{err}")
    expect("workflow.arazzo.json" not in err, f"a mistake in the settings is not one of the catalogue: {err}")
    code, _, err = stage.run("topics", "--create", **{"topic.dead": stage.outcomes})
    expect(code == 2 and "topic.dead and topic.outcomes are one topic" in err, f"{code} {err}")


@story(on="embedded")
def settings_that_are_warned_of(stage):
    """What is allowed and hardly meant in production: `check` and the log say so, and the worker starts."""
    risky = {"bt.tls.verify": "off", "bt.portability.base.url": "http://bt.example", "bt.token.hosts": "bt.example"}
    code, out, err = stage.run("check", **risky)
    expect(
        code == 0 and "warning: " in err and "bt.tls.verify is off" in err and "bt.portability.base.url is not encrypted" in err, out + err
    )
    worker = stage.worker(**risky).ready()
    expect("bt.tls.verify is off" in worker.log() and "bt.portability.base.url is not encrypted" in worker.log(), worker.log())


@story(on="embedded")
def catalogue_mistakes(stage):
    """A mistake in the catalogue: file, JSON pointer, remedy; the worker does not start."""
    copy = pathlib.Path(stage.folder) / "schemas"
    shutil.copytree(SCHEMAS, copy)
    path = copy / "check-portability" / "workflow.arazzo.json"
    path.write_text(path.read_text().replace("bt.checkPortability", "bt.checkPortabilty").replace('$inputs.rangeEnd"', '$inputs.rangEnd"'))
    worker = stage.worker(**{"catalogue.path": copy})
    expect(worker.wait() == 2, "it started")
    expect("workflow.arazzo.json#/workflows/0/steps/0" in worker.log() and "checkPortabilty" in worker.log(), worker.log())


@story(on="embedded")
def proposed_operations_on_a_production_host(stage):
    """An operation that is only proposed is not called on BT's production host unless the settings say so."""
    worker = stage.worker(**{"bt.base.url": "https://api.wholesale.bt.com"})
    expect(worker.wait() == 2, "it started")
    expect("'checkPortability' is only proposed" in worker.log(), worker.log())


@story(on="real")
def topics_that_differ(stage):
    """Too few replicas, a wrong cleanup policy: refused, with the command that repairs it."""
    code, out, err = stage.run("topics", **{"topics.min.replication": 3})
    expect(code == 1 and "topics.min.replication is 3" in err and "right would be" in err, f"{out}{err}")
    worker = stage.worker(**{"topics.min.replication": 3, "topics.replication": 3})
    expect(worker.wait() == 1 and "topics.min.replication is 3" in worker.log(), worker.log())
    code, out, err = stage.run("topics", **{"topic.requests": stage.topic("order-ledger"), "topic.ledger": "no-such-ledger"})
    expect(code == 1 and "cleanup.policy is 'compact' and must be 'delete'" in err, f"{out}{err}")
    code, out, err = stage.run("topics", **{"topic.requests": "no-such-topic"})
    expect(code == 1 and "whc-worker topics --create" in err, f"{out}{err}")


@story(on="embedded")
def one_worker_without_transactions(stage):
    """settlement.transactions=off: a second worker of the group does not start."""
    stage.worker().ready()
    second = stage.worker("two")
    expect(second.wait() == 1 and "another worker of this group runs" in second.log(), second.log())
