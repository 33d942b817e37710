"""Upstream calls off, under the same key, what a journey waits for: it holds no key, and hears of it as of all that BT does."""

from orders import final, new_order
from several import Journey, Journeys, bt_posting
from story import story
from waiting import expect

# Where the journey waits, what overtakes it there, and how it ends: rejected as long as nothing but the import was begun, else a person's.
CANCELS = [
    ("01632960031", "awaitAcceptance", "cancel-import", "importOrderId", ("REJECTED", "importEnded")),
    ("01632960032", "confirmDate", "cancel-import", "importOrderId", ("UNKNOWN", "dayOver")),
    ("01632960033", "awaitReady", "cancel-order", "orderId", ("UNKNOWN", "orderEnded")),
]


class Overtaken(Journeys):
    """Each is overtaken by a cancel, once it waits at its step."""

    def __init__(self, *others):
        super().__init__(*others)
        self.cancels = {number: rest for number, *rest in CANCELS}

    def intervenes(self, journey, order):
        step, kind, member, _ = self.cancels.get(journey.number, [None] * 4)
        if order["step"] != step:
            return False
        del self.cancels[journey.number]
        reference = journey.imported if kind == "cancel-import" else journey.ordered
        [told, *_] = self.stage.sandbox.control("GET", f"events?reference={reference}")
        cancel = new_order(kind, "cancelled", **{member: told["orderId"]})
        journey.send(kind, cancel)
        outcome = final(self.reader, cancel["requestId"])["outcome"]
        expect(outcome["status"] == "COMPLETED", f"{kind} at {step}: {outcome}")
        return True


@story(on="both")
def a_cancel_overtakes_a_waiting_port(stage):
    """cancel-import and cancel-order under its key are carried out while it waits; it ends as of any end at BT, and activates nothing."""
    with bt_posting(stage) as (calendar, listener):
        journeys = [Journey(stage, row[0], i) for i, row in enumerate(CANCELS)]
        all_of_them = Overtaken(stage, calendar, listener, journeys)
        all_of_them.run()
        for journey, (_, step, kind, _, end) in zip(journeys, CANCELS, strict=True):
            news = all_of_them.news[journey.request]
            got = (news[-1]["status"], news[-1]["reason"]["code"])
            expect(got == end, f"{kind} at {step}: {news[-1]}")
            heard = [one["reason"]["code"].lower() for one in news if one["reason"]]
            expect("cancelled" in heard, f"{kind} at {step}: the journey has not heard of it: {heard}")
        expect(stage.sandbox.control("GET", "activations") == {}, "something was activated")
        expect(stage.sandbox.counts()["acceptedTwice"] == 0, f"{stage.sandbox.counts()}")
