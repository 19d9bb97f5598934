"""The tool's companies and contacts, and the mail of all mailboxes: inbox, threads, search."""

import json

import pytest

from .conftest import deliver, maildir

PEOPLE = '''key,name,email,domains,exact,birthday
c-1,Ann,ann@example.com,,,1970-01-01
c-2,"Jürgen ""J""",juergen@example.com; j@example.com,,yes,
c-3,Everybody,,"example.org,example.net",no,
'''


# ---- contacts ----


def test_a_contact_finds_its_mail_and_is_changed_by_its_key(connected):
    made = connected.ask("contact", "put", "c-1", "--name", "Ann", "--address", "ANN@example.com")
    assert (made["key"], made["messages"]) == ("c-1", 1)
    again = connected.ask("contact", "put", "c-1", "--address", "ann@example.com", "--address", "eve@example.com")
    assert again["id"] == made["id"] and again["messages"] == 2 and again["name"] == "Ann"
    for word in ("c-1", "eve@example.com", made["id"]):
        assert connected.ask("contact", "show", word)["id"] == made["id"], word
        assert {row["from"] for row in connected.ask("inbox", "--contact", word)} == {"ann@example.com", "eve@example.com"}
    assert [row["from"] for row in connected.ask("inbox", "--contact", "any")] == ["eve@example.com", "ann@example.com"]
    told = connected.run("contact", "show", "c-1").stdout
    assert "2 messages" in told and "First" in told
    assert "CONTACT" in connected.run("inbox").stdout
    connected.run("contact", "remove", "c-1")
    assert connected.ask("contact") == [] and len(connected.ask("messages")) == 3


def test_a_contact_is_erased_with_its_mail(connected):
    connected.run("contact", "put", "c-1", "--address", "ann@example.com", "--address", "eve@example.com")
    assert "erased: c-1" in connected.run("contact", "remove", "eve@example.com", "--erase").stdout
    assert connected.ask("contact") == []
    left = [row["from"] for row in connected.ask("messages")]
    assert len(left) == 1 and not {"ann@example.com", "eve@example.com"} & set(left)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_an_import_makes_and_changes(form, connected, tmp_path):
    file = tmp_path / f"people.{form}"
    if form == "csv":
        file.write_text("\ufeff" + PEOPLE)
    else:
        file.write_text("\n".join(json.dumps(row) for row in (
            {"key": "c-1", "name": "Ann", "addresses": ["ann@example.com"], "birthday": "1970-01-01"},
            {"key": "c-2", "name": 'Jürgen "J"', "email": "juergen@example.com j@example.com", "exact": 1},
            {"id": "c-3", "name": "Everybody", "domains": ["example.org", "example.net"], "exact": False})) + "\n\n")
    for _ in range(2):
        assert connected.ask("contact", "import", file) == {"contacts": 3}
        listed = {row["key"]: row for row in connected.ask("contact", "list")}
        assert list(listed) == ["c-1", "c-2", "c-3"]
        assert listed["c-1"]["addresses"] == ["ann@example.com"] and listed["c-1"]["messages"] == 1
        assert sorted(listed["c-2"]["addresses"]) == ["j@example.com", "juergen@example.com"]
        assert (listed["c-2"]["name"], listed["c-2"]["exact"]) == ('Jürgen "J"', 1)
        assert sorted(listed["c-3"]["domains"]) == ["example.net", "example.org"]
    assert "3 contacts" in connected.run("contact", "import", "-", input=file.read_text()).stdout
    assert [row["key"] for row in connected.ask("contact", "list", "--limit", "2")] == ["c-1", "c-2"]
    after = connected.ask("contact", "list", "--limit", "2")[-1]["id"]
    assert [row["key"] for row in connected.ask("contact", "list", "--after", after)] == ["c-3"]


@pytest.mark.parametrize("text, words", [
    ("", "empty"), ("name,email\nAnn,a@example.com\n", "no column is the key"), ("key,email\n", "no contact"),
    ("key,email\nc-1\n", "line 2: has 1 cells"), ('key,email\nc-1,"a@example.com\n', "line 2: a quote is opened"),
    ("key,exact\nc-1,perhaps\n", "line 2: exact is neither"), ("key,email\nc-1,a@example.com\n,b@example.com\n", "line 3: key"),
    ("key,email\nc-1,a@example.com\nc-2,no address\n", "line 3: addresses[0]"), ('{"key": "c-1"}\n{"key": \n', "line 2: is no JSON"),
    ('{"key": {"a": 1}}\n', "line 1: key is neither"),
])
def test_a_wrong_line_is_named_and_nothing_is_stored(text, words, connected, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(text)
    told = connected.run("contact", "import", file, expected=2).stderr
    assert words in told and "people.csv" in told
    assert connected.ask("contact") == []


def test_a_large_import(connected, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("key,email\n" + "".join(f"c-{n},p{n}@example.com\n" for n in range(5001)))
    assert connected.ask("contact", "import", file) == {"contacts": 5001}
    assert len(connected.ask("contact", "list", "--limit", "0")) == 5001
    file.write_text("key,email\n" + "".join(f"d-{n},p{n}@example.com\n" for n in range(4000)) + "d-4000,@\n")
    told = connected.run("contact", "import", file, expected=2).stderr
    assert "line 4002: addresses[0]" in told
    assert len(connected.ask("contact", "list", "--limit", "0")) == 5001, "nothing of it is stored"


def test_a_wrong_line_behind_a_hundred_thousand(connected, tmp_path):
    """What is in is said, and the status is not that of a change that did not happen."""
    file = tmp_path / "people.csv"
    file.write_text("key\n" + "".join(f"e-{n}\n" for n in range(100_000)) + f"{'x' * 999}\n")
    told = connected.run("contact", "import", file, expected=1).stderr
    assert "line 100002: key" in told and "100000 contacts that stand before it are in the store" in told
    assert "import the file again" in told


def test_put_says_what_it_did(connected):
    connected.run("company", "put", "acme")
    assert "contact c-1 made" in connected.run("contact", "put", "c-1", "--company", "acme", "--name", "Ann").stdout
    assert "contact c-1 changed" in connected.run("contact", "put", "c-1", "--company", "acme", "--name", "Robert").stdout
    second = connected.run("contact", "put", "c-1", "--name", "Robert")
    assert "contact c-1 made" in second.stdout
    assert "a contact of acme has that key" in second.stderr and "--company acme" in second.stderr
    third = connected.run("contact", "put", "c-1", "--name", "Bob")
    assert "contact c-1 changed" in third.stdout and third.stderr == ""


@pytest.mark.parametrize("domain, status", [
    ("http://foo", 2), ("foo/bar", 2), ("a b", 2), ("*.example", 2), ("@foo.example", 0), ("FOO.example.", 0),
])
def test_a_domain_is_one_for_companies_and_contacts_alike(domain, status, connected):
    for line in (["company", "put", "acme", "--domain", domain], ["contact", "put", "c-1", "--domain", domain]):
        done = connected.run(*line, expected=status)
        if status:
            assert "is no domain" in done.stderr
    if not status:
        assert connected.ask("company", "show", "acme")["domains"] == ["foo.example"]
        assert connected.ask("contact", "show", "c-1")["domains"] == ["foo.example"]


def test_a_contact_by_an_address_that_its_mail_has(connected):
    made = connected.ask("contact", "put", "c-1", "--domain", "example.com")
    assert connected.ask("contact", "show", "ann@example.com")["id"] == made["id"]
    connected.ask("contact", "show", "nobody@nowhere.example", expected=3)


# ---- companies ----


def test_a_company_with_its_own_contacts(mailroom, box, tmp_path):
    assert mailroom.ask("company", "put", "acme", "--name", "Acme", "--limit", "3", "--domain", "example.com")["mailboxes"] == 3
    mailroom.run("company", "put", "other")
    mailroom.run("connect", box.address, *box.options, "--company", "acme", "--user-key", "17")
    mailroom.run("sync", box.address)
    row = mailroom.ask("company", "put", "acme", "--limit", "none")
    assert "mailboxes" not in row and row["domains"] == ["example.com"] and row["name"] == "Acme"
    assert mailroom.ask("company", "put", "acme", "--domain", "none").get("domains", []) == []
    shown = mailroom.ask("company", "show", "acme")
    assert [account["address"] for account in shown["accounts"]] == [box.address] and shown["running"] == 1
    assert {row["key"]: row["running"] for row in mailroom.ask("company")} == {"acme": 1, "other": 0}
    assert "Acme" in mailroom.run("company").stdout and box.address in mailroom.run("company", "show", "acme").stdout
    # A contact of another company has no part in it; the same key may be of both.
    for company in ("acme", "other"):
        mailroom.run("contact", "put", "c-1", "--company", company, "--address", "ann@example.com")
    assert len(mailroom.ask("inbox", "--contact", "c-1", "--company", "acme")) == 1
    told = mailroom.run("inbox", "--contact", "c-1", expected=2).stderr
    assert "several contacts" in told and "--company" in told
    assert len(mailroom.ask("inbox", "--user-key", "17")) == 3 and mailroom.ask("inbox", "--user-key", "18") == []
    assert len(mailroom.ask("log", "--company", "acme")) == len(mailroom.ask("log"))
    assert mailroom.ask("inbox", "--company", "nonesuch", expected=3)["error"]["advice"].startswith("mailroom company")
    mailroom.run("company", "remove", "acme", expected=1)
    mailroom.run("contact", "remove", "c-1", "--company", "other")
    mailroom.run("company", "remove", "other")


def test_one_mailbox_more_than_the_limit(mailroom, box, tmp_path):
    mailroom.run("company", "put", "acme", "--limit", "1")
    mailroom.run("connect", box.address, *box.options, "--company", "acme")
    more = ["--provider", "maildir", "--set", f"path={maildir(tmp_path / 'More')}", "--company", "acme"]
    told = mailroom.run("connect", "more@example.com", *more).stdout
    assert "more@example.com is pending" in told
    row = mailroom.ask("status", "more@example.com")
    assert (row["state"], row["colour"], row["billing_enabled"]) == ("pending", "yellow", 0)
    listed = mailroom.run("company").stdout.splitlines()[1].split()
    assert listed[1:5] == ["acme", "1", "1", "1"], listed
    told = mailroom.run("company", "put", "acme", "--limit", "0").stdout
    assert "\n" in told and "1" in told.splitlines()[1], "more run than the limit allows, and it is said"
    rows = [row for row in mailroom.ask("log", "--company", "acme") if "account" not in row]
    assert [row["cause"] for row in rows] == ["limit.lowered"], rows
    assert "company acme" in rows[-1]["message"]
    told = mailroom.run("sync")
    assert "more@example.com  passed over" in told.stderr and "->" not in told.stderr
    assert [row.get("pending") for row in mailroom.ask("sync")] == [None, 1]
    told = mailroom.run("company", "put", "acme", "--limit", "2").stderr
    assert "more@example.com has the place now" in told
    mailroom.run("sync", "more@example.com")
    assert mailroom.ask("status", "more@example.com")["state"] == "enabled"
    mailroom.run("reconnect", "more@example.com", "--company", "none")
    assert mailroom.ask("company", "show", "acme")["running"] == 1


# ---- the mail of all mailboxes ----


@pytest.fixture
def two(connected, box, tmp_path):
    """A second mailbox beside the first one."""
    other = maildir(tmp_path / "Other")
    deliver(other, (
        b"From: Zoe <zoe@example.org>\r\nTo: other@example.com\r\nSubject: Caf\xc3\xa9 offer\r\n"
        b"Date: Mon, 02 Nov 2026 10:30:00 +0000\r\nMessage-ID: <four@example.org>\r\n\r\nA brown fox.\r\n"), 1)
    connected.run("connect", "other@example.com", "--provider", "maildir", "--set", f"path={other}")
    connected.run("sync", "other@example.com")
    return connected


def test_one_inbox_page_by_page(two, box):
    everything = two.ask("inbox")
    assert [row["message_id"].split("@")[0] for row in everything] == ["three", "two", "four", "one"]
    pages, after = [], []
    while page := two.ask("inbox", "--limit", "3", *after):
        pages += page
        after = ["--after", page[-1]["id"]]
    assert pages == everything
    assert "--after" in two.run("inbox", "--limit", "3").stderr
    assert len(two.ask("inbox", box.address)) == 3 and len(two.ask("inbox", box.address, "other@example.com")) == 4
    assert two.ask("inbox", "--role", "sent") == [] and len(two.ask("inbox", "--role", "any")) == 4
    two.run("mark", everything[0]["id"], "--seen")
    assert len(two.ask("inbox", "--unread")) == 3
    told = two.run("inbox").stdout
    assert "other@example.com" in told and "Café offer" in told and "ACCOUNT" in told


@pytest.mark.parametrize("words, found", [
    (["cafe"], ["four"]), (["BROWN", "fox"], ["four"]), (["zoe"], ["four"]), (["hello"], ["one"]), (["grüße"], ["two"]),
    (["nonesuch"], []), (["brown", "hello"], []),
])
def test_search(words, found, two):
    assert [row["message_id"].split("@")[0] for row in two.ask("search", *words)] == found
    assert [row["message_id"].split("@")[0] for row in two.ask("inbox", "--text", " ".join(words))] == found


def test_what_is_mistyped_is_told(two):
    told = two.run("inbox", "--role", "nosuch", expected=2).stderr
    assert "nosuch" in told and "sent" in told and "any" in told
    assert "WORD" in two.run("search", "...", expected=2).stderr
    assert "mailroom threads" in two.ask("threads", "--id", "999", expected=3)["error"]["advice"]


def test_threads_and_who_waits(two):
    listed = two.ask("threads")
    assert [row["messages"] for row in listed if row["subject"] == "First"] == [2]
    assert len(listed) == 3
    waiting = two.ask("threads", "--waiting")
    assert waiting and [row["waiting_since"] for row in waiting] == sorted(row["waiting_since"] for row in waiting)
    one = two.ask("threads", "--id", listed[-1]["id"])
    assert len(one["items"]) == one["messages"]
    told = two.run("threads").stdout
    assert "First" in told and "WAITS FOR" in told
    assert "First" in two.run("threads", "--id", next(row["id"] for row in listed if row["subject"] == "First")).stdout
    assert two.ask("threads", "--id", "999", expected=3)["error"]["code"] == "MR_E_NOT_FOUND"
