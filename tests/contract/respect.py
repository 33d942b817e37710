"""An independent Arazzo runner, Redocly respect, runs the reading workflows against the sandbox; the worker runs the same
requests; what both put on the wire is equal, normalised as tests/contract/README.md says.

The two journeys are run up to their first wait, of copies that are resolved for one request (unrolled.py). Not run by respect: other
workflows with x-each, x-when, x-start-at, a writing operation or receive steps; examples without a 2xx reply or that do not complete;
examples marked below.
"""

import io
import json
import pathlib
import subprocess
import sys
import urllib.parse

import fastavro

from events import outcome_of
from notifications import reference_of
from order_types import CUG, order_type
from orders import new_order, one_number
from paths import ROOT, SCHEMAS
from story import on_embedded, story
from unrolled import Unrolled
from waiting import expect, wait_for

# A reply member that the OpenAPI file lacks is an error to respect; and so is a pointer to nothing.
NOT_RUN = {
    "check-portability/lenient-reply": "its reply has a member that the OpenAPI file lacks",
    "locate-ported-numbers/all-accepted": "it embeds a null input in text",
}
EXTENSIONS = ("x-each", "x-when", "x-start-at", '"receive"')


def writing_operations():
    paths = json.loads((SCHEMAS / "bt-whc.openapi.json").read_text())["paths"]
    return {
        operation["operationId"]
        for path in paths.values()
        for operation in path.values()
        if isinstance(operation, dict) and operation.get("x-repeat", "safe") != "safe"
    }


def examples():
    writing = writing_operations()
    for path in sorted(SCHEMAS.glob("*/examples/*.json")):
        workflow = (path.parents[1] / "workflow.arazzo.json").read_text()
        example = json.loads(path.read_text())
        name = f"{path.parents[1].name}/{path.stem}"
        good = example["outcome"]["status"] == "COMPLETED" and all(
            200 <= (call["reply"] or {"status": 0})["status"] < 300 for call in example["calls"]
        )
        good = good and not any(call["operationId"] in writing for call in example["calls"])
        if good and not any(word in workflow for word in EXTENSIONS) and name not in NOT_RUN and not example.get("headers"):
            yield name, path, example


def workflow_for(folder, path, inputs):
    """The workflow as it is, with the two headers that the worker adds by itself as parameters of every step, and without
    query parameters whose input is missing: respect would send `name=undefined`, which the sandbox rightly refuses."""
    tree = json.loads((path.parents[1] / "workflow.arazzo.json").read_text())
    for workflow in tree["workflows"]:
        for step in workflow["steps"]:
            step["parameters"] = [
                p
                for p in step.get("parameters", [])
                if not p["value"].startswith("$inputs.") or p["value"].split("#")[0][8:].split(".")[0] in inputs
            ]
    return written(folder, path.parents[1].name, tree)


def written(folder, name, tree):
    """The file, with the place of the OpenAPI file and the two headers."""
    tree["sourceDescriptions"][0]["url"] = str(SCHEMAS / "bt-whc.openapi.json")
    for workflow in tree["workflows"]:
        workflow.setdefault("parameters", []).extend(
            [
                {"name": "APIGW-Tracking-Header", "in": "header", "value": "$inputs.tracking"},
                {"name": "Authorization", "in": "header", "value": "Bearer {$inputs.token}"},
            ]
        )
        workflow["inputs"]["properties"].update({"tracking": {"type": "string"}, "token": {"type": "string"}})
    copy = pathlib.Path(folder) / f"{name}.arazzo.json"
    copy.write_text(json.dumps(tree))
    return copy


def national(value):
    """Without nulls, and dates as text."""
    if isinstance(value, str) and value.startswith("+44"):
        return "0" + value[3:]
    if isinstance(value, dict):
        return {k: national(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [national(v) for v in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def respect_inputs(path, example, token):
    """What respect is given: the request as the worker's workflow sees it, numbers in national form."""

    inputs = national({k: v for k, v in example["request"].items() if k not in ("requestId", "notAfter")})
    fields = {field["name"]: field.get("default") for field in json.loads((path.parents[1] / "request.avsc").read_text())["fields"]}
    inputs = {**{name: value for name, value in fields.items() if value not in (None, [])}, **inputs}
    given = {} if "cugId" in fields else {"cugId": CUG}  # a field of that name wins over the setting, also when null
    return {**given, **inputs, "tracking": "respect", "token": token}


def normalised(request):
    """Method, path, query and body, without what respect makes of null inputs."""
    parts = urllib.parse.urlsplit(request["target"])
    query = sorted((k, v) for k, v in urllib.parse.parse_qsl(parts.query, keep_blank_values=True) if v not in ("undefined", ""))

    def clean(value):
        if isinstance(value, dict):
            return {k: clean(v) for k, v in value.items() if v not in ("", None)}
        return [clean(v) for v in value] if isinstance(value, list) else value

    body = request.get("body")
    if isinstance(body, str):
        body = json.loads(body) if body else None
    return request["method"], parts.path, query, clean(body)


def paired(body):
    """The values of BT's pairs as text: `{expression}`, and nothing else, keeps its type in respect, and is text to us."""
    if isinstance(body, list):
        return [paired(one) for one in body]
    if not isinstance(body, dict):
        return body
    made = {name: paired(one) for name, one in body.items()}
    if made.keys() == {"name", "value"} and not isinstance(made["value"], str):
        made["value"] = json.dumps(made["value"])
    return made


def token_of(sandbox):
    import base64
    import urllib.request

    request = urllib.request.Request(
        f"{sandbox.http}/oauth/accesstoken",
        data=b"grant_type=client_credentials",
        headers={
            "Authorization": "Basic " + base64.b64encode(b"sandbox-key:sandbox-secret").decode(),
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())["accessToken"]


def calls_since(sandbox, count):
    last = sandbox.control("GET", "requests?last=1000")
    return [r for r in last if "/oauth/" not in r["target"]][count:]


def respect(sandbox, name, workflow, inputs):
    """Runs a workflow."""
    command = [
        ROOT / "tests" / "lib" / "npm",
        "redocly",
        "respect",
        workflow,
        "--input",
        json.dumps(inputs),
        "--server",
        f"bt={sandbox.http}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    expect(done.returncode == 0, f"{name}: respect says\n{done.stdout}{done.stderr}")


@story(on="respect")
def the_same_requests_on_the_wire(stage):
    """Both runners, example by example."""
    stage.worker().ready()
    sandbox, token, run = stage.sandbox, token_of(stage.sandbox), 0
    for name, path, example in examples():
        seen = len(calls_since(sandbox, 0))
        inputs = respect_inputs(path, example, token)
        respect(sandbox, name, workflow_for(stage.folder, path, inputs), inputs)
        theirs = [normalised(r) for r in calls_since(sandbox, seen)]
        seen += len(theirs)
        code, out, err = stage.run("submit", "--type", path.parents[1].name, "--wait", stdin=json.dumps(example["request"]))
        expect(code == 0, f"{name}: {out}{err}")
        ours = [normalised(r) for r in calls_since(sandbox, seen)]
        expect(ours == theirs, f"{name}: the worker sent {ours}\nrespect sent {theirs}")
        run += 1
    print(f"        {run} examples; not run: {', '.join(NOT_RUN)}", flush=True)
    expect(run >= 15, f"only {run} examples were run")


# An example's request, other fields of it, outputs that no reply of the sandbox's has: a pointer to nothing is an error to respect.
JOURNEYS = [
    ("provide-with-ported-numbers", "range-of-three", {}, ()),
    ("provide-with-ported-numbers", "range-of-three", one_number("01632960020"), ()),
    ("provide-with-new-numbers", "new-company", {}, ("address.districtCode",)),
    ("provide-with-new-numbers", "company-that-exists", {"exchangeGroupCode": "ABDN"}, ()),
]


def full(kind, record):
    """The request with all defaults, as Avro reads it."""
    schema = order_type(kind).request
    read = fastavro.schemaless_reader(io.BytesIO(order_type(kind).datum(record)), schema, None)
    return national({name: value for name, value in read.items() if name not in ("requestId", "notAfter")})


def waits_at(reader, request):
    """Waits until the worker says at which step the order waits, or that it has ended."""
    said = wait_for(
        lambda: [
            o["outcome"]
            for o in map(outcome_of, reader.more())
            if str(o["outcome"]["requestId"]) == request and (o["outcome"]["waiting"] or o["outcome"]["status"] != "PROGRESS")
        ],
        "the order to wait",
    )[0]
    return said["waiting"]["step"] if said["waiting"] else f"nowhere: {said}"


@story(on="respect")
def journeys_up_to_their_first_wait(stage):
    """The two scenarios of BT's product page, resolved for one request each and cut off where they wait, run by both."""
    stage.more["requests.partitioner"] = "none"  # so that references are known before
    stage.worker().ready()
    sandbox, token, reader = stage.sandbox, token_of(stage.sandbox), stage.reader()
    for kind, example, fields, absent in JOURNEYS:
        name, record = f"{kind}/{example}", new_order(kind, example, **fields)
        tree = json.loads((SCHEMAS / kind / "workflow.arazzo.json").read_text())
        steps = tree["workflows"][0]["steps"]
        references = {f"{step['stepId']}Reference": reference_of(record["requestId"], step["stepId"], 0) for step in steps}
        inputs = {**full(kind, record), **references, "cugId": CUG, "tracking": "respect", "token": token}
        lists = {f"{step}.numbers": inputs.get("quantity") for step in ("reserve", "reserveMore")}
        workflow, waits = Unrolled(tree["workflows"][0], inputs, lists, absent).workflow_up_to_the_first_wait()
        copy = written(stage.folder, kind, {**tree, "sourceDescriptions": tree["sourceDescriptions"][:1], "workflows": [workflow]})
        sandbox.control("POST", "reset")  # ids begin again
        respect(sandbox, name, copy, inputs)
        theirs = [(*rest, paired(body)) for *rest, body in (normalised(r) for r in calls_since(sandbox, 0))]
        sandbox.control("POST", "reset")
        stage.send(kind, record, key=name.encode(), partition=0)
        stage.flush()
        expect((at := waits_at(reader, record["requestId"])) == waits, f"{name}: the worker waits at {at}")
        ours = [normalised(r) for r in calls_since(sandbox, 0)]
        expect(ours == theirs, f"{name}: the worker sent {ours}\nrespect sent {theirs}")
        expect(len(ours) == len(workflow["steps"]), f"{name}: {len(ours)} calls of {len(workflow['steps'])} steps")
        print(f"        {name}: {len(ours)} calls, then {waits}", flush=True)


if __name__ == "__main__":
    sys.exit(on_embedded("respect", sys.argv[1:]))
