"""The journeys of a campaign: what is sent, what becomes of it at BT (the sandbox's DATA.md), and what must come of it."""

import dataclasses
import datetime

from orders import new_order, one_number

PORTED, NEW = "provide-with-ported-numbers", "provide-with-new-numbers"

# The steps that a journey is told of as left, in order; between them BT may report any number of states.
BEGUN = {PORTED: ("qualify", "import", "submitImport"), NEW: ("qualify", "reserve", "create", "submitOrder")}
DONE = {
    PORTED: (
        *BEGUN[PORTED],
        *("awaitAcceptance", "allocate", "create", "submitOrder", "awaitReady", "activate", "awaitActivation", "awaitCompletion"),
    ),
    NEW: (*BEGUN[NEW], "awaitCompletion"),
}
# What BT carries out for a step. Qualifying is missing: it changes nothing, and may be asked for again.
OPERATIONS = {
    "import": "createImportOrder",
    "submitImport": "submitImportOrder",
    "allocate": "reserveNumbers",
    "reserve": "reserveNumbers",
    "create": "createOrder",
    "submitOrder": "submitOrder",
    "activate": "activatePort",
    "undoReservation": "releaseReservation",
}

# By number: the date moves (twice), BT is silent; the losing provider and BT refuse. By company: likewise.
PORTS_THAT_END_WELL, PORTS_REFUSED = ("01632960240", "01632960241", "01632960260"), ("01632960250", "01632960280")
COMPANIES = ("Example", "Example", "Example", "Example", "Silent", "Held", "Surveyed", "Rejected")


@dataclasses.dataclass
class Journey:
    kind: str
    key: str
    life: str  # for people
    fields: dict
    status: str
    steps: tuple

    def request(self, now):
        """Its record; a port is wanted on a working day in about a week."""
        if self.kind == PORTED:
            day = now + datetime.timedelta(days=6)
            while day.isoweekday() > 5:
                day += datetime.timedelta(days=1)
            self.fields["port"]["portDate"] = day.date().isoformat()
        return new_order(self.kind, "range-of-three" if self.kind == PORTED else "new-company", **self.fields)


def company(word, i):
    return {"name": f"{word} Widgets {i} Ltd", "domain": f"w{i}.example"}


def ported(i, number):
    refused = number in PORTS_REFUSED
    fields = {**one_number(number), "company": company("Silent" if number.endswith("260") else "Example", i)}
    status, steps = ("REJECTED", (*BEGUN[PORTED], "awaitAcceptance")) if refused else ("COMPLETED", DONE[PORTED])
    return Journey(PORTED, f"port-{i}", f"number {number}", fields, status, steps)


def new(i, word):
    status, steps = ("REJECTED", (*DONE[NEW], "undoReservation")) if word == "Rejected" else ("COMPLETED", DONE[NEW])
    return Journey(NEW, f"new-{i}", f"{word} company", {"company": company(word, i)}, status, steps)


def drawn(draw, count):
    """So many journeys, half of each kind, in a drawn order; those whose life is odd are each among them."""
    numbers = [*PORTS_THAT_END_WELL, *PORTS_REFUSED]
    numbers += [f"016329600{i:02d}" for i in range(20, 20 + count // 2 - len(numbers))]
    words = [*COMPANIES, *draw.choices(COMPANIES, k=count - count // 2 - len(COMPANIES))]
    journeys = [ported(i, number) for i, number in enumerate(numbers)] + [new(i, word) for i, word in enumerate(words)]
    draw.shuffle(journeys)
    return journeys
