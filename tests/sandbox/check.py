"""The sandbox itself: what it accepts, what it counts, and what goes wrong when asked to. Needs nothing but Python.

Usage: check.py SANDBOX [STORY...]     ORDERS in the environment changes the size of story `many`.

Each story runs twice: first with every call answered 503, where it must fail, then as it is meant.
"""

import sys

import check_apis  # noqa: F401 its stories register
import check_clock  # noqa: F401
import check_events  # noqa: F401
import check_faults  # noqa: F401
import check_irregular  # noqa: F401
import check_lives  # noqa: F401
from checking import EVERYTHING_FAILS, Sandbox, equal, stories


def fresh(box, start):
    """The sandbox as after its start, without the headers that most stories leave out."""
    box.hang_up()
    box.control("POST", "switches", {**start, "authorization": False, "tracking": False})
    box.control("POST", "reset")
    box.call("POST", "/sandbox/clock", {"home": True})
    box.call("DELETE", "/sandbox/listener")


def can_fail(box, story):
    """A story that cannot fail tells nothing."""
    box.failing = EVERYTHING_FAILS
    box.fault(**box.failing)
    try:
        story(box)
    except Exception:
        return True
    finally:
        box.failing = None
    return False


def main():
    program = sys.argv[1].split()
    wanted = sys.argv[2:]
    box = Sandbox(program)
    start = box.control("GET", "switches")
    passed = failed = 0
    for story in stories:
        if wanted and story.__name__ not in wanted:
            continue
        try:
            fresh(box, start)
            equal(can_fail(box, story), True, "it can fail")
            fresh(box, start)
            story(box)
            passed += 1
            print(f"ok     {story.__name__}", flush=True)
        except Exception as why:
            failed += 1
            print(f"FAILED {story.__name__}: {type(why).__name__} {why}", flush=True)
    if box.stop() != 0:
        failed += 1
        print("FAILED the sandbox did not end well")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
