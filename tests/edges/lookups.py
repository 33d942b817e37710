"""What a look-up after a lost reply may prove (PROMISE.md R5, R17): found, absent, or no answer; only absence sends again."""

import threading
import urllib.parse

import raw
from orders import create_order, final, new_order
from story import story
from timings import FAST_CALLS
from waiting import expect, wait_for

NUMBERS = ["01632960340", "01632960341"]
OURS = "<ours>"
LISTED = [{"number": n, "status": "RESERVED"} for n in NUMBERS]

# What the look-up is answered: status, body, more headers; and what that is.
ORDERS = [
    ("empty", 200, [], (), "absent"),
    ("empty, and the total says so", 200, [], [("X-Total-Count", "0")], "absent"),
    ("nobody has heard of it", 404, {"code": "60", "reason": "Not found", "message": "Not found"}, (), "absent"),
    ("there", 200, [{"id": "00126001", "externalId": OURS, "state": "acknowledged"}], (), "found"),
    ("a list of null", 200, [None], (), "no answer"),
    ("empty, but the total says otherwise", 200, [], [("X-Total-Count", "1")], "no answer"),
    ("empty, with two totals", 200, [], [("X-Total-Count", "7"), ("X-Total-Count", "0")], "no answer"),
    ("maintenance", 200, {"message": "maintenance"}, (), "no answer"),
    ("HTML", 200, b"<html><title>Maintenance</title></html>", [("Content-Type", "text/html")], "no answer"),
    ("another's: the filter was not applied", 200, [{"id": "1", "externalId": "another's"}], (), "no answer"),
    ("without its reference", 200, [{"id": "1"}], (), "no answer"),
    ("404 of something else", 404, {"message": "no such route"}, (), "no answer"),
]
RESERVATIONS = [
    ("all of ours", 200, LISTED, [("X-Total-Count", "2")], "found"),
    ("all of ours, without the zero", 200, [{**n, "number": n["number"][1:]} for n in LISTED], [("X-Total-Count", "2")], "found"),
    ("all of ours, as JSON numbers", 200, [{**n, "number": int(n["number"])} for n in LISTED], [("X-Total-Count", "2")], "found"),
    ("another's only", 200, [{"number": "01632960999", "status": "RESERVED"}], [("X-Total-Count", "1")], "absent"),
    ("none at all", 200, [], [("X-Total-Count", "0")], "absent"),
    ("one of two", 200, LISTED[:1], [("X-Total-Count", "1")], "no answer"),
    ("one of two, without the zero", 200, [{**LISTED[0], "number": LISTED[0]["number"][1:]}], [("X-Total-Count", "1")], "no answer"),
    ("a message in a list", 200, [{"message": "try later"}], [("X-Total-Count", "1")], "no answer"),
    ("a list of null", 200, [None], [("X-Total-Count", "1")], "no answer"),
    ("maintenance", 200, {"message": "maintenance"}, [("X-Total-Count", "1")], "no answer"),
    ("an empty page of many", 200, [], [("X-Total-Count", "250")], "no answer"),
    ("nobody knows how many there are", 200, [], (), "no answer"),
]


class Case:
    """One order whose first reply is lost, and what its look-ups are answered; after 15 that are no answer, a good one."""

    def __init__(self, row, good, found):
        self.name, self.status, self.body, self.headers, self.means = row
        self.good, self.found = good, found  # replies: to the write, and to a look-up that finds it
        self.writes, self.looks, self.reference = 0, 0, ""

    def write(self, request):
        self.writes += 1
        self.reference = (request.json() or {}).get("externalId", "")
        return request.connection.close() if self.writes == 1 else self.good(self)

    def look(self):
        """ "Absent" counts 1.6 s after the reply was lost: look-ups come every 0.2 s."""
        self.looks += 1
        if self.means == "no answer" and self.looks > 15:
            return self.found(self)
        body = self.body
        if isinstance(body, list):
            body = [{k: self.reference if v == OURS else v for k, v in one.items()} if isinstance(one, dict) else one for one in body]
        return raw.reply(self.status, body, self.headers)

    def check(self, outcome):
        expect(outcome["outcome"]["status"] == "COMPLETED", f"{self.name}: {outcome}")
        expect(self.writes == (2 if self.means == "absent" else 1), f"{self.name}: sent {self.writes} times")
        expect(self.means != "no answer" or self.looks == 16, f"{self.name}: {self.looks} look-ups")
        expect(self.means != "found" or self.looks == 1, f"{self.name}: {self.looks} look-ups")


@story(on="edges")
def absent_orders_are_proven(stage):
    """create-order, all cases at once: each on a key of its own."""

    def created(case):
        return raw.reply(201, {"id": "7", "externalId": case.reference, "state": "draft"})

    def found(case):
        return raw.reply(200, [{"id": "7", "externalId": case.reference, "state": "draft"}])

    def answer(request):
        if request.method == "POST":
            with lock:
                case = by_reference.get(request.json()["externalId"]) or next(c for c in cases if c.writes == 0)
                by_reference[request.json()["externalId"]] = case
            return case.write(request)
        wanted = urllib.parse.parse_qs(urllib.parse.urlsplit(request.target).query)["externalId"][0]
        return by_reference[wanted].look()

    cases, by_reference, lock = [Case(row, created, found) for row in ORDERS], {}, threading.Lock()
    server = raw.Server(answer)
    try:
        stage.worker(**{**FAST_CALLS, **server.settings()}).ready()
        reader = stage.reader()
        requests = [stage.send("create-order", create_order(), key=f"k-{i}".encode()) for i in range(len(cases))]
        stage.flush()
        outcomes = {r: final(reader, r) for r in requests}
        expect(all(o["outcome"]["status"] == "COMPLETED" for o in outcomes.values()), f"{outcomes}")
        for case in cases:
            case.check(next(iter(outcomes.values())))
    finally:
        server.close()


@story(on="edges")
def absent_reservations_are_proven(stage):
    """reserve-named-numbers: BT's list of numbers has no filter, so it must be whole; numbers are compared as numbers."""

    def held(case):
        return raw.reply(200, {"reservationKey": 7, "reservationStatus": "SUCCESS", "numbers": LISTED})

    def found(case):
        return raw.reply(200, LISTED, [("X-Total-Count", "2")])

    case = None
    server = raw.Server(lambda request: case.write(request) if request.method == "POST" else case.look())
    try:
        stage.worker(**{**FAST_CALLS, **server.settings()}).ready()
        reader = stage.reader()
        for row in RESERVATIONS:
            case = Case(row, held, found)
            record = new_order("reserve-named-numbers", "two-numbers", numbers=NUMBERS)
            request = stage.send("reserve-named-numbers", record, key=b"k")
            stage.flush()
            wait_for(lambda: case.writes > 0, f"the call: {case.name}")
            case.check(final(reader, request))
    finally:
        server.close()
