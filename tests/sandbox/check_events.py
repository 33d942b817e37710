"""Notifications: what they say, who gets them, and what becomes of those that are not taken."""

from checking import IMPORT, ORDER, cancel, create, create_import, equal, expect, order, story, submit, told, wait_for, words
from listening import Listener, listen


def fates(box):
    return [event["fate"] for event in told(box)]


@story
def kept_events(box):
    """Each change of an order is an event, with or without a listener: what changes, whose it is, when."""
    box.clock(to="2031-12-14T10:00:00.037Z")
    identifier = create(box, "e1")
    equal(told(box), [], "a draft is told to nobody")
    equal(submit(box, ORDER, identifier, "s1").status, 202, "submitting")
    box.control("POST", f"orders/{identifier}", {"state": "inProgress"})
    cancel(box, "ProductOrder", identifier)
    events = told(box, reference="e1")
    equal(
        [words(e["body"]) for e in events],
        [["Create", "acknowledged", None], ["StateChange", "inProgress", None], ["StateChange", "cancelled", None]],
        "what is told",
    )
    moved = events[1]
    equal([moved["number"], moved["orderId"], moved["fate"], moved["posts"]], [2, identifier, "kept", 0], "its row")
    equal(moved["body"]["eventTime"][:19], "2031-12-14T10:00:00", "its time")
    body = moved["body"]["event"]["productOrder"]
    equal(
        [body["id"], body["externalId"], body["productOrderItem"], body["errorMessage"], body["@type"]],
        [identifier, "e1", [], [], "BTProductOrder"],
        "the order",
    )
    equal(body["relatedParty"], [{"id": "CUG5009999999", "role": "BtCug"}], "whose")
    equal(len({e["body"]["eventId"] for e in events}), 3, "ids")
    cancel(box, "ImportOrder", create_import(box, "e2", "01632960020"))
    equal(told(box, reference="e2"), [], "a draft that is cancelled, neither")
    equal([[e["number"] for e in told(box, after=1)], [e["number"] for e in told(box, last=1)]], [[2, 3], [3]], "parts of the list")
    box.switch(createReply="accepted")
    equal(box.call("POST", ORDER, order("e3")).status, 202, "accepted without a body")
    equal([words(e["body"]) for e in told(box, reference="e3")], [["Create", "draft", None]], "its id comes by event")
    equal(box.counts("events")["made"], 4, "counts")
    box.control("POST", "reset")
    equal([told(box), box.counts("events")["made"]], [[], 0], "after a reset")


@story
def posted_events(box):
    """They are posted with a token of the listener's, one for many, and a new one after a 401."""
    listener = Listener()
    try:
        identifier = create_import(box, "p1", "01632960020")
        equal(submit(box, IMPORT, identifier, "s1").status, 202, "submitting")
        equal([listen(box, listener)["id"], box.control("GET", "listener")["url"]], ["bt", f"{listener.url}/bt/events"], "listener")
        box.control("POST", f"orders/{identifier}", {"state": "inProgress", "portStatus": "LCP_ACCEPTED", "portDate": "2031-01-06"})
        box.control("POST", f"orders/{identifier}", {"portStatus": "SCHEDULED"})
        wait_for(lambda: box.counts("events")["delivered"] == 2, "two events")
        equal(fates(box), ["kept", "delivered", "delivered"], "what became of them")
        changed = ["StateChange", "inProgress"]
        equal([words(e) for e in listener.events], [[*changed, "LCP_ACCEPTED"], [*changed, "SCHEDULED"]], "what came")
        equal(listener.events[0]["event"]["productOrder"]["portDate"], "2031-01-06", "the date")
        equal(listener.events, [e["body"] for e in told(box, after=1)], "as it was made")
        equal([listener.tokens, listener.statuses], [["t0"], [201, 201]], "one token")
        listener.refuse_token()
        box.control("POST", f"orders/{identifier}", {"portStatus": "LCP_ACCEPTED"})
        wait_for(lambda: box.counts("events")["delivered"] == 3, "the third")
        equal([listener.tokens[-1], listener.statuses[2:], told(box, last=1)[0]["posts"]], ["t2", [401, 201], 2], "a new token")
        equal([box.counts("events")[n] for n in ("posts", "tokens")], [4, 2], "counts")
        listen(box, listener, secret="wrong")
        box.control("POST", f"orders/{identifier}", {"portStatus": "SCHEDULED"})
        wait_for(lambda: fates(box)[-1] == "waiting", "no token")
        last = told(box, last=1)[0]
        equal([last["posts"], last["status"], last["why"]], [0, None, "no token: answered 401, not 200 with an access_token"], "why")
        box.call("DELETE", "/sandbox/listener")
        equal(box.control("GET", "listener"), {"url": None}, "nobody")
        box.clock(next=True)
        equal(fates(box)[-1], "givenUp", "nobody to tell")
    finally:
        listener.stop()
    for wrong in ({}, {"url": "x"}, {"url": "", "tokenUrl": "x", "id": "x", "secret": "x"}, [1], {"colour": "x"}):
        equal(box.call("POST", "/sandbox/listener", wrong).status, 400, f"{wrong}")


@story
def refused_events(box):
    """Answered with anything but a 2xx, an event is posted again after 1, 5 and 30 s of the sandbox's clock; then no more."""
    listener = Listener()
    try:
        listen(box, listener)
        identifier = create(box, "r1")
        listener.answers = [503, 302, 500, 400]
        equal(submit(box, ORDER, identifier, "s1").status, 202, "submitting")
        for posts, fate, pause in ((1, "waiting", 1), (2, "waiting", 5), (3, "waiting", 30), (4, "givenUp", None)):
            wait_for(lambda: [told(box)[0][n] for n in ("posts", "fate")] == [posts, fate], f"post {posts}")
            if pause:
                equal(box.clock()["next"]["what"], "event 1 is posted again", "what is next")
                box.clock(next=True)
        equal([listener.statuses, listener.events, box.counts("events")["givenUp"]], [[503, 302, 500, 400], [], 1], "in all")
        listener.answers = [503]
        box.control("POST", f"orders/{identifier}", {"state": "inProgress"})
        wait_for(lambda: fates(box)[1] == "waiting", "refused")
        box.clock(next=True)
        wait_for(lambda: fates(box)[1] == "delivered", "taken")
        equal([e["eventId"] for e in listener.events], [told(box)[1]["body"]["eventId"]], "the same event")
    finally:
        listener.stop()
    box.control("POST", f"orders/{identifier}", {"state": "held"})
    wait_for(lambda: fates(box)[2] == "waiting", "nobody there")
    expect(told(box)[2]["why"].startswith("not posted: "), told(box)[2]["why"])


@story
def slow_listener(box):
    """A listener that does not answer holds up nothing but notifications."""
    listener = Listener()
    try:
        listen(box, listener)
        listener.hold(True)
        for number in range(3):
            equal(submit(box, ORDER, create(box, f"w{number}"), f"s{number}").status, 202, "submitting")
        equal([fates(box), box.counts("events")["waiting"]], [["posting"] * 3, 3], "being posted")
        listener.hold(False)
        wait_for(lambda: fates(box) == ["delivered"] * 3, "the events")
        equal([words(e)[1] for e in listener.events], ["acknowledged"] * 3, "in their order")
        listener.hold(True)
        equal(submit(box, ORDER, create(box, "w3"), "s3").status, 202, "submitting")
        box.control("POST", "reset")
        listener.hold(False)
        equal(submit(box, ORDER, create(box, "w4"), "s4").status, 202, "submitting")
        wait_for(lambda: fates(box) == ["delivered"], "the one after the reset")
    finally:
        listener.stop()
