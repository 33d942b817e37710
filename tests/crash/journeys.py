"""Journeys of both kinds through calendar time, while workers, the listener and brokers are killed with -9 (README.md).

KILLS in the environment is the number of kills, in campaigns of twenty; SEED repeats the draws.
"""

import collections
import datetime
import os
import pathlib
import random

import confluent_kafka

from cluster import Cluster
from journeys_told import Told
from listeners import Listener, posts_to
from lives import drawn
from ports import free_port
from stages import new_stage
from story import story
from timings import calls, member, settling
from topics import admin_of
from waiting import Failure, let_pass, wait_for
from wall_clock import WallClock, moment_of, shown
from writing import ended

KILLS = int(os.environ.get("KILLS", 20))
KILLS_OF_ONE, JOURNEYS, WAVES = 20, 40, 5
ROUNDS, ROUNDS_MAX = 36, 200  # so many a campaign takes about; no one takes as many
PATIENCE = 120  # seconds

# A dead broker is missed after 2 s. A slot whose process comes again has its partitions back at once, another's after 6 s.
BROKERS = "broker.session.timeout.ms=2000\nbroker.heartbeat.interval.ms=400\n"
REPLICAS = {"topics.replication": 3, "topics.min.replication": 2}
SETTINGS = {**member(session=6000), **settling(deadline=2000), **calls()}
WRITES = ("createImportOrder", "submitImportOrder", "reserveNumbers", "createOrder", "submitOrder", "activatePort", "releaseReservation")

# Who dies together: the machine of a worker and the listener, too.
VICTIMS = {("worker",): 8, ("worker", "worker"): 2, ("listener",): 4, ("worker", "listener"): 2, ("broker",): 4}
SLOTS = ("one", "two")


class Campaign:
    """Journeys with topics, sandbox, listener and two workers of their own."""

    def __init__(self, cluster, seed, kills):
        self.draw, self.cluster, self.kills_left = random.Random(seed), cluster, kills
        self.stage = new_stage(cluster, REPLICAS)
        self.clock = WallClock(self.stage)
        self.journeys, self.sent, self.waves = drawn(self.draw, JOURNEYS), {}, WAVES
        self.kills, self.rounds, self.workers = collections.Counter(), 0, {}
        self.listener_port = free_port()  # also while the listener is dead
        self.listener = self.listen().ready()
        posts_to(self.stage, self.listener)
        self.told = Told(self.stage, self.sent)
        for slot in SLOTS:
            self.start(slot)
        for operation in WRITES:
            self.stage.sandbox.fault(operationId=operation, kind="close-after-request", probability=0.06, times=-1)
            self.stage.sandbox.fault(operationId=operation, kind="status", status=503, probability=0.03, times=-1)
        if seed % 2:  # every second campaign: they bear BT's id only, or our reference
            self.stage.sandbox.fault(kind="event-no-reference", probability=0.5, times=-1)

    # --- the programs ---

    def start(self, slot):
        self.workers[slot] = self.stage.worker(slot, shown(self.clock.path), **SETTINGS)

    def listen(self):
        return Listener(self.stage, shown(self.clock.path), **{"listen.port": self.listener_port})

    def is_dead(self, slot):
        return self.workers[slot].process.poll() is not None

    def kill(self, victims):
        """With -9; gives the node of the broker that died, if one did."""
        slots, node = self.draw.sample(SLOTS, 2), None
        for victim in victims:
            if victim == "broker" and not self.brokers_agree():
                victim = "worker"  # the second of three at once would be another promise
            if victim == "broker":
                node = self.draw.choice((2, 3, 4))
                self.cluster.kill(node)
            else:
                (self.listener if victim == "listener" else self.workers[slots.pop()]).kill()
            self.kills[victim] += 1
            self.kills_left -= 1
        return node

    def revive(self, node=None):
        """What is dead comes again: killed by us, or its loop stood still for too long on a machine this busy."""
        if node is not None:
            self.cluster.revive(node)
        if self.listener.process.poll() is not None:
            self.listener = self.listen()
        for slot in SLOTS:
            if self.is_dead(slot):
                self.start(slot)

    def revive_the_watched(self):
        for slot in SLOTS:
            if self.is_dead(slot):
                self.kills[f"({ended(self.workers[slot])})"] += 1
                self.start(slot)

    def brokers_agree(self):
        """Every partition is on all three."""
        try:
            topics = admin_of(self.stage).list_topics(timeout=10).topics.values()
        except confluent_kafka.KafkaException:
            return False
        return all(len(partition.isrs) == 3 for topic in topics for partition in topic.partitions.values())

    # --- rounds: time jumps, somebody dies, all comes to rest ---

    def strike(self):
        """Kills at a drawn moment after the jump, or just after BT was heard, or has carried out something; time may go on meanwhile."""
        self.await_moment()
        victims = self.draw.choices(list(VICTIMS), VICTIMS.values())[0]
        node = self.kill(victims)
        if victims == ("listener",) and self.draw.random() < 0.6:
            for _ in range(4):  # posts in vain, after which BT gives a notification up
                self.rest()
                self.jump()
        elif self.draw.random() < 0.3:
            self.go_to(self.clock.now() + datetime.timedelta(hours=2))
        let_pass(self.draw.choice((0, self.draw.uniform(0, 2))))
        self.revive(node)

    def await_moment(self):
        what, delay = self.draw.choice(("clock", "delivered", "accepted")), self.draw.choice((0, self.draw.uniform(0, 0.03)))
        wanted, seconds = self.draw.randrange(1, 6), self.draw.uniform(0, 1)
        if what == "clock":
            let_pass(seconds)
            return

        def count():
            counts = self.stage.sandbox.counts()
            return counts["events"]["delivered"] if what == "delivered" else counts["accepted"]

        try:
            before = self.counted[what]
            wait_for(lambda: count() >= before + wanted, "so many", 1.5)
        except Failure:
            pass  # nothing more comes in this round
        let_pass(delay)

    def send(self):
        """One wave of the journeys; a wave is sent in every third round."""
        if self.rounds % 3 or not self.journeys:
            return
        now = self.clock.now()
        for journey in [self.journeys.pop() for _ in range(min(len(self.journeys), JOURNEYS // WAVES))]:
            record = journey.request(now)
            self.sent[self.stage.send(journey.kind, record, key=journey.key.encode())] = journey
        self.stage.flush()

    def go_to(self, moment):
        """The counts of before are what the moment of a kill is told by."""
        counts = self.stage.sandbox.counts()
        self.counted = {"delivered": counts["events"]["delivered"], "accepted": counts["accepted"]}
        self.clock.go_to(moment)

    def jump(self):
        """A minute past the next thing that happens to any of them: all of a wave. Who waits for BT has it asked once a day."""
        orders = self.told.waiting
        moments = [moment_of(order["waitsUntil"]) for order in orders] + [self.clock.next_of_sandbox()]
        if any(order["waitsFor"] == "message" for order in orders):
            moments.append(self.clock.now() + datetime.timedelta(hours=25))
        if moments := [moment for moment in moments if moment]:
            self.go_to(min(moments) + datetime.timedelta(minutes=1))

    def rest(self):
        """Until every notification is settled and every order waits for a later moment, or has ended."""

        def rests():
            self.revive_the_watched()
            self.unrest = self.told.unrest(self.clock.now())
            return self.unrest is None

        try:
            wait_for(rests, "all to rest", PATIENCE)
        except Failure as why:
            raise Failure(f"{why}: {self.unrest}: {self.told.what_is_missing()}") from None

    def run(self):
        self.counted = {"delivered": 0, "accepted": 0}
        while self.journeys or not self.told.all_over():
            if self.rounds >= ROUNDS_MAX:
                raise Failure(f"stuck after {self.rounds} rounds: {self.told.what_is_missing()}")
            self.send()
            if self.draw.random() < self.kills_left / max(ROUNDS - self.rounds, 1):
                self.strike()
            self.rest()
            self.told.check_round()
            self.rounds += 1
            self.jump()
        self.told.check_end()

    def close(self):
        if self.listener.process.poll() is None:
            self.listener.kill()
        self.told.close()
        self.stage.end()


@story(on="crash", alone=True)
def journeys_die_at_any_moment(stage):
    """Journeys, and kill -9 of workers, listener and brokers: each has its one end, BT does nothing twice, no message is lost."""
    first = int(os.environ.get("SEED", random.randrange(1 << 30)))
    cluster = Cluster(pathlib.Path(stage.folder), BROKERS)
    try:
        for number, done in enumerate(range(0, KILLS, KILLS_OF_ONE)):
            campaign = Campaign(cluster, first + number, min(KILLS_OF_ONE, KILLS - done))
            print(f"        seed {first + number}", flush=True)
            try:
                campaign.run()
                print(f"        {campaign.told.figures()}, {campaign.rounds} rounds, kills {dict(campaign.kills)}", flush=True)
                campaign.stage.stop_workers()
            finally:
                campaign.close()
    finally:
        cluster.stop()
