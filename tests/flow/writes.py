"""Orders that change something at BT: sent once, looked up after a doubt, answered again to a repeat."""

import json
import uuid

from events import header
from orders import create_order, evidence, final, submit
from story import story
from timings import FAST, FAST_CALLS
from topics import committed
from waiting import expect, wait_for


@story(on="both")
def a_write(stage):
    """create-order: one call, one outcome, BT's ids in it."""
    stage.worker(**FAST_CALLS).ready()
    reader = stage.reader()
    outcome = final(reader, submit(stage, "create-order", "new-company"))
    expect(outcome["outcome"]["status"] == "COMPLETED", f"{outcome}")
    rows = evidence(stage)
    expect(list(rows.values()) == [(1, 1)], f"{rows}")
    expect(list(rows) == [outcome["outcome"]["externalId"]], f"{rows} but externalId {outcome['outcome']['externalId']}")


@story(on="both")
def a_lost_reply_is_found(stage):
    """BT accepts, the reply is lost: the look-up by our reference finds it, nothing is sent again."""
    stage.worker(**FAST_CALLS).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="close-after-request")
    outcome = final(reader, submit(stage, "create-order", "new-company"))
    expect(outcome["outcome"]["status"] == "COMPLETED" and outcome["result"]["orderId"], f"{outcome}")
    expect(list(evidence(stage).values()) == [(1, 1)], f"{evidence(stage)}")


@story(on="both")
def a_lost_request_is_sent_again(stage):
    """The request is lost: after the deadline one look-up says absent, and the same reference goes again."""
    stage.worker(**FAST_CALLS).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="close-before-reply")
    outcome = final(reader, submit(stage, "create-order", "new-company"))
    expect(outcome["outcome"]["status"] == "COMPLETED" and outcome["outcome"]["attempts"] == 2, f"{outcome}")
    rows = evidence(stage)
    expect(len(rows) == 1 and list(rows.values())[0][1] == 1, f"{rows}")


@story(on="both")
def a_repeat_gets_the_same_outcome(stage):
    """The same request again: the stored bytes, marked, and no second call."""
    stage.worker(**FAST_CALLS).ready()
    reader = stage.reader()
    request = create_order()
    for _ in range(2):
        code, out, err = stage.run("submit", "--type", "create-order", "--key", "k", stdin=json.dumps(request))
        expect(code == 0, f"submit: {out}{err}")
        final(reader, request["requestId"])
    wait_for(lambda: len(reader.more()) == 2, "the repeated outcome")
    first, second = reader.messages
    expect(
        first.value() == second.value() and header(second, "whc-repeated") == "true" and header(first, "whc-repeated") is None,
        "the repeat is not the stored bytes, or not marked",
    )
    expect(header(first, "ce_id") == header(second, "ce_id") and first.key() == second.key(), "headers or key differ")
    expect(list(evidence(stage).values()) == [(1, 1)], f"{evidence(stage)}")


@story(on="both")
def a_repeat_while_the_first_is_on_its_way(stage):
    """One call, two outcomes of the same bytes, the second marked."""
    stage.worker("one", **{**FAST, "bt.call.timeout.ms": 30000, "bt.tcp.user.timeout.ms": 30000}).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="delay", ms=2000)
    record = create_order()
    stage.send("create-order", record, key=b"k")
    stage.flush()
    wait_for(lambda: stage.workers[0].status()["orders"]["calling"] == 1, "the order to be on its way")
    stage.send("create-order", record, key=b"k")
    stage.flush()
    first, second = reader.until(2)
    expect(header(first, "whc-repeated") is None and header(second, "whc-repeated") == "true", "not marked")
    expect(first.value() == second.value() and header(first, "ce_id") == header(second, "ce_id"), "not the same outcome")
    wait_for(lambda: len(set(committed(stage))) == 1 or not stage.real, "both to be settled")
    behind = stage.send("create-order", {**record, "requestId": str(uuid.uuid4())}, key=b"k")
    stage.flush()
    final(reader, behind)
    expect(len(reader.messages) == 3 and list(evidence(stage).values()) == [(1, 1), (1, 1)], f"{evidence(stage)}")
