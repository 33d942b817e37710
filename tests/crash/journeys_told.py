"""What must hold of the journeys of a campaign: at every rest, and at the end. Believed are the topics, and the sandbox about itself."""

import collections
import json

import confluent_kafka

from events import header, outcome_of
from history import history
from listeners import read_event
from lives import OPERATIONS, PORTED
from orders import evidence
from waiting import Failure, expect, wait_for

# A word of BT's that ends a wait: the step which is told as done then, and for the rest of its life. Another word is told as it is.
ENDS = {"LCP_ACCEPTED": "awaitAcceptance", "ACTIVATED": "awaitActivation", "inProgress": "awaitReady", "acknowledged": "awaitReady"}
# Words that no step may be waiting for when they come.
UNAWAITED = ("SCHEDULED", "ACTIVATING")
READS = "/hubco/tmf/productOrderingManagement/v4/"


class Told:
    """The outcomes of a campaign, as a downstream system reads them, beside what the sandbox has told and was asked."""

    def __init__(self, stage, sent):
        self.stage, self.sent = stage, sent  # sent: the journey of each request
        self.reader, self.dead, self.looked_at = stage.reader(), stage.reader(stage.topic("order-events.dead")), 0
        self.news = collections.defaultdict(list)  # of each request, without repeats
        self.request_of, self.begun = {}, collections.Counter()  # by BT's reference; how many of the news are of earlier rounds
        self.waiting, self.asked = [], collections.Counter()
        self.group = self.new_group()

    def new_group(self):
        """A consumer that looks where the group stands, and never joins. One that lost a broker may look for its partitions in vain."""
        return confluent_kafka.Consumer({**self.stage.client, "group.id": self.stage.group})

    # --- what there is ---

    def read(self, seconds=0.05):
        for message in self.reader.more(seconds)[self.looked_at :]:
            self.looked_at += 1
            if header(message, "whc-repeated") is None:
                outcome = outcome_of(message)["outcome"]
                self.news[str(outcome["requestId"])].append((outcome, message.timestamp()[1]))
                if outcome["step"] in ("create", "import"):
                    self.request_of[outcome["externalId"]] = str(outcome["requestId"])
        return self.news

    def over(self):
        return [request for request, news in self.read().items() if any(outcome["final"] for outcome, _ in news)]

    def all_over(self):
        return len(self.over()) == len(self.sent)

    def events(self):
        return self.stage.sandbox.control("GET", "events?after=0")

    def done_steps(self, request):
        """Those that the order has left: of a step that goes on waiting the news say so."""
        news = [outcome for outcome, _ in self.news[request] if outcome["status"] == "PROGRESS"]
        return [o["step"] for o in news if o["reason"] is None or (o["waiting"] or {}).get("step") != o["step"]]

    def behind(self):
        """How many records of which partitions of requests, signals and events have an effect that is not settled."""
        topics = (self.stage.requests, self.stage.topic("order-signals"), self.stage.topic("order-events"))
        places = [confluent_kafka.TopicPartition(topic, p) for topic in topics for p in range(self.stage.partitions)]
        counts = {
            f"{place.topic} {place.partition} after {place.offset}": self.group.get_watermark_offsets(place, timeout=10)[1]
            - max(place.offset, 0)
            for place in self.group.committed(places, timeout=10)
        }
        return {place: count for place, count in counts.items() if count > 0}

    def unrest(self, now):
        """None: BT has posted all that it will now, all of it is settled, and every order waits for later or has ended. Else what lacks."""
        try:
            before = len(events := self.events())
            posting = sum(event["fate"] == "posting" for event in events)
            if posting or (behind := self.behind()):
                return f"{posting} are being posted" if posting else f"behind: {behind}"
        except confluent_kafka.KafkaException as why:
            self.group.close()
            self.group = self.new_group()
            return f"no answer: {why}"
        code, out, complaint = self.stage.run("orders", "--json")
        orders = [json.loads(line) for line in out.splitlines()]
        self.waiting = [order for order in orders if order.get("waitsUntil", "") > now.isoformat()]
        parked = [order["requestId"] for order in orders if order["state"] == "PARKED"]
        self.must(not parked, "it waits for a person", *parked[:1])
        if code == 0 and len(orders) == len(self.waiting) == len(self.sent) - len(self.over()) and len(self.events()) == before:
            return None
        return f"at {now}, {len(self.sent)} sent, {len(self.over())} ended; `orders` ({code} {complaint}): {orders}"

    def close(self):
        """While the brokers are there: a consumer that is forgotten later waits for them."""
        for consumer in (self.group, self.reader, self.dead):
            consumer.close()

    # --- at every rest ---

    def check_round(self):
        """Each message that BT was told is taken has its effect by now; none has had it twice."""
        try:
            wait_for(lambda: not self.without_effect(), "the effect of messages that were taken", 10)
        except Failure as why:
            missing = self.without_effect()
            raise Failure(f"{why}: {missing}; {self.story([request for *_, request in missing[:1]])}") from None
        reads = collections.Counter({t: row["count"] for t, row in self.stage.sandbox.control("GET", f"targets?prefix={READS}").items()})
        looked = {
            request
            for request, orders in self.orders_of().items()
            if any(reads[t] > self.asked[t] for o in orders for t in reads if o in t)
        }
        self.asked = reads
        for request, news in self.news.items():
            words = collections.Counter((o["step"], o["reason"]["code"]) for o, _ in news[self.begun[request] :] if o["reason"])
            twice = [word for word, count in words.items() if count > 1 + (request in looked)]
            self.must(not twice, f"{twice} was told more often than BT has said it or was asked", request)
            self.begun[request] = len(news)

    def orders_of(self):
        """BT's ids of each request."""
        found = collections.defaultdict(set)
        for event in self.events():
            if event["reference"] in self.request_of:
                found[self.request_of[event["reference"]]].add(event["orderId"])
        return found

    def without_effect(self):
        """Messages that were answered with 201, and of which nothing was told though it should have been."""
        missing, over, told = [], self.over(), set()
        for event in reversed(self.events()):
            request, said = self.request_of.get(event["reference"]), event["body"]["event"]["productOrder"]
            word = said.get("portStatus") or said.get("state")
            if event["fate"] != "delivered" or request in over or word in UNAWAITED:
                continue
            codes, done = [o["reason"]["code"] for o, _ in self.news[request] if o["reason"]], self.done_steps(request)
            if word == "completed" and self.sent[request].kind == PORTED and "awaitActivation" not in done:
                continue  # the word before was lost, so it waits in the mailbox
            if word in codes or ENDS.get(word) in done:
                told.add(event["orderId"])
            elif "event-no-reference" not in event["faults"] or event["orderId"] not in told:  # a later one came first, by our reference
                missing.append((word, event["at"], request))
        return missing

    # --- at the end ---

    def check_end(self):
        self.read(2)
        for request, journey in self.sent.items():
            self.check_news(request, journey)
        wanted = collections.Counter(OPERATIONS[step] for j in self.sent.values() for step in j.steps if step in OPERATIONS)
        for operation, count in wanted.items():
            rows = evidence(self.stage, operation)
            lapsed = self.lapsed() if operation == "releaseReservation" else 0
            twice = [(reference, row) for reference, row in rows.items() if row[1] > 1]
            expect(not twice, f"{operation} accepted twice: {twice}")
            accepted = sum(row[1] for row in rows.values())
            told = f"{operation}: BT has accepted {accepted}, of {count} journeys: {rows}"
            self.must(count - lapsed <= accepted <= count, told, *self.with_step(operation))
        activations = self.stage.sandbox.control("GET", "activations")
        odd = {n: row for n, row in activations.items() if (row["accepted"], row["beforeAcceptance"], row["beforeDate"]) != (1, 0, 0)}
        expect(not odd and len(activations) == wanted["activatePort"], f"activations: {odd or len(activations)}")
        self.check_dead_letters()

    def lapsed(self):
        """How many found their numbers held no longer: let go of by BT, or by an attempt whose reply was lost."""
        return sum("are held no longer" in (news[-1][0]["reason"] or {}).get("text", "") for news in self.news.values())

    def with_step(self, operation):
        return [request for request, journey in self.sent.items() if any(OPERATIONS.get(step) == operation for step in journey.steps)]

    def check_news(self, request, journey):
        """One final outcome, the last of all; every step done once, in order; none told twice under two ids."""
        news = [outcome for outcome, _ in self.news[request]]
        self.must([o["final"] for o in news] == [False] * (len(news) - 1) + [True], "not one final outcome, the last of all", request)
        self.must(news[-1]["status"] == journey.status, f"not {journey.status}", request)
        self.must(len({o["outcomeId"] for o in news}) == len(news), "an outcome twice", request)
        done = tuple(self.done_steps(request))
        self.must(done == journey.steps, f"done was {done}, and not {journey.steps}", request)

    def check_dead_letters(self):
        """Only what came again, or late, of an order that had ended."""
        for message in self.dead.more(2):
            event, reason = read_event(message.value()), header(message, "whc-dead-reason")
            request = self.request_of.get(event["reference"])
            ended = request and self.news[request][-1][1]
            late = reason == "unknown-order" and ended is not None and message.timestamp()[1] >= ended
            expect(late, f"dead letter {reason}: {event}")

    # --- for people ---

    def must(self, condition, text, *requests):
        """As `expect`, with the story of these requests, which takes its time."""
        if not condition:
            raise Failure(f"{text}: {self.story(requests)}")

    def story(self, requests):
        told = [
            f"{o['finishedAt']} {o['status']} {o['step']} {o['reason'] and o['reason']['text']}" for r in requests for o, _ in self.news[r]
        ]
        lives = [(r, self.sent[r].life) for r in requests if r in self.sent]
        return "\n".join([str(lives), *told, history(self.stage, requests)])

    def what_is_missing(self):
        missing = [request for request in self.sent if request not in self.over()]
        orders = {order["requestId"]: order for order in map(json.loads, self.stage.run("orders", "--json")[1].splitlines())}
        rows = [[orders.get(r, {}).get(name) for name in ("step", "state", "waitsUntil")] for r in missing]
        return f"{len(missing)} of {len(self.sent)} have not ended: {rows}; {self.story(missing[:1])}"

    def figures(self):
        fates = collections.Counter(event["fate"] for event in self.events())
        statuses = collections.Counter(news[-1][0]["status"] for news in self.news.values())
        return f"{len(self.sent)} journeys {dict(statuses)}, notifications {dict(fates)}, {len(self.dead.messages)} dead letters"
