"""What real Cyrus and real Courier say when something is wrong, in their own words: the cause in the doctor and in the log."""

import contextlib
import os
import shutil
import socket

import mailroom
import pytest

from Servers import PASSWORD, Courier, Cyrus, scratch, wait_until
from Servers.faulty import FaultySmtp

from .test_causes import by_step, doctor, fails, found

KINDS = {"cyrus": Cyrus, "courier": Courier}
both = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def timeouts():
    """Courier answers a wrong password after five seconds."""
    return {"connect_timeout_ms": 3000, "io_timeout_ms": 12_000}


@pytest.fixture
def start(site):
    """start(kind, **options): a server of its own for the test, to which `site.ca` vouches."""
    with contextlib.ExitStack() as running:
        yield lambda kind, **options: running.enter_context(KINDS[kind](f"{scratch()}/{kind}", site.pki, **options))


@pytest.fixture(scope="module")
def servers(site):
    """One of each that is well."""
    with contextlib.ExitStack() as running:
        yield {kind: running.enter_context(make(f"{scratch()}/{kind}", site.pki)) for kind, make in KINDS.items()}


def imap(user, server, tls="starttls", **others):
    port = server.imaps if tls == "implicit" else server.imap
    return {"address": f"{user}@test.example", "password": PASSWORD, "imap_host": "127.0.0.1", "imap_port": str(port),
            "imap_tls": tls, **others}


def pop3(user, server, tls="starttls", **others):
    return {"address": f"{user}@test.example", "provider": "pop3", "password": PASSWORD, "pop3_host": "127.0.0.1",
            "pop3_port": str(server.pop3), "pop3_tls": tls, **others}


by_protocol = pytest.mark.parametrize("fields", [imap, pop3], ids=["imap", "pop3"])


@contextlib.contextmanager
def session(port, *lines):
    """Another program's session, in the clear: each line is answered before the next is said."""
    with contextlib.ExitStack() as opened:

        def greeted():
            """None where it hangs up: the session before this one is not over yet."""
            opened.close()
            connection = opened.enter_context(socket.create_connection(("127.0.0.1", port), 10))
            stream = opened.enter_context(connection.makefile("rwb"))
            return stream if stream.readline() else None

        stream = wait_until(greeted, 10, "a session")
        for line in lines:
            stream.write(f"{line}\r\n".encode())
            stream.flush()
            while not (answer := stream.readline()).startswith((b"a OK", b"+OK")):
                assert answer.startswith(b"*"), (line, answer)
        yield


@both
@by_protocol
def test_that_is_well(room, servers, user, kind, fields):
    account = room.connect(**fields(user, servers[kind]))["id"]
    room.sync(account)
    result = doctor(room, account)
    # Courier marks no folder, and this account sends nothing.
    assert result["ok"] == 1, result
    assert not list(room.find("log", account=account))


@both
@by_protocol
def test_wrong_password(room, servers, user, kind, fields):
    account = fails(room, fields(user, servers[kind], password="hunter2-hunter2"))
    result = found(room, account, "auth.refused", "login", "receive")
    assert "hunter2" not in str(result) + str(list(room.find("log"))) + str(room.status(account))


@pytest.mark.parametrize("kind,options", [
    ("cyrus", {"allowplaintext": "no", "allowapop": "no"}), ("courier", {"IMAP_TLS_REQUIRED": "1", "POP3_TLS_REQUIRED": "1"})])
@by_protocol
def test_no_login_without_tls(room, start, user, kind, options, fields):
    server = start(kind, **options)
    account = fails(room, fields(user, server, "none"))
    result = found(room, account, "auth.tls_needed", "login", "receive")
    assert "kind of TLS" in result["advice"]
    # With it, all is well.
    room.reconnect(account, **{f"{fields.__name__}_tls": "starttls"})
    assert room.status(account)["state"] == "enabled"


@both
@pytest.mark.parametrize("pair,cause", [
    ("expired", "tls.expired"), ("wrong_host", "tls.name_mismatch"), ("self_signed", "tls.untrusted")])
def test_certificates(room, start, site, user, kind, pair, cause):
    server = start(kind, certificate=getattr(site.pki, pair))
    for number, fields in enumerate((imap(user, server), imap(user, server, "implicit"), pop3(user, server))):
        fields["address"] = f"{user}{number}@test.example"
        found(room, fails(room, fields), cause, "tls", "receive")


@both
def test_tls_where_there_is_none(room, servers, user, kind):
    account = fails(room, imap(user, servers[kind], "starttls", imap_tls="implicit"))
    found(room, account, "tls.not_offered", "tls", "receive")


@by_protocol
def test_one_connection_too_many_at_cyrus(room, start, user, fields):
    server = start("cyrus", maxlogins_per_user="1")
    account = room.connect(**fields(user, server))["id"]
    with session(server.imap, f"a LOGIN {user}@test.example pass"):
        with pytest.raises(mailroom.ThrottledError) as caught:
            room.sync(account)
        assert caught.value.cause == "connection.limit" and "Too many open connections" in caught.value.server_text
        result = doctor(room, account)
        assert (result["ok"], result["cause"]) == (0, "connection.limit"), result
        assert list(room.find("log", account=account, cause="connection.limit"))
        # It is no reason to ask anybody for a password.
        assert not list(room.find("log", account=account, cause="auth.refused"))


def test_one_connection_too_many_at_courier(room, start, user):
    """It hangs up without a word."""
    server = start("courier", per_address=1)
    account = room.connect(**imap(user, server, connections=1))["id"]
    with session(server.imap, f"a LOGIN {user}@test.example pass"):
        with pytest.raises(mailroom.ConnectionError):
            room.sync(account)
        found(room, account, "connection.lost", "greeting", "receive")


def test_a_maildrop_that_is_looked_at_too_often(room, start, user):
    server = start("cyrus", popminpoll="1")
    account = room.connect(**pop3(user, server))["id"]
    with pytest.raises(mailroom.ThrottledError) as caught:
        room.sync(account)
    assert caught.value.cause == "limit.rate" and "at least 1 minute apart" in caught.value.server_text
    status = room.status(account)
    assert status["next_attempt"] - status["last_attempt"] >= 60_000, status
    result = doctor(room, account)
    assert (result["ok"], result["cause"]) == (0, "limit.rate"), result
    assert list(room.find("log", account=account, cause="limit.rate"))


@pytest.mark.parametrize("kind,fields", [("cyrus", imap), ("courier", imap), ("courier", pop3)])
def test_the_service_is_off_for_this_user(room, servers, user, kind, fields):
    server = servers[kind]
    if kind == "cyrus":
        server.deny(user, "imap")
    else:
        server.account(user, OPTIONS="disableimap=1,disablepop3=1")
    account = fails(room, fields(user, server))
    result = found(room, account, "auth.imap_disabled", "login", "receive")
    assert "administrator" in result["advice"]
    assert room.status(account)["state"] == "error"


@by_protocol
def test_not_over_a_connection_without_tls(room, servers, user, fields):
    """Courier, of one user."""
    servers["courier"].account(user, OPTIONS="disableinsecureimap=1,disableinsecurepop3=1")
    account = fails(room, fields(user, servers["courier"], "none"))
    found(room, account, "auth.tls_needed", "login", "receive")


def full_of(server, kind, user):
    """A mailbox without room for a message."""
    if kind == "courier":
        with session(server.imap, f"a LOGIN {user}@test.example pass"):
            path = f"{server.folder}/mail/{user}/Maildir/maildirsize"
        with open(path, "w") as file:
            file.write("1000S\n")
        shutil.chown(path, "mail", "mail")


@both
def test_the_mailbox_is_full(room, start, user, kind):
    """The copy for the Sent folder finds no room: the send is a success, and the log says what stands in the way."""
    server = start(kind, **({"autocreate_quota": "1"} if kind == "cyrus" else {}))
    with FaultySmtp() as sender:
        account = room.connect(**imap(
            user, server, smtp_host="127.0.0.1", smtp_port=str(sender.port), smtp_tls="none", sent_copy="always"))["id"]
        if kind == "courier":
            with session(server.imap, f"a LOGIN {user}@test.example pass", 'a CREATE "INBOX.Sent"'):
                pass
        room.sync(account)
        if kind == "courier":
            sent = next(row for row in room.folders(account) if row["path"] == "INBOX.Sent")
            room.update("folder", sent["id"], role="sent")
        full_of(server, kind, user)
        send = room.send(account, to="bob@b.example", subject="Hello", text="Hi\n" + 40 * ("many words " * 6 + "\n"))
        assert room.send_wait(send, 20)["state"] == "sent"
        room.sync(account)
        rows = list(room.find("log", account=account, what="wish"))
        assert [row.get("cause") for row in rows] == ["send.quota_exceeded"], rows
        assert "quota" in rows[0]["server_text"].lower() and "Delete old mail" in rows[0]["advice"], rows


def test_the_mailbox_is_not_there(room, start, user):
    """Cyrus lets in users without a mailbox."""
    server = start("cyrus", autocreate_post="no", autocreate_quota="-1")
    account = fails(room, imap(user, server))
    result = doctor(room, account)
    assert result["ok"] == 0 and result["side"] == "receive" and result["advice"], result


@by_protocol
def test_closed_for_repair(room, start, user, fields):
    """Cyrus ends every session with its administrator's words."""
    server = start("cyrus")
    account = room.connect(**fields(user, server))["id"]
    server.close_for_repair("closed for repair until noon")
    with pytest.raises(mailroom.MailroomError) as caught:
        room.sync(account)
    assert caught.value.cause == "service.outage" and "until noon" in caught.value.server_text
    result = doctor(room, account)
    assert (result["ok"], result["cause"]) == (0, "service.outage"), result
    assert "until noon" in result["server_text"]
    assert list(room.find("log", account=account, cause="service.outage"))
    server.reopen()
    room.sync(account)
    assert room.status(account)["state"] == "enabled" and doctor(room, account)["ok"] == 1


@by_protocol
def test_the_password_service_is_down(room, start, user, fields):
    """Courier: no reason to ask anybody for a password."""
    server = start("courier")
    account = room.connect(**fields(user, server))["id"]
    server.daemons[0].stop()
    with contextlib.suppress(mailroom.MailroomError):
        room.sync(account)
    found(room, account, "service.outage", "login", "receive")
    assert not list(room.find("log", account=account, cause="auth.refused"))


@both
def test_nobody_serves_any_more(room, start, user, kind):
    server = start(kind)
    account = room.connect(**imap(user, server))["id"]
    server.stop()
    with contextlib.suppress(mailroom.MailroomError):
        room.sync(account)
    found(room, account, "connection.refused", "port", "receive")


def test_a_folder_without_the_right_to_read(room, servers, user):
    """Courier cannot read it; Cyrus takes the right away."""
    server = servers["courier"]
    account = room.connect(**imap(user, server))["id"]
    with session(server.imap, f"a LOGIN {user}@test.example pass", 'a CREATE "INBOX.Closed"'):
        pass
    room.sync(account)
    closed = f"{server.folder}/mail/{user}/Maildir/.Closed"
    for name in ("cur", "new", "tmp"):
        shutil.rmtree(f"{closed}/{name}")
        os.close(os.open(f"{closed}/{name}", os.O_CREAT))
    with contextlib.suppress(mailroom.MailroomError):
        room.sync(account)
    result = doctor(room, account)
    assert (result["failed_step"], result["cause"]) == ("sync", "folder.refused"), result
    assert list(room.find("log", account=account, cause="folder.refused"))


def test_by_two_protocols_at_a_real_server(room, servers, user):
    for kind, server in servers.items():
        first = room.connect(**imap(f"{user}{kind}", server))["id"]
        second = room.connect(**pop3(f"{user}{kind}", server))["id"]
        assert list(room.find("log", account=second, cause="mailbox.twice")), kind
        assert by_step(doctor(room, first))["duplicates", "receive"]["cause"] == "mailbox.twice"
