"""The schemas of the order types, as any other program would read them, and requests made by hand."""

import functools
import io
import json
import uuid

import fastavro
import fastavro.schema

from paths import SCHEMAS

CUG = "CUG5009999999"


def _inline(schema, texts, done):
    """The self-contained form: shared types put in at first use."""
    if isinstance(schema, str):
        if schema in texts and schema not in done:
            done.add(schema)
            return _inline(texts[schema], texts, done)
        return schema
    if isinstance(schema, list):
        return [_inline(branch, texts, done) for branch in schema]
    copy = dict(schema)
    if copy["type"] == "record":
        copy["fields"] = [dict(field, type=_inline(field["type"], texts, done)) for field in copy["fields"]]
    elif copy["type"] == "array":
        copy["items"] = _inline(copy["items"], texts, done)
    elif copy["type"] == "map":
        copy["values"] = _inline(copy["values"], texts, done)
    elif not isinstance(copy["type"], str):
        copy["type"] = _inline(copy["type"], texts, done)
    return copy


@functools.cache
def _fingerprint(text):
    canonical = fastavro.schema.to_parsing_canonical_form(json.loads(text))
    return int(fastavro.schema.fingerprint(canonical, "CRC-64-AVRO"), 16).to_bytes(8, "big")


def _common_texts():
    return {f"whc.common.{path.stem}": json.loads(path.read_text()) for path in (SCHEMAS / "common").glob("*.avsc")}


@functools.cache
def common_schema(name):
    """A shared record, as any other program would read it."""
    texts = _common_texts()
    return fastavro.parse_schema(_inline(texts[f"whc.common.{name}"], texts, set()))


class OrderType:
    """The two schemas of an order type, as any other program would read them."""

    def __init__(self, name):
        texts = _common_texts()
        self.name = name
        self.request_text = _inline(json.loads((SCHEMAS / name / "request.avsc").read_text()), texts, set())
        self.outcome_text = _inline(json.loads((SCHEMAS / name / "outcome.avsc").read_text()), texts, set())
        before = {**texts, "whc.common.Outcome": json.loads((SCHEMAS / "common/history/Outcome-1.avsc").read_text())}
        outcome_before = _inline(json.loads((SCHEMAS / name / "outcome.avsc").read_text()), before, set())
        self.request = fastavro.parse_schema(json.loads(json.dumps(self.request_text)))
        self.outcome = fastavro.parse_schema(json.loads(json.dumps(self.outcome_text)))
        self.outcome_writers = {
            self.fingerprint(self.outcome_text): self.outcome,
            self.fingerprint(outcome_before): fastavro.parse_schema(json.loads(json.dumps(outcome_before))),
        }

    @staticmethod
    def fingerprint(text):
        return _fingerprint(json.dumps(text))

    def datum(self, record):
        out = io.BytesIO()
        fastavro.schemaless_writer(out, self.request, record)
        return out.getvalue()

    def single_object(self, record):
        return b"\xc3\x01" + self.fingerprint(self.request_text) + self.datum(record)

    def read_outcome(self, fingerprint, datum):
        """As today's record; null: written with a schema that is not ours. One of an earlier worker is resolved, as Avro says."""
        writer = self.outcome_writers.get(fingerprint)
        return writer and fastavro.schemaless_reader(io.BytesIO(datum), writer, None if writer is self.outcome else self.outcome)


@functools.cache
def order_type(name):
    return OrderType(name)


def request_id():
    return str(uuid.uuid4())


def portability(number="01632960000", **more):
    return {"requestId": request_id(), "number": number, **more}
