"""A company's mail among its own people, over a real Dovecot: left out where all are known and inside, and no error to anyone."""

import pytest

from Servers.seed import Appender

from .test_contacts import mail, numbers


@pytest.fixture
def connected(room, settings, user, site):
    """Of a company with two domains, whose internal mail is left out."""
    company = room.put(
        "company", key="acme", domains=["test.example", "Acme-Works.example", "müller.example"], exclude_internal=1)
    return company, room.connect(**settings(user, ca_file=site.ca, company=company))


OWN = "ann@test.example"
# Number, From, To, further fields, and whether it is left out.
MAIL = [
    (1, "Bob <bob@test.example>", OWN, [], True),
    (2, "bob@test.example", OWN, ["Cc: customer@firm.example"], False),
    (3, "customer@firm.example", OWN, [], False),
    (4, OWN, "customer@firm.example", [], False),
    # Another of the domains, a subdomain, other letters.
    (5, "BOB@Sales.Test.Example", "carl@acme-works.example", ["Cc: eve@xn--mller-kva.example"], True),
    # No subdomain, though it ends so; the own name in front of another's.
    (6, "bob@not-test.example", OWN, [], False), (7, "bob@test.example.evil.example", OWN, [], False),
    # A colleague's private address, as sender and as one of those that are answered.
    (8, "Bob <bob.private@mail.example>", OWN, [], False),
    (9, "bob@test.example", OWN, ["Reply-To: bob.private@mail.example"], False),
    # In doubt: nobody is named, or not all are, or they cannot be read.
    (10, "bob@test.example", None, [], False), (11, None, OWN, [], False),
    (12, "bob@test.example", "undisclosed-recipients:;", [], False),
    (13, "bob@test.example", OWN, ["Cc: undisclosed-recipients:;"], False),
    (14, "bob@test.example", "carl", [], False), (15, "bob@test.example", f"{OWN}, <dora@test.exam", [], False),
    (16, "bob@test.example", "Team: carl@test.example, dora@test.example;", [], True),
    (17, "bob@test.example", OWN, ["Sender: service@lists.example"], False),
    (18, "bob@test.example", OWN, ["Bcc: customer@firm.example"], False),
]
INSIDE = [number for number, *_, inside in MAIL if inside]
OUTSIDE = [number for number, *_, inside in MAIL if not inside]


def deliver(other, only=None):
    for number, sender, to, more, _ in MAIL:
        if only is None or number in only:
            other.append("INBOX", mail(number, sender, to, *more))


def well(room, account):
    """It is no error, to nobody."""
    status = room.status(account)
    assert (status["state"], status["colour"], status["sync_health"]) == ("enabled", "green", "ok"), status
    assert not [row for row in room.find("log", account=account["id"]) if row["level"] in ("error", "warning")]
    return status


def test_what_is_inside_for_sure_is_left_out(room, connected, other):
    _, account = connected
    deliver(other)
    first = room.sync(account)
    assert numbers(room) == OUTSIDE
    status = well(room, account)
    assert (status["left_out"], status["messages"]) == (len(INSIDE), len(OUTSIDE))
    # Nothing of it was kept, nor its words.
    assert numbers(room, text="number") == OUTSIDE
    found = room.audit(account)
    assert (found["missing"], found["extra"], found["skipped"]) == (0, 0, len(INSIDE))
    assert (found["server"], found["stored"]) == (len(MAIL), len(OUTSIDE))
    # It is not fetched again, nor asked about: a sync of nothing new moves next to nothing.
    again = room.sync(account)
    assert (again["messages"], again["bytes"], first["messages"]) == (0, 0, len(OUTSIDE)) and first["bytes"] > 0, again
    assert well(room, account)["left_out"] == len(INSIDE)


def test_a_large_body_inside_is_not_fetched(room, connected, other):
    _, account = connected
    other.append("INBOX", mail(1, "bob@test.example", OWN) + b"A line that is long. " * 100_000)
    assert room.sync(account)["bytes"] == 0
    assert room.status(account)["left_out"] == 1


def test_switched_off_it_is_fetched_and_on_again_new_mail_is_left_out(room, connected, other):
    company, account = connected
    deliver(other, only=[1, 3])
    room.sync(account)
    assert numbers(room) == [3]
    news = max(change["number"] for change in room.changes())
    room.update("company", company, exclude_internal=0)
    room.sync(account)
    assert numbers(room) == [1, 3] and well(room, account)["left_out"] == 0
    added = [row["detail"] for row in room.changes(news) if row["kind"] == "message" and row["what"] == "added"]
    assert added == ["historical"], "what was left out before is no news"
    assert room.audit(account)["skipped"] == 0
    room.update("company", company, exclude_internal=1)
    deliver(other, only=[5, 4])
    room.sync(account)
    assert numbers(room) == [1, 3, 4], "what is there stays"
    assert well(room, account)["left_out"] == 1
    found = room.audit(account)
    assert (found["missing"], found["extra"], found["skipped"]) == (0, 0, 1)


def test_the_domains_change(room, connected, other):
    company, account = connected
    deliver(other, only=[1, 5])
    room.sync(account)
    assert numbers(room) == [] and room.status(account)["left_out"] == 2
    # Of the second message, one is no colleague any more.
    room.update("company", company, domains=["test.example", "müller.example"])
    room.sync(account)
    assert numbers(room) == [5] and well(room, account)["left_out"] == 1
    # Without any domain nobody is inside.
    room.update("company", company, domains=[])
    room.sync(account)
    assert numbers(room) == [1, 5] and well(room, account)["left_out"] == 0


def test_what_was_sent_from_here_is_kept(room, connected, other):
    """To a colleague, with a copy in Sent: the send shows it, so it is there."""
    _, account = connected
    room.reconnect(account, sent_copy="always")
    room.sync(account)
    send = room.send(account, to="bob@test.example", subject="Lunch", text="At noon?")
    assert room.send_wait(send, 30)["state"] == "sent"
    room.sync(account)
    rows = list(room.messages(account=account["id"]))
    assert [row["subject"] for row in rows] == ["Lunch"], rows
    well(room, account)


def test_what_is_inside_and_removed_there_is_forgotten(room, connected, other):
    _, account = connected
    deliver(other, only=[1, 3])
    room.sync(account)
    other.expunge("INBOX", other.uids("INBOX"))
    room.sync(account)
    assert numbers(room) == [] and well(room, account)["left_out"] == 0
    assert room.audit(account)["skipped"] == 0


def test_many(room, connected, site, user, other):
    """A mailbox of nothing but internal mail: a place for each, no message, and no second look."""
    _, account = connected
    with Appender(site.dovecot.imap, user) as appender:
        appender.append(((mail(n, "bob@test.example", OWN), n) for n in range(1_200)))
    room.sync(account)
    assert numbers(room) == [] and well(room, account)["left_out"] == 1_200
    found = room.audit(account)
    assert (found["missing"], found["skipped"], found["stored"]) == (0, 1_200, 0)
    assert room.sync(account)["bytes"] == 0


@pytest.mark.parametrize("rule", ["exclude_internal", "contacts"])
def test_a_round_trip_of_what_is_not_kept(room, settings, user, site, other, rule):
    """The server is well: nobody blames it for a rule of ours."""
    company = room.put(
        "company", key="acme", domains=["test.example"], exclude_internal=1 if rule == "exclude_internal" else 0)
    account = room.connect(**settings(user, ca_file=site.ca, company=company))
    if rule == "contacts":
        room.put("policy", account=account["id"], keep="contacts")
    room.sync(account)
    done = room.verify(account, within=30)
    assert done["ok"] == 1 and "cause" not in done, done
    assert rule in done["note"]
    assert [step["step"] for step in done["steps"]] == ["append", "see", "flag", "see the flag", "delete"]
    assert other.uids("INBOX") == [] and well(room, account)["left_out"] == 0
    result = room.check("doctor", account=account["id"], send=1, resolver="127.0.0.1:9").wait(60)
    step = next(row for row in result["steps"] if row["step"] == "send")
    assert step["ok"] == 1 and rule in step["found"], step
    assert room.status(account)["left_out"] == 1 and list(room.messages()) == []
