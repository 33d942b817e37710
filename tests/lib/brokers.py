"""A real Kafka broker for tests; three of them are in cluster.py."""

import os
import pathlib
import signal
import subprocess
import time

from paths import ROOT


class Kafka:
    """A real broker, shared by all stories of a run; each story has topics of its own."""

    def __init__(self, folder, extra="", protocol="PLAINTEXT", client=None):
        """`client`: what all clients of ours need to be let in."""
        self.folder, self.client = str(folder), client or {}
        self.environment = {**os.environ, "KAFKA_EXTRA": extra, "KAFKA_PROTOCOL": protocol}
        self.bootstrap = self._call("start")

    def _call(self, verb):
        return subprocess.run(
            [ROOT / "tests" / "lib" / "kafka", verb, self.folder], check=True, text=True, stdout=subprocess.PIPE, env=self.environment
        ).stdout.strip()

    def stop(self):
        self._call("stop")

    def restart(self):
        self._call("restart")

    def trouble(self, draw):
        """It stands still for a while, and answers late what it was asked; see tests/crash/README.md about restarts."""
        if os.environ.get("BROKER_RESTARTS"):
            self.stop()
            time.sleep(draw.uniform(0, 5))
            self.restart()
            return
        broker = int((pathlib.Path(self.folder) / "pid").read_text())
        os.kill(broker, signal.SIGSTOP)
        time.sleep(draw.uniform(0, 2.5))
        os.kill(broker, signal.SIGCONT)
