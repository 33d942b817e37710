"""The programs under test as processes: the sandbox and workers."""

import json
import os
import pathlib
import re
import signal
import subprocess
import urllib.error
import urllib.request
import uuid

from paths import SANDBOX, WORKER
from waiting import Failure, expect, wait_for


class Program:
    """A process whose output goes to a file."""

    def __init__(self, arguments, log, environment=None):
        self.log_path = pathlib.Path(log)
        self.log_file = open(self.log_path, "wb")
        self.process = subprocess.Popen(
            [str(a) for a in arguments], stdout=self.log_file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment
        )

    def log(self):
        return self.log_path.read_text(errors="replace")

    def signal(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)

    def wait(self, seconds=60):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.process.args[0]} did not end within {seconds} s\n{self.log()[-2000:]}") from None

    def stop(self, seconds=60):
        self.signal(signal.SIGTERM)
        code = self.wait(seconds)
        self.log_file.close()
        return code

    def kill(self):
        self.signal(signal.SIGKILL)
        self.wait()
        self.log_file.close()


class Sandbox(Program):
    def __init__(self, folder, broker=False, latency_ms=0):
        self.ready_file = pathlib.Path(folder) / f"sandbox-{uuid.uuid4()}"
        arguments = [SANDBOX, "--latency-ms", latency_ms, "--ready-file", self.ready_file]
        super().__init__(arguments + (["--broker"] if broker else []), f"{self.ready_file}.log")
        wait_for(lambda: self.ready_file.exists() or self.process.poll() is not None, "the sandbox")
        expect(self.ready_file.exists(), f"the sandbox ended: {self.log()}")
        facts = dict(line.split("=", 1) for line in self.ready_file.read_text().split())
        self.http, self.kafka = facts["http"], facts.get("kafka")

    def control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.http}/sandbox/{path}", data=data, method=method, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def fault(self, **fault):
        return self.control("POST", "faults", fault)

    def heal(self):
        return self.control("DELETE", "faults")

    def counts(self, target=None):
        return self.control("GET", "counts" + (f"?target={urllib.request.quote(target, safe='')}" if target else ""))


class Worker(Program):
    """`whc-worker run` with settings of its own; knows its admin port."""

    serial = 0

    def __init__(self, stage, slot="one", environment=None, wrapper=(), program=WORKER, **settings):
        Worker.serial += 1
        self.stage = stage
        name = pathlib.Path(stage.folder) / f"worker-{Worker.serial}"
        self.config = name.with_suffix(".properties")
        self.config.write_text("".join(f"{k}={v}\n" for k, v in stage.settings(slot, settings).items()))
        # Workers of one stage see each other's lock, those of others do not.
        super().__init__(
            [*wrapper, program, "run", "--config", self.config],
            name.with_suffix(".log"),
            {**os.environ, "TMPDIR": str(stage.folder), **(environment or {})},
        )
        self._port, self.longest_turn = None, {"tookMs": 0.0, "cause": ""}

    def note_turn(self):
        """The longest turn so far, which /status has; one that does not answer leaves what was read last."""
        try:
            port = self._port or int(re.search(r'listening for operators".*port"?[=:](\d+)', self.log())[1])
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/status", timeout=1) as answer:
                self.longest_turn = max(self.longest_turn, json.loads(answer.read())["longestTurn"], key=lambda turn: turn["tookMs"])
        except (OSError, TypeError, ValueError, KeyError):
            pass
        return self.longest_turn

    def stop(self, seconds=60):
        self.note_turn()
        return super().stop(seconds)

    def kill(self):
        self.note_turn()
        super().kill()

    def port(self):
        def find():
            found = re.search(r'listening for operators".*port"?[=:](\d+)', self.log())
            expect(found or self.process.poll() is None, f"the worker ended:\n{self.log()}")
            return found and int(found[1])

        if self._port is None:
            self._port = wait_for(find, "the worker's admin port")
        return self._port

    def page(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port()}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except (urllib.error.URLError, ConnectionError):
            return 0, ""

    def ready(self, seconds=60):
        """It may take orders, and call BT."""
        wait_for(
            lambda: self.page("/health/ready?all")[0] == 200 or self.process.poll() is not None,
            f"the worker to be ready: {self.page('/health/ready?all')[1] if self._port else ''}",
            seconds,
        )
        expect(self.process.poll() is None, f"the worker ended:\n{self.log()}")
        return self

    def metric(self, name):
        """The sum over the series of a metric."""
        lines = self.page("/metrics")[1].splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if re.match(rf"{name}(\{{|\s)", line))

    def metrics(self):
        return self.page("/metrics")[1]

    def status(self):
        return json.loads(self.page("/status")[1])
