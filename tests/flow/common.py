"""What the stories about portability orders share: asking for one outcome, and for one dead letter."""
import whc
from whc import expect, header, outcomes_by_request, wait_for

TARGET = "/v1/resourceManagement/directoryNumbers/portability"


def target(number):
    return f"{TARGET}?directoryNumber={number}&customerId={whc.CUG}"


def one(messages, request):
    """The one outcome of a request."""
    found = outcomes_by_request(messages).get(request, [])
    expect(len(found) == 1, f"request {request} has {len(found)} outcomes")
    return found[0]


def ask(stage, record, **how):
    """Sends one portability request and gives its outcome."""
    reader = stage.reader()
    request = stage.send("check-portability", record, **how)
    stage.flush()
    wait_for(lambda: request in outcomes_by_request(reader.more()), "the outcome")
    return one(reader.messages, request)


def dead_letter(stage, value, reason, key=b"k", headers=None):
    """Sends bytes that are no request; gives the dead letter after checking what every one must have."""
    reader = stage.reader(stage.dead)
    stage.send_bytes(value, key, headers)
    stage.flush()
    # The reader has those of before, too, and may have some of them first.
    message = wait_for(lambda: [m for m in reader.more() if m.value() == value], "a dead letter of these bytes")[-1]
    expect(message.key() == key, "the key differs")
    expect(header(message, "whc-dead-reason") == reason, f"reason {header(message, 'whc-dead-reason')}, not {reason}")
    expect(header(message, "__connect.errors.topic") == stage.requests, "no Connect header family")
    expect(header(message, "__connect.errors.exception.message"), "no sentence")
    return message
