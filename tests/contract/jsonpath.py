"""The worker's JSONPath against PyPI's jsonpath-rfc9535, from fixed seeds: random queries of our subset find the same nodes
in random documents; of damaged ones, what is no RFC 9535 is refused by both, and what only we refuse is outside the subset,
and our refusal says so."""

import json
import os
import pathlib
import random
import subprocess
import sys

import jsonpath_rfc9535

BUILD = pathlib.Path(os.environ.get("TEST_BUILD", pathlib.Path(__file__).parents[2] / "build"))
SEED, QUERIES, DAMAGED = 9535, 6000, 6000
NAMES = ["a", "b", "c", "id", "_x", "né", "k l", "it's", 'q"', "1", "\n", "☺", "\U0001f600", "", "\\"]
NUMBERS = [0, 1, -1, 2, 10, 1.0, 1.5, -0.5, 1e3, 9007199254740992, 9007199254740993, 123456789012345678, 123456789012345679]
TEXTS = ["", "x", "X", "1", "é", "it's", 'q"q', "\u0000", "\U0001f600", "\ufb01", "a\nb"]
# How our refusals name what is RFC 9535 and not ours.
OUTSIDE = ("descendants", "slices and unions", "no functions, no $", "holds a name in quotes", "nests too deep", "with \\u0000")
LENIENT = ("'!' stands before", "a ')' is missing")  # "a ']' is missing" is among the others


def expect(holds, what):
    if not holds:
        raise AssertionError(what)


def document(chance, depth=0):
    kind = chance.random()
    if depth > 3 or kind < 0.35:
        return chance.choice([None, True, False, *NUMBERS, *TEXTS])
    if kind < 0.65:
        return [document(chance, depth + 1) for _ in range(chance.randrange(5))]
    return {name: document(chance, depth + 1) for name in chance.sample(NAMES, chance.randrange(5))}


def space(chance):
    return chance.choice(["", "", "", " ", "\n", "\t "])


def quoted(chance, text):
    quote = chance.choice("'\"")
    out = ""
    for letter in text:
        if letter < " " or letter in (quote, "\\") or chance.random() < 0.1:
            units = letter.encode("utf-16-be")
            short = {"\n": "\\n", "\\": "\\\\", quote: "\\" + quote, "/": "\\/"}.get(letter)
            coded = "".join(f"\\u{units[i]:02{chance.choice('xX')}}{units[i + 1]:02{chance.choice('xX')}}" for i in range(0, len(units), 2))
            out += short if short and chance.random() < 0.6 else coded
        else:
            out += letter
    return quote + out + quote


def number(chance):
    value = chance.choice([one for one in NUMBERS if one <= 2**53])  # theirs reads literals by way of a double
    return chance.choice([json.dumps(value), f"{value}", "-0", "1e0", "15e-1", "1E+3", "0.0"])


def name_segment(chance, name):
    plain = name and (name[0].isalpha() or name[0] == "_") and all(c.isalnum() or c == "_" for c in name)
    if plain and chance.random() < 0.6:
        return "." + name
    return f"[{space(chance)}{quoted(chance, name)}{space(chance)}]"


def singular(chance, start):
    path = start
    for _ in range(chance.randrange(3)):
        path += space(chance)
        if chance.random() < 0.7:
            path += name_segment(chance, chance.choice(NAMES))
        else:
            path += f"[{chance.randrange(-3, 3)}]"
    return path


def literal(chance):
    return chance.choice(["true", "false", "null", quoted(chance, chance.choice(TEXTS)), number(chance)])


def comparison(chance):
    sides = [singular(chance, "@"), literal(chance) if chance.random() < 0.7 else singular(chance, "@")]
    chance.shuffle(sides)
    return f"{sides[0]}{space(chance)}{chance.choice(['==', '!=', '<', '<=', '>', '>='])}{space(chance)}{sides[1]}"


def basic(chance, depth):
    kind = chance.random()
    if kind < 0.55:
        return comparison(chance)
    if kind < 0.75 or depth > 2:
        return chance.choice(["", "!", "! "]) + query(chance, "@", depth + 1)
    return f"{chance.choice(['', '!'])}({space(chance)}{logical(chance, depth + 1)}{space(chance)})"


def logical(chance, depth=0):
    parts = [basic(chance, depth) for _ in range(chance.choice([1, 1, 1, 2, 2, 3]))]
    return "".join(part if i == 0 else space(chance) + chance.choice(["&&", "||"]) + space(chance) + part for i, part in enumerate(parts))


def query(chance, start="$", depth=0):
    path = start
    for _ in range(chance.randrange(1, 4)):
        path += space(chance)
        kind = chance.random()
        if kind < 0.4:
            path += name_segment(chance, chance.choice(NAMES))
        elif kind < 0.55:
            path += f"[{space(chance)}{chance.randrange(-4, 5)}{space(chance)}]"
        elif kind < 0.75:
            path += chance.choice([".*", "[*]", "[ * ]"])
        elif depth == 2:  # never none: theirs takes "@" alone for its value, not for whether it is there
            path += name_segment(chance, chance.choice(NAMES))
        else:
            path += f"[{space(chance)}?{space(chance)}{logical(chance, depth)}{space(chance)}]"
    return path


def damage(chance, text):
    """One small change: a character more, less, twice or another."""
    at = chance.randrange(len(text))
    other = chance.choice("$@.[]()?*!=<>&|'\"\\ \t\n0123-+eE,:abuDd8tf_ ")
    return chance.choice(
        [text[:at] + text[at + 1 :], text[:at] + other + text[at:], text[:at] + other + text[at + 1 :], text[:at] + text[at] + text[at:]]
    )


def theirs(selector, value):
    """The nodes, or None where it is no RFC 9535."""
    try:
        return [node.value for node in jsonpath_rfc9535.find(selector, value)]
    except (jsonpath_rfc9535.JSONPathError, OverflowError):  # the latter: a literal that is no double
        return None


def same(one, other):
    """As JSON: 1 is 1.0, and true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool) or type(one) is not type(other):
        numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (one, other))
        return one is other or (numbers and one == other)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one == other


def compare(pairs, damaged):
    """How many both took, only they took, and both refused; a difference fails. Theirs takes some that the RFC's grammar does
    not allow, "!!(...)", "!@.a == 1" and "1 < 2 < 3": of damaged ones counts only whether they are taken."""
    given = "".join(json.dumps({"selector": selector, "document": value}) + "\n" for selector, value in pairs)
    done = subprocess.run(
        [BUILD / "tests" / "contract" / "jsonpath_nodes"], input=given, capture_output=True, timeout=120, encoding="utf-8", errors="replace"
    )  # a refusal may quote half a character
    answers = done.stdout.splitlines()
    expect(done.returncode == 0 and len(answers) == len(pairs), f"{len(answers)} answers to {len(pairs)} queries: {done.stderr}")
    counts = [0, 0, 0]
    for (selector, value), answer in zip(pairs, answers):
        want, refused = theirs(selector, value), answer.startswith("refused: ")
        what = f"{selector!r} over {json.dumps(value)}: ours {answer}, theirs {want}"
        if want is None:
            expect(refused, what)
            counts[2] += 1
        elif refused:
            expect(any(words in answer for words in OUTSIDE) or (damaged and any(words in answer for words in LENIENT)), what)
            counts[1] += 1
        else:
            expect(damaged or same(json.loads(answer), want), what)
            counts[0] += 1
    return counts


def queries_of_the_subset():
    """Random queries that are ours: all are taken, and find the same."""
    chance = random.Random(SEED)
    both, only, refused = compare([(query(chance), document(chance)) for _ in range(QUERIES)], False)
    expect(refused == 0 and only < QUERIES / 50, f"{both} both, {only} only they, {refused} refused: the queries are not of the subset")


def damaged_queries():
    """The same with one small change each."""
    chance = random.Random(SEED + 1)
    both, _, refused = compare([(damage(chance, query(chance)), document(chance)) for _ in range(DAMAGED)], True)
    expect(both > DAMAGED / 10 and refused > DAMAGED / 10, f"{both} both, {refused} refused: the damage is not what it was")


if __name__ == "__main__":
    failed = 0
    for story in (queries_of_the_subset, damaged_queries):
        try:
            story()
            print(f"ok      {story.__name__}")
        except AssertionError as difference:
            failed += 1
            print(f"FAILED  {story.__name__}: {difference}")
    print(f"{2 - failed} passed, {failed} failed")
    sys.exit(failed > 0)
