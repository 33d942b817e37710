"""What Kafka has of the orders of one key: requests, ledger records and outcomes, also those of transactions that were aborted."""

import io

import fastavro

from events import header, outcome_of
from order_types import common_schema


def _all(stage, topic, isolation):
    """Every record of the topic up to its present end."""
    reader = stage.reader(topic, isolation)
    count = -1
    while len(reader.messages) > count:
        count = len(reader.messages)
        reader.more(3)
    reader.close()
    return reader.messages


def _place(message):
    return message.partition(), message.offset()


def _ledger_words(message):
    if message.value() is None:
        return "forgotten"
    record = fastavro.schemaless_reader(io.BytesIO(message.value()[10:]), common_schema("LedgerRecord"), None)
    return (
        f"{record['state']} attempt {record['attempt']} offset {record['offset']} turn {record['turn']} settlement {record['settlement']}"
    )


def _outcome_words(message):
    outcome = outcome_of(message)["outcome"]
    repeated = " repeated" if header(message, "whc-repeated") else ""
    return f"{outcome['status']}{repeated} of offset {outcome['source']['offset']}"


def history(stage, requests):
    """A line per record of these orders, by time; `requests`: their ids in the order in which they were sent."""
    lines = []
    place_of = {request: place for place, request in enumerate(requests)}
    for name, topic, words, request_of in (
        ("request", stage.requests, lambda m: "", lambda m: next((r for r in requests if r.encode() in m.value()), None)),
        ("ledger", stage.topic("order-ledger"), _ledger_words, lambda m: m.key().decode().removeprefix("order/")),
        ("outcome", stage.outcomes, _outcome_words, lambda m: str(outcome_of(m)["outcome"]["requestId"])),
    ):
        committed = {_place(message) for message in _all(stage, topic, "read_committed")}
        for message in _all(stage, topic, "read_uncommitted"):
            request = request_of(message)
            if request in place_of:
                aborted = "" if _place(message) in committed else " ABORTED"
                lines.append((message.timestamp()[1], f"order {place_of[request]} {name} {_place(message)} {words(message)}{aborted}"))
    return "\n".join(f"{when} {text}" for when, text in sorted(lines))
