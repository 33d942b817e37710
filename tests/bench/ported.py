"""Many journeys with a ported number on one stage: sent, told by BT, taken through calendar time.

The sandbox knows a thousand numbers, so they share one: it takes a second import order for a number that is on an open one
(`uniqueImportNumber`), and the company is one that exists, under which a number that is held may be held again.
"""

import datetime
import re
import time
import uuid
import zoneinfo

from notifications import forward
from order_types import order_type
from orders import new_order, one_number
from stages import new_stage
from waiting import expect, wait_for
from wall_clock import WallClock, shown

KIND, NUMBER = "provide-with-ported-numbers", "01632960020"
COMPANY = {"action": "noChange", "serviceId": "WHC-C-1001"}
SPREAD = datetime.timedelta(minutes=15)  # they were not all sent in the same moment
PATIENCE, STUCK = 3600, 60  # seconds
WAITING, ENDED = "awaiting", "ended"


def day_of_the_port(now):
    """A working day in about a week."""
    day = now.date() + datetime.timedelta(days=8)
    while day.isoweekday() > 5:
        day += datetime.timedelta(days=1)
    return day


def user(i):
    """About 440 bytes; BT's verify-data takes 200 names at once, so that a large request is one of few users with much to say."""
    name = {"username": f"user.{i}@widgets.example", "extension": f"{1000 + i}", "givenName": "Example", "familyName": f"Person {i}"}
    attributes = [{"name": f"AnExampleAttribute{n}", "value": f"its value of user {i}"} for n in range(8)]
    return {**name, "email": name["username"], "number": NUMBER, "attributes": attributes}


def request(size, day):
    """The record of one, of `size` bytes of Avro at least, by as many users as it takes."""
    record = new_order(KIND, "range-of-three", **one_number(NUMBER))
    record["company"], record["port"]["portDate"] = {**record["company"], **COMPANY}, day.isoformat()
    users = record["sites"][0]["users"]
    while len(order_type(KIND).single_object(record)) < size:
        users.append(user(len(users)))
    return record


class Ported:
    """So many orders, that go from wait to wait together."""

    def __init__(self, kafka, size=0, **settings):
        self.stage = new_stage(kafka)
        self.stage.sandbox.control("POST", "switches", {"uniqueImportNumber": False})
        self.clock = WallClock(self.stage)
        self.sent, self.forwarded, self.taken_before = 0, 0, 0
        self.day = day_of_the_port(datetime.datetime.now(datetime.UTC))
        record = request(size, self.day)
        self.template, self.id = order_type(KIND).single_object(record), record["requestId"].encode()
        self.settings = {
            "bt.window": 1000,
            "log.level": "info",
            "log.orders": "none",
            "orders.max.bytes": 16 << 30,
            "ledger.orders.max": 1_000_000,
            **settings,
        }
        self.worker = None

    def start(self):
        """A worker, the first or the next one; it is ready."""
        if self.worker is not None:
            expect(self.worker.stop() == 0, self.worker.log()[-3000:])
            self.taken_before = self.forwarded
        self.worker = self.stage.worker("one", shown(self.clock.path), **self.settings).ready(600)
        return self.worker

    def send(self, count):
        for i in range(self.sent, self.sent + count):
            copy = str(uuid.uuid4()).encode()
            self.stage.send_bytes(self.template.replace(self.id, copy), key=f"port-{i}".encode())
        self.stage.flush()
        self.sent += count

    def states(self):
        """How many orders are in which state, or have ended, and how many notifications were taken, of one moment."""
        page = self.worker.metrics()
        states = {name: int(count) for name, count in re.findall(r'^whc_orders\{state="(\w+)"\} (\d+)$', page, re.M)}
        ends = dict(re.findall(r'^whc_outcomes_total\{.*status="(\w+)".*\} (\d+)$', page, re.M))
        expect(ends.keys() <= {"COMPLETED", "PROGRESS"}, f"not all journeys go well: {ends}\n{self.worker.log()[-2000:]}")
        states[ENDED] = int(ends.get("COMPLETED", 0))
        return states, sum(map(int, re.findall(r"^whc_events_total\{.*\} (\d+)$", page, re.M)))

    def until(self, condition, what):
        """Waits for as long as anything goes on; when nothing does, it says where all stands."""
        last, since = None, time.monotonic()

        def look():
            nonlocal last, since
            now = (self.states(), self.stage.sandbox.counts()["total"])
            if now != last:
                last, since = now, time.monotonic()
            stands = f"nothing goes on, and it waits for {what}: {now}, {self.forwarded} passed on"
            expect(time.monotonic() - since < STUCK, f"{stands}\n{self.worker.log()[-3000:]}")
            return condition(*now[0])

        wait_for(look, what, PATIENCE)

    def all_wait(self):
        """Until none has anything to do; what BT has reported is not passed on."""
        self.until(lambda states, _: states.get(WAITING) == self.sent, f"{self.sent} journeys to wait")

    def pass_on(self):
        """What BT has reported since, as `listen` would have it in Kafka."""
        for event in self.stage.sandbox.control("GET", f"events?after={self.forwarded}"):
            forward(self.stage, event["body"])
            self.forwarded = event["number"]

    def rest(self):
        """Until all that BT reports is taken, and they all wait or have all ended."""

        def rests(states, taken):
            self.pass_on()
            quiet = self.sent in (states.get(WAITING), states[ENDED])
            return quiet and taken + self.taken_before == self.forwarded == self.stage.sandbox.counts()["events"]["made"]

        self.until(rests, "the journeys to wait, or to have ended")
        self.stage.flush()

    def morning(self):
        """The moment of the day from which on the ports are activated."""
        london = datetime.datetime.combine(self.day, datetime.time(10), zoneinfo.ZoneInfo("Europe/London"))
        return london.astimezone(datetime.UTC)

    def jump(self):
        """To what BT does next."""
        self.clock.go_to(self.clock.next_of_sandbox() + SPREAD)
        self.rest()

    def until_the_day(self):
        """Until nothing is left but to wait for the morning of the port."""
        self.rest()
        while (following := self.clock.next_of_sandbox()) and following + SPREAD < self.morning():
            self.jump()

    def activated(self):
        return self.stage.sandbox.counts()["operations"].get("activatePort", 0)

    def begin_the_day(self):
        """It is that morning: gives the moments of the jump and of the last activation, by the clock that only runs."""
        began = time.monotonic()
        self.clock.go_to(self.morning())
        self.until(lambda *_: self.activated() == self.sent, "the ports to be activated")
        return began, time.monotonic()

    def until_the_end(self):
        self.rest()
        while self.states()[0][WAITING] > 0:
            self.jump()

    def end(self):
        self.stage.end()
