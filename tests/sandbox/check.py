"""The sandbox itself: what it accepts, what it counts, and what goes wrong when asked to. Needs nothing but Python.

Usage: check.py SANDBOX [STORY...]     ORDERS in the environment changes the size of story `many`.

Each story runs twice: first with every call answered 503, where it must fail, then as it is meant.
"""
import json
import os
import select
import socket
import sys
import time

from checking import (ADDRESS, CUG, EVERYTHING_FAILS, Failure, IMPORT, NUMBERS, ORDER, ORDERING, QUALIFICATION, RESERVATION,
                      SCHEMAS, Sandbox, cancel, create, create_import, equal, import_order, listed, order, refused, reservation,
                      shown, states, submit, wait_for)

# --- stories ---

def orders(box):
    """Create, submit, read, list, amend, cancel; and what is refused because of the order's state."""
    reply = box.call("POST", ORDER, order("o1"))
    equal([reply.status, reply.body], [201, {"id": "00126001", "externalId": "o1", "state": "draft"}], "created")
    equal([o["id"] for o in listed(box, ORDER, "o1")], ["00126001"], "found by reference")
    reply = submit(box, ORDER, "00126001", "s1")
    equal([reply.status, reply.text], [202, ""], "submitted")
    equal(box.call("GET", f"{ORDER}/00126001").body["state"], "acknowledged", "state")
    refused(submit(box, ORDER, "00126001", "s1"), 409, "AlreadySubmitted", "submitted again")
    equal(box.evidence("submitOrder", "s1"), [2, 1], "evidence of submitting")
    reply = box.call("PATCH", f"{ORDER}/00126001", {"externalId": "a1", "requestedCompletionDate": "2027-01-01"})
    equal([reply.status, reply.body["requestedCompletionDate"]], [200, "2027-01-01"], "amended")
    moved = box.control("POST", "orders/00126001", {"state": "inProgress"})
    equal([moved["state"], states(box, ORDER, "o1")], ["inProgress", ["inProgress"]], "moved on")
    reply = cancel(box, "ProductOrder", "00126001")
    equal([reply.status, reply.body["state"], reply.body["productOrder"]],
          [201, "done", {"id": "00126001", "state": "cancelled"}], "cancelled")
    refused(cancel(box, "ProductOrder", "00126001"), 409, "AlreadyCancelled", "cancelled again")
    refused(cancel(box, "ProductOrder", "00125420"), 409, "OrderClosed", "a completed order")
    refused(submit(box, ORDER, "00999999", "s9"), 404, "60", "no such order")
    equal(box.evidence("cancelOrder", "00126001"), [2, 1], "evidence of cancelling")
    equal(len(box.call("GET", ORDER).body), 4, "the fixed orders and this one")
    equal(box.call("POST", "/sandbox/orders/00999999", {"state": "x"}).status, 404, "moving no order")
    equal(box.call("POST", "/sandbox/orders/00126001", {"colour": "x"}).status, 400, "moving it oddly")


def bodies(box):
    """What is wrong with a body has BT's code, and nothing is accepted."""
    wrong = [
        (ORDER, "", 21), (ORDER, "{", 22), (ORDER, {"productOrderItem": []}, 23), (ORDER, order("b", relatedParty=[]), 23),
        (ORDER, order("b", relatedParty=[{"id": "CUG1", "role": "BtCug"}]), 24), (ORDER, order("b", productOrderItem=[]), 24),
        (ORDER, order("b", productOrderItem=[{"id": str(i), "action": "add"} for i in range(201)]), 24),
        (ORDER, order("b", productOrderItem=[{"id": "1"}]), 23), (ORDER, order("x" * 101), 24), (ORDER, order(7), 24),
        (IMPORT, import_order("b", "01632960020", offering="WHCCompany"), 24), (IMPORT, import_order("b"), 23),
        (IMPORT, import_order("b", "12"), 24), (ADDRESS, {"postcode": "AB15 7XY", "city": "London"}, 23),
        (ADDRESS, "", 21), (ADDRESS, {"postcode": "AB15 7XY", "city": "L" * 51, "country": "UK"}, 24),
        (QUALIFICATION, {}, 23), (QUALIFICATION, {"productOfferingQualificationItem": []}, 24),
        (RESERVATION, reservation(), 23), (RESERVATION, reservation(101, servingExchangeId="ABDN"), 24),
        (RESERVATION, reservation(0, servingExchangeId="ABDN"), 24), (RESERVATION, reservation(1, numberString="1632"), 24),
        (RESERVATION, reservation(1, postCode="AB157XY"), 24), (RESERVATION, reservation(named=["12"]), 24),
        (RESERVATION, reservation(named=["01632960021"], postCode="AB15 7XY"), 24),
        (f"{ORDER}/00125421/submit", {}, 23), (f"{ORDERING}/cancelProductOrder", {"productOrder": {}}, 23),
        (f"{IMPORT}/00225501/activatePort", {"externalId": "b", "directoryNumbers": []}, 24),
        (f"{IMPORT}/00225501/activatePort", {"externalId": "b", "directoryNumbers": ["01632960299"]}, 24),
    ]
    for target, body, code in wrong:
        reply = box.call("POST", target, body)
        equal([reply.status, reply.code], [400, str(code)], f"{target} {json.dumps(body)[:200]}")
    taken = order("b")
    taken["productOrderItem"][0]["product"]["productCharacteristic"][1]["value"] = "taken.example"
    equal(box.call("POST", ORDER, taken).body["message"], "CompanyDomain is in use", "a domain in use")
    equal([box.counts("received"), box.counts("accepted")], [len(wrong) + 1, 0], "counts")


def imports(box):
    """An import order up to its activation; a number is on one open import order only."""
    first = create_import(box, "i1", "01632960020", "01632960021")
    equal([first, listed(box, IMPORT, "i1")[0]["portStatus"]], ["00226001", None], "created")
    refused(box.call("POST", IMPORT, import_order("i2", "1632960021")), 409, "NumberOnOpenImport", "the number again")
    activation = {"externalId": "p1", "directoryNumbers": ["01632960020"]}
    activate = lambda: box.call("POST", f"{IMPORT}/{first}/activatePort", activation)
    refused(activate(), 409, "PortNotAccepted", "activated as a draft")
    equal(submit(box, IMPORT, first, "si1").status, 202, "submitted")
    one = box.call("GET", f"{IMPORT}/{first}").body
    equal([one["state"], one["portStatus"]], ["acknowledged", "SUBMITTED"], "state")
    refused(submit(box, IMPORT, first, "si1"), 409, "AlreadySubmitted", "submitted again")
    box.control("POST", f"orders/{first}", {"state": "inProgress", "portStatus": "LCP_REJECTED"})
    reply = box.call("PATCH", f"{IMPORT}/{first}", {"externalId": "ai1", "requestedCompletionDate": "2026-01-06"})
    equal([reply.status, reply.body["portStatus"]], [200, "SUBMITTED"], "amended after a rejection")
    box.control("POST", f"orders/{first}", {"portStatus": "LCP_ACCEPTED", "portDate": "2999-01-01"})
    refused(activate(), 409, "PortDateNotReached", "activated too early")
    box.control("POST", f"orders/{first}", {"portDate": "2026-01-06"})
    equal([o["id"] for o in box.call("GET", f"{IMPORT}?portStatus=LCP_ACCEPTED&productOfferingId=HVMultiLineImport").body],
          ["00225501", first], "located")
    reply = activate()
    equal([reply.status, reply.body], [202, {"id": first, "state": "inProgress", "portStatus": "ACTIVATING"}], "activated")
    refused(activate(), 409, "AlreadyActive", "activated again")
    equal(box.evidence("activatePort", "p1"), [4, 1], "evidence of activating")
    refused(cancel(box, "ImportOrder", first), 409, "AlreadyActive", "cancelled too late")
    second = create_import(box, "i3", "01632960022")
    equal([cancel(box, "ImportOrder", second).status, listed(box, IMPORT, "i3")[0]["portStatus"]], [201, "CANCELLED"], "cancelled")
    create_import(box, "i4", "01632960022")
    ranged = import_order("i5")
    ranged["productOrderItem"][0]["product"]["productCharacteristic"] = [
        {"name": "RangeStart", "value": "01632960030"}, {"name": "RangeEnd", "value": "01632960032"}]
    equal(box.call("POST", IMPORT, ranged).status, 201, "a range")
    equal(listed(box, IMPORT, "i5")[0]["directoryNumbers"], ["01632960030", "01632960031", "01632960032"], "its numbers")
    box.switch(uniqueImportNumber=False)
    equal(create_import(box, "i5", "01632960030"), "00226005", "the same number, where BT does not look")
    equal(box.evidence("createImportOrder", "i5"), [2, 2], "evidence of importing")


def reservations(box):
    """Numbers are held by name, exchange, prefix and postcode, shown, found by their key, and released."""
    reserve = lambda *a, **b: box.call("POST", RESERVATION, reservation(*a, **b)).body
    held = reserve(named=["01632960021", "1632960022"])
    equal([held["reservationKey"], held["reservationStatus"]], [700501, "SUCCESS"], "named")
    equal(held["numbers"], [{"number": f"163296002{i}", "status": "RESERVED", "prefix": "1632"} for i in (1, 2)], "numbers")
    equal(reserve(named=["01632960021", "01632960022"])["reservationKey"], 700501, "the same again")
    equal(reserve(named=["01632960021"])["reservationStatus"], "FAILED", "a part of it")
    row = shown(box, source="NEW")["01632960021"]
    equal([row["status"], row["reservationKey"], row["prefix"]], ["RESERVED", 700501, "01632"], "shown")
    equal([n["number"] for n in reserve(2, servingExchangeId="ABDN", svxFlag="Y")["numbers"]], ["1632960400", "1632960401"], "exchange")
    equal([n["number"] for n in reserve(1, postCode="AB15 7XY")["numbers"]], ["1632960402"], "postcode")
    equal([n["number"] for n in reserve(2, numberString="020794604", contiguosFlag=True)["numbers"]],
          ["2079460400", "2079460401"], "prefix")
    equal(reserve(1, numberString="01999", exactFlag=True)["reservationStatus"], "FAILED", "a prefix without numbers")
    equal(reserve(1, numberString="01999", exactFlag=False)["reservationStatus"], "SUCCESS", "any prefix then")
    equal(reserve(1, servingExchangeId="NONE")["reservationStatus"], "FAILED", "an unknown exchange")
    equal(reserve(named=["01632960302"])["reservationStatus"], "FAILED", "an allocated number")
    equal(reserve(named=["02079470000"])["reservationStatus"], "FAILED", "an unknown number")
    equal(reserve(named=["01632960211"])["reservationStatus"], "FAILED", "a port that is not accepted")
    equal(reserve(named=["01632960210"])["reservationStatus"], "SUCCESS", "a port that is accepted")
    row = shown(box, source="PORTED")["01632960210"]
    equal([row["status"], row["portDate"]], ["RESERVED", "2027-03-09"], "the ported number")
    found = box.call("GET", f"{RESERVATION}/700501").body
    equal([found["numbers"], found["expiryDate"] is None], [held["numbers"], False], "found by its key")
    equal(box.call("GET", f"{RESERVATION}/PR-200").body["numbers"][0]["number"], "1632960200", "a fixed one")
    equal([box.call("DELETE", f"{RESERVATION}/700501").status, "01632960021" in shown(box)], [204, False], "released")
    equal(box.call("DELETE", f"{RESERVATION}/700501").status, 404, "released again")
    equal(box.call("GET", f"{RESERVATION}/700501").status, 404, "no longer found")
    equal(reserve(named=["01632960021"])["reservationStatus"], "SUCCESS", "free again")
    equal(box.evidence("releaseReservation", "700501"), [2, 1], "evidence of releasing")
    equal(box.evidence("reserveNumbers", "ABDN"), [1, 1], "evidence of reserving")
    equal(reserve(100, servingExchangeId="ABDN")["reservationStatus"], "SUCCESS", "the most")
    box.switch(reservationLifetime=0)
    box.call("POST", RESERVATION, reservation(named=["01632960025"]))
    equal("01632960025" in shown(box), False, "expired")


def companies_and_addresses(box):
    """Each call gives a new reference or key; a name in use is an answer."""
    def qualify(name, domain, **more):
        named = [{"name": "CompanyName", "value": name}, {"name": "CompanyDomain", "value": domain}]
        reply = box.call("POST", QUALIFICATION, {"productOfferingQualificationItem": [
            {"id": "1", "action": "add", "product": {"productCharacteristic": named}}], **more})
        equal(reply.status, 200, "qualified or not")
        item = reply.body["productOfferingQualificationItem"][0]
        return item["qualificationItemResult"], item["serviceReferenceId"]
    equal(qualify("Sample", "sample.example"), ("qualified", "SR-1001"), "the first")
    equal(qualify("Sample", "sample.example"), ("qualified", "SR-1002"), "again")
    equal(qualify("Taken Ltd", "sample.example"), ("unqualified", None), "a name in use")
    equal(qualify("Sample", "taken.example"), ("unqualified", None), "a domain in use")
    qualify("Sample", "sample.example", externalId="q1")
    equal(box.evidence("qualifyCompany", "Sample sample.example"), [2, 2], "evidence by name and domain")
    equal(box.evidence("qualifyCompany", "Taken Ltd sample.example"), [1, 0], "evidence of a name in use")
    equal(box.evidence("qualifyCompany", "q1"), [1, 1], "evidence by reference")
    for number in range(2):
        reply = box.call("POST", ADDRESS, {"postcode": "AB15 7XY", "city": "London", "country": "UK", "streetNr": "23"})
        equal([reply.status, reply.body], [201, {"id": f"X0500019264{7 + number}"}], "an address")
    equal(box.evidence("createAddress", "AB15 7XY 23 London"), [2, 2], "evidence of addresses")


def counts(box):
    """Received and accepted, each reference apart; accepted twice is seen; a reset forgets all."""
    for reference in ("c1", "c2", "c2"):
        create(box, reference)
    box.call("POST", ORDER, {"externalId": "c3"})
    box.call("POST", ORDER, "no json")
    rows = box.control("GET", "orders?operationId=createOrder")
    equal(rows, {"createOrder c1": {"received": 1, "accepted": 1}, "createOrder c2": {"received": 2, "accepted": 2},
                 "createOrder c3": {"received": 1, "accepted": 0}, "createOrder -": {"received": 1, "accepted": 0}}, "rows")
    equal(box.control("GET", "orders?reference=c1"), {"createOrder c1": {"received": 1, "accepted": 1}}, "one")
    equal(box.control("GET", "orders?twice=true"), {"createOrder c2": {"received": 2, "accepted": 2}}, "those twice")
    totals = [box.counts(name) for name in ("received", "accepted", "acceptedTwice", "referencesDropped")]
    equal(totals, [5, 3, 1, 0], "totals")
    equal(len(listed(box, ORDER, "c2")), 2, "both are found")
    box.control("POST", "reset")
    equal([box.control("GET", "orders"), box.counts("received"), listed(box, ORDER, "c1")], [{}, 0, []], "after a reset")
    equal(create(box, "c1"), "00126001", "ids begin again")


def magic(box):
    """A tracking value causes its error for every writing operation, and nothing is accepted."""
    calls = [("POST", ORDER, order("m")), ("PATCH", f"{ORDER}/00125421", {"externalId": "m"}),
             ("POST", f"{ORDER}/00125421/submit", {"externalId": "m"}),
             ("POST", f"{ORDERING}/cancelProductOrder", {"productOrder": {"id": "00125421"}}),
             ("POST", IMPORT, import_order("m", "01632960020")), ("PATCH", f"{IMPORT}/00225501", {"externalId": "m"}),
             ("POST", f"{IMPORT}/00225501/submit", {"externalId": "m"}),
             ("POST", f"{ORDERING}/cancelImportOrder", {"productOrder": {"id": "00225501"}}),
             ("POST", f"{IMPORT}/00225501/activatePort", {"externalId": "m", "directoryNumbers": ["01632960200"]}),
             ("POST", RESERVATION, reservation(named=["01632960021"])), ("DELETE", f"{RESERVATION}/700300", None),
             ("POST", QUALIFICATION, {"productOfferingQualificationItem": [{"id": "1", "action": "add", "product": {}}]}),
             ("POST", ADDRESS, {"postcode": "AB15 7XY", "city": "London", "country": "UK"})]
    for method, target, body in calls:
        for tracking, status in (("E00101", 500), ("E05301", 429), ("E04201", 401)):
            reply = box.call(method, target, body, APIGW_Tracking_Header=tracking)
            equal(reply and reply.status, status, f"{method} {target} with {tracking}")
    equal([box.counts("received"), box.counts("accepted")], [3 * len(calls), 0], "counts")


def trouble_before_and_after(box):
    """Each error comes before anything is done, and with `done` after all is done."""
    kinds = [("status", {"status": 503}, 503), ("status", {"status": 429, "code": 53}, 429),
             ("status", {"status": 429, "code": 53, "retryAfter": 7}, 429), ("html502", {}, 502), ("block-one-hour", {}, 403),
             ("token-expired", {}, 401), ("close-before-reply", {}, None)]
    kinds += [("status", {"status": 504, "code": 69, "shape": shape}, 504) for shape in ("gateway", "backend", "apigee")]
    for number, (kind, more, status) in enumerate(kinds):
        for done in (False, True):
            reference = f"t{number}-{done}"
            box.fault(kind=kind, operationId="createOrder", done=done, **more)
            reply = box.call("POST", ORDER, order(reference))
            equal(reply and reply.status, status, f"{kind} {more}")
            equal(reply.headers["Retry-After"] if reply and "retryAfter" in more else None,
                  str(more["retryAfter"]) if "retryAfter" in more else None, "Retry-After")
            equal(box.evidence("createOrder", reference), [1, int(done)], f"{kind} {more} done={done}")
            equal(states(box, ORDER, reference), ["draft"] * done, "what is found")
    for kind in ("close-after-request", "error-with-200", "garbage", "wrong-type", "truncated"):
        box.fault(kind=kind, operationId="createOrder")
        box.call("POST", ORDER, order(kind))
        equal([box.evidence("createOrder", kind), states(box, ORDER, kind)], [[1, 1], ["draft"]], kind)
    box.fault(kind="close-after-request", reference="mine")
    equal([box.call("POST", ORDER, order("other")).status, box.call("POST", ORDER, order("mine"))], [201, None], "by reference")
    equal(box.evidence("createOrder", "mine"), [1, 1], "by reference")


def expired_token(box):
    """A token that expires early is refused before anything is done."""
    box.switch(authorization=True)
    fetched = box.call("GET", "/oauth/accesstoken?grant_type=client_credentials",
                       Authorization="Basic c2FuZGJveC1rZXk6c2FuZGJveC1zZWNyZXQ=")
    equal(fetched and fetched.status, 200, "a token")
    bearer = {"Authorization": f"Bearer {fetched.body['accessToken']}"}
    box.fault(kind="token-expired", operationId="createOrder", after=1)
    for wanted in (201, 401, 401):
        equal(box.call("POST", ORDER, order("e"), **bearer).status, wanted, "creating an order")
    equal(box.evidence("createOrder", "e"), [3, 1], "evidence")


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


def invisible(box):
    """Accepted and answered, but look-ups do not show it for a time."""
    hide = lambda operation, **more: box.fault(kind="invisible", ms=400, operationId=operation, **more)
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
    equal([box.call("POST", RESERVATION, reservation(named=["01632960040"])).status, "01632960040" in shown(box),
           box.call("GET", f"{RESERVATION}/700501").status], [200, False, 404], "numbers")
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


def cut_requests(box):
    """Every byte position of a request: the connection is closed unanswered, and nothing is received."""
    data = box.raw("POST", ORDER, order("never"))
    for position in range(0, len(data) + 2):
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


def switches(box):
    """What BT may be like."""
    box.switch(uniqueReference=True)
    create(box, "w1")
    refused(box.call("POST", ORDER, order("w1")), 409, "DuplicateExternalId", "the same reference")
    equal(box.evidence("createOrder", "w1"), [2, 1], "evidence")
    change = {"externalId": "wa", "requestedCompletionDate": "2027-01-01"}
    equal(box.call("PATCH", f"{ORDER}/00125421", change).status, 200, "amended")
    refused(box.call("PATCH", f"{ORDER}/00125421", change), 409, "DuplicateExternalId", "amended again")
    box.switch(errorShape="gateway")
    equal(set(box.call("POST", ORDER, order("w1")).body), {"code", "message"}, "the gateway's shape")
    box.switch(errorShape="apigee")
    equal(set(box.call("POST", ORDER, order("w1")).body), {"fault"}, "Apigee's shape")
    box.switch(errorShape="known", uniqueReference=False, createReply="accepted")
    reply = box.call("POST", ORDER, order("w1"))
    equal([reply.status, reply.text, reply.headers["Content-Type"], len(listed(box, ORDER, "w1"))], [202, "", None, 2], "202")
    equal(box.call("POST", IMPORT, import_order("w2", "01632960020")).status, 202, "202 of an import order")
    box.switch(lookupByReference=False)
    refused(box.call("GET", f"{ORDER}?externalId=w1"), 400, "28", "orders by reference")
    refused(box.call("GET", f"{IMPORT}?externalId=w1"), 400, "28", "import orders by reference")
    equal(box.call("GET", f"{ORDER}?id=00126001").status, 200, "orders by id")
    box.switch(reservationKey="text")
    equal(box.call("POST", RESERVATION, reservation(named=["01632960021"])).body["reservationKey"], "R-700501", "key")
    box.switch(leadingZero="required")
    refused(box.call("POST", RESERVATION, reservation(named=["1632960022"])), 400, "24", "without a zero")
    refused(box.call("POST", IMPORT, import_order("w3", "1632960023")), 400, "24", "without a zero in an item")
    refused(box.call("GET", f"{NUMBERS}/portability?directoryNumber=1632960000&customerId={CUG}"), 400, "28", "in a query")
    box.switch(leadingZero="refused")
    refused(box.call("POST", RESERVATION, reservation(named=["01632960022"])), 400, "24", "with a zero")
    equal(box.call("POST", RESERVATION, reservation(named=["1632960022"])).status, 200, "without a zero")


CREATING = ("createOrder", "createImportOrder", "qualifyCompany", "createAddress", "reserveNumbers")  # need nothing that was there


def examples(box):
    """What the catalogue's examples send is accepted, and creating answers as they show."""
    sent = 0
    for path in sorted(SCHEMAS.glob("*/examples/*.json")):
        for call in json.loads(path.read_text())["calls"]:
            request, reply = call["request"], call.get("reply")
            if call["operationId"] not in CREATING or reply and reply["status"] >= 400:
                continue  # what BT refuses there it may well accept here
            got = box.call(request["method"], request["target"], request["body"])
            equal(got.status in (200, 201), True, f"{path.name}: {call['operationId']} {got.text}")
            if reply and reply["status"] == 201 and got.body.get("reservationStatus") != "FAILED":
                equal(sorted(set(reply["body"]) - set(got.body)), [], f"{path}: members that the reply lacks")
            sent += 1
        if sent > 0:
            box.control("POST", "reset")
    equal(sent > 10, True, "there are examples")


def many(box):
    """Look-ups and counts stay quick."""
    total = int(os.environ.get("ORDERS", 5000))
    began = time.monotonic()
    for number in range(total):
        create(box, f"n{number}")
    created = time.monotonic()
    for number in range(0, total, 10):
        equal(len(listed(box, ORDER, f"n{number}")), 1, "found")
    looked = time.monotonic()
    equal([box.counts("accepted"), box.counts("acceptedTwice")], [total, 0], "accepted")
    print(f"       {total} orders: {1e6 * (created - began) / total:.0f} us each, look-up "
          f"{1e6 * (looked - created) / (total / 10):.0f} us, counts {1e3 * (time.monotonic() - looked):.1f} ms")


STORIES = [orders, bodies, imports, reservations, companies_and_addresses, counts, magic, trouble_before_and_after,
           expired_token, late, invisible, cut_replies, cut_requests, switches, examples, many]


def fresh(box, start):
    """The sandbox as after its start, without the headers that most stories leave out."""
    box.hang_up()
    box.control("POST", "switches", {**start, "authorization": False, "tracking": False})
    box.control("POST", "reset")


def can_fail(box, story):
    """A story that cannot fail tells nothing."""
    box.fault(**EVERYTHING_FAILS)
    try:
        story(box)
    except Exception:
        return True
    return False


def main():
    program = sys.argv[1].split()
    wanted = sys.argv[2:]
    box = Sandbox(program)
    start = box.control("GET", "switches")
    passed = failed = 0
    for story in STORIES:
        if wanted and story.__name__ not in wanted:
            continue
        try:
            fresh(box, start)
            equal(can_fail(box, story), True, "it can fail")
            fresh(box, start)
            story(box)
            passed += 1
            print(f"ok     {story.__name__}", flush=True)
        except Exception as why:
            failed += 1
            print(f"FAILED {story.__name__}: {type(why).__name__} {why}", flush=True)
    if box.stop() != 0:
        failed += 1
        print("FAILED the sandbox did not end well")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
