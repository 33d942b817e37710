"""Orders that change something at BT: what is sent, what is found out, what a person decides."""
import json
import pathlib
import uuid

import whc
from whc import Failure, expect, header, outcome_of, wait_for

# Timers scaled down, within the inequalities of promise.md section 4.
FAST = {"bt.call.timeout.ms": 1000, "bt.connect.timeout.ms": 1000, "bt.tcp.user.timeout.ms": 1000, "bt.delivery.max.ms": 300,
        "bt.read.lag.ms": 300, "bt.backoff.first.ms": 50, "bt.backoff.cap.ms": 200, "watchdog.ms": 2000}


def example(order_type, name):
    return json.loads((whc.SCHEMAS / order_type / "examples" / f"{name}.json").read_text())


def submit(stage, order_type, name, key="order-1", **fields):
    """Sends the request of an example; gives its id."""
    request = {**example(order_type, name)["request"], "requestId": str(uuid.uuid4()), **fields}
    code, out, err = stage.run("submit", "--type", order_type, "--key", key, stdin=json.dumps(request))
    expect(code == 0, f"submit: {out}{err}")
    return request["requestId"]


def outcomes(reader, request):
    found = [outcome_of(m) for m in reader.more() if header(m, "ce_subject") == request and header(m, "whc-repeated") is None]
    return found


def final(reader, request, seconds=60):
    wait_for(lambda: any(o["outcome"]["final"] for o in outcomes(reader, request)), f"the final outcome of {request}", seconds)
    return outcomes(reader, request)[-1]


def evidence(stage, operation="createOrder"):
    """What BT received and accepted, by reference."""
    return {key.split(" ", 1)[1]: (row["received"], row["accepted"])
            for key, row in stage.sandbox.control("GET", f"orders?operationId={operation}").items()}


# --- stories ---

def a_write(stage):
    """create-order: one call, one outcome, BT's ids in it."""
    stage.worker(**FAST).ready()
    reader = stage.reader()
    outcome = final(reader, submit(stage, "create-order", "new-company"))
    expect(outcome["outcome"]["status"] == "COMPLETED", f"{outcome}")
    rows = evidence(stage)
    expect(list(rows.values()) == [(1, 1)], f"{rows}")
    expect(list(rows) == [outcome["outcome"]["externalId"]], f"{rows} but externalId {outcome['outcome']['externalId']}")


def a_lost_reply_is_found(stage):
    """BT accepts, the reply is lost: the look-up by our reference finds it, nothing is sent again."""
    stage.worker(**FAST).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="close-after-request")
    outcome = final(reader, submit(stage, "create-order", "new-company"))
    expect(outcome["outcome"]["status"] == "COMPLETED" and outcome["result"]["orderId"], f"{outcome}")
    expect(list(evidence(stage).values()) == [(1, 1)], f"{evidence(stage)}")


def a_lost_request_is_sent_again(stage):
    """The request is lost: after the deadline one look-up says absent, and the same reference goes again."""
    stage.worker(**FAST).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="close-before-reply")
    outcome = final(reader, submit(stage, "create-order", "new-company"))
    expect(outcome["outcome"]["status"] == "COMPLETED" and outcome["outcome"]["attempts"] == 2, f"{outcome}")
    rows = evidence(stage)
    expect(len(rows) == 1 and list(rows.values())[0][1] == 1, f"{rows}")


def a_repeat_gets_the_same_outcome(stage):
    """The same request again: the stored bytes, marked, and no second call."""
    stage.worker(**FAST).ready()
    reader = stage.reader()
    request = {**example("create-order", "new-company")["request"], "requestId": str(uuid.uuid4())}
    for _ in range(2):
        code, out, err = stage.run("submit", "--type", "create-order", "--key", "k", stdin=json.dumps(request))
        expect(code == 0, f"submit: {out}{err}")
        final(reader, request["requestId"])
    wait_for(lambda: len(reader.more()) == 2, "the repeated outcome")
    first, second = reader.messages
    expect(first.value() == second.value() and header(second, "whc-repeated") == "true" and header(first, "whc-repeated") is None,
           "the repeat is not the stored bytes, or not marked")
    expect(header(first, "ce_id") == header(second, "ce_id") and first.key() == second.key(), "headers or key differ")
    expect(list(evidence(stage).values()) == [(1, 1)], f"{evidence(stage)}")


def a_killed_worker_leaves_no_second_order(stage):
    """kill -9 while BT works on it: the next worker looks it up and finds it."""
    first = stage.worker("one", **FAST, **{"session.timeout.ms": 10000}).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="createOrder", kind="delay", ms=500)
    request = submit(stage, "create-order", "new-company")
    wait_for(lambda: evidence(stage), "the request at BT")
    first.kill()
    stage.worker("one", **FAST, **{"session.timeout.ms": 10000}).ready()
    outcome = final(reader, request)
    expect(outcome["outcome"]["status"] == "COMPLETED", f"{outcome}")
    expect(list(evidence(stage).values()) == [(1, 1)], f"{evidence(stage)}")


BOTH = [a_write, a_lost_reply_is_found, a_lost_request_is_sent_again, a_repeat_gets_the_same_outcome]
REAL = [a_killed_worker_leaves_no_second_order]
EMBEDDED = []
