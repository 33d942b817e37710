"""What a test expects, and how it waits: for an event, and it gives up loudly after a bound. Nothing sleeps for a fixed time."""

import select
import time


class Failure(AssertionError):
    """A story that did not go as told."""


def expect(condition, text):
    if not condition:
        raise Failure(text)


def wait_for(condition, what, seconds=30.0):
    """Calls `condition` until it gives something true, and gives that; looks again at short intervals."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise Failure(f"waited {seconds} s in vain for {what}")
        select.select([], [], [], 0.02)


def let_pass(seconds):
    """For tests whose subject is time itself: when a process is killed is drawn, a late answer is late. Never to wait for something."""
    time.sleep(seconds)
