"""What the stories of check.py are told with: a sandbox that is started, calls, counts."""

import http.client
import json
import pathlib
import select
import socket
import subprocess
import tempfile
import time
import urllib.parse

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"
CUG = "CUG5009999999"
ORDERING = "/hubco/tmf/productOrderingManagement/v4"
ORDER, IMPORT = f"{ORDERING}/productOrder", f"{ORDERING}/importOrder"
NUMBERS = "/v1/resourceManagement/directoryNumbers"
RESERVATION = f"{NUMBERS}/reservation"
ADDRESS = "/common/geographicAddressManagement/v1/geographicAddress"
QUALIFICATION = "/hubco/tmf/productOfferingQualification/v4/productOfferingQualification"
PARTY = [{"id": CUG, "role": "BtCug"}]
EVERYTHING_FAILS = {"kind": "status", "status": 503, "times": -1}

stories = []


def story(function):
    """Registers what check.py runs."""
    stories.append(function)
    return function


class Failure(AssertionError):
    pass


def equal(has, wanted, what):
    if has != wanted:
        raise Failure(f"{what}: {json.dumps(has)[:400]}, not {json.dumps(wanted)[:400]}")


def expect(holds, what):
    if not holds:
        raise Failure(what)


def wait_for(condition, what, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Failure(f"waited in vain for {what}")
        select.select([], [], [], 0.01)


class Reply:
    def __init__(self, status, headers, text):
        self.status, self.headers, self.text = status, headers, text

    @property
    def body(self):
        return json.loads(self.text) if self.text else None

    @property
    def code(self):
        return self.body["code"]


class Sandbox:
    def __init__(self, program, environment=None):
        self.program, self.failing = program, None
        self.library = pathlib.Path(program[-1]).resolve().parents[1] / "libwall_clock.so"
        self.ready = pathlib.Path(tempfile.mkdtemp()) / "ready"
        self.process = subprocess.Popen(program + ["--ready-file", str(self.ready)], stdout=subprocess.DEVNULL, env=environment)
        wait_for(lambda: self.ready.exists() or self.process.poll() is not None, "the sandbox", 60)
        self.host, port = self.ready.read_text().split()[0].removeprefix("http=http://").split(":")
        self.port = int(port)
        self.connection = None

    def stop(self):
        self.process.terminate()
        return self.process.wait(60)

    def call(self, method, target, body=None, **headers):
        """One call on a kept connection; None when it is closed without a whole reply."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, self.port, timeout=20)
        data = body if body is None or isinstance(body, str) else json.dumps(body)
        if data is not None:
            headers["Content-Type"] = "application/json"
        try:
            self.connection.request(method, target, data, {k.replace("_", "-"): v for k, v in headers.items()})
            answer = self.connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read().decode(errors="replace"))
        except (http.client.HTTPException, OSError):
            self.hang_up()
            return None

    def hang_up(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def control(self, method, path, body=None):
        return self.call(method, f"/sandbox/{path}", body).body

    def fault(self, **fault):
        error = self.control("POST", "faults", fault)
        if isinstance(error, dict):
            raise Failure(f"the fault is refused: {error}")

    def switch(self, **switches):
        error = self.control("POST", "switches", switches)
        if "error" in error:
            raise Failure(f"the switch is refused: {error}")

    def clock(self, **to):
        """What it says; moved before, where `to`, `next` or `home` is given."""
        answer = self.control("POST" if to else "GET", "clock", to or None)
        if "error" in answer:
            raise Failure(f"the clock is not moved: {answer}")
        return answer

    def counts(self, name):
        return self.control("GET", "counts")[name]

    def evidence(self, operation, reference):
        """(received, accepted)"""
        rows = self.control("GET", f"orders?operationId={operation}&reference={urllib.parse.quote(reference)}")
        row = rows.get(f"{operation} {reference}", {"received": 0, "accepted": 0})
        return [row["received"], row["accepted"]]

    def raw(self, method, target, body):
        """The bytes of one request."""
        text = json.dumps(body)
        return (
            f"{method} {target} HTTP/1.1\r\nHost: sandbox\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}"
        ).encode()

    def send(self, data, read=True):
        """Sends bytes on a connection of their own; gives all bytes that come back until it is closed."""
        with socket.create_connection((self.host, self.port), 2) as client:
            client.sendall(data)
            got = b""
            while read:
                try:
                    more = client.recv(65536)
                except ConnectionError:
                    break
                if not more:
                    break
                got += more
            return got


# --- what is sent ---


def order(reference, name="Sample Bakery", **more):
    item = {
        "id": "C",
        "action": "add",
        "product": {
            "productOffering": {"id": "WHCCompany"},
            "productCharacteristic": [{"name": "CompanyName", "value": name}, {"name": "CompanyDomain", "value": "bakery.example"}],
        },
    }
    return {"externalId": reference, "relatedParty": PARTY, "productOrderItem": [item], **more}


def import_order(reference, *numbers, offering="HVMultiLineImport"):
    product = {
        "productOffering": {"id": offering},
        "productCharacteristic": [{"name": "DirectoryNumbers", "value": number} for number in numbers],
    }
    return {
        "externalId": reference,
        "requestedCompletionDate": "2026-01-05",
        "relatedParty": PARTY,
        "productOrderItem": [{"id": "1", "action": "add", "product": product}],
    }


def reservation(quantity=1, named=None, **by):
    numbers = {"type": "Geographic", "quantity": len(named) if named else quantity}
    if named:
        numbers["directoryNumber"] = named
    if by:
        numbers["characteristics"] = by
    return {"customer": {"id": CUG}, "numbers": numbers, "product": {"name": "WHC"}}


def create(box, reference):
    reply = box.call("POST", ORDER, order(reference))
    equal(reply and reply.status, 201, "creating an order")
    return reply.body["id"]


def create_import(box, reference, *numbers):
    reply = box.call("POST", IMPORT, import_order(reference, *numbers))
    equal(reply and reply.status, 201, "creating an import order")
    return reply.body["id"]


def submit(box, base, identifier, reference):
    return box.call("POST", f"{base}/{identifier}/submit", {"externalId": reference})


def cancel(box, kind, identifier):
    return box.call("POST", f"{ORDERING}/cancel{kind}", {"productOrder": {"id": identifier}})


def refused(reply, status, code, what):
    equal((reply.status, reply.code), (status, code), what)


def listed(box, base, reference):
    reply = box.call("GET", f"{base}?externalId={reference}")
    equal(reply.status, 200, "listing")
    return reply.body


def states(box, base, reference):
    return [one["state"] for one in listed(box, base, reference)]


def told(box, **query):
    """The events that were made, those of the query's reference and so on."""
    return box.call("GET", f"/sandbox/events?{urllib.parse.urlencode(query)}").body


def words(event):
    """Type, state and port status of what was posted."""
    about = event["event"]["productOrder"]
    return [event["eventType"].removeprefix("ProductOrder").removesuffix("Event"), about.get("state"), about.get("portStatus")]


def shown(box, **query):
    reply = box.call("GET", f"{NUMBERS}?{urllib.parse.urlencode({'customerId': CUG, 'limit': 1000, **query})}")
    equal(reply.status, 200, "available numbers")
    return {row["number"]: row for row in reply.body}
