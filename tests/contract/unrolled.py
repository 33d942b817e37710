"""A journey's workflow for a runner that knows none of our extensions: resolved for one request, up to its first wait.

What schemas/README.md says of x-when, x-each, x-first and null, written once more, from that text and not from the worker's code. What
is known beforehand becomes plain JSON; what a step reads from a reply stays an expression, and so does a whole input.
"""

import json
import re

EMBEDDED = re.compile(r"\{(\$[^}]+)\}")
KEPT = ("stepId", "description", "operationId")


def _parts(path):
    """`.company.name`, `#/0/number`, or both, as a list of names."""
    dotted, _, pointer = path.partition("#")
    return [part for part in dotted.split(".") + pointer.split("/") if part]


def _inside(value, path):
    for part in _parts(path):
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def _output(text):
    """`step.name` of `$steps.step.outputs.name#/...`."""
    return text.partition("#")[0].removeprefix("$steps.").replace(".outputs.", ".")


class Unrolled:
    def __init__(self, workflow, inputs, lists=(), absent=()):
        """`inputs`: all of them. Of outputs, as `step.name`: `lists` will have so many elements, `absent` no value."""
        self.workflow, self.inputs, self.ran = workflow, inputs, set()
        self.lists, self.absent = dict(lists), set(absent)

    # --- expressions ---

    def _expression(self, text, scope):
        """Its value, or an expression that the runner can read; null where it is null."""
        root, path = re.match(r"\$(\w+)(.*)", text).groups()
        if root == "steps":
            return text if path.split(".")[1] in self.ran and _output(text) not in self.absent else None
        if root == "inputs":
            value = _inside(self.inputs, path)
            return text if value is not None and "#" not in path and not isinstance(value, dict | list) else value
        if root == "position":
            return ".".join(map(str, scope["position"]))
        item = scope[root]
        if isinstance(item, str) and item.startswith("$steps."):
            return "/".join([item, *_parts(path)])
        return _inside(item, path)

    def _text(self, text, scope):
        if text.startswith("$"):
            return self._expression(text, scope)
        values = [self._expression(inner, scope) for inner in EMBEDDED.findall(text)]
        if None in values:
            return None
        pieces = iter(values)

        def piece(_):
            value = next(pieces)
            if isinstance(value, str):
                return f"{{{value}}}" if value.startswith("$") else value
            return json.dumps(value)

        return EMBEDDED.sub(piece, text)

    # --- payloads ---

    def _items(self, text, scope):
        """What an x-each goes over: values, or expressions for each place of a list that a reply will have."""
        value = self._expression(text, scope)
        if isinstance(value, str) and value.startswith("$steps."):
            return [f"{value}#/{i}" for i in range(self.lists[_output(value)])]
        if isinstance(value, str) and value.startswith("$inputs"):
            return [_inside(self.inputs, value.removeprefix("$inputs"))]
        return [] if value is None else value if isinstance(value, list) else [value]

    def _each(self, node, scope):
        made = []
        for i, item in enumerate(self._items(node["x-each"], scope)):
            inner = {**scope, "each": item, "position": [*scope["position"], i + 1]}
            if "x-as" in node:
                inner[node["x-as"]] = item
            value = self.value(node["value"], inner)
            made += value if isinstance(value, list) else [] if value is None else [value]
        return made or None

    def _list(self, node, scope):
        made = []
        for element in node:
            value = self.value(element, scope)
            paired = isinstance(element, dict) and "value" in element and "x-each" not in element
            if value is None or (paired and "value" not in value):
                continue
            made += value if isinstance(element, dict) and "x-each" in element else [value]
        return made or None

    def value(self, node, scope=None):
        """A value of a payload or parameter; null: it is left out."""
        scope = scope or {"position": []}
        if isinstance(node, str):
            return self._text(node, scope)
        if isinstance(node, list):
            return self._list(node, scope)
        if not isinstance(node, dict):
            return node
        if "x-first" in node:
            return next((value for one in node["x-first"] if (value := self.value(one, scope)) is not None), None)
        if "x-each" in node:
            return self._each(node, scope)
        made = {name: value for name, one in node.items() if (value := self.value(one, scope)) is not None}
        return made if made or not node else None

    # --- steps ---

    def _holds(self, condition):
        """Of an x-when: comparisons with null or a text, joined by ||."""

        def one(comparison):
            left, operator, right = re.fullmatch(r"\s*(\S+) (==|!=) (null|'[^']*')\s*", comparison).groups()
            value = self._expression(left, {})
            if isinstance(value, str) and value.startswith("$inputs"):
                value = _inside(self.inputs, value.removeprefix("$inputs"))
            return (value == (None if right == "null" else right[1:-1])) == (operator == "==")

        return any(one(comparison) for comparison in condition.split("||"))

    def _step(self, step):
        made = {name: step[name] for name in KEPT}
        parameters = [{**p, "value": self.value(p["value"])} for p in step.get("parameters", [])]
        made["parameters"] = [p for p in parameters if p["value"] is not None]
        if "requestBody" in step:
            made["requestBody"] = {**step["requestBody"], "payload": self.value(step["requestBody"]["payload"])}
        # A pointer to nothing is an error to respect, and null to us; the ways out of the example's way are not taken.
        made["successCriteria"] = [one for one in step["successCriteria"] if "== null" not in one["condition"]]
        if "outputs" in step:
            made["outputs"] = {name: one for name, one in step["outputs"].items() if f"{step['stepId']}.{name}" not in self.absent}
        return made

    def workflow_up_to_the_first_wait(self):
        """The steps that run, and the step that would wait."""
        steps = []
        for step in self.workflow["steps"]:
            if step.get("action") == "receive":
                schemas = self.workflow["inputs"]["properties"].items()
                schemas = {name: {word: one for word, one in schema.items() if word != "format"} for name, schema in schemas}
                inputs = {**self.workflow["inputs"], "properties": schemas}
                return {"workflowId": self.workflow["workflowId"], "inputs": inputs, "steps": steps}, step["stepId"]
            if all(self._holds(criterion["condition"]) for criterion in step.get("x-when", [])):
                steps.append(self._step(step))
                self.ran.add(step["stepId"])
        raise ValueError(f"{self.workflow['workflowId']} does not wait")
