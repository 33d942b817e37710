"""Faults that the sandbox is told to have: what BT does when it is late, cut off, or out of order."""

import select
import socket

from checking import (
    IMPORT,
    ORDER,
    RESERVATION,
    Failure,
    cancel,
    create,
    equal,
    import_order,
    listed,
    order,
    reservation,
    shown,
    states,
    story,
    submit,
    wait_for,
)


@story
def trouble_before_and_after(box):
    """Each error comes before anything is done, and with `done` after all is done."""
    kinds = [
        ("status", {"status": 503}, 503),
        ("status", {"status": 429, "code": 53}, 429),
        ("status", {"status": 429, "code": 53, "retryAfter": 7}, 429),
        ("html502", {}, 502),
        ("block-one-hour", {}, 403),
        ("token-expired", {}, 401),
        ("close-before-reply", {}, None),
    ]
    kinds += [("status", {"status": 504, "code": 69, "shape": shape}, 504) for shape in ("gateway", "backend", "apigee")]
    for number, (kind, more, status) in enumerate(kinds):
        for done in (False, True):
            reference = f"t{number}-{done}"
            box.fault(kind=kind, operationId="createOrder", done=done, **more)
            reply = box.call("POST", ORDER, order(reference))
            equal(reply and reply.status, status, f"{kind} {more}")
            equal(
                reply.headers["Retry-After"] if reply and "retryAfter" in more else None,
                str(more["retryAfter"]) if "retryAfter" in more else None,
                "Retry-After",
            )
            equal(box.evidence("createOrder", reference), [1, int(done)], f"{kind} {more} done={done}")
            equal(states(box, ORDER, reference), ["draft"] * done, "what is found")
    for kind in ("close-after-request", "error-with-200", "garbage", "wrong-type", "truncated"):
        box.fault(kind=kind, operationId="createOrder")
        box.call("POST", ORDER, order(kind))
        equal([box.evidence("createOrder", kind), states(box, ORDER, kind)], [[1, 1], ["draft"]], kind)
    box.fault(kind="close-after-request", reference="mine")
    equal([box.call("POST", ORDER, order("other")).status, box.call("POST", ORDER, order("mine"))], [201, None], "by reference")
    equal(box.evidence("createOrder", "mine"), [1, 1], "by reference")


@story
def expired_token(box):
    """A token that expires early is refused before anything is done."""
    box.switch(authorization=True)
    fetched = box.call(
        "GET", "/oauth/accesstoken?grant_type=client_credentials", Authorization="Basic c2FuZGJveC1rZXk6c2FuZGJveC1zZWNyZXQ="
    )
    equal(fetched and fetched.status, 200, "a token")
    bearer = {"Authorization": f"Bearer {fetched.body['accessToken']}"}
    box.fault(kind="token-expired", operationId="createOrder", after=1)
    for wanted in (201, 401, 401):
        equal(box.call("POST", ORDER, order("e"), **bearer).status, wanted, "creating an order")
    equal(box.evidence("createOrder", "e"), [3, 1], "evidence")


@story
def late(box):
    """The connection is closed, stalled or answered with an error now, and the request is carried out later."""
    for reply in ("lost", "stalled", "error", None):
        reference = f"l-{reply}"
        more = {} if reply is None else {"reply": reply, "status": 504, "code": 69}
        box.fault(kind="late", ms=300, operationId="createOrder", **more)
        if reply == "stalled":
            with socket.create_connection((box.host, box.port), 20) as client:
                client.sendall(box.raw("POST", ORDER, order(reference)))
                wait_for(lambda: box.counts("late") == 1, "the late request")
                equal(select.select([client], [], [], 0.05)[0], [], "silence")
        else:
            answer = box.call("POST", ORDER, order(reference))
            equal(answer and answer.status, 504 if reply == "error" else None, f"the client's view, {reply}")
        equal([box.evidence("createOrder", reference), states(box, ORDER, reference)], [[1, 0], []], "not yet")
        wait_for(lambda: box.counts("late") == 0, "the late request to be carried out")
        equal([box.evidence("createOrder", reference), states(box, ORDER, reference)], [[1, 1], ["draft"]], "then")
    box.fault(kind="late", ms=100, operationId="createOrder")
    box.call("POST", ORDER, order("twice"))
    create(box, "twice")
    wait_for(lambda: box.counts("late") == 0, "the late request to be carried out")
    equal([box.evidence("createOrder", "twice"), box.counts("acceptedTwice")], [[2, 2], 1], "sent again too early")
    box.fault(kind="late", ms=100, operationId="createOrder", done=True)
    create(box, "proxy")
    wait_for(lambda: box.counts("late") == 0, "the late request to be carried out")
    equal(box.evidence("createOrder", "proxy"), [1, 2], "repeated on the way")
    box.fault(kind="late", ms=100, operationId="createOrder")
    box.call("POST", ORDER, order("gone"))
    box.control("POST", "reset")
    equal(box.counts("late"), 0, "a reset forgets it")


@story
def invisible(box):
    """Accepted and answered, but look-ups do not show it for a time."""

    def hide(operation, **more):
        box.fault(kind="invisible", ms=400, operationId=operation, **more)

    hide("createOrder")
    identifier = create(box, "v1")
    equal([listed(box, ORDER, "v1"), box.call("GET", f"{ORDER}/{identifier}").status], [[], 404], "hidden")
    equal(box.evidence("createOrder", "v1"), [1, 1], "and accepted")
    equal(submit(box, ORDER, identifier, "vs1").status, 202, "it is there for who knows its id")
    wait_for(lambda: states(box, ORDER, "v1") == ["acknowledged"], "the order")
    hide("cancelOrder")
    equal([cancel(box, "ProductOrder", identifier).status, states(box, ORDER, "v1")], [201, ["acknowledged"]], "the old state")
    wait_for(lambda: states(box, ORDER, "v1") == ["cancelled"], "the new state")
    hide("createOrder", reply="lost")
    equal([box.call("POST", ORDER, order("v2")), listed(box, ORDER, "v2")], [None, []], "lost and hidden")
    equal(box.evidence("createOrder", "v2"), [1, 1], "and accepted")
    wait_for(lambda: states(box, ORDER, "v2") == ["draft"], "the order whose reply was lost")
    hide("createImportOrder", reply="error", status=504, code=69)
    equal([box.call("POST", IMPORT, import_order("v3", "01632960020")).status, listed(box, IMPORT, "v3")], [504, []], "import")
    wait_for(lambda: states(box, IMPORT, "v3") == ["draft"], "the import order")
    hide("reserveNumbers")
    equal(
        [
            box.call("POST", RESERVATION, reservation(named=["01632960040"])).status,
            "01632960040" in shown(box),
            box.call("GET", f"{RESERVATION}/700501").status,
        ],
        [200, False, 404],
        "numbers",
    )
    wait_for(lambda: "01632960040" in shown(box), "the number")
    hide("reserveNumbers")
    equal([box.call("POST", RESERVATION, reservation(named=["01632960040"])).status, "01632960040" in shown(box)], [200, True], "again")
    hide("releaseReservation")
    equal([box.call("DELETE", f"{RESERVATION}/700501").status, "01632960040" in shown(box)], [204, True], "released")
    wait_for(lambda: "01632960040" not in shown(box), "the number's end")
    hide("createOrder")
    hide("cancelOrder")
    cancel(box, "ProductOrder", create(box, "v6"))
    equal(listed(box, ORDER, "v6"), [], "a hidden change of a hidden order")
    wait_for(lambda: states(box, ORDER, "v6"), "the order")
    equal(states(box, ORDER, "v6"), ["cancelled"], "never a draft")
    hide("createOrder")
    create(box, "v4")
    box.control("POST", f"orders/{box.call('POST', ORDER, order('v5')).body['id']}", {"state": "held"})
    equal(states(box, ORDER, "v5"), ["held"], "a moved order is seen at once")


@story
def cut_replies(box):
    """Every byte position of a reply; the order is accepted each time."""

    def cut(position, reference):
        box.fault(kind="cut", at=position, operationId="createOrder")
        return box.send(box.raw("POST", ORDER, order(reference)))

    whole = cut(10**6, "k-all").decode()
    equal([whole.splitlines()[0], whole[-1]], ["HTTP/1.1 201 Created", "}"], "the whole reply")
    for position in range(len(whole) + 1):
        reference = f"k-{position:03}"
        equal(len(cut(position, reference)), position, f"bytes of a reply cut at {position}")
        equal(box.evidence("createOrder", reference), [1, 1], f"evidence of the cut at {position}")
    equal(box.call("POST", ORDER, order("after")).status, 201, "others go on")
    box.fault(kind="cut", at=30, operationId="submitOrder")
    equal(len(box.send(box.raw("POST", f"{ORDER}/00126001/submit", {"externalId": "ks"}))), 30, "a reply without a body")


@story
def cut_requests(box):
    """Every byte position of a request: the connection is closed unanswered, and nothing is received."""
    data = box.raw("POST", ORDER, order("never"))
    for position in range(len(data) + 2):
        box.fault(kind="cut-request", at=position, operationId="createOrder")
        equal(box.send(data), b"", f"cut at {position}")
    equal(box.evidence("createOrder", "never"), [0, 0], "nothing is received")
    if not all(fault["hits"] == 1 for fault in box.control("GET", "faults")):
        raise Failure("a cut did not strike")
    box.fault(kind="cut-request", at=len(data) - 50, operationId="createOrder")
    with socket.create_connection((box.host, box.port), 20) as client:
        client.sendall(data[:-60])
        equal(select.select([client], [], [], 0.1)[0], [], "not yet")
        client.sendall(data[-60:-40])
        try:
            equal(client.recv(1), b"", "closed")
        except ConnectionError:
            pass
    equal(create(box, "other"), "00126001", "others go on")
