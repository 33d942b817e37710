"""What is in a record that the worker wrote: headers, and outcomes as a reader in another language sees them."""

import re

from order_types import order_type
from waiting import expect


def header(message, name):
    for key, value in message.headers() or []:
        if key == name:
            return value if value is None else value.decode("utf-8", "replace")
    return None


def outcome_of(message):
    """The outcome event as a reader in another language sees it; the type from its CloudEvents header."""
    name = header(message, "ce_type")
    folder = re.sub(r"(?<!^)(?=[A-Z])", "-", name.split(".")[-1].removesuffix("Outcome")).lower()
    kind = order_type(folder)
    value = message.value()
    expect(value[:2] == b"\xc3\x01", f"not single-object framing: {value[:2]!r}")
    outcome = kind.read_outcome(value[2:10], value[10:])
    expect(outcome is not None, f"fingerprint of {name} differs")
    return outcome


def outcomes_by_request(messages):
    found = {}
    for message in messages:
        outcome = outcome_of(message)
        found.setdefault(str(outcome["outcome"]["requestId"]), []).append(outcome)
    return found
