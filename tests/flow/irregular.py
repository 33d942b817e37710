"""Every irregularity of BT's notifications that the sandbox knows, from its post through `listen` to an order that waits."""

from events import header
from several import Journey, Journeys, bt_posting
from story import story
from waiting import expect, wait_for

# Kind of the fault, which notifications about the import order and about the product order it strikes (null: none), and a number
# whose port goes its usual way, unless it is said otherwise.
IRREGULARITIES = [
    ("event-no-reference", "01632960020", {}, {}),
    ("event-no-state", "01632960021", {}, {}),
    ("event-create", "01632960280", {}, None),  # BT rejects the import order
    ("event-early", "01632960022", {}, {}),
    ("event-twice", "01632960023", {}, {}),
    ("event-reordered", "01632960024", {"portStatus": "LCP_ACCEPTED"}, {"state": "inProgress"}),
    ("event-missing", "01632960025", {}, {}),
    ("event-late", "01632960026", {"ms": 2 * 86400 * 1000}, {"ms": 2 * 86400 * 1000}),
    ("event-foreign", "01632960027", {}, {}),
    ("event-odd", "01632960028", {}, {}),
    ("event-contradicts", "01632960029", {"state": "completed"}, {"state": "completed"}),
]
ENDS = {"event-create": ("REJECTED", "importEnded")}


def carried_out_once(stage, journey, status):
    """By the sandbox's evidence: BT has each order once, and the port is activated once, on its day."""
    orders = stage.sandbox.control("GET", "orders")
    writes = f"createImportOrder {journey.imported}", f"createOrder {journey.ordered}"
    placed = [orders.get(row, {}).get("accepted") for row in writes]
    activation = stage.sandbox.control("GET", "activations").get(journey.number)
    if status == "COMPLETED":
        expect(placed == [1, 1], f"{journey.number}: {placed}")
        wanted = {"accepted": 1, "again": 0, "beforeAcceptance": 0, "beforeDate": 0}
        expect({name: activation[name] for name in wanted} == wanted, f"{journey.number}: {activation}")
    else:
        expect(placed == [1, None] and activation is None, f"{journey.number}: {placed} {activation}")


def reasons(dead):
    """Why each has become a dead letter; one that was written twice counts once."""
    return list({message.value(): header(message, "whc-dead-reason") for message in dead.more()}.values())


@story(on="both")
def a_number_is_ported_whatever_bt_reports(stage):
    """One journey under each irregularity, all at once: each ends as it should, and each order is carried out once."""
    with bt_posting(stage) as (calendar, listener):
        journeys = {row[0]: Journey(stage, row[1], i % stage.partitions) for i, row in enumerate(IRREGULARITIES)}
        for kind, _, imports, orders in IRREGULARITIES:
            for reference, members in ((journeys[kind].imported, imports), (journeys[kind].ordered, orders)):
                if members is not None:
                    stage.sandbox.fault(kind=kind, times=-1, reference=reference, **members)
        all_of_them = Journeys(stage, calendar, listener, list(journeys.values()))
        all_of_them.run()
        for kind, journey in journeys.items():
            last = all_of_them.news[journey.request][-1]
            got = (last["status"], last["reason"] and last["reason"]["code"])
            expect(got == ENDS.get(kind, ("COMPLETED", None)), f"{kind}: {last}")
            expect(any(kind in row["faults"] for row in journey.told()), f"{kind} has struck nothing: {journey.told()}")
            carried_out_once(stage, journey, last["status"])
        expect(stage.sandbox.counts()["acceptedTwice"] == 0, f"{stage.sandbox.counts()}")
        heard = [one["reason"]["code"] for one in all_of_them.news[journeys["event-contradicts"].request] if one["reason"]]
        expect("FAILED" in heard, f"upstream has not heard that BT contradicts itself: {heard}")
        all_of_them.are_calm()
        portal = [row for row in stage.sandbox.control("GET", "events") if row["reference"].startswith("PORTAL-")]
        dead = stage.reader(stage.topic("order-events.dead"))
        wait_for(lambda: reasons(dead).count("not-ours") >= len(portal), "the dead letters")
        expect(set(reasons(dead)) <= {"not-ours", "contradicts"} and len(reasons(dead)) <= len(portal) + 1, f"{reasons(dead)}")
