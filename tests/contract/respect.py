"""An independent Arazzo runner, Redocly respect, runs the reading workflows against the sandbox; the worker runs the same
requests; what both put on the wire is equal, normalised as tests/contract/README.md says.

Not run by respect: workflows with x-each, x-when, x-start-at, a writing operation or receive steps;
examples without a 2xx reply or that do not complete; examples marked below.
"""

import json
import pathlib
import subprocess
import sys
import urllib.parse

from order_types import CUG
from paths import ROOT, SCHEMAS
from story import on_embedded, story
from waiting import expect

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
    tree["sourceDescriptions"][0]["url"] = str(SCHEMAS / "bt-whc.openapi.json")
    for workflow in tree["workflows"]:
        for step in workflow["steps"]:
            step["parameters"] = [
                p
                for p in step.get("parameters", [])
                if not p["value"].startswith("$inputs.") or p["value"].split("#")[0][8:].split(".")[0] in inputs
            ]
        workflow.setdefault("parameters", []).extend(
            [
                {"name": "APIGW-Tracking-Header", "in": "header", "value": "$inputs.tracking"},
                {"name": "Authorization", "in": "header", "value": "Bearer {$inputs.token}"},
            ]
        )
        workflow["inputs"]["properties"].update({"tracking": {"type": "string"}, "token": {"type": "string"}})
    copy = pathlib.Path(folder) / f"{path.parents[1].name}.arazzo.json"
    copy.write_text(json.dumps(tree))
    return copy


def respect_inputs(path, example, token):
    """What respect is given: the request as the worker's workflow sees it, numbers in national form."""

    def national(value):
        if isinstance(value, str) and value.startswith("+44"):
            return "0" + value[3:]
        if isinstance(value, dict):
            return {k: national(v) for k, v in value.items() if v is not None}
        return [national(v) for v in value] if isinstance(value, list) else value

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


@story(on="respect")
def the_same_requests_on_the_wire(stage):
    """Both runners, example by example."""
    stage.worker().ready()
    sandbox, token, run = stage.sandbox, token_of(stage.sandbox), 0
    for name, path, example in examples():
        seen = len(calls_since(sandbox, 0))
        inputs = respect_inputs(path, example, token)
        done = subprocess.run(
            [
                ROOT / "tests" / "lib" / "npm",
                "redocly",
                "respect",
                workflow_for(stage.folder, path, inputs),
                "--input",
                json.dumps(inputs),
                "--server",
                f"bt={sandbox.http}",
            ],
            capture_output=True,
            text=True,
            timeout=120,
        )
        expect(done.returncode == 0, f"{name}: respect says\n{done.stdout}{done.stderr}")
        theirs = [normalised(r) for r in calls_since(sandbox, seen)]
        seen += len(theirs)
        code, out, err = stage.run("submit", "--type", path.parents[1].name, "--wait", stdin=json.dumps(example["request"]))
        expect(code == 0, f"{name}: {out}{err}")
        ours = [normalised(r) for r in calls_since(sandbox, seen)]
        expect(ours == theirs, f"{name}: the worker sent {ours}\nrespect sent {theirs}")
        run += 1
    print(f"        {run} examples; not run: {', '.join(NOT_RUN)}", flush=True)
    expect(run >= 15, f"only {run} examples were run")


if __name__ == "__main__":
    sys.exit(on_embedded("respect", sys.argv[1:]))
