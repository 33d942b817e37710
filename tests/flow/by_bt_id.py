"""Notifications that bear BT's id only: one owner an id knows whose it is, holds what comes before that, and passes it on (R21)."""

from events import header
from journeys import SMALL, Calendar, begin
from listeners import listening, posts_to
from notifications import forward, partition_of_id, product_order
from orders import evidence, outcomes
from story import story
from topics import ledger_records
from waiting import expect, wait_for
from wall_clock import shown


def held(stage):
    return stage.workers[-1].metric("whc_events_held")


@story(on="both")
def a_number_is_ported_by_bt_id(stage):
    """No notification bears our reference, and each finds its order."""
    calendar = Calendar(stage)
    calendar.by_id = True
    reader, request = begin(stage, calendar, "01632960020")
    news = calendar.run(reader, request)
    expect(news[-1]["status"] == "COMPLETED", f"{news[-1]}")
    expect(all(accepted == 1 for _, accepted in evidence(stage, "createOrder").values()), f"{evidence(stage)}")
    known = {m.key() for m in ledger_records(stage, "bt-id/")}
    expect(len(known) == 2 and held(stage) == 0, f"{known}")


@story(on="both")
def an_id_that_nobody_knows(stage):
    """Held, once for each notification, until nobody has told for too long whose it is: then it is a dead letter."""
    stage.worker("one", **{**SMALL, "events.hold.ms": 1000}).ready()
    dead = stage.reader(stage.topic("order-events.dead"))
    payload = product_order(None, order_id="00129999", state="completed")
    for _ in range(2):
        forward(stage, payload)
    forward(stage, payload, partition=(partition_of_id("00129999", stage.partitions) + 1) % stage.partitions)
    stage.flush()
    wait_for(lambda: len(dead.more()) >= 2, "the dead letters")
    reasons = sorted(header(m, "whc-dead-reason") for m in dead.messages)
    expect(reasons == ["held-too-long", "partition"], f"{reasons}")
    wait_for(lambda: ledger_records(stage, "bt-id/")[-1].value() is None, "the id to be forgotten")


@story(on="real")
def the_owner_of_an_id_dies(stage):
    """An event is held for an order that is not placed yet; its owner dies; the next one has it, and passes it on when the id is told."""
    calendar = Calendar(stage)
    calendar.by_id = True
    stage.worker("one", shown(calendar.path), **SMALL).ready()
    forward(stage, product_order(None, order_id="00226001", state="inProgress", portStatus="SUBMITTED"))
    stage.flush()
    wait_for(lambda: held(stage) == 1, "the event to be held")
    stage.workers[-1].kill()
    reader, request = begin(stage, calendar, "01632960020", slot="two")
    imported = [o["outcome"]["orderId"] or (o["result"] or {}).get("importOrderId") for o in outcomes(reader, request)]
    expect("00226001" in imported, f"the sandbox counts otherwise: {imported}")
    wait_for(lambda: held(stage) == 0, "the event to be passed on")
    calendar.counted_from = -1  # one that the sandbox has not made
    news = calendar.run(reader, request)
    expect(news[-1]["status"] == "COMPLETED", f"{news[-1]}")


@story(on="real")
def from_bt_to_the_order_by_id(stage):
    """The whole way: the sandbox posts without a reference, `listen` routes by BT's id, its owner passes it on."""
    calendar = Calendar(stage)
    stage.sandbox.fault(kind="event-no-reference", times=1000)
    with listening(stage) as listener:
        posts_to(stage, listener)
        reader, request = begin(stage, calendar, "01632960020")
        calendar.posts = True
        news = calendar.run(reader, request)
        expect(news[-1]["status"] == "COMPLETED", f"{news[-1]}")
        taken = stage.workers[-1].metric("whc_events_by_id_total")
        expect(taken > listener.metric("whc_listen_events_total"), "each is passed on, and the ids are told")
