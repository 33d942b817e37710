"""Notifications that are not as they should be, when asked to."""

import contextlib
import datetime
import select
import socket

from checking import IMPORT, ORDER, create, create_import, equal, order, story, submit, told, wait_for, words
from listening import Listener, listen


@contextlib.contextmanager
def listening(box):
    listener = Listener()
    try:
        listen(box, listener)
        yield listener
    finally:
        listener.stop()


def submitted(box, reference, base=ORDER, number=None):
    identifier = create(box, reference) if number is None else create_import(box, reference, number)
    equal(submit(box, base, identifier, f"s-{reference}").status, 202, "submitting")
    return identifier


def fates(box, **query):
    return [event["fate"] for event in told(box, **query)]


def settled(box):
    """All that is told; nothing is under way."""
    wait_for(lambda: "posting" not in fates(box), "the posts")
    return told(box)


def orders_of(listener):
    return [event["event"]["productOrder"] for event in listener.events]


@story
def without_reference_or_state(box):
    """BT's id is all there is; or the state stands on the items only, as in one copy of BT's page."""
    with listening(box) as listener:
        box.fault(kind="event-no-reference", reference="n1")
        box.fault(kind="event-no-state", reference="n2", times=2)
        first, second = submitted(box, "n1"), submitted(box, "n2")
        box.control("POST", f"orders/{second}", {"state": "inProgress"})
        equal([event["faults"] for event in settled(box)], [["event-no-reference"], *[["event-no-state"]] * 2], "faults")
        one, two, three = orders_of(listener)
        equal([one["id"], "externalId" in one, one["state"]], [first, False, "acknowledged"], "without a reference")
        equal([two["externalId"], "state" in two, two["productOrderItem"][0]["state"]], ["n2", False, "acknowledged"], "without a state")
        item = three["productOrderItem"][0]
        equal([item[name] for name in ("id", "action", "subStatus")], ["C", "add", "In Progress"], "its item")
        equal([told(box, reference="n1")[0]["reference"], [f["hits"] for f in box.control("GET", "faults")]], ["n1", [1, 2]], "counted")


@story
def rejection_by_create_event(box):
    """BT's pages tell a rejection as a create event."""
    with listening(box) as listener:
        box.fault(kind="event-create", state="rejected")
        identifier = submitted(box, "c1")
        box.control("POST", f"orders/{identifier}", {"state": "inProgress"})
        box.control("POST", f"orders/{identifier}", {"state": "rejected"})
        settled(box)
        equal(
            [words(event)[:2] for event in listener.events],
            [["Create", "acknowledged"], ["StateChange", "inProgress"], ["Create", "rejected"]],
            "types",
        )


@story
def before_the_reply(box):
    """The event of a request is answered before the request is; unless nobody listens."""
    with listening(box) as listener:
        box.fault(kind="event-early", times=-1)
        identifier = create(box, "b1")
        listener.hold(True)
        with socket.create_connection((box.host, box.port), 20) as client:
            client.sendall(box.raw("POST", f"{ORDER}/{identifier}/submit", {"externalId": "s"}))
            wait_for(lambda: box.counts("events")["waiting"] == 1, "the event to be posted")
            equal([select.select([client], [], [], 0.1)[0], listener.events], [[], []], "no reply yet")
            listener.hold(False)
            wait_for(lambda: select.select([client], [], [], 0.1)[0], "the reply")
            equal([client.recv(12), words(listener.events[0])[1]], [b"HTTP/1.1 202", "acknowledged"], "the event first")
        box.fault(kind="close-after-request", operationId="submitOrder")
        equal([submit(box, ORDER, create(box, "b2"), "s2"), len(listener.events)], [None, 2], "and no reply at all")
        box.switch(createReply="accepted")
        equal(box.call("POST", ORDER, order("b3")).status, 202, "accepted")
        equal([words(event)[1] for event in listener.events], ["acknowledged", "acknowledged", "draft"], "its id, before")
        listener.answers = [503]
        box.switch(createReply="created")
        equal(
            [submit(box, ORDER, create(box, "b4"), "s4").status, fates(box, reference="b4")],
            [202, ["waiting"]],
            "a listener that refuses it",
        )
    box.call("DELETE", "/sandbox/listener")
    equal([submit(box, ORDER, create(box, "b5"), "s5").status, fates(box, reference="b5")], [202, ["kept"]], "nobody listens")


@story
def twice_missing_late(box):
    """The same event again; one that never comes; one that comes days later."""
    with listening(box) as listener:
        box.clock(to="2031-03-03T09:00:00Z")
        box.fault(kind="event-twice", reference="t1")
        box.fault(kind="event-missing", reference="t2")
        box.fault(kind="event-late", reference="t3", ms=2 * 86400 * 1000)
        for reference in ("t1", "t2", "t3"):
            submitted(box, reference)
        wait_for(lambda: fates(box) == ["delivered", "missing", "waiting"], "what becomes of them")
        equal([len(listener.events), len({event["eventId"] for event in listener.events})], [2, 1], "twice the same")
        equal([told(box, reference="t1")[0]["posts"], box.counts("events")["missing"]], [2, 1], "counted")
        while len(listener.events) < 3 or box.clock()["next"]["what"] != "event 3 is posted, late":
            equal(box.clock()["next"]["what"].split(":")[0] <= "order 00126003", True, "the orders live on")
            box.clock(next=True)
            wait_for(lambda: fates(box)[2] == "waiting" and "posting" not in fates(box), "the others")
        box.clock(next=True)
        wait_for(lambda: fates(box)[2] == "delivered", "the late one")
        late = listener.events[-1]
        equal([late["event"]["productOrder"]["externalId"], late["eventTime"][:10]], ["t3", "2031-03-03"], "it tells when it was")
        equal(box.clock()["now"][:10], "2031-03-05", "and comes late")


@story
def reordered(box):
    """An event that is overtaken by the order's next one."""
    with listening(box) as listener:
        box.fault(kind="event-reordered", reference="o1", state="inProgress")
        identifier = submitted(box, "o1")
        box.control("POST", f"orders/{identifier}", {"state": "inProgress"})
        wait_for(lambda: fates(box) == ["delivered", "held"], "the second to be held")
        submitted(box, "o2")
        wait_for(lambda: fates(box) == ["delivered", "held", "delivered"], "another order's")
        box.control("POST", f"orders/{identifier}", {"state": "completed"})
        wait_for(lambda: fates(box, reference="o1") == ["delivered"] * 3, "all")
        equal([order["state"] for order in orders_of(listener)][-2:], ["completed", "inProgress"], "the older one last")


@story
def foreign_and_contradicting(box):
    """An order that somebody placed by hand; and BT says a second later that it ended otherwise."""
    with listening(box) as listener:
        box.fault(kind="event-foreign", reference="f1")
        box.fault(kind="event-contradicts", state="completed", times=2)
        identifier = submitted(box, "f1")
        box.control("POST", f"orders/{identifier}", {"state": "completed"})
        port = submitted(box, "f2", IMPORT, "01632960020")
        box.control("POST", f"orders/{port}", {"state": "completed", "portStatus": "ACTIVATED"})
        settled(box)
        other, first, done, contrary, *ports = orders_of(listener)
        equal([other["externalId"], first["externalId"], done["state"]], ["PORTAL-00990001", "f1", "completed"], "a foreign one")
        equal([contrary["externalId"], contrary["state"]], ["f1", "failed"], "the contrary")
        equal([words(event)[1:] for event in listener.events][-2:], [["completed", "ACTIVATED"], ["failed", "FAILED"]], "of a port")
        moments = [datetime.datetime.fromisoformat(e["eventTime"].replace("Z", "+00:00")) for e in listener.events[2:4]]
        equal(
            [(moments[1] - moments[0]).seconds, len({e["eventId"] for e in listener.events})], [1, len(listener.events)], "later, by itself"
        )
        equal(box.call("GET", f"{ORDER}/{identifier}").body["state"], "completed", "reading says what it was")


@story
def odd_ids_and_times(box):
    """Ids that are no UUID, and BT's other spellings of a time."""
    with listening(box) as listener:
        box.fault(kind="event-odd", times=-1)
        identifier = create(box, "d1")
        for second in ("30", "31"):
            box.clock(to=f"2031-02-11T12:56:{second}.006Z")
            if second == "30":
                equal(submit(box, ORDER, identifier, "s").status, 202, "submitting")
            else:
                box.control("POST", f"orders/{identifier}", {"state": "inProgress"})
        settled(box)
        equal([event["eventId"] for event in listener.events], [f"CMP-RESELLER-11-02-2031T12563{n}" for n in (0, 1)], "ids")
        equal([event["eventTime"][:18] for event in listener.events], ["2031-02-11T12:56:3"] * 2, "times")
        equal([event["eventTime"][-6:] for event in listener.events][0], "+00:00", "with microseconds")
        equal([len(event["eventTime"]) for event in listener.events], [32, 28], "and with neither")


@story
def irregular_kept(box):
    """Without a listener they are made all the same, and say what is odd about them."""
    box.fault(kind="event-missing", reference="k1", after=1)
    box.fault(kind="event-reordered", reference="k1")
    identifier = submitted(box, "k1")
    box.control("POST", f"orders/{identifier}", {"state": "inProgress"})
    box.control("POST", f"orders/{identifier}", {"state": "completed"})
    rows = told(box)
    equal(
        [[row["fate"], row["faults"]] for row in rows],
        [["kept", ["event-reordered"]], ["missing", ["event-missing"]], ["kept", []]],
        "rows",
    )
    equal(box.call("POST", "/sandbox/faults", {"kind": "event-strange"}).status, 400, "no such kind")
    equal(box.call("POST", "/sandbox/faults", {"kind": "event-late", "state": 7}).status, 400, "a state that is none")
