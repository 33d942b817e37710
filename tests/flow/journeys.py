"""Orders that wait for BT's notifications and for dates, without holding their key."""

import datetime
import json
import pathlib
import re
import shutil

from events import header
from listeners import listening, posts_to
from notifications import forward, notify, partition_of
from orders import decide, evidence, final, one_number, outcomes, submit
from paths import SCHEMAS
from story import story
from timings import FAST_CALLS
from waiting import expect, wait_for
from wall_clock import WallClock, shown

SMALL = {**FAST_CALLS, "bt.reply.max.bytes": 50_000}  # the embedded broker takes records of a megabyte
TURNS_MAX = 60  # of a calendar: no scenario takes as many


class Calendar(WallClock):
    """The wall clock, that jumps from moment to moment; and BT's notifications, as the listener has them."""

    def __init__(self, stage):
        super().__init__(stage)
        self.forwarded, self.counted_from = 0, 0
        self.posts = False  # the sandbox does so itself
        self.by_id = False  # they bear BT's id only

    def pass_on(self):
        """Gives the worker what BT has reported since, and waits until it has dealt with all of it."""
        events = self.stage.sandbox.control("GET", f"events?after={self.forwarded}")
        for event in events:
            if self.by_id:
                del event["body"]["event"]["productOrder"]["externalId"]
            if not self.posts:
                forward(self.stage, event["body"])
            self.forwarded = event["number"]
        self.stage.flush()
        wait_for(lambda: self.taken() + self.counted_from >= self.forwarded, "the worker to take BT's notifications")

    def taken(self):
        counts = re.findall(r"^whc_events_total\{.*\} (\d+)$", self.stage.workers[-1].page("/metrics")[1], re.M)
        return sum(map(int, counts))

    def run(self, reader, request):
        """From moment to moment until the request has its final outcome or is parked; gives all outcomes."""
        for _ in range(TURNS_MAX):
            self.pass_on()
            until = rests(self.stage, reader, request)
            if until is None:
                return [o["outcome"] for o in outcomes(reader, request)]
            moments = [self.next_of_sandbox(), until]
            self.go_to(min(moment for moment in moments if moment))
        raise AssertionError(f"no final outcome: {[o['outcome']['step'] for o in outcomes(reader, request)]}")


def rests(stage, reader, request):
    """Waits until the request waits for a message or a date, and gives until when; None: it has ended, or is a person's."""

    def found():
        news = [o["outcome"] for o in outcomes(reader, request)]
        order = next((o for o in orders_of(stage) if o["requestId"] == request), None)
        told = any(one["status"] == "UNKNOWN" for one in news)  # the ledger may show it before its outcome is read
        if (news and news[-1]["final"]) or (order and order["state"] == "PARKED" and told):
            return "ended"
        return order and order.get("waitsUntil")

    until = wait_for(found, "the order to wait, or to end")
    return None if until == "ended" else datetime.datetime.fromisoformat(until.replace("Z", "+00:00"))


def orders_of(stage):
    code, out, err = stage.run("orders", "--json")
    expect(code == 0, f"orders: {out}{err}")
    return [json.loads(line) for line in out.splitlines()]


@story(on="both")
def a_number_is_ported(stage):
    """The scenario with a ported number: messages and a date, each waited for; the key is free meanwhile."""
    calendar = Calendar(stage)
    stage.worker("one", shown(calendar.path), **SMALL).ready()
    reader = stage.reader()
    request = submit(stage, "provide-with-ported-numbers", "range-of-three", key="widgets")
    rests(stage, reader, request)
    final(reader, submit(stage, "check-portability", "portable-number", key="widgets"))
    news = calendar.run(reader, request)
    expect(news[-1]["status"] == "COMPLETED", f"{news[-1]}")
    steps = [one["step"] for one in news]
    expect(steps.index("activate") > steps.index("awaitReady") > steps.index("awaitAcceptance"), f"{steps}")
    activations = stage.sandbox.control("GET", "activations")
    expect(all(row["accepted"] == 1 and row["beforeDate"] == 0 for row in activations.values()), f"{activations}")
    expect(all(accepted == 1 for _, accepted in evidence(stage, "createOrder").values()), f"{evidence(stage)}")


@story(on="both")
def new_numbers_are_ordered(stage):
    """The scenario without a ported number: held, ordered once, and completed; a lost reply to the reservation holds no others."""
    calendar = Calendar(stage)
    stage.worker("one", shown(calendar.path), **SMALL).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="reserveNumbers", kind="close-after-request", times=1)
    request = submit(stage, "provide-with-new-numbers", "new-company", key="widgets")
    news = calendar.run(reader, request)
    expect(news[-1]["status"] == "COMPLETED", f"{news[-1]}")
    expect(len(final(reader, request)["result"]["numbers"]) == 2, f"{final(reader, request)}")
    expect([accepted for _, accepted in evidence(stage, "createOrder").values()] == [1], f"{evidence(stage)}")
    expect([accepted for _, accepted in evidence(stage, "reserveNumbers").values()] == [1], f"{evidence(stage, 'reserveNumbers')}")


@story(on="both")
def bt_reports_after_the_end(stage):
    """What comes late is counted; another end than the one that BT had reported is a dead letter: also after a take-over."""
    calendar = Calendar(stage)
    worker = stage.worker("one", shown(calendar.path), **SMALL).ready()
    reader, dead = stage.reader(), stage.reader(stage.topic("order-events.dead"))
    request = submit(stage, "provide-with-new-numbers", "new-company", key="widgets")
    expect(calendar.run(reader, request)[-1]["status"] == "COMPLETED", "its end")
    [reference] = evidence(stage, "createOrder")

    def counted(worker):
        return sum(map(int, re.findall(r'whc_events_total\{end="late"\} (\d+)', worker.metrics())))

    def late(worker):
        already = counted(worker)
        notify(stage, reference, state="completed")
        notify(stage, reference, state="inProgress")
        notify(stage, reference, state="cancelled")
        before = len(dead.messages)
        wait_for(lambda: len(dead.more()) > before, "the dead letter")
        wait_for(lambda: counted(worker) == already + 2, "both to be counted")
        expect([header(message, "whc-dead-reason") for message in dead.messages[before:]] == ["contradicts"], f"{dead.messages[before:]}")

    late(worker)
    worker.stop()
    late(stage.worker("one", shown(calendar.path), **SMALL).ready())
    expect([o["outcome"]["final"] for o in outcomes(reader, request)].count(True) == 1, "it has one end")


def submit_in_doubt(stage, trouble):
    """An order with new numbers whose submit has met this trouble, while look-ups give no answer: (calendar, reader, request)."""
    calendar = Calendar(stage)
    worker = stage.worker("one", shown(calendar.path), **SMALL).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="submitOrder", kind=trouble, times=1)
    stage.sandbox.fault(operationId="getOrder", kind="status", status=503, times=1000)
    request = submit(stage, "provide-with-new-numbers", "new-company", key="widgets")
    wait_for(lambda: worker.metric("whc_orders_in_doubt") == 1, "the doubt")
    return calendar, reader, request


@story(on="both")
def a_report_resolves_a_doubt(stage):
    """The reply to the submit is lost, and look-ups give no answer: what BT reports proves that it has it, and it is sent once."""
    calendar, reader, request = submit_in_doubt(stage, "close-after-request")
    calendar.go_to(calendar.next_of_sandbox())
    news = calendar.run(reader, request)
    expect(news[-1]["status"] == "COMPLETED", f"{news[-1]}")
    expect(list(evidence(stage, "submitOrder").values()) == [(1, 1)], f"{evidence(stage, 'submitOrder')}")


@story(on="both")
def a_rejection_ends_a_doubt(stage):
    """The submit gets no reply, and look-ups give no answer: BT reports that it has rejected the order, and the numbers are given back."""
    _, reader, request = submit_in_doubt(stage, "close-before-reply")
    [reference] = evidence(stage, "createOrder")
    notify(stage, reference, state="rejected")
    outcome = final(reader, request)["outcome"]
    expect((outcome["status"], outcome["reason"]["code"]) == ("REJECTED", "givenUp"), f"{outcome}")
    expect(list(evidence(stage, "submitOrder").values()) == [(1, 0)], f"{evidence(stage, 'submitOrder')}")
    expect([accepted for _, accepted in evidence(stage, "releaseReservation").values()] == [1], f"{evidence(stage, 'releaseReservation')}")


@story(on="both")
def an_order_comes_to_nothing(stage):
    """BT rejects what it had taken: the numbers are given back, and upstream hears that nothing is left."""
    calendar = Calendar(stage)
    stage.worker("one", shown(calendar.path), **SMALL).ready()
    reader = stage.reader()
    request = submit(
        stage,
        "provide-with-new-numbers",
        "new-company",
        key="widgets",
        company={"name": "Rejected Widgets Ltd", "domain": "widgets.example"},
    )
    news = calendar.run(reader, request)
    expect((news[-1]["status"], news[-1]["reason"]["code"]) == ("REJECTED", "givenUp"), f"{news[-1]}")
    expect([accepted for _, accepted in evidence(stage, "releaseReservation").values()] == [1], f"{evidence(stage, 'releaseReservation')}")


@story(on="both")
def an_order_is_not_submitted(stage):
    """BT refuses the submit: the draft is cancelled and the numbers are given back, though the reply to each is lost once."""
    calendar = Calendar(stage)
    stage.worker("one", shown(calendar.path), **SMALL).ready()
    reader = stage.reader()
    stage.sandbox.fault(operationId="submitOrder", kind="status", status=400, times=1)
    for undone in ("cancelOrder", "releaseReservation"):
        stage.sandbox.fault(operationId=undone, kind="close-after-request", times=1)
    outcome = final(reader, submit(stage, "provide-with-new-numbers", "new-company", key="widgets"))["outcome"]
    expect((outcome["status"], outcome["reason"]["kind"]) == ("REJECTED", "REFUSED"), f"{outcome}")
    expect([accepted for _, accepted in evidence(stage, "cancelOrder").values()] == [1], f"{evidence(stage, 'cancelOrder')}")


def codes(reader, request):
    """Those of the reasons the request's outcomes gave so far: much of a journey's news has none, and may come at any time."""
    return [o["outcome"]["reason"]["code"] for o in outcomes(reader, request) if o["outcome"]["reason"]]


def begin(stage, calendar, number, slot="one", **fields):
    """A worker, and an order to port this number that waits for the losing provider: (reader, request)."""
    stage.worker(slot, shown(calendar.path), **SMALL).ready()
    reader = stage.reader()
    request = submit(stage, "provide-with-ported-numbers", "range-of-three", key="widgets", **{**one_number(number), **fields})
    rests(stage, reader, request)
    return reader, request


@story(on="both")
def a_rejection_is_corrected(stage):
    """The losing provider says no: PROGRESS with its word; amend-import under the same key corrects it, and the port goes on."""
    calendar = Calendar(stage)
    number = "01632960231"
    reader, request = begin(stage, calendar, number)
    calendar.pass_on()
    calendar.go_to(calendar.next_of_sandbox())
    calendar.pass_on()
    wait_for(lambda: "LCP_REJECTED" in codes(reader, request), "the rejection")
    imported = outcomes(reader, request)[-1]["outcome"]["orderId"] or outcomes(reader, request)[-1]["result"]["importOrderId"]
    amended = submit(stage, "amend-import", "corrected", key="widgets", importOrderId=imported, port=one_number(number)["port"])
    expect(final(reader, amended)["outcome"]["status"] == "COMPLETED", "the correction waits behind the order that it corrects")
    news = calendar.run(reader, request)
    expect(news[-1]["status"] == "COMPLETED", f"{news[-1]}")


@story(on="both")
def a_port_fails_after_its_activation(stage):
    """There is no undo: UNKNOWN, a person's; it holds no key, and is activated once."""
    calendar = Calendar(stage)
    reader, request = begin(stage, calendar, "01632960270")
    news = calendar.run(reader, request)
    expect((news[-1]["status"], news[-1]["final"]) == ("UNKNOWN", False), f"{news[-1]}")
    final(reader, submit(stage, "check-portability", "portable-number", key="widgets"))
    activations = stage.sandbox.control("GET", "activations")
    expect([row["accepted"] for row in activations.values()] == [1], f"{activations}")
    decide(stage, request, "happened", "settled at BT")
    rests(stage, reader, request)
    expect([o["step"] for o in orders_of(stage)] == ["awaitCompletion"], f"{orders_of(stage)}")


@story(on="both")
def nobody_answers(stage):
    """No message for thirty days: the wait ends by time, in a person's hands; the day's look-ups cost nothing."""
    calendar = Calendar(stage)
    reader, request = begin(stage, calendar, "01632960261")
    calendar.pass_on()
    calendar.go_to(datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=50))
    wait_for(lambda: json.loads(stage.run("orders", "--late", "--json")[1] or "{}").get("late"), "the acceptance to be late")
    expect(stage.workers[-1].metric("whc_orders_late") == 1, stage.workers[-1].metrics())
    news = calendar.run(reader, request)
    expect((news[-1]["status"], news[-1]["reason"]["kind"]) == ("UNKNOWN", "TIMEOUT"), f"{news[-1]}")
    late = [one for one in news if one["reason"] and one["reason"]["code"] == "late"]
    expect([one["waiting"]["step"] for one in late] == ["awaitAcceptance"], f"{late}")


def is_given_up(stage, reader, request, *undone):
    """What was done is undone, each once, and named; nothing is activated."""
    outcome = final(reader, request)["outcome"]
    expect(
        (outcome["status"], outcome["reason"]["code"]) == ("REJECTED", "givenUpOrder" if "cancelOrder" in undone else "givenUp"),
        f"{outcome}",
    )
    journey = [o["result"] for o in outcomes(reader, request) if o["result"]][-1]
    known = [journey[name] for name in ("importOrderId", "orderId", "reservationKey") if journey[name]]
    expect(len(known) == len(undone) and all(name in outcome["reason"]["text"] for name in known), f"{known}: {outcome['reason']}")
    for operation in undone:
        expect([accepted for _, accepted in evidence(stage, operation).values()] == [1], f"{evidence(stage, operation)}")
    expect(stage.sandbox.control("GET", "activations") == {}, "something was activated")
    expect("cancel" in codes(reader, request), f"{codes(reader, request)}")


@story(on="both")
def a_port_is_called_off(stage):
    """The customer withdraws while the date is awaited: order and import are cancelled once, though the reply to one is lost."""
    calendar = Calendar(stage)
    reader, request = begin(stage, calendar, "01632960020")
    calendar.go_to(calendar.next_of_sandbox())
    calendar.pass_on()
    wait_for(lambda: [order["step"] for order in orders_of(stage)] == ["awaitReady"], "the order to go on")
    expect("not parked" in decide(stage, request, "retry", "again", code=1), "a decision about a parked order")
    stage.sandbox.fault(operationId="cancelOrder", kind="close-after-request", times=1)
    decide(stage, "--who", "A. Person", request, "cancel", "the customer withdrew")
    is_given_up(stage, reader, request, "releaseReservation", "cancelOrder", "cancelImportOrder")


@story(on="both")
def a_person_knows_more(stage):
    """BT is silent, and a person has it asked, tells what BT has said by phone, date and all, and calls off what BT does not bear out."""
    calendar = Calendar(stage)
    company = {"name": "Silent Widgets Ltd", "domain": "widgets.example"}
    reader, request = begin(stage, calendar, "01632960260", company=company)
    asked = looks(stage)
    decide(stage, request, "look", "nothing heard for hours")
    wait_for(lambda: looks(stage) == asked + 1, "BT to be asked")
    rests(stage, reader, request)
    expect("no output" in decide(stage, "--output", "nonsense=1", request, "heard", "by phone", code=1), "an output that it has not")
    decide(stage, "--output", "portStatus=LCP_ACCEPTED", "--output", "portDate=2027-03-02", request, "heard", "by phone")
    wait_for(lambda: [order["step"] for order in orders_of(stage)] == ["allocate"], "the order to go on by that date")
    found = wait_for(
        lambda: [(order["state"], order["decideBy"]) for order in orders_of(stage) if order["state"] == "PARKED"], "BT to refuse"
    )
    expect(found == [("PARKED", "2027-03-02T00:00:00.000Z")], f"{found}")
    told = [o["outcome"]["reason"] for o in outcomes(reader, request) if o["outcome"]["step"] == "awaitAcceptance"][-1]
    expect(told["code"] == "LCP_ACCEPTED" and told["text"].startswith("a person says") and "by phone" in told["text"], f"{told}")
    decide(stage, request, "cancel", "BT knows nothing of it")
    is_given_up(stage, reader, request, "cancelImportOrder")


def looks(stage):
    operations = stage.sandbox.counts()["operations"]
    return operations.get("getImportOrder", 0) + operations.get("getOrder", 0)


@story(on="both")
def bt_is_silent(stage):
    """BT reports nothing at all: it is asked once a day, after the activation once an hour, and the port goes its way."""
    calendar = Calendar(stage)
    company = {"name": "Silent Widgets Ltd", "domain": "widgets.example"}
    reader, request = begin(stage, calendar, "01632960260", company=company)
    while (until := rests(stage, reader, request)) is not None:
        now = datetime.datetime.fromisoformat(stage.sandbox.control("GET", "clock")["now"].replace("Z", "+00:00"))
        asked = looks(stage)
        if any(order["waitsFor"] == "message" for order in orders_of(stage)):
            calendar.go_to(min(until, now + datetime.timedelta(hours=27)))
            wait_for(lambda: looks(stage) > asked, "BT to be asked")
        else:
            calendar.go_to(until)
            wait_for(lambda: rests(stage, reader, request) != until, "the day to come")
    news = [o["outcome"] for o in outcomes(reader, request)]
    expect(news[-1]["status"] == "COMPLETED", f"{news[-1]}")
    expect(stage.sandbox.control("GET", "events?after=0") == [], "BT has reported something")


@story(on="real")
def the_owner_dies_while_orders_wait(stage):
    """Killed with -9 while one waits, and once more with a message unread: the next owner goes on where it stood."""
    calendar = Calendar(stage)
    reader, request = begin(stage, calendar, "01632960020")
    stage.workers[-1].kill()
    calendar.go_to(calendar.next_of_sandbox())
    for event in stage.sandbox.control("GET", "events?after=0"):
        forward(stage, event["body"])
    stage.flush()
    stage.worker("two", shown(calendar.path), **SMALL).ready()
    wait_for(lambda: any(o["outcome"]["step"] == "create" for o in outcomes(reader, request)), "the order to go on")
    calendar.forwarded = len(stage.sandbox.control("GET", "events?after=0"))
    calendar.counted_from = calendar.forwarded - calendar.taken()
    news = calendar.run(reader, request)
    expect(news[-1]["status"] == "COMPLETED", f"{news[-1]}")
    rows = stage.sandbox.control("GET", "orders")
    expect(all(row["accepted"] <= 1 for row in rows.values()), f"{rows}")


def another_text(stage):
    """An overlay in which the workflow has another text; and the text that it had."""
    folder = pathlib.Path(stage.folder) / "overlay" / "provide-with-ported-numbers"
    shutil.copytree(SCHEMAS / "provide-with-ported-numbers", folder)
    text = (folder / "workflow.arazzo.json").read_text()
    (folder / "workflow.arazzo.json").write_text(text.replace("awaitAcceptance", "awaitTheLosingProvider"))
    return folder, text


@story(on="both")
def its_workflow_is_changed(stage):
    """An order goes on with the text that it has begun with; without it, it is parked, hears BT, and is taken up once it is back."""
    calendar = Calendar(stage)
    reader, request = begin(stage, calendar, "01632960020")
    stage.workers[-1].stop()
    folder, text = another_text(stage)
    changed = {**SMALL, "catalogue.overlay": folder.parent}
    worker = stage.worker("one", shown(calendar.path), **changed).ready()
    expect(rests(stage, reader, request) is None, "the order goes on without its workflow")
    reason = outcomes(reader, request)[-1]["outcome"]["reason"]
    file = f"history/{reason['code']}.arazzo.json"
    expect(reason["kind"] == "NOT_SERVED" and file in reason["text"], f"{reason}")
    expect([(one["state"], one["progress"]["reason"]) for one in orders_of(stage)] == [("PARKED", reason)], f"{orders_of(stage)}")
    expect(file in decide(stage, request, "retry", "try", code=1), "it is not there, and a decision is taken")
    waiting = {"orderType": folder.name, "digest": reason["code"], "orders": 1}
    expect(json.loads(worker.page("/status")[1])["workflows"] == [waiting], "which texts have orders")
    calendar.counted_from = calendar.forwarded
    calendar.go_to(calendar.next_of_sandbox())
    calendar.pass_on()
    worker.stop()
    (folder / file).write_text(text)
    code, out, err = stage.run("check", **changed)
    expect(code == 0 and re.search(rf"{folder.name} +{reason['code']} +history/", out), f"{code} {out}{err}")
    stage.worker("one", shown(calendar.path), **changed).ready()
    decide(stage, request, "retry", "its text is back")
    calendar.counted_from = calendar.forwarded
    news = calendar.run(reader, request)
    expect(news[-1]["status"] == "COMPLETED", f"{news[-1]}")
    expect("awaitTheLosingProvider" not in [one["step"] for one in news], f"{news}")


@story(on="both")
def what_nobody_can_use(stage):
    """Notifications that are no JSON, of no order of ours, or of one that is not here: a dead letter each, with why; then it goes on."""
    worker = stage.worker(**SMALL).ready()
    ours = f"{'3f1c2d7e-5b1f-8c4b-a5b5-00000000'}0003"
    notify(stage, ours, state="completed")
    notify(stage, "66d19c2b-5f21-4c4b-a5b5-133432530001", state="completed", partition=partition_of(ours))
    stage.producer.produce(stage.topic("order-events"), b"\xc3\x01 no event", key=b"k", partition=3)
    stage.flush()
    dead = stage.reader(stage.topic("order-events.dead"))
    wait_for(lambda: len(dead.more()) >= 3, "the dead letters")
    reasons = sorted(header(m, "whc-dead-reason") for m in dead.messages)
    expect(reasons == ["not-ours", "unknown-order", "unreadable"], f"{reasons}")
    expect(worker.metric("whc_events_total") == 3, worker.metrics())


@story(on="real")
def from_bt_to_the_order(stage):
    """The whole way: the sandbox posts to `listen`, which writes to Kafka, and the order goes on."""
    calendar = Calendar(stage)
    with listening(stage) as listener:
        posts_to(stage, listener)
        reader, request = begin(stage, calendar, "01632960020")
        calendar.posts = True
        news = calendar.run(reader, request)
        expect(news[-1]["status"] == "COMPLETED", f"{news[-1]}")
        expect(listener.metric("whc_listen_events_total") == len(stage.sandbox.control("GET", "events?after=0")), listener.log())
