"""People's commands."""

import json

from story import story
from waiting import expect


@story(on="both")
def submit_and_watch(stage):
    """People's tools: lines in, a table out, exit codes that tell."""
    stage.worker().ready()
    lines = '{"number": "01632960000"}\n{"number": "01632960100"}\n'
    code, out, err = stage.run("submit", "--type", "check-portability", "--wait", stdin=lines)
    expect(code == 0 and out.count("COMPLETED") == 2, f"{code}\n{out}{err}")
    code, out, err = stage.run("submit", "--type", "check-portability", "--wait", stdin='{"number": "x"}\n{"numbr": 1}\nnonsense\n')
    expect(code == 1 and "-:1: number:" in err and "-:3:" in err and "not sent" in err, f"{code}\n{out}{err}")
    code, out, err = stage.run("watch", "--from-beginning", "--json", "--count", "2")
    expect(code == 0 and all(json.loads(line)["outcome"]["final"] for line in out.splitlines()), f"{code}\n{out}{err}")
    for command in ("run", "check", "topics", "submit", "watch"):
        code, out, err = stage.run(command, "--help")
        expect(code == 0 and "example: " in out, f"{command} --help")


@story(on="both")
def submit_as_people_write(stage):
    """A key for each request, and JSON that is printed over several lines; a mistake is named by the line where its object begins."""
    stage.worker().ready()
    pretty = json.dumps({"number": "01632960000", "rangeEnd": None}, indent=2)
    wrapped = json.dumps({"key": "customer-42", "request": {"number": "01632960100"}})
    broken = '{\n"number": "}{",\n"numbr": 1}'
    code, out, err = stage.run("submit", "--type", "check-portability", "--wait", "--json", stdin=f"{pretty}\n\n{wrapped}\n{broken}\n")
    expect(code == 1 and len(out.splitlines()) == 2 and "-:7: " in err and "1 not sent" in err, f"{code}\n{out}{err}")
    keys = {message.key() for message in stage.reader(stage.requests).until(2)}
    expect(keys == {None, b"customer-42"}, f"{keys}")


@story(on="both")
def all_examples(stage):
    """Every example of every reading order type, submitted for real, ends as its file says."""
    stage.worker().ready()
    code, out, err = stage.run("submit", "--examples", "--wait")
    expect(code == 0, f"{out}\n{err}")
