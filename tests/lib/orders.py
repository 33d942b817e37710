"""What stories do with orders: send examples, wait for outcomes, look at what BT received, decide about parked orders."""

import collections
import json

from events import header, outcome_of, outcomes_by_request
from order_types import CUG, portability, request_id
from paths import SCHEMAS
from waiting import expect, wait_for

TARGET = "/v1/resourceManagement/directoryNumbers/portability"


def target(number):
    return f"{TARGET}?directoryNumber={number}&customerId={CUG}"


# --- sending ---


def example(kind, name):
    """The file schemas/<kind>/examples/<name>.json."""
    return json.loads((SCHEMAS / kind / "examples" / f"{name}.json").read_text())


def new_order(kind, name, **fields):
    """The request of an example, with an id of its own and other fields."""
    return {**example(kind, name)["request"], "requestId": request_id(), **fields}


def create_order(**fields):
    """The write that most stories send."""
    return new_order("create-order", "new-company", **fields)


def one_number(number):
    """What a journey's request has of one ported number on a single line; what becomes of it goes by the number (the sandbox's DATA.md)."""
    request = example("provide-with-ported-numbers", "range-of-three")["request"]
    port = {"kind": "SingleLine", "numbers": [number], "mainBillingNumber": number, "rangeEnd": None, "quantity": 1}
    request["sites"][0]["numbers"], request["sites"][0]["users"][0]["number"] = [{"number": number}], number
    return {"port": {**request["port"], **port}, "sites": request["sites"]}


def submit(stage, kind, name, key="order-1", **fields):
    """Sends the request of an example as people do, by `whc-worker submit`; gives its id."""
    request = new_order(kind, name, **fields)
    code, out, err = stage.run("submit", "--type", kind, "--key", key, stdin=json.dumps(request))
    expect(code == 0, f"submit: {out}{err}")
    return request["requestId"]


def send_example(stage, kind, name, key, **fields):
    """The same without a process of its own: `stage.flush()` waits until Kafka has it."""
    return stage.send(kind, new_order(kind, name, **fields), key=key.encode())


def send_many(stage, count, first=0):
    """Reading requests over many keys."""
    sent = [stage.send("check-portability", portability(), key=f"{i}".encode()) for i in range(first, first + count)]
    stage.flush()
    return sent


# --- outcomes ---


def one(messages, request):
    """The one outcome of a request."""
    found = outcomes_by_request(messages).get(request, [])
    expect(len(found) == 1, f"request {request} has {len(found)} outcomes")
    return found[0]


def ask(stage, record, **how):
    """Sends one portability request and gives its outcome."""
    reader = stage.reader()
    request = stage.send("check-portability", record, **how)
    stage.flush()
    wait_for(lambda: request in outcomes_by_request(reader.more()), "the outcome")
    return one(reader.messages, request)


def outcomes(reader, request):
    """Those of a request so far, without repeated ones."""
    return [outcome_of(m) for m in reader.more() if header(m, "ce_subject") == request and header(m, "whc-repeated") is None]


def final(reader, request, seconds=60):
    """Waits for the final outcome of a request."""
    wait_for(lambda: any(o["outcome"]["final"] for o in outcomes(reader, request)), f"the final outcome of {request}", seconds)
    return outcomes(reader, request)[-1]


def all_final(reader, requests, seconds=90):
    """Each has one final outcome and nothing else; each record is decoded once, so that many are read fast."""
    wait_for(lambda: {header(m, "ce_subject") for m in reader.more()} >= set(requests), "the outcomes", seconds)
    found = [outcome_of(m)["outcome"] for m in reader.messages if header(m, "ce_subject") in set(requests)]
    expect(len(found) == len(requests) and all(o["final"] for o in found), f"{len(found)} outcomes of {len(requests)} orders")


def expect_one_each(messages, sent):
    """One outcome for each request and none else; by header, so that many are read fast."""
    counts = collections.Counter(header(message, "ce_subject") for message in messages)
    twice, lost = [r for r, n in counts.items() if n > 1], set(sent) - counts.keys()
    expect(
        not twice and not lost and len(counts) == len(sent),
        f"{len(twice)} twice, {len(lost)} lost, {len(counts.keys() - set(sent))} unknown",
    )


def goes_on(stage, worker):
    """Other orders, of the same partition and of others, have their outcomes."""
    for key in (b"k", b"a", b"b", b"c"):
        expect(ask(stage, portability(), key=key)["outcome"]["status"] == "COMPLETED", "another order stands still")
    expect(worker.process.poll() is None, worker.log())


def dead_letter(stage, value, reason, key=b"k", headers=None):
    """Sends bytes that are no request; gives the dead letter after checking what every one must have."""
    reader = stage.reader(stage.dead)
    stage.send_bytes(value, key, headers)
    stage.flush()
    # The reader has those of before, too, and may have some of them first.
    message = wait_for(lambda: [m for m in reader.more() if m.value() == value], "a dead letter of these bytes")[-1]
    expect(message.key() == key, "the key differs")
    expect(header(message, "whc-dead-reason") == reason, f"reason {header(message, 'whc-dead-reason')}, not {reason}")
    expect(header(message, "__connect.errors.topic") == stage.requests, "no Connect header family")
    expect(header(message, "__connect.errors.exception.message"), "no sentence")
    return message


# --- BT, and people ---


def evidence(stage, operation="createOrder"):
    """What BT received and accepted, by reference."""
    return {
        key.split(" ", 1)[1]: (row["received"], row["accepted"])
        for key, row in stage.sandbox.control("GET", f"orders?operationId={operation}").items()
    }


def parked(stage, *words):
    code, out, err = stage.run("parked", "--json", *words)
    expect(code == 0, f"parked: {out}{err}")
    return [json.loads(line) for line in out.splitlines()]


def decide(stage, *words, code=0):
    got, out, err = stage.run("decide", *words)
    expect(got == code, f"decide {words}: exit {got}, {out}{err}")
    return out + err
