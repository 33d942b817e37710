"""The sandbox's clock: what it moves, and that a worker may share it."""

import datetime
import os
import pathlib
import struct
import tempfile

from checking import ORDER, RESERVATION, Sandbox, create, equal, expect, listed, reservation, shown, story

DAY = datetime.timedelta(days=1)


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def machine_now():
    return datetime.datetime.now(datetime.UTC)


def ahead(box):
    """How far the sandbox's clock is ahead of the machine's, in days."""
    return round((moment(box.clock()["now"]) - machine_now()) / DAY, 2)


@story
def clock(box):
    """It is moved and brought home, and only so; what takes milliseconds does not see it."""
    equal([ahead(box), box.clock()["shared"], box.clock()["next"]], [0, False, None], "at first")
    to = (machine_now() + 14 * DAY).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    equal([ahead(box), round((moment(box.clock(to=to)["now"]) - moment(to)) / DAY, 2)], [0, 0], "moved")
    equal(ahead(box), 14, "and it stays so")
    create(box, "c1")
    equal(listed(box, ORDER, "c1")[0]["orderDate"][:10], to[:10], "the date of an order")
    for wrong in ({}, {"to": "tomorrow"}, {"to": None}, {"next": False}, {"next": True}, {"home": True, "next": True}, [1], {"by": 1}):
        equal(box.call("POST", "/sandbox/clock", wrong).status, 400, f"{wrong}")
    box.control("POST", "reset")
    equal(ahead(box), 14, "after a reset")
    box.clock(to=(machine_now() - DAY).isoformat())
    equal(ahead(box), -1, "set back")
    box.clock(home=True)
    equal(ahead(box), 0, "at home")


@story
def held_by_the_clock(box):
    """A reservation ends when the sandbox's clock says so, and its expiry is a moment of that clock."""
    reply = box.call("POST", RESERVATION, reservation(named=["01632960045"]))
    equal(reply and reply.status, 200, "reserving")
    expect(abs(moment(reply.body["expiryDate"]) - machine_now() - DAY) < DAY / 24, "a day")
    box.clock(to=(machine_now() + DAY * 0.9).isoformat())
    equal("01632960045" in shown(box), True, "held")
    box.clock(to=(machine_now() + DAY * 1.1).isoformat())
    equal(["01632960045" in shown(box), box.call("GET", f"{RESERVATION}/700501").status], [False, 404], "given up")
    again = box.call("POST", RESERVATION, reservation(named=["01632960045"])).body
    expect(abs(moment(again["expiryDate"]) - machine_now() - 2.1 * DAY) < DAY / 24, "a day from then")
    equal(again["reservationKey"], 700502, "another key")


def set_file(path, days):
    """In place: it is mapped."""
    with open(path, "r+b") as file:
        file.write(struct.pack("q", days * 86400))


def both_move(box, shared, path):
    shared.switch(authorization=False, tracking=False)
    if box.failing:
        shared.fault(**box.failing)
    set_file(path, 3)
    equal([ahead(shared), shared.clock()["shared"]], [3, True], "moved by a test")
    shared.call("POST", RESERVATION, reservation(named=["01632960045"]))
    equal("01632960045" in shown(shared), True, "held")
    set_file(path, 5)
    equal("01632960045" in shown(shared), False, "given up")
    to = machine_now().replace(microsecond=0) + 7 * DAY
    now = moment(shared.clock(to=to.isoformat(timespec="milliseconds"))["now"])
    expect(to <= now < to + datetime.timedelta(seconds=2), f"{now}, not {to}")
    equal(round(struct.unpack("q", path.read_bytes())[0] / 86400, 2), 7, "the file moves with it")
    shared.clock(home=True)
    equal([ahead(shared), struct.unpack("q", path.read_bytes())[0]], [0, 0], "at home")


@story
def shared_clock(box):
    """With a file to share, it is the file that moves the clock, and the clock that moves the file."""
    path = pathlib.Path(tempfile.mkdtemp()) / "clock"
    path.write_bytes(struct.pack("q", 0))
    preloaded = {"LD_PRELOAD": str(box.library)} if box.library.exists() else {}
    for more in ({}, preloaded):
        shared = Sandbox(box.program, {**os.environ, "WALL_CLOCK": str(path), **more})
        try:
            both_move(box, shared, path)
        finally:
            equal(shared.stop(), 0, "its end")
