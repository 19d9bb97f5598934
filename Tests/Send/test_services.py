"""What Gmail's interface and Microsoft Graph have in common, and SMTP has not: tokens, aliases, a request that is cut off."""

import mailroom
import pytest

from Send import clock
from Send.mailbox import TIMES, Mailbox
from Sync.cutting import Cutting


@pytest.fixture
def box(service, store):
    with mailroom.open(store, **TIMES) as room:
        yield Mailbox(room, service)


def test_an_address_that_is_not_ones_own(box, service):
    send = box.send(**{"from": "boss@test.example"})
    row = box.tried(send)
    assert (row["state"], row["class"]) == ("failed", "send_as_denied"), row
    assert not service.messages
    service.allow(box.address, "boss@test.example")
    clock.forward(10 * 60_000)
    box.room.resend(send)
    assert box.tried(send)["state"] == "sent" and service.taken == {"to0@b.example": 1}


def test_a_token_that_runs_out_is_renewed_once(box, service):
    service.server.tokens.clear()
    assert box.tried(box.send())["state"] == "sent"
    assert len(service.server.tokens) == 1


def test_a_token_that_is_refused_with_the_message_is_renewed_once(box, service):
    service.becomes(lambda number: "login" if number == 0 else None)
    assert box.tried(box.send())["state"] == "sent"
    assert service.offered == 2
    service.becomes("login")
    send = box.send(1)
    row = box.tried(send)
    assert (row["state"], row["class"], row["cause"]) == ("retry_wait", "connection", "auth.token_expired"), row
    assert service.offered == 2, "once, and then it waits"
    assert box.goes(send)["state"] == "sent" and service.taken == {"to0@b.example": 1, "to1@b.example": 1}


def test_cut_within_the_message(box, service):
    """A connection that ends while the message is being written says that nothing was taken: it goes again."""
    with Cutting(service.server.port) as cutting:
        settings = service.settings(port=cutting.port)
        box.room.reconnect(box.account, **{name: settings[name] for name in settings if name.endswith("_api")})
        cutting.cut_after(600_000)
        send = box.send(text="A line that takes room in the message.\n" * service.many)
        row = box.tried(send)
        assert cutting.cuts == 1
        assert (row["state"], row["class"], row["temporary"]) == ("retry_wait", "connection", 1), row
        assert not service.messages
        box.room.resend(send)
        assert box.tried(send)["state"] == "sent" and service.taken == {"to0@b.example": 1}


def test_an_answer_before_all_was_written(box, service):
    """A service that is unwell says so while the message is still on its way: it has not taken it, and that is known."""
    with Cutting(service.server.port) as cutting:
        settings = service.settings(port=cutting.port)
        box.room.reconnect(box.account, **{name: settings[name] for name in settings if name.endswith("_api")})
        cutting.cut_after(600_000, b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        send = box.send(text="A line that takes room in the message.\n" * service.many)
        row = box.tried(send)
        assert cutting.cuts == 1
        assert (row["state"], row["class"], row["temporary"]) == ("retry_wait", "outage", 1), row
        assert not service.messages
        box.room.resend(send)
        assert box.tried(send)["state"] == "sent" and service.taken == {"to0@b.example": 1}
