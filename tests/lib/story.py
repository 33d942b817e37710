"""Stories register themselves: @story(on=...) above a function says where it runs, and there is no list to keep.

A story is a function of a stage (stages.py); its name and the first line of its text are what `--list` prints.
"""

import concurrent.futures
import difflib
import importlib
import os
import pathlib
import shutil
import sys
import tempfile
import time
import traceback

from brokers import Kafka
from stages import new_stage
from waiting import Failure

AT_ONCE = int(os.environ.get("STORIES_AT_ONCE", 3))  # of those that do not mind each other
# What `on` may say, and in which parts such a story runs.
PARTS = {
    "embedded": ("embedded",),  # on the sandbox's own broker: tests/run flow
    "real": ("real",),  # on a Kafka broker: tests/run kafka
    "both": ("embedded", "real"),
    "edges": ("edges",),
    "crash": ("crash",),
    "stopped": ("stopped",),
    "wire": ("wire",),
    # Parts of tests/contract, a program each.
    "registry": ("registry",),
    "respect": ("respect",),
    "conformance": ("conformance",),
    "readme": ("readme",),
}
registered = []


def story(on, alone=False):
    """Registers a function. `alone`: it does something to broker or machine that other stories would feel, and runs by itself."""

    def register(function):
        if not function.__doc__:
            raise ValueError(f"the story {function.__name__} does not say what it shows")
        function.parts, function.alone = PARTS[on], alone
        for other in registered:
            if other.__name__ == function.__name__ and set(other.parts) & set(function.parts):
                raise ValueError(f"two stories are called {function.__name__}")
        registered.append(function)
        return function

    return register


def load():
    """Imports every module beside the program that runs, so that their stories register."""
    program = pathlib.Path(sys.argv[0]).resolve()
    for path in sorted(program.parent.glob("*.py")):
        if path != program:
            importlib.import_module(path.stem)


def chosen(part, words):
    """The stories of a part that the words of the command line name, or all. Ends the program for --list, and for a name that is none."""
    mine = [one for one in registered if part in one.parts]
    if words == ["--list"]:
        for one in mine:
            text = one.__doc__.strip().split("\n")[0]
            print(f"{one.__name__}{' (alone)' if one.alone else ''}: {text}")
        sys.exit(0)
    names = {one.__name__ for one in mine}
    for word in words:
        if word not in names:
            near = difflib.get_close_matches(word, names, 5, 0.5) + sorted(name for name in names if word in name)
            elsewhere = sorted({p for one in registered if one.__name__ == word for p in one.parts})
            print(
                f"there is no story '{word}' on {part}"
                + (f", but one on {', '.join(elsewhere)}" if elsewhere else "")
                + (f"; near it: {', '.join(dict.fromkeys(near))}" if near else "; --list names them all"),
                file=sys.stderr,
            )
            sys.exit(2)
    return [one for one in mine if not words or one.__name__ in words]


def play(one, make_stage):
    """One story on a fresh stage: whether it went well, and the lines that say so."""
    began, stage = time.monotonic(), None
    try:
        stage = make_stage()
        one(stage)
        stage.stop_workers()
        return True, [f"ok      {one.__name__}  ({time.monotonic() - began:.1f} s)"]
    except Exception as error:  # a story must not stop the others
        lines = [f"FAILED  {one.__name__}: {error}", "" if isinstance(error, Failure) else traceback.format_exc()]
        logs = sorted(pathlib.Path(stage.folder).glob("worker-*.log"))[-2:] if stage is not None else []
        return False, lines + [f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in logs]
    finally:
        if stage is not None:
            stage.end()


def play_all(stories, make_stage, at_once=1):
    """Plays stories, `at_once` so many, for most wait most of the time; prints what came of each, and gives the exit code."""
    results = []

    def print_result(done):
        results.append(done[0])
        print("\n".join(done[1]), flush=True)

    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        together = [pool.submit(play, one, make_stage) for one in stories if not one.alone]
        for done in concurrent.futures.as_completed(together):
            print_result(done.result())
    for one in stories:
        if one.alone:
            print_result(play(one, make_stage))
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed", flush=True)
    return 0 if results and all(results) else 1


def on_embedded(part, words, at_once=1):
    """Plays the stories of a part on the sandbox's own broker; gives the exit code."""
    return play_all(chosen(part, words), new_stage, at_once)


def on_real_kafka(part, words, at_once=1):
    """Plays the stories of a part on one real broker, made for them; gives the exit code."""
    stories = chosen(part, words)
    folder = tempfile.mkdtemp(prefix="whc-kafka-")
    kafka = Kafka(folder)
    try:
        return play_all(stories, lambda: new_stage(kafka), at_once)
    finally:
        kafka.stop()
        shutil.rmtree(folder, ignore_errors=True)
