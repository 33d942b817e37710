"""What becomes of what BT posts: where it stands in Kafka, and what is answered."""

import hashlib
import json
import threading

import httpx

from listeners import EVENTS, connect, headers_of, listening, read_event
from notifications import product_order
from story import story
from waiting import expect, wait_for

REFERENCE = "1e34fb00-3209-8bbe-986a-a70dbe3d0003"


def partition_of_id(order_id, count):
    return int.from_bytes(hashlib.sha256(order_id.encode()).digest()[:4], "big") % count


@story(on="both")
def by_reference_and_by_id(stage):
    """With our reference: to its partition, under it. With BT's id only, or somebody else's reference: to SHA-256 mod N, under the id."""
    with listening(stage) as listener:
        token = listener.token()["access_token"]
        sent = [
            (product_order(REFERENCE, state="acknowledged"), 3, REFERENCE),
            (product_order(None, order_id="700501"), partition_of_id("700501", 6), "700501"),
            (product_order("PO-17", order_id="00125420"), partition_of_id("00125420", 6), "00125420"),
            (product_order(REFERENCE[:-4] + "0063", order_id="8"), partition_of_id("8", 6), "8"),  # of a partition that there is not
        ]
        for payload, _, _ in sent:
            expect(listener.post(payload, token).status_code == 201, listener.log())
        messages = stage.reader(stage.topic("order-events")).until(len(sent))
        for payload, partition, key in sent:
            message = next(m for m in messages if m.key().decode() == key)
            event = read_event(message.value())
            expect(message.partition() == partition, f"{key} in {message.partition()}, not {partition}")
            expect(json.loads(event["payload"]) == payload and event["eventId"] == payload["eventId"], f"{event}")
            expect(event["reference"] == payload["event"]["productOrder"].get("externalId"), f"{event}")
            expect(event["orderId"] == payload["event"]["productOrder"]["id"] and event["type"] == payload["eventType"], f"{event}")
            place = f"{stage.topic('order-events')}-{message.partition()}@{message.offset()}"
            expect(any(place in line and payload["eventId"] in line for line in listener.log().splitlines()), f"no line of {place}")
        expect(listener.metric("whc_listen_events_total") == len(sent), listener.page("/metrics")[1])


@story(on="both")
def what_nobody_can_use(stage):
    """No JSON: 400 and a dead letter as it came; no order: 201 and a dead letter. Unknown types and states are kept."""
    with listening(stage) as listener:
        token = listener.token()["access_token"]
        junk = b'{"name": "Jo Example", "broken'
        expect(listener.post(junk, token).status_code == 400, listener.log())
        expect(listener.post({"eventType": "ProductOrderCreateEvent", "event": {}}, token).status_code == 201, listener.log())
        unknown = {**product_order(REFERENCE, state="somethingNew"), "eventType": "productOrderJeopardyEvent"}
        expect(listener.post(unknown, token).status_code == 201, listener.log())
        expect(listener.post(b"", token).status_code == 400, "an empty body")
        letters = stage.reader(stage.topic("order-events.dead")).until(3)
        by_reason = {}
        for letter in letters:
            by_reason.setdefault(headers_of(letter)["whc-dead-reason"], []).append(letter)
        expect(sorted(letter.value() or b"" for letter in by_reason["json"]) == [b"", junk], f"{by_reason}")
        expect("Example" not in headers_of(by_reason["json"][0])["__connect.errors.exception.message"], "the letter's reason quotes it")
        expect(read_event(by_reason["unaddressed"][0].value())["orderId"] is None, "an address")
        (message,) = stage.reader(stage.topic("order-events")).until(1)
        expect(read_event(message.value())["type"] == "productOrderJeopardyEvent", "another type")
        expect("Jo Example" not in listener.log(), "a name is in the log")


@story(on="embedded")
def bounds(stage):
    """Too large, declared or not: 413. Too deep, too many values: a dead letter. Above listen.rate: 429 with Retry-After."""
    with listening(stage, **{"listen.request.max.bytes": 2000, "listen.request.max.values": 100, "listen.rate": 20}) as listener:
        token = listener.token()["access_token"]
        large = {**product_order(REFERENCE), "more": "x" * 3000}
        expect(listener.post(large, token).status_code == 413, listener.log())

        def parts():
            yield json.dumps(large).encode()

        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.post(listener.url + EVENTS, content=parts(), headers=headers)
        expect(answer.status_code == 413, f"chunked: {answer}")
        expect(listener.post(b"[" * 100 + b"]" * 100, token).status_code == 400, "too deep")
        expect(listener.post(list(range(200)), token).status_code == 400, "too many values")
        with httpx.Client() as client:
            answers = []
            while not answers or answers[-1].status_code != 429:
                answers.append(client.post(listener.url + EVENTS, json=product_order(REFERENCE), headers=headers))
                expect(len(answers) < 500, "no bound")
        expect(answers[-1].headers["Retry-After"] == "1" and len(answers) > 10, f"{answers}")
        expect(httpx.get(listener.url + EVENTS).status_code == 405, "another method")


@story(on="both")
def many_at_once(stage):
    """Forty connections with fifty notifications each: each is answered 201 once it is in the topic, and is there once."""
    with listening(stage) as listener:
        token = listener.token()["access_token"]
        statuses, lock = [], threading.Lock()

        def send(number):
            with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
                for i in range(50):
                    payload = product_order(None, order_id=f"{number}-{i}", event_id=f"{number}-{i}")
                    answer = client.post(listener.url + EVENTS, json=payload)
                    with lock:
                        statuses.append(answer.status_code)

        threads = [threading.Thread(target=send, args=(number,)) for number in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        refused = sum(status == 429 for status in statuses)
        expect(set(statuses) <= {201, 429} and refused < len(statuses), f"{sorted(set(statuses))}")
        messages = stage.reader(stage.topic("order-events")).until(len(statuses) - refused)
        ids = [read_event(message.value())["eventId"] for message in messages]
        expect(len(ids) == len(set(ids)) == statuses.count(201), f"{len(ids)} records, {len(set(ids))} events")


@story(on="embedded")
def requests_behind_each_other(stage):
    """Two requests in one packet are two notifications; a second one after a refused one is read, too."""
    with listening(stage) as listener:
        token = listener.token()["access_token"]

        def request(authorization, order_id):
            body = json.dumps(product_order(None, order_id=order_id)).encode()
            return (
                f"POST {EVENTS} HTTP/1.1\r\nHost: us.example\r\nAuthorization: {authorization}\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode() + body

        with connect(listener) as plain:
            plain.sendall(request(f"Bearer {token}", "1") + request("Bearer wrong", "2") + request(f"Bearer {token}", "3"))
            came = b""
            while came.count(b"HTTP/1.1 ") < 3:
                data = plain.recv(4096)
                expect(data, f"it ended: {came}")
                came += data
        statuses = [line.split()[1] for line in came.decode().split("\r\n") if line.startswith("HTTP/1.1 ")]
        expect(statuses == ["201", "401", "201"], f"{statuses}")
        wait_for(lambda: listener.metric("whc_listen_events_total") == 2, "both events")
