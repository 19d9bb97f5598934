"""Mail finds its contacts: against known truth, before and after it came, and where only the mail of contacts is kept."""

import mailroom
import pytest

from Servers.seed import Appender
from Soak import people


@pytest.fixture
def connected(room, settings, user, site):
    return lambda **more: room.connect(**settings(user, ca_file=site.ca, **more))


def mail(number, sender, to, *more):
    lines = [f"From: {sender}", f"To: {to}", f"Subject: Number {number}", f"Message-ID: <k{number}@contacts.example>",
             "Date: Tue, 14 Nov 2023 22:13:20 +0000", *more]
    return "\r\n".join([line for line in lines if not line.endswith(": None")] + ["", f"Text {number}.", ""]).encode()


def numbers(room, **where):
    return sorted(int(row["message_id"].split("@")[0][1:]) for row in room.messages(**where))


def test_against_known_truth(room, connected, site, user):
    corpus = people.Corpus(1_500, 300, seed=5)
    with Appender(site.dovecot.imap, user) as appender:
        appender.append(((corpus.message(number), number) for number in range(1_500)))
    early = people.Corpus(0, 0)
    early.contacts = corpus.contacts[::2]
    people.put(room, early)
    account = connected()
    room.sync(account)
    people.put(room, corpus)
    precision, recall, differences = people.compare(room, corpus)
    assert (precision, recall) == (1, 1), differences
    assert corpus.lacking > 40
    # The other way round: by the contact.
    for contact in room.find("contact", limit=40):
        mine = {number for number, truth in enumerate(corpus.truth) if contact["key"] in truth}
        assert set(numbers(room, contact=contact["id"])) == mine
        assert contact["messages"] == len(mine)
    assert numbers(room, **{"contact.gt": 0}) == [number for number, truth in enumerate(corpus.truth) if truth]
    status = room.status(account)
    assert status["unmatched"] == len(list(room.messages(lacking=2))) > 0
    assert "belong to no contact" in status["note"]
    assert room.audit(account)["missing"] == 0


def test_only_the_mail_of_contacts_is_kept(room, connected, other):
    account = connected()
    bob = room.put("contact", key="bob", addresses=["bob@firm.example"])
    policy = room.put("policy", account=account["id"], keep="contacts")
    own = account["address"]
    for number, sender, to, *more in [
            (1, "Bob <BOB@firm.example>", own), (2, "carl@firm.example", own), (3, own, "bob+x@firm.example"),
            (4, own, "dora@x.example", "Cc: Emil <emil@x.example>"), (5, None, own), (6, "emil@x.example", own)]:
        other.append("INBOX", mail(number, sender, to, *more))
    room.sync(account)
    assert numbers(room) == [1, 3, 5], "in doubt a message is kept"
    status = room.status(account)
    assert (status["left_out"], status["messages"], status["state"]) == (3, 3, "enabled")
    folders = {row["path"]: row["left_out"] for row in room.folders(account)}
    assert folders.pop("INBOX") == 3 and not any(folders.values())
    found = room.audit(account)
    assert (found["missing"], found["skipped"]) == (0, 3)

    news = max(change["number"] for change in room.changes())
    emil = room.put("contact", key="emil", addresses=["emil@x.example"])
    room.sync(account)
    assert numbers(room) == [1, 3, 4, 5, 6] and numbers(room, contact=emil) == [4, 6]
    assert numbers(room, contact=bob) == [1, 3]
    assert room.status(account)["left_out"] == 1
    added = [c["detail"] for c in room.changes(news) if c["kind"] == "message" and c["what"] == "added"]
    assert added == ["historical"] * 2, "what was left out before is no news"
    room.sync(account)
    assert numbers(room) == [1, 3, 4, 5, 6]

    room.update("policy", policy, keep="all")
    room.sync(account)
    assert numbers(room) == [1, 2, 3, 4, 5, 6] and room.status(account)["left_out"] == 0
    assert room.audit(account)["missing"] == 0


def test_a_body_that_is_left_out_is_not_fetched(room, connected, other, site):
    account = connected()
    room.put("policy", account=account["id"], keep="contacts")
    other.append("INBOX", mail(1, "x@y.example", account["address"]) + b"A line that is long. " * 100_000)
    result = room.sync(account)
    assert result["bytes"] == 0 and room.status(account)["left_out"] == 1


def test_many_that_become_wanted_are_asked_about_together(room, connected, other, site, user):
    account = connected()
    room.put("policy", account=account["id"], keep="contacts")
    with Appender(site.dovecot.imap, user) as appender:
        appender.append(((mail(n, "late@x.example", account["address"]), n) for n in range(250)))
    room.sync(account)
    assert room.status(account)["left_out"] == 250
    room.put("contact", key="late", domains=["x.example"])
    room.sync(account)
    if room.status(account)["left_out"]:
        room.sync(account)
    assert numbers(room) == list(range(250))


def test_pop3_decides_by_the_header_as_well(room, settings, user, site, other):
    account = room.connect(**settings(
        user, ca_file=site.ca, imap_host=None, imap_port=None, imap_tls=None, provider="pop3", pop3_host="127.0.0.1",
        pop3_port=str(site.dovecot.pop3), pop3_tls="starttls"))
    room.put("policy", account=account["id"], keep="contacts")
    room.put("contact", key="bob", addresses=["bob@firm.example"])
    for number, sender in enumerate(["bob@firm.example", "carl@firm.example"]):
        other.append("INBOX", mail(number, sender, account["address"]))
    room.sync(account)
    assert numbers(room) == [0] and room.status(account)["left_out"] == 1
    room.put("contact", key="carl", addresses=["carl@firm.example"])
    room.sync(account)
    assert numbers(room) == [0, 1]


@pytest.mark.parametrize("values, field", [
    ({}, "key"), ({"key": "k", "addresses": ["nobody"]}, "addresses[0]"), ({"key": "k", "domains": ["a b"]}, "domains[0]"),
    ({"key": "k", "exact": 2}, "exact"), ({"key": "k", "messages": 3}, "messages"), ({"key": "k", "addresses": 3}, "addresses")])
def test_contacts_that_make_no_sense(room, values, field):
    with pytest.raises(mailroom.InvalidError) as caught:
        room.put("contact", **values)
    assert caught.value.fields["field"] == field
    with pytest.raises(mailroom.InvalidError):
        room.put("contacts", contacts=[{"key": "good"}, values])
    assert list(room.find("contact")) == [], "nothing of a list with a mistake is stored"


def test_one_contact_put_changed_and_removed(room):
    contact = room.put("contact", key="k", addresses="a@x.example", name="A")
    assert room.put("contact", key="k", addresses=["b@x.example"]) == contact
    row = room.get("contact", contact)
    assert (row["name"], row["addresses"], row["messages"]) == ("A", ["b@x.example"], 0)
    room.update("contact", contact, name="B", domains=["x.example"])
    assert room.find("contact", address="B@X.example").first()["name"] == "B"
    room.remove("contact", contact)
    with pytest.raises(mailroom.NotFoundError):
        room.get("contact", contact)
