"""What the sandbox does as BT's APIs do it."""

import json
import os
import time

from checking import (
    ADDRESS,
    CUG,
    IMPORT,
    NUMBERS,
    ORDER,
    ORDERING,
    QUALIFICATION,
    RESERVATION,
    SCHEMAS,
    cancel,
    create,
    create_import,
    equal,
    import_order,
    listed,
    order,
    refused,
    reservation,
    shown,
    states,
    story,
    submit,
)


@story
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
    equal(
        [reply.status, reply.body["state"], reply.body["productOrder"]],
        [201, "done", {"id": "00126001", "state": "cancelled"}],
        "cancelled",
    )
    refused(cancel(box, "ProductOrder", "00126001"), 409, "AlreadyCancelled", "cancelled again")
    refused(cancel(box, "ProductOrder", "00125420"), 409, "OrderClosed", "a completed order")
    refused(submit(box, ORDER, "00999999", "s9"), 404, "60", "no such order")
    equal(box.evidence("cancelOrder", "00126001"), [2, 1], "evidence of cancelling")
    equal(len(box.call("GET", ORDER).body), 4, "the fixed orders and this one")
    equal(box.call("POST", "/sandbox/orders/00999999", {"state": "x"}).status, 404, "moving no order")
    equal(box.call("POST", "/sandbox/orders/00126001", {"colour": "x"}).status, 400, "moving it oddly")


@story
def bodies(box):
    """What is wrong with a body has BT's code, and nothing is accepted."""
    wrong = [
        (ORDER, "", 21),
        (ORDER, "{", 22),
        (ORDER, {"productOrderItem": []}, 23),
        (ORDER, order("b", relatedParty=[]), 23),
        (ORDER, order("b", relatedParty=[{"id": "CUG1", "role": "BtCug"}]), 24),
        (ORDER, order("b", productOrderItem=[]), 24),
        (ORDER, order("b", productOrderItem=[{"id": str(i), "action": "add"} for i in range(201)]), 24),
        (ORDER, order("b", productOrderItem=[{"id": "1"}]), 23),
        (ORDER, order("x" * 101), 24),
        (ORDER, order(7), 24),
        (IMPORT, import_order("b", "01632960020", offering="WHCCompany"), 24),
        (IMPORT, import_order("b"), 23),
        (IMPORT, import_order("b", "12"), 24),
        (ADDRESS, {"postcode": "AB15 7XY", "city": "London"}, 23),
        (ADDRESS, "", 21),
        (ADDRESS, {"postcode": "AB15 7XY", "city": "L" * 51, "country": "UK"}, 24),
        (QUALIFICATION, {}, 23),
        (QUALIFICATION, {"productOfferingQualificationItem": []}, 24),
        (RESERVATION, reservation(), 23),
        (RESERVATION, reservation(101, servingExchangeId="ABDN"), 24),
        (RESERVATION, reservation(0, servingExchangeId="ABDN"), 24),
        (RESERVATION, reservation(1, numberString="1632"), 24),
        (RESERVATION, reservation(1, postCode="AB157XY"), 24),
        (RESERVATION, reservation(named=["12"]), 24),
        (RESERVATION, reservation(named=["01632960021"], postCode="AB15 7XY"), 24),
        (f"{ORDER}/00125421/submit", {}, 23),
        (f"{ORDERING}/cancelProductOrder", {"productOrder": {}}, 23),
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


@story
def imports(box):
    """An import order up to its activation; a number is on one open import order only."""
    first = create_import(box, "i1", "01632960020", "01632960021")
    equal([first, listed(box, IMPORT, "i1")[0]["portStatus"]], ["00226001", None], "created")
    refused(box.call("POST", IMPORT, import_order("i2", "1632960021")), 409, "NumberOnOpenImport", "the number again")
    activation = {"externalId": "p1", "directoryNumbers": ["01632960020"]}

    def activate():
        return box.call("POST", f"{IMPORT}/{first}/activatePort", activation)

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
    equal(
        [o["id"] for o in box.call("GET", f"{IMPORT}?portStatus=LCP_ACCEPTED&productOfferingId=HVMultiLineImport").body],
        ["00225501", first],
        "located",
    )
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
        {"name": "RangeStart", "value": "01632960030"},
        {"name": "RangeEnd", "value": "01632960032"},
    ]
    equal(box.call("POST", IMPORT, ranged).status, 201, "a range")
    equal(listed(box, IMPORT, "i5")[0]["directoryNumbers"], ["01632960030", "01632960031", "01632960032"], "its numbers")
    box.switch(uniqueImportNumber=False)
    equal(create_import(box, "i5", "01632960030"), "00226005", "the same number, where BT does not look")
    equal(box.evidence("createImportOrder", "i5"), [2, 2], "evidence of importing")


@story
def reservations(box):
    """Numbers are held by name, exchange, prefix and postcode, shown, found by their key, and released."""

    def reserve(*a, **b):
        return box.call("POST", RESERVATION, reservation(*a, **b)).body

    held = reserve(named=["01632960021", "1632960022"])
    equal([held["reservationKey"], held["reservationStatus"]], [700501, "SUCCESS"], "named")
    equal(held["numbers"], [{"number": f"163296002{i}", "status": "RESERVED", "prefix": "1632"} for i in (1, 2)], "numbers")
    equal(reserve(named=["01632960021", "01632960022"])["reservationKey"], 700501, "the same again")
    equal(reserve(named=["01632960021"])["reservationStatus"], "FAILED", "a part of it")
    row = shown(box, source="NEW")["01632960021"]
    equal([row["status"], row["reservationKey"], row["prefix"]], ["RESERVED", 700501, "01632"], "shown")
    equal([n["number"] for n in reserve(2, servingExchangeId="ABDN", svxFlag="Y")["numbers"]], ["1632960400", "1632960401"], "exchange")
    equal([n["number"] for n in reserve(1, postCode="AB15 7XY")["numbers"]], ["1632960402"], "postcode")
    equal(
        [n["number"] for n in reserve(2, numberString="020794604", contiguosFlag=True)["numbers"]], ["2079460400", "2079460401"], "prefix"
    )
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


@story
def companies_and_addresses(box):
    """Each call gives a new reference or key; a name in use is an answer."""

    def qualify(name, domain, **more):
        named = [{"name": "CompanyName", "value": name}, {"name": "CompanyDomain", "value": domain}]
        reply = box.call(
            "POST",
            QUALIFICATION,
            {"productOfferingQualificationItem": [{"id": "1", "action": "add", "product": {"productCharacteristic": named}}], **more},
        )
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


@story
def counts(box):
    """Received and accepted, each reference apart; accepted twice is seen; a reset forgets all."""
    for reference in ("c1", "c2", "c2"):
        create(box, reference)
    box.call("POST", ORDER, {"externalId": "c3"})
    box.call("POST", ORDER, "no json")
    rows = box.control("GET", "orders?operationId=createOrder")
    equal(
        rows,
        {
            "createOrder c1": {"received": 1, "accepted": 1},
            "createOrder c2": {"received": 2, "accepted": 2},
            "createOrder c3": {"received": 1, "accepted": 0},
            "createOrder -": {"received": 1, "accepted": 0},
        },
        "rows",
    )
    equal(box.control("GET", "orders?reference=c1"), {"createOrder c1": {"received": 1, "accepted": 1}}, "one")
    equal(box.control("GET", "orders?twice=true"), {"createOrder c2": {"received": 2, "accepted": 2}}, "those twice")
    totals = [box.counts(name) for name in ("received", "accepted", "acceptedTwice", "referencesDropped")]
    equal(totals, [5, 3, 1, 0], "totals")
    equal(len(listed(box, ORDER, "c2")), 2, "both are found")
    box.control("POST", "reset")
    equal([box.control("GET", "orders"), box.counts("received"), listed(box, ORDER, "c1")], [{}, 0, []], "after a reset")
    equal(create(box, "c1"), "00126001", "ids begin again")


@story
def magic(box):
    """A tracking value causes its error for every writing operation, and nothing is accepted."""
    calls = [
        ("POST", ORDER, order("m")),
        ("PATCH", f"{ORDER}/00125421", {"externalId": "m"}),
        ("POST", f"{ORDER}/00125421/submit", {"externalId": "m"}),
        ("POST", f"{ORDERING}/cancelProductOrder", {"productOrder": {"id": "00125421"}}),
        ("POST", IMPORT, import_order("m", "01632960020")),
        ("PATCH", f"{IMPORT}/00225501", {"externalId": "m"}),
        ("POST", f"{IMPORT}/00225501/submit", {"externalId": "m"}),
        ("POST", f"{ORDERING}/cancelImportOrder", {"productOrder": {"id": "00225501"}}),
        ("POST", f"{IMPORT}/00225501/activatePort", {"externalId": "m", "directoryNumbers": ["01632960200"]}),
        ("POST", RESERVATION, reservation(named=["01632960021"])),
        ("DELETE", f"{RESERVATION}/700300", None),
        ("POST", QUALIFICATION, {"productOfferingQualificationItem": [{"id": "1", "action": "add", "product": {}}]}),
        ("POST", ADDRESS, {"postcode": "AB15 7XY", "city": "London", "country": "UK"}),
    ]
    for method, target, body in calls:
        for tracking, status in (("E00101", 500), ("E05301", 429), ("E04201", 401)):
            reply = box.call(method, target, body, APIGW_Tracking_Header=tracking)
            equal(reply and reply.status, status, f"{method} {target} with {tracking}")
    equal([box.counts("received"), box.counts("accepted")], [3 * len(calls), 0], "counts")


@story
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


@story
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


@story
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
    print(
        f"       {total} orders: {1e6 * (created - began) / total:.0f} us each, look-up "
        f"{1e6 * (looked - created) / (total / 10):.0f} us, counts {1e3 * (time.monotonic() - looked):.1f} ms"
    )
