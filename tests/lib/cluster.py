"""Three brokers and a controller (KRaft), each a process that a test may kill, stop or freeze; replication 3, min.insync 2."""

import pathlib
import signal
import subprocess

from paths import ROOT
from ports import free_port
from waiting import let_pass, wait_for

COMMON = """controller.quorum.voters=1@127.0.0.1:{controller}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
auto.create.topics.enable=false
default.replication.factor=3
min.insync.replicas=2
offsets.topic.replication.factor=3
offsets.topic.num.partitions=3
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=3
unclean.leader.election.enable=false
auto.leader.rebalance.enable=false
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=500
transaction.abort.timed.out.transaction.cleanup.interval.ms=500
"""


class Cluster:
    """The same face as Kafka has. `extra`: more lines of server.properties."""

    def __init__(self, folder, extra=""):
        self.folder, self.extra, self.client = pathlib.Path(folder), extra, {}
        self.classpath = subprocess.run(
            [ROOT / "tests" / "lib" / "kafka", "classpath"], check=True, text=True, stdout=subprocess.PIPE
        ).stdout.strip()
        base = free_port(4)
        self.ports = {1: base, 2: base + 1, 3: base + 2, 4: base + 3}
        self.nodes = {}
        for node in self.ports:
            self._configure(node)
        for node in self.ports:
            self._start(node)
        for node in (2, 3, 4):
            wait_for(lambda: b"Kafka Server started" in (self._home(node) / "broker.log").read_bytes(), f"broker {node}", 120)
        self.bootstrap = ",".join(f"127.0.0.1:{self.ports[node]}" for node in (2, 3, 4))

    def _home(self, node):
        return self.folder / f"node-{node}"

    def _java(self, node, *words):
        log = self._home(node) / "log4j2.properties"
        return [
            "java",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            f"-Dlog4j2.configurationFile=file:{log}",
            "-Xms64m",
            "-Xmx256m",
            "-cp",
            self.classpath,
            *words,
        ]

    def _configure(self, node):
        home = self._home(node)
        home.mkdir()
        role, name = ("controller", "CONTROLLER") if node == 1 else ("broker", "PLAINTEXT")
        (home / "server.properties").write_text(
            f"process.roles={role}\nnode.id={node}\nlisteners={name}://127.0.0.1:{self.ports[node]}\nlog.dirs={home}/data\n"
            + COMMON.format(controller=self.ports[1])
            + self.extra
        )
        (home / "log4j2.properties").write_text(
            "appender.console.type=Console\nappender.console.name=console\nappender.console.layout.type=PatternLayout\n"
            "appender.console.layout.pattern=%d %p %c{1} %m%n\nrootLogger.level=WARN\nrootLogger.appenderRef.console.ref=console\n"
            "logger.server.name=kafka.server\nlogger.server.level=INFO\n"
        )
        subprocess.run(
            self._java(node, "kafka.tools.StorageTool", "format", "-t", "4L6g3nShT-eMCtK--X86sw", "-c", home / "server.properties"),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _start(self, node):
        log = open(self._home(node) / "broker.log", "ab")
        self.nodes[node] = subprocess.Popen(
            self._java(node, "kafka.Kafka", self._home(node) / "server.properties"),
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        log.close()

    def kill(self, node):
        self.nodes[node].kill()
        self.nodes[node].wait()

    def revive(self, node):
        """Starts it again; when it is back in sync, the topics' descriptions say."""
        self._start(node)

    def trouble(self, draw):
        """One broker is stopped, killed, or frozen for a while; then it comes back."""
        node, how = draw.choice((2, 3, 4)), draw.choice(("stop", "kill", "freeze"))
        if how == "freeze":
            self.nodes[node].send_signal(signal.SIGSTOP)
            let_pass(draw.uniform(2, 15))
            self.nodes[node].send_signal(signal.SIGCONT)
            return
        self.nodes[node].send_signal(signal.SIGTERM if how == "stop" else signal.SIGKILL)
        self.nodes[node].wait()
        let_pass(draw.uniform(1, 15))
        self._start(node)
        let_pass(15)  # the next one only when this one is back in sync

    def stop(self):
        for process in self.nodes.values():
            process.kill()
        for process in self.nodes.values():
            wait_for(lambda: process.poll() is not None, "a broker to end")
