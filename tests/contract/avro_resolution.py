"""The worker's reading of Avro against PyPI's fastavro, from a fixed seed: 2,000 pairs of writer's and reader's schema with a
datum. Both resolve to the same value, or both refuse. Left out is where fastavro goes another way than the specification: the better
branch of several that fit, empty lists and maps of types that do not fit. Logical types are tested by tests/unit/codec.
"""

import base64
import copy
import io
import json
import math
import os
import pathlib
import random
import struct
import subprocess
import sys

import fastavro

BUILD = pathlib.Path(os.environ.get("TEST_BUILD", pathlib.Path(__file__).parents[2] / "build"))
SEED, PAIRS = 1811, 2000
PRIMITIVES = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"]
PROMOTIONS = {
    "int": ["long", "float", "double"],
    "long": ["float", "double"],
    "float": ["double"],
    "string": ["bytes"],
    "bytes": ["string"],
}
SYMBOLS = ["A", "B", "C", "D", "E"]
TEXTS = ["", "a", "01632 960000", "caf\u00e9", "\u65e5\u672c", "x" * 200]


class Schemas:
    """Random schemas; names are never used twice."""

    def __init__(self, chance):
        self.chance, self.serial = chance, 0

    def name(self, prefix):
        self.serial += 1
        return f"{prefix}{self.serial}"

    def any(self, depth=0, unions=True):
        kinds = ["primitive"] * 4 + (
            ["record"] * 3 + ["enum", "fixed", "array", "map"] + (["union"] if unions else []) if depth < 3 else ["enum", "fixed"]
        )
        return getattr(self, "of_" + self.chance.choice(kinds))(depth)

    def of_primitive(self, depth):
        return self.chance.choice(PRIMITIVES)

    def of_record(self, depth):
        fields = [{"name": self.name("f"), "type": self.any(depth + 1)} for _ in range(self.chance.randint(0, 4))]
        namespace = {"namespace": "a.b"} if self.chance.random() < 0.3 else {}
        return {"type": "record", "name": self.name("R"), **namespace, "fields": fields}

    def of_enum(self, depth):
        return {"type": "enum", "name": self.name("E"), "symbols": self.chance.sample(SYMBOLS, self.chance.randint(1, 5))}

    def of_fixed(self, depth):
        return {"type": "fixed", "name": self.name("X"), "size": self.chance.randint(1, 6)}

    def of_array(self, depth):
        return {"type": "array", "items": self.any(depth + 1)}

    def of_map(self, depth):
        return {"type": "map", "values": self.any(depth + 1)}

    def of_union(self, depth):
        branches, seen = [], set()
        for _ in range(self.chance.randint(1, 4)):
            one = self.any(depth + 1, unions=False)
            kind = one if isinstance(one, str) else one["type"]
            # Text or bytes, one kind of number: what is written decides, not what both sides hold for the better branch.
            group = {"string": "text", "bytes": "text", "int": "number", "long": "number", "float": "number", "double": "number"}.get(
                kind, kind
            )
            if group not in seen:
                branches.append(one)
                seen.add(group)
        return branches


def value_of(chance, schema):
    if isinstance(schema, list):
        return value_of(chance, chance.choice(schema))
    kind = schema if isinstance(schema, str) else schema["type"]
    if kind == "record":
        return {field["name"]: value_of(chance, field["type"]) for field in schema["fields"]}
    if kind == "array":
        return [value_of(chance, schema["items"]) for _ in range(chance.randint(1, 3))]
    if kind == "map":
        return {text: value_of(chance, schema["values"]) for text in chance.sample(["k", "", "\u00e9", "two words"], chance.randint(1, 3))}
    return {
        "null": lambda: None,
        "boolean": lambda: chance.random() < 0.5,
        "int": lambda: chance.choice([0, -1, 64, -(2**31), 2**31 - 1, chance.randint(-(10**6), 10**6)]),
        "long": lambda: chance.choice([0, -(2**63), 2**63 - 1, 2**53 + 1, chance.randint(-(10**12), 10**12)]),
        "float": lambda: struct.unpack("f", struct.pack("f", chance.uniform(-1e6, 1e6)))[0],
        "double": lambda: chance.choice([0.0, -0.5, 1e300, chance.uniform(-1e9, 1e9)]),
        "bytes": lambda: chance.choice([b"", b"abc", "caf\u00e9".encode(), bytes(chance.randrange(128) or 1 for _ in range(9))]),
        "string": lambda: chance.choice(TEXTS),
        "enum": lambda: chance.choice(schema["symbols"]),
        "fixed": lambda: bytes(chance.randrange(256) for _ in range(schema["size"])),
    }[kind]()


def default_of(schema):
    """A default that fits, as JSON in a schema; of a union that of its first branch."""
    if isinstance(schema, list):
        return default_of(schema[0])
    kind = schema if isinstance(schema, str) else schema["type"]
    if kind == "record":
        return {field["name"]: default_of(field["type"]) for field in schema["fields"]}
    return {
        "null": None,
        "boolean": True,
        "int": 7,
        "long": -7,
        "float": 0.5,
        "double": 2.5,
        "bytes": "\u00ff\u0001",
        "string": "dflt",
        "array": [],
        "map": {},
        "enum": None if kind != "enum" else schema["symbols"][0],
        "fixed": None if kind != "fixed" else "\u00fe" * schema["size"],
    }[kind]


def evolved(chance, schemas, schema):
    """The reader's schema: what evolution does, and now and then what it must not do."""
    if chance.random() < 0.03:
        return schemas.any(2)
    if isinstance(schema, list):
        branches = [evolved(chance, schemas, branch) for branch in schema if chance.random() > 0.1]
        branches = [branch for branch in branches if not isinstance(branch, list)]
        kinds = [branch if isinstance(branch, str) else branch["type"] for branch in branches]
        branches = [branch for i, branch in enumerate(branches) if kinds[i] not in kinds[:i] and not crowded(kinds[i], kinds[:i])]
        chance.shuffle(branches)
        return branches or schema
    if chance.random() < 0.1:
        kind = schema if isinstance(schema, str) else schema["type"]
        inner = evolved(chance, schemas, schema)
        return (
            ([inner, "null"] if chance.random() < 0.5 else ["null", inner])
            if kind != "null" and inner != "null" and not isinstance(inner, list)
            else inner
        )
    if isinstance(schema, str):
        return chance.choice(PROMOTIONS[schema]) if schema in PROMOTIONS and chance.random() < 0.3 else schema
    reader = copy.deepcopy(schema)
    if "name" in reader and chance.random() < 0.15:
        full = f"{reader['namespace']}.{reader['name']}" if "namespace" in reader else reader["name"]
        reader["name"] = schemas.name("N")
        if chance.random() < 0.8:
            reader["aliases"] = [full]
    return {"record": evolved_record, "enum": evolved_enum, "fixed": evolved_fixed, "array": evolved_items, "map": evolved_items}[
        reader["type"]
    ](chance, schemas, reader)


def crowded(kind, others):
    group = [{"string", "bytes"}, {"int", "long", "float", "double"}]
    return any(kind in one and any(other in one for other in others) for one in group)


def evolved_record(chance, schemas, reader):
    fields = []
    for field in reader["fields"]:
        if chance.random() < 0.12:
            continue
        field = {**field, "type": evolved(chance, schemas, field["type"])}
        if chance.random() < 0.12:
            field = {**field, "name": schemas.name("g"), "aliases": [field["name"]]}
        fields.append(field)
    while chance.random() < 0.25:
        added = schemas.any(2)
        fields.append({"name": schemas.name("n"), "type": added, **({"default": default_of(added)} if chance.random() < 0.85 else {})})
    chance.shuffle(fields)
    return {**reader, "fields": fields}


def evolved_enum(chance, schemas, reader):
    symbols = [symbol for symbol in reader["symbols"] if chance.random() > 0.2] or ["Z"]
    if chance.random() < 0.3:
        symbols.append("NEW")
    chance.shuffle(symbols)
    return {**reader, "symbols": symbols, **({"default": chance.choice(symbols)} if chance.random() < 0.5 else {})}


def evolved_fixed(chance, schemas, reader):
    return {**reader, "size": reader["size"] + (chance.random() < 0.1)}


def evolved_items(chance, schemas, reader):
    inner = "items" if reader["type"] == "array" else "values"
    return {**reader, inner: evolved(chance, schemas, reader[inner])}


def branch_of(union, value):
    """The branch of a union that the value of fastavro is of; where text may be either, a default is of the first branch."""

    def fits(one):
        kind = one if isinstance(one, str) else one["type"]
        return {
            "null": value is None,
            "boolean": isinstance(value, bool),
            "string": isinstance(value, str),
            "enum": isinstance(value, str) and kind == "enum" and value in one["symbols"],
            "bytes": isinstance(value, bytes),
            "fixed": isinstance(value, bytes) and kind == "fixed" and len(value) == one["size"],
            "array": isinstance(value, list),
            "map": isinstance(value, dict),
            "record": isinstance(value, dict) and kind == "record" and value.keys() == {f["name"] for f in one["fields"]},
        }.get(kind, isinstance(value, (int, float)) and not isinstance(value, bool))

    if isinstance(value, str) and kind_of(union[0]) in ("bytes", "fixed") and value == default_of(union[0]):
        return union[0]
    return next((one for kind in ("record", None) for one in union if fits(one) and kind in (None, kind_of(one))), union[0])


def kind_of(schema):
    return schema if isinstance(schema, str) else schema["type"]


def plain(value, schema):
    """As the worker shows it: bytes are base64. A default of bytes, which fastavro leaves as the text in the schema, is bytes."""
    if isinstance(schema, list):
        schema = branch_of(schema, value)
    kind = kind_of(schema)
    if kind in ("bytes", "fixed"):
        return base64.b64encode(value.encode("latin-1") if isinstance(value, str) else value).decode()
    if kind == "record":
        return {field["name"]: plain(value[field["name"]], field["type"]) for field in schema["fields"]}
    if kind == "map":
        return {key: plain(inner, schema["values"]) for key, inner in value.items()}
    return [plain(inner, schema["items"]) for inner in value] if kind == "array" else value


def same(ours, theirs):
    """Numbers by their value: theirs does not round a number that is promoted to float."""
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        return ours == theirs or math.isclose(ours, theirs, rel_tol=1e-6, abs_tol=0.0)
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(same(*both) for both in zip(ours, theirs))
    return ours == theirs


def theirs_of(writer, reader, datum):
    try:
        value = fastavro.schemaless_reader(io.BytesIO(datum), fastavro.parse_schema(writer), fastavro.parse_schema(reader))
    except Exception as error:  # whatever it says: it refuses
        return {"refused": f"{type(error).__name__}: {error}"}
    return {"value": plain(value, reader)}


def pairs():
    chance = random.Random(SEED)
    while True:
        schemas = Schemas(chance)
        writer = schemas.of_record(0)
        reader = evolved(chance, schemas, writer)
        out = io.BytesIO()
        value = value_of(chance, writer)
        fastavro.schemaless_writer(out, fastavro.parse_schema(writer), value)
        yield writer, reader, out.getvalue()


def main():
    made = [one for one, _ in zip(pairs(), range(PAIRS))]
    lines = "".join(json.dumps([json.dumps(writer), json.dumps(reader), datum.hex()]) + "\n" for writer, reader, datum in made)
    done = subprocess.run([BUILD / "tests" / "avro_resolve"], input=lines, text=True, capture_output=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    failed, resolved, refused = 0, 0, 0
    if done.returncode != 0 or len(answers) != PAIRS:
        print(f"FAILED  the reader ended with {done.returncode} after {len(answers)} pairs: {done.stderr[-2000:]}")
        failed += 1
    for (writer, reader, datum), ours in zip(made, answers):
        theirs = theirs_of(writer, reader, datum)
        good = ("value" in ours) == ("value" in theirs) and ("value" not in ours or same(ours["value"], theirs["value"]))
        resolved, refused = resolved + ("value" in ours), refused + ("value" not in ours)
        if not good:
            failed += 1
            print(
                f"FAILED  writer {json.dumps(writer)}\n  reader {json.dumps(reader)}\n  datum {datum.hex()}\n"
                f"  ours {json.dumps(ours)}\n  theirs {json.dumps(theirs)}"
            )
    print(f"{resolved} resolved, {refused} refused by both where they agree")
    print(f"{PAIRS - failed} passed, {failed} failed")
    return failed > 0 or resolved < PAIRS // 2 or refused < PAIRS // 20


if __name__ == "__main__":
    sys.exit(main())
