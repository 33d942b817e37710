"""Several journeys with ported numbers at once on one clock; what BT reports comes from the sandbox through `listen`."""

import contextlib
import datetime

from events import outcomes_by_request
from journeys import SMALL, TURNS_MAX, Calendar, orders_of
from listeners import listening, posts_to
from notifications import reference_of
from orders import new_order, one_number
from waiting import wait_for
from wall_clock import moment_of, shown

KIND, BASE = "provide-with-ported-numbers", "/hubco/tmf/productOrderingManagement/v4"
LOOK = datetime.timedelta(hours=27)  # once a day, and a tenth of it by chance
ABOUT_IMPORT = ("awaitAcceptance", "awaitActivation")  # the other steps that wait are about the product order


class Journey:
    """An order to port one number, whose references are known before it is sent."""

    def __init__(self, stage, number, partition, **fields):
        self.stage, self.number, self.partition = stage, number, partition
        record = new_order(KIND, "range-of-three", **{**one_number(number), **fields})
        self.request, self.record = record["requestId"], record
        self.imported, self.ordered = (reference_of(self.request, step, partition) for step in ("import", "create"))

    def send(self, kind=KIND, record=None):
        """The order, or another one under its key."""
        self.stage.send(kind, record or self.record, key=self.number.encode(), partition=self.partition)
        self.stage.flush()

    def told(self):
        """What the sandbox has reported about it, or would have."""
        return [row for ours in (self.imported, self.ordered) for row in self.stage.sandbox.control("GET", f"events?reference={ours}")]

    def looks(self, step):
        """How often BT was asked about what the step waits for."""
        ours, path = (self.imported, "importOrder") if step in ABOUT_IMPORT else (self.ordered, "productOrder")
        told = self.stage.sandbox.control("GET", f"events?reference={ours}&last=1")
        return self.stage.sandbox.counts(f"{BASE}/{path}/{told[0]['orderId']}")["count"]


class Journeys:
    """Several at once on one clock; BT's notifications come through `listen`."""

    def __init__(self, stage, calendar, listener, journeys):
        self.stage, self.calendar, self.listener = stage, calendar, listener
        self.journeys, self.reader, self.news, self.asked = journeys, stage.reader(), {}, {}
        for journey in journeys:
            journey.send()

    def has_ended(self, journey, order):
        """It is final, or a person's."""
        news = self.news.get(journey.request, [])
        parked = order is not None and order["state"] == "PARKED" and any(one["status"] == "UNKNOWN" for one in news)
        return parked or bool(news and news[-1]["final"])

    def are_calm(self):
        """All that BT has posted is taken, and held where nobody knows whose it is."""

        def calm():
            posting = any(row["fate"] == "posting" for row in self.stage.sandbox.control("GET", "events"))
            taken = sum(self.stage.workers[-1].metric(f"whc_events_{name}") for name in ("total", "held"))
            # More where the broker has no transactions: what was settled may be written once more.
            return not posting and taken >= self.listener.metric("whc_listen_events_total")

        wait_for(calm, "the worker to take BT's notifications", 60)

    def rest(self):
        """Waits until each has ended, or waits for what is ahead; gives those that wait, with their place in the ledger."""

        def resting():
            self.news = {
                request: [o["outcome"] for o in all_of_it] for request, all_of_it in outcomes_by_request(self.reader.more()).items()
            }
            now, ledger = self.calendar.now(), {order["requestId"]: order for order in orders_of(self.stage)}
            found = [(journey, ledger.get(journey.request)) for journey in self.journeys]
            found = [(journey, order) for journey, order in found if not self.has_ended(journey, order)]
            waits = all(order and "waitsUntil" in order and moment_of(order["waitsUntil"]) > now for _, order in found)
            return [found] if waits else None

        return wait_for(resting, "the orders to wait, or to end", 60)[0]

    def is_asked(self, journey, order):
        """Who waits for a message for a day has asked BT: the time of the clock is not that of calls. Whether that was waited for."""
        step, now = order["step"], self.calendar.now()
        looks, since = self.asked.setdefault((journey, step), (journey.looks(step), now))
        if now - since < LOOK:
            return False
        wait_for(
            lambda: (
                journey.looks(step) > looks or all(o["step"] != step for o in orders_of(self.stage) if o["requestId"] == journey.request)
            ),
            f"{journey.number} to be asked for at {step}",
        )
        self.asked[journey, step] = (journey.looks(step), now)
        return True

    def intervenes(self, journey, order):
        """For those who do something when a journey waits at a step: whether they did, and all is to be looked at anew."""
        return False

    def run(self):
        """From moment to moment until all have ended."""
        for _ in range(TURNS_MAX):
            self.are_calm()
            waiting = self.rest()
            if not waiting:
                return
            if any(self.intervenes(journey, order) for journey, order in waiting):
                continue
            asked = [self.is_asked(journey, order) for journey, order in waiting if order["waitsFor"] == "message"]
            if any(asked):
                continue
            moments = [self.calendar.next_of_sandbox(), *(moment_of(order["waitsUntil"]) for _, order in waiting)]
            if asked:
                moments.append(self.calendar.now() + LOOK)
            self.calendar.go_to(min(moment for moment in moments if moment))
        raise AssertionError(f"they go on for ever: {[(journey.number, order['step']) for journey, order in waiting]}")


@contextlib.contextmanager
def bt_posting(stage):
    """A worker, and a listener that the sandbox posts to; all are shown the clock that it gives."""
    stage.more["requests.partitioner"] = "none"  # so that references are known before
    calendar = Calendar(stage)
    with listening(stage, environment=shown(calendar.path)) as listener:
        posts_to(stage, listener)
        stage.worker("one", shown(calendar.path), **SMALL).ready()
        yield calendar, listener
