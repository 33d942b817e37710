"""What becomes of orders and ports by themselves, by the sandbox's clock."""

import datetime

from checking import (
    IMPORT,
    NUMBERS,
    ORDER,
    QUALIFICATION,
    RESERVATION,
    cancel,
    create_import,
    equal,
    expect,
    import_order,
    listed,
    order,
    refused,
    reservation,
    story,
    submit,
    told,
    words,
)

START = datetime.datetime(2031, 3, 3, 9, tzinfo=datetime.UTC)  # a Monday
HOUR = 1 / 24


def begin(box):
    box.clock(to=START.isoformat())


def to_the_end(box):
    """Asked in one go: the clock runs on, so what was about to happen may have happened when it is asked for."""
    while "error" not in box.control("POST", "clock", {"next": True}):
        pass


def days(text):
    return (datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) - START) / datetime.timedelta(days=1)


def course(box, reference):
    """When, in days and hours from the start, and what was told."""
    rows = []
    for event in told(box, reference=reference):
        whole, part = divmod(round(days(event["at"]) * 24), 24)
        rows.append((f"{whole}d{part}h", *[word for word in words(event["body"])[1:] if word]))
    return rows


def placed(box, reference, name, **more):
    reply = box.call("POST", ORDER, order(reference, name, **more))
    equal(reply and reply.status, 201, "creating an order")
    equal(submit(box, ORDER, reply.body["id"], f"s-{reference}").status, 202, "submitting")
    return reply.body["id"]


def imported(box, reference, number, date="2031-03-17"):
    body = import_order(reference, number, offering="HVSingleLineImport")
    reply = box.call("POST", IMPORT, {**body, "requestedCompletionDate": date})
    equal(reply and reply.status, 201, "creating an import order")
    equal(submit(box, IMPORT, reply.body["id"], f"s-{reference}").status, 202, "submitting")
    return reply.body["id"]


def activate(box, identifier, number, reference="a"):
    return box.call("POST", f"{IMPORT}/{identifier}/activatePort", {"externalId": reference, "directoryNumbers": [number]})


ACKNOWLEDGED, UNDER_WAY = ("0d0h", "acknowledged"), ("0d1h", "inProgress")


@story
def lives_of_orders(box):
    """The first word of the company's or the first site's name says what becomes of the order."""
    begin(box)
    lives = {
        "Sample": [UNDER_WAY, ("3d1h", "completed")],
        "REJECTED": [("0d1h", "rejected")],
        "Cancelled": [UNDER_WAY, ("2d1h", "cancelled")],
        "Failed": [UNDER_WAY, ("3d1h", "failed")],
        "Partial": [UNDER_WAY, ("3d1h", "partial")],
        "Slow": [UNDER_WAY, ("45d1h", "completed")],
        "Held": [UNDER_WAY, ("1d1h", "held"), ("6d1h", "inProgress"), ("7d1h", "completed")],
        "Surveyed": [UNDER_WAY, ("1d1h", "awaitingSurvey"), ("3d1h", "completed")],
        "Stuck": [UNDER_WAY],
    }
    for word in lives:
        placed(box, word, f"{word} Bakery")
    placed(box, "silent", "Silent Bakery")
    equal(box.clock()["next"]["what"], "order 00126001: inProgress", "what is next")
    to_the_end(box)
    for word, rows in lives.items():
        equal(course(box, word), [ACKNOWLEDGED, *rows], word)
        equal(listed(box, ORDER, word)[0]["state"], rows[-1][1], f"{word}, as it is read")
    equal([told(box, reference="silent"), listed(box, ORDER, "silent")[0]["state"]], [[], "completed"], "silent")
    done = listed(box, ORDER, "Sample")[0]
    equal([days(done["completionDate"]) * 24, days(done["orderDate"])], [73, 0], "its dates")
    event = told(box, reference="Failed")[-1]["body"]["event"]["productOrder"]
    equal([event["errorMessage"][0]["code"], listed(box, ORDER, "Failed")[0]["errorMessage"]], ["91", event["errorMessage"]], "why")


@story
def lives_that_people_change(box):
    """A site's name counts, too; what is moved by hand, or cancelled, does not go on by itself; a jump leaves nothing out."""
    begin(box)
    site = {"productOffering": {"id": "WHCSite"}, "productCharacteristic": [{"name": "SiteName", "value": "Rejected Annexe"}]}
    company = {"productOffering": {"id": "WHCCompany"}}
    items = [{"id": "C", "action": "noChange", "product": company, "productOrderItem": [{"id": "S1", "action": "add", "product": site}]}]
    placed(box, "site", "", productOrderItem=items)
    moved, gone = placed(box, "moved", "Bakery"), placed(box, "gone", "Bakery")
    placed(box, "late", "Bakery")
    box.control("POST", f"orders/{moved}", {"state": "held"})
    equal(cancel(box, "ProductOrder", gone).status, 201, "cancelling")
    box.call("POST", ORDER, order("draft"))
    box.clock(to=(START + datetime.timedelta(days=100)).isoformat())
    equal(course(box, "site"), [ACKNOWLEDGED, ("0d1h", "rejected")], "by its site")
    equal(course(box, "moved"), [ACKNOWLEDGED, ("0d0h", "held")], "moved by hand")
    equal(course(box, "gone"), [ACKNOWLEDGED, ("0d0h", "cancelled")], "cancelled")
    equal(course(box, "late"), [ACKNOWLEDGED, UNDER_WAY, ("3d1h", "completed")], "one jump")
    equal([told(box, reference="draft"), box.clock()["next"]], [[], None], "a draft has no life")
    box.clock(to=START.isoformat())
    equal(len(course(box, "late")), 3, "set back")


SUBMITTED, ACCEPTED, SCHEDULED = (
    ("0d0h", "acknowledged", "SUBMITTED"),
    ("1d0h", "inProgress", "LCP_ACCEPTED"),
    ("2d0h", "inProgress", "SCHEDULED"),
)


def codes(box, reference):
    errors = [event["body"]["event"]["productOrder"].get("errorMessage") for event in told(box, reference=reference)]
    return [each[0]["code"] if each else None for each in errors]


@story
def lives_of_ports(box):
    """Accepted after a day with a date, scheduled a day later; on its day it is activated and done two hours later."""
    begin(box)
    identifier = imported(box, "usual", "01632960020")
    to_the_end(box)
    equal(course(box, "usual"), [SUBMITTED, ACCEPTED, SCHEDULED], "until its day")
    equal([e["body"]["event"]["productOrder"].get("portDate") for e in told(box)], [None, "2031-03-17", "2031-03-17"], "the date")
    equal(listed(box, IMPORT, "usual")[0]["portDate"], "2031-03-17", "as it is read")
    refused(activate(box, identifier, "01632960020"), 409, "PortDateNotReached", "too early")
    box.clock(to="2031-03-17T10:00:00Z")
    equal(activate(box, identifier, "01632960020").status, 202, "activating")
    to_the_end(box)
    end = [("14d1h", "inProgress", "ACTIVATING"), ("14d3h", "completed", "ACTIVATED")]
    equal(course(box, "usual"), [SUBMITTED, ACCEPTED, SCHEDULED, *end], "to its end")
    equal(listed(box, IMPORT, "usual")[0]["completionDate"], "2031-03-17T12:00:00Z", "when")
    for wish, wanted in (("2031-03-18", "2031-03-25"), ("2031-03-20", "2031-03-20"), ("soon", "2031-03-25"), ("2031-03-22", "2031-03-22")):
        imported(box, wish, "01632960021", wish)
        to_the_end(box)
        box.clock(to="2031-03-17T12:00:00Z")
        equal(listed(box, IMPORT, wish)[0]["portDate"], wanted, f"{wish} is asked for")
        cancel(box, "ImportOrder", listed(box, IMPORT, wish)[0]["id"])
    box.clock(to="2031-03-14T12:00:00Z")
    imported(box, "friday", "01632960022", "2031-03-14")
    to_the_end(box)
    equal(listed(box, IMPORT, "friday")[0]["portDate"], "2031-03-24", "not on a weekend")


@story
def ports_that_are_refused(box):
    """The losing provider's codes, once or twice; an amended order is looked at again."""
    begin(box)
    for ending, wanted in (("230", ["06"]), ("231", ["25"]), ("232", ["26"]), ("233", ["06", "25"])):
        identifier = imported(box, ending, f"01632960{ending}")
        for number, code in enumerate(wanted):
            to_the_end(box)
            one = listed(box, IMPORT, ending)[0]
            equal([one["state"], one["portStatus"], one["portDate"]], ["inProgress", "LCP_REJECTED", None], ending)
            equal([codes(box, ending)[-1], one["errorMessage"][0]["code"]], [code, code], "the code")
            equal(box.call("PATCH", f"{IMPORT}/{identifier}", {"externalId": f"am{ending}{number}"}).status, 200, "amending")
            equal([words(told(box, reference=ending)[-1]["body"])[2], codes(box, ending)[-1]], ["SUBMITTED", None], "again")
        to_the_end(box)
        equal([words(e["body"])[2] for e in told(box, reference=ending)][-2:], ["LCP_ACCEPTED", "SCHEDULED"], "accepted")
        begin(box)
    expect(told(box, reference="232")[1]["body"]["event"]["productOrder"]["errorMessage"][0]["reason"], "no reason")


@story
def ports_that_go_wrong(box):
    """Moved, cancelled, silent, unanswered, failed, partial, stuck, turned down: by the last digits of the first number."""
    begin(box)
    moved = ("inProgress", "SCHEDULED")
    before = {
        "240": [ACCEPTED, SCHEDULED, ("3d0h", *moved)],
        "241": [ACCEPTED, SCHEDULED, ("13d3h", *moved)],
        "250": [("1d0h", "cancelled", "CANCELLED")],
        "251": [ACCEPTED, SCHEDULED, ("13d3h", "cancelled", "CANCELLED")],
        "261": [],
        "280": [("0d1h", "rejected", "SUBMITTED")],
    }
    for ending in [*before, "260", "270", "271", "272"]:
        imported(box, ending, f"01632960{ending}")
    to_the_end(box)
    for ending, rows in before.items():
        equal(course(box, ending), [SUBMITTED, *rows], ending)
    for ending in ("240", "241"):
        equal(listed(box, IMPORT, ending)[0]["portDate"], "2031-03-24", f"{ending}: a week later")
        equal(told(box, reference=ending)[-1]["body"]["event"]["productOrder"]["portDate"], "2031-03-24", "and told")
    equal(codes(box, "280")[-1], "24", "BT's code")
    box.clock(to="2031-03-17T10:00:00Z")
    for ending in ("240", "260", "270", "271", "272"):
        reply = activate(box, listed(box, IMPORT, ending)[0]["id"], f"01632960{ending}")
        equal(reply.status, 409 if ending == "240" else 202, f"activating {ending}")
    to_the_end(box)
    ends = [[listed(box, IMPORT, e)[0][m] for m in ("state", "portStatus")] for e in ("260", "270", "271", "272")]
    active = ["inProgress", "ACTIVATING"]
    equal(ends, [["completed", "ACTIVATED"], ["failed", "FAILED"], ["partial", "ACTIVATING"], active], "after the activation")
    equal([told(box, reference="260"), codes(box, "270")[-1]], [[], "90"], "silent, failed")


@story
def orders_with_ported_numbers(box):
    """They are completed an hour after the port, unless they are early; whichever comes first."""
    begin(box)
    port = imported(box, "p", "01632960020")

    def with_port(identifier):
        items = order("x")["productOrderItem"]
        named = [{"name": "ImportOrderId", "value": identifier}]
        product = {"productOffering": {"id": "WHCPortednumber"}, "productCharacteristic": named}
        items[0]["productOrderItem"] = [{"id": "NP", "action": "add", "product": product}]
        return items

    placed(box, "waits", "", productOrderItem=with_port(port))
    early = with_port(port)
    early[0]["product"]["productCharacteristic"][0]["value"] = "Early Bakery"
    placed(box, "early", "", productOrderItem=early)
    to_the_end(box)
    equal([course(box, "waits")[-1], course(box, "early")[-1]], [UNDER_WAY, ("3d1h", "completed")], "before the port")
    box.clock(to="2031-03-17T10:00:00Z")
    equal(activate(box, port, "01632960020").status, 202, "activating")
    box.clock(next=True)
    equal([course(box, "p")[-1], course(box, "waits")[-1]], [("14d3h", "completed", "ACTIVATED"), UNDER_WAY], "the port first")
    box.clock(next=True)
    equal(course(box, "waits")[-1], ("14d4h", "completed"), "the order then")
    placed(box, "after", "", productOrderItem=with_port(port))
    to_the_end(box)
    equal(course(box, "after")[-1], ("14d6h", "completed"), "ordered after the port")
    placed(box, "nowhere", "", productOrderItem=with_port("00999999"))
    to_the_end(box)
    equal(course(box, "nowhere")[-1][1], "inProgress", "a port that nobody knows")


@story
def activations(box):
    """Each number's activations: how many came, which of them were too many or too early."""
    begin(box)
    number = "01632960020"
    identifier = imported(box, "n", number)

    def count():
        row = box.control("GET", "activations")[number]
        return [row[name] for name in ("received", "accepted", "again", "beforeAcceptance", "beforeDate")]

    refused(activate(box, identifier, "1632960020"), 409, "PortNotAccepted", "not accepted")
    equal(count(), [1, 0, 0, 1, 0], "before the acceptance")
    to_the_end(box)
    refused(activate(box, identifier, number), 409, "PortDateNotReached", "too early")
    equal(count(), [2, 0, 0, 1, 1], "before the date")
    box.clock(to="2031-03-17T10:00:00Z")
    equal(activate(box, identifier, number).status, 202, "activating")
    refused(activate(box, identifier, number), 409, "AlreadyActive", "again")
    equal(count(), [4, 1, 1, 1, 1], "active")
    box.fault(kind="status", operationId="activatePort")
    equal(activate(box, "00999999", number).status, 503, "never there")
    refused(activate(box, "00999999", number), 404, "60", "no such order")
    equal(count(), [5, 1, 1, 1, 1], "the one that came")
    box.clock(to="2031-03-18T10:00:00Z")
    box.control("POST", "orders/00225501", {"portDate": "2031-03-01"})
    equal(activate(box, "00225501", "01632960200").status, 202, "one that was there before")
    to_the_end(box)
    equal(box.call("GET", f"{IMPORT}/00225501").body["portStatus"], "ACTIVATED", "it is done, too")
    box.control("POST", "reset")
    equal(box.control("GET", "activations"), {}, "after a reset")


@story
def numbers_of_a_reference(box):
    """What is held under a service reference is found by it, and by no other; one that was given out and holds nothing is known."""
    company = order("q")["productOrderItem"][0]
    body = {"relatedParty": [], "productOfferingQualificationItem": [company]}
    reply = box.call("POST", QUALIFICATION, body)
    equal(reply and reply.status, 200, "qualifying")
    reference = reply.body["productOfferingQualificationItem"][0]["serviceReferenceId"]

    def found():
        reply = box.call("GET", f"{NUMBERS}?companyServiceId={reference}")
        return [reply.status, reply.headers["X-Total-Count"], [row["number"] for row in reply.body]]

    equal(found(), [200, "0", []], "nothing yet")
    refused(box.call("GET", f"{NUMBERS}?companyServiceId=SR-1002"), 404, "60", "not given out")
    box.call("POST", RESERVATION, reservation(named=["01632960041"]))
    held = box.call("POST", RESERVATION, {**reservation(named=["01632960040"]), "serviceReferenceId": reference}).body
    equal(found(), [200, "1", ["01632960040"]], "held")
    box.call("DELETE", f"{RESERVATION}/{held['reservationKey']}")
    equal(found(), [200, "0", []], "released")
    create_import(box, "no-life-yet", "01632960042")
    equal(box.clock()["next"], None, "a draft")
