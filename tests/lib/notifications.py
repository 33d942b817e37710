"""BT's notifications, as `whc-worker listen` puts them into the events topic."""

import datetime
import functools
import hashlib
import io
import json
import time
import uuid

import fastavro
import fastavro.schema

from order_types import common_schema

DAY = 86400  # seconds


@functools.cache
def _frame():
    canonical = fastavro.schema.to_parsing_canonical_form(common_schema("Event"))
    return b"\xc3\x01" + int(fastavro.schema.fingerprint(canonical, "CRC-64-AVRO"), 16).to_bytes(8, "big")


def _single_object(record):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, common_schema("Event"), record)
    return _frame() + out.getvalue()


def partition_of(reference):
    """The last two bytes of a reference of ours."""
    return int(uuid.UUID(reference)) & 0xFFFF


def reference_of(request, step, partition):
    """The worker's reference of a step that writes (worker/record/reference.c): known before the order is sent, for faults by reference."""
    texts = b"".join(len(text).to_bytes(8, "big") + text.encode() for text in ("reference", request, step))
    digest = bytearray(hashlib.sha256(texts).digest()[:14] + partition.to_bytes(2, "big"))
    digest[6], digest[8] = digest[6] & 0x0F | 0x80, digest[8] & 0x3F | 0x80  # a UUID of version 8
    return str(uuid.UUID(bytes=bytes(digest)))


def product_order(reference, order_id="00125420", event_id=None, event_time="2026-12-01T10:00:00.000Z", **members):
    """A notification as BT's pages show it; `state`, `portStatus` and the like as they are given."""
    order = {"id": order_id, "externalId": reference, "@type": "BTProductOrder", **members}
    return {
        "eventId": event_id or str(uuid.uuid4()),
        "eventTime": event_time,
        "eventType": "ProductOrderStateChangeEvent",
        "event": {"productOrder": {name: value for name, value in order.items() if value is not None}},
    }


def received_at(payload):
    """In milliseconds: now, or as it happens by the clock that BT has, where that is shown as another than ours."""
    now = time.time()
    try:
        happened = datetime.datetime.fromisoformat(payload["eventTime"]).timestamp()
    except (KeyError, TypeError, ValueError):
        return int(now * 1000)
    return int((happened if happened > now + DAY else now) * 1000)


def event(payload, reference=None):
    """The record of the topic for a notification."""
    order = payload["event"]["productOrder"]
    return {
        "eventId": payload.get("eventId"),
        "receivedAt": received_at(payload),
        "type": payload.get("eventType"),
        "reference": reference or order.get("externalId"),
        "orderId": order.get("id"),
        "payload": json.dumps(payload),
    }


def partition_of_id(order_id, partitions):
    """Where what is known of an id of BT's is kept."""
    return int.from_bytes(hashlib.sha256(order_id.encode()).digest()[:4], "big") % partitions


def forward(stage, payload, reference=None, partition=None):
    """Puts a notification into the topic, where `listen` would: by our reference, else by BT's id."""
    record = event(payload, reference)
    ours = record["reference"]
    place = partition_of(ours) if ours else partition_of_id(record["orderId"], stage.partitions)
    stage.producer.produce(
        stage.topic("order-events"),
        _single_object(record),
        key=(ours or record["orderId"]).encode(),
        partition=place if partition is None else partition,
        on_delivery=stage._delivered,
    )
    stage.producer.poll(0)


def notify(stage, reference, partition=None, **members):
    """Makes one, and sends it to the partition of the order; gives the payload."""
    payload = product_order(reference, **members)
    forward(stage, payload, partition=partition)
    stage.flush()
    return payload
