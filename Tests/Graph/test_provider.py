"""Mailroom at Microsoft Graph: what the suites for syncing and sending do not come to."""

import contextlib
import email
import pathlib
import re
import sqlite3
import threading

import mailroom
import pytest

from Graph.account import Account
from Send import clock
from Servers import seed

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", autouse=True)
def library():
    mailroom.load(ROOT / "dist-test" / "lib" / "libmailroom.so.1")
    yield
    clock.right()


@pytest.fixture
def account(graph, tmp_path):
    graph.mailbox("ann@test.example")
    with Account(graph, tmp_path / "crm.db") as connected:
        yield connected


def fill(account, count, folder="inbox", first=0):
    for number in range(first, first + count):
        account.box.add(account.folder(folder), seed.message(number), received=seed.FIRST_DATE + number * 60)


NOTHING = {"messages": 0, "known": 0, "flags": 0, "gone": 0, "bytes": 0}


def news(result):
    return {name: result[name] for name in NOTHING}


# Sync

def test_a_quiet_mailbox_costs_a_request_a_folder(account, graph):
    fill(account, 30)
    account.sync()
    graph.counts.clear()
    assert news(account.sync()) == NOTHING
    assert graph.requests("messages/delta") == graph.requests("") - 2, "beside them the inbox's id, and one list of folders"


@pytest.mark.parametrize("code", ["syncStateNotFound", "resyncRequired"])
def test_an_expired_link_is_healed_by_comparison(account, graph, code):
    fill(account, 250)
    account.sync()
    inside = account.box.inside(account.folder("inbox"))
    account.box.remove(inside[3])
    account.box.move(inside[4], account.folder("archive"))
    inside[5].read = True
    account.box.touch(inside[5])
    fill(account, 1, first=900)
    graph.expire("ann@test.example", code)
    result = account.sync()
    assert (result["messages"], result["gone"]) == (1, 2), "the new one is fetched, and no other"
    audit = account.room.audit(account.id)
    assert (audit["missing"], audit["extra"], audit["flags"]) == (0, 0, 0)
    assert news(account.sync()) == NOTHING


def test_a_link_that_expires_within_the_first_sync(account, graph):
    fill(account, 250)
    # The second page: what was stored of the first stays.
    fault = graph.faults.fail(r"GET .*/messages/delta", 410, "syncStateNotFound", times=0)
    graph.faults.fail(r"GET .*/messages/delta$", 410, "syncStateNotFound", times=0)
    original = graph.answer

    def answer(call):
        if "skiptoken" in call.query and not fault.reached:
            fault.times = 1
        return original(call)

    graph.answer = answer
    account.sync()
    assert fault.reached == 1
    assert account.room.audit(account.id)["missing"] == 0
    assert graph.requests(r"\$value") == 250, "each was fetched once"


def test_throttled_everywhere_it_goes_on(account, graph):
    fill(account, 60)
    for match in (r"GET .*/mailFolders$", r"GET .*/messages/delta", r"GET .*/\$value", r"GET .*/inbox"):
        graph.faults.throttle(match, seconds=1)
    account.sync()
    assert account.room.audit(account.id)["missing"] == 0


def test_a_long_wait_is_the_accounts(account, graph):
    graph.faults.throttle(r"GET .*/messages/delta", seconds=600, times=50)
    with pytest.raises(mailroom.ThrottledError) as caught:
        account.sync()
    assert caught.value.retry_after_ms > 500_000


def test_a_message_that_is_not_given_is_put_into_quarantine(account, graph, tmp_path):
    fill(account, 5)
    bad = account.box.inside(account.folder("inbox"))[2]
    # An id may have what means something in a pattern.
    fault = graph.faults.fail(re.escape(bad.immutable.rstrip("=")) + ".*/.value", 500, "ErrorMimeContentConversionFailed", times=50)
    account.sync()
    assert fault.reached >= 1
    audit = account.room.audit(account.id)
    assert (audit["stored"], audit["quarantined"], audit["missing"]) == (4, 1, 0)
    # Its time comes, and it is not given again: the others need not wait for it.
    def due():
        with contextlib.closing(sqlite3.connect(tmp_path / "crm.db")) as db, db:
            assert db.execute("UPDATE quarantine SET next_try = 0").rowcount == 1

    fill(account, 1, first=20)
    due()
    before = fault.reached
    assert account.sync()["messages"] == 1 and fault.reached > before
    graph.faults.clear()
    due()
    assert account.sync()["messages"] == 1
    audit = account.room.audit(account.id)
    assert (audit["stored"], audit["quarantined"], audit["missing"]) == (6, 0, 0)


def test_moved_is_not_removed(account):
    fill(account, 3)
    account.sync()
    id = account.message(1)["id"]
    account.box.move(account.box.inside(account.folder("inbox"))[1], account.folder("archive"))
    result = account.sync()
    assert account.message(1)["id"] == id and result["bytes"] == 0


def test_a_draft_that_is_edited_elsewhere_is_read_anew(account):
    draft = account.box.add(account.folder("drafts"), seed.message(7), draft=True)
    account.sync()
    assert account.message(7)["subject"] == seed.subject(7)
    draft.content.changed()
    draft.content.fields["subject"] = "Another one"
    account.box.touch(draft)
    account.sync()
    assert [row["subject"] for row in account.room.messages(account=account.id)] == ["Another one"]
    audit = account.room.audit(account.id)
    assert (audit["missing"], audit["extra"]) == (0, 0)


def test_categories_with_blanks_come_and_go(account):
    fill(account, 1)
    own = account.box.inside(account.folder("inbox"))[0]
    own.categories = ["Red category", "b"]
    account.sync()
    row = account.message(0)
    assert {"Red_category", "b"} <= set(row["flags"])
    account.room.update("message", row["id"], remove=["Red_category"], add=["Blue"])
    account.sync()
    assert sorted(own.categories) == ["Blue", "b"]


def test_a_flag_that_another_client_sets_meanwhile_stays(account, graph):
    fill(account, 1)
    own = account.box.inside(account.folder("inbox"))[0]
    account.sync()
    account.room.update("message", account.message(0)["id"], add=["ours"])
    original = graph.answer

    def answer(call):
        if call.method == "PATCH" and not own.categories:
            own.categories = ["theirs"]
            account.box.touch(own)
        return original(call)

    graph.answer = answer
    account.sync()
    assert sorted(own.categories) == ["ours", "theirs"]


def test_of_large_messages_the_header_alone(account, graph):
    account.room.put("policy", account=account.id, max_size=20_000)
    fill(account, 40)
    account.sync()
    large = [number for number in range(40) if seed.has_attachment(number)]
    assert all(account.message(number)["has_body"] == 0 for number in large)
    assert account.message(1)["has_body"] == 1


def test_a_shared_mailbox(graph, tmp_path):
    graph.mailbox("team@test.example").add(graph.mailbox("team@test.example").well_known("inbox"), seed.message(1))
    graph.mailbox("ann@test.example")
    with Account(graph, tmp_path / "crm.db", mailbox="team@test.example") as account:
        account.sync()
        assert account.message(1)


def opened(room, graph, address, user, **settings):
    """The account after a sync with a token that another program handed in."""
    given = {**graph.settings(), "auth": "external", **settings}
    for name in ("oauth", "client_id", "client_secret", "token_endpoint"):
        del given[name]
    room.connect(address=address, wait=False, **given)
    account = room.accounts(address=address).first()
    room.put_token(account, f"token-{user}")
    room.sync(account)
    return room.status(account)


def test_another_users_token_brings_no_mail(graph, tmp_path):
    for user in ("ann", "eve", "team"):
        box = graph.mailbox(f"{user}@test.example")
        box.add(box.well_known("inbox"), seed.message({"ann": 1, "eve": 2, "team": 3}[user]))
    graph.aliases["ann@test.example"] = ["info@test.example"]
    graph.shared.add(("ann@test.example", "team@test.example"))
    with mailroom.open(tmp_path / "crm.db", key_file=True) as room:
        with pytest.raises(mailroom.AuthError) as caught:
            opened(room, graph, "ann@test.example", "eve@test.example")
        assert caught.value.cause == "oauth.wrong_mailbox" and "eve@test.example" in str(caught.value)
        account = room.accounts(address="ann@test.example").first()
        assert account.state == "error" and not list(room.messages())
        room.put_token(account, "token-ann@test.example")
        room.sync(account)
        assert [row.message_id for row in room.messages()] == [seed.message_id(1)]
        room.put_token(account, "token-eve@test.example")
        with pytest.raises(mailroom.AuthError):
            room.sync(account)
        assert len(list(room.messages())) == 1
        room.disconnect(account, erase=True)
        assert opened(room, graph, "INFO@test.example", "ann@test.example").messages == 1, "another name of it"
        # Who signs in for another mailbox means that one.
        shared = opened(room, graph, "team@test.example", "ann@test.example", sign_in="ann@test.example")
        assert [row.message_id for row in room.messages(account=shared)] == [seed.message_id(3)]
        graph.tells_user = False
        assert opened(room, graph, "eve@test.example", "eve@test.example").messages == 1, "nothing is known, and that is all"


def test_a_mailbox_that_is_not_there(graph, tmp_path):
    graph.mailbox("ann@test.example")
    with pytest.raises(mailroom.AuthError) as caught:
        Account(graph, tmp_path / "crm.db", mailbox="nobody@test.example")
    assert "nobody@test.example" in caught.value.server_text


def test_a_token_that_is_refused_is_renewed_once(account, graph):
    fill(account, 2)
    account.sync()
    graph.tokens.clear()
    account.sync()
    assert len(graph.tokens) == 1


# Sending

def test_it_is_sent_and_the_copy_in_sent_items_is_found(account, graph):
    sent = account.sent(bcc="eve@b.example")
    assert sent.state == "sent"
    (_, to, mime), = graph.outgoing
    assert sorted(to) == ["bob@b.example", "eve@b.example"]
    account.sync()
    row = account.room.get("send", sent.id)
    assert row["sent_copy"] == "server" and row["message"]


@pytest.mark.parametrize("sizes", [[4_000_000], [1_000_000, 3_500_000], [2_000_000, 2_000_000]], ids=str)
def test_beyond_a_request_it_goes_as_a_draft_with_uploads(account, graph, sizes):
    files = [seed.random.Random(size).randbytes(size) for size in sizes]
    attachments = [
        {"name": f"file {number}.bin", "type": "application/octet-stream", "data": content}
        for number, content in enumerate(files)]
    sent = account.sent(attachments=attachments, html="<p>Grüße</p>", text="Grüße", bcc="eve@b.example")
    assert sent.state == "sent", sent.reason
    (_, to, mime), = graph.outgoing
    assert sorted(to) == ["bob@b.example", "eve@b.example"]
    message = email.message_from_bytes(mime, policy=email.policy.default)
    assert [part.get_content() for part in message.iter_attachments()] == files
    assert "Grüße" in message.get_body(("html",)).get_content()
    assert message["Message-ID"] == f"<{account.room.get('send', sent.id)['message_id']}>"
    assert account.box.inside(account.folder("drafts")) == []
    assert graph.requests("PUT") == 0 or max(sizes) > 2_900_000


def test_a_draft_that_cannot_be_finished_leaves_nothing(account, graph):
    graph.faults.fail("PUT /upload", 507, "ErrorQuotaExceeded", "There is no room.")
    content = seed.random.Random(1).randbytes(4_000_000)
    sent = account.sent(attachments=[{"name": "a.bin", "type": "application/octet-stream", "data": content}])
    assert (sent.state, account.room.get("send", sent.id)["class"]) == ("failed", "quota_exceeded")
    assert account.box.inside(account.folder("drafts")) == [] and graph.outgoing == []


def test_four_requests_at_a_time(account, graph):
    fill(account, 200)
    graph.faults.wait("", 0.01, times=2000)
    threads = [threading.Thread(target=account.sync)] + [
        threading.Thread(target=account.sent, kwargs={"subject": str(number)}) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert graph.most_at_once <= 4
    assert len(graph.outgoing) == 6


# Operations

def test_subscriptions(account, graph):
    graph.validates = False

    def call(name, **fields):
        with account.room.call(account.id, name, subscription=fields) as job:
            return job.wait(20)["rows"][0]

    made = call("graph.subscribe", url="https://crm.example/hook", folder="inbox", state="s", minutes=60)
    own = graph.subscriptions[made["id"]]
    assert own["clientState"] == "s" and account.folder("inbox").id in own["resource"]
    assert abs(made["expires"] - clock.now() - 3_600_000) < 120_000
    before = own["expirationDateTime"]
    # Not the longest: earlier tests have put the library's clock forward, and the server's own stands.
    assert call("graph.renew", id=made["id"], minutes=120)["expires"] > made["expires"] and own["expirationDateTime"] > before
    call("graph.unsubscribe", id=made["id"])
    assert graph.subscriptions == {}
    # As every other call names a folder, and as Graph does.
    team = account.box.create_folder("Team's mail", account.folder("inbox"))
    account.sync()
    row = next(row for row in account.room.folders(account.id) if row["path"] == "INBOX/Team's mail")
    names = {row["path"]: team, row["id"]: team, "INBOX": account.folder("inbox"), "Deleted Items": account.folder("deleteditems"),
             "deleteditems": account.folder("deleteditems"), team.id: team}
    for name, folder in names.items():
        made = call("graph.subscribe", url="https://crm.example/hook", folder=name, minutes=60)
        assert f"mailFolders('{folder.id}')/" in graph.subscriptions.pop(made["id"])["resource"], name
    made = call("graph.subscribe", url="https://crm.example/hook", minutes=60)
    assert "mailFolders" not in graph.subscriptions.pop(made["id"])["resource"]
    for name in ("INBOX/Nothing", "", "Inbox/../Team", "x" * 300):
        with pytest.raises(mailroom.InvalidError) as caught:
            call("graph.subscribe", url="https://crm.example/hook", folder=name, minutes=60)
        assert "folder:" in str(caught.value), name
    with pytest.raises(mailroom.NotFoundError) as caught:
        call("graph.subscribe", url="https://crm.example/hook", folder=123456, minutes=60)
    assert caught.value.field == "folder" and "123456" in str(caught.value)
    with pytest.raises(mailroom.InvalidError) as caught:
        call("graph.subscribe", url="https://crm.example/hook", folder=["INBOX"], minutes=60)
    assert "folder:" in str(caught.value)
    assert graph.subscriptions == {}, "and not of everything"
    with pytest.raises(mailroom.InvalidError):
        call("graph.subscribe", url="http://crm.example/hook")
    with pytest.raises(mailroom.InvalidError):
        call("graph.renew", id=made["id"], minutes=5000)
