"""The host's own words for causes, by code and language; and no secret in any of them."""

import base64
import contextlib

import mailroom
import pytest

from . import wordy

SECRET = "Tr0ub4dor&3 \"quoted\\"


def connected(room, server, **others):
    with contextlib.suppress(mailroom.MailroomError):
        room.connect(
            address="ann@test.example", imap_host="127.0.0.1", imap_port=str(server.port), imap_tls="none",
            **{"password": "a password", **others})
    return list(room.accounts())[0]["id"]


def opened(store, site, **options):
    return mailroom.open(store, key_file=True, ca_file=site.ca, connect_timeout_ms=3000, io_timeout_ms=3000, **options)


def test_the_hosts_words_stand_in_status_log_and_catalogue(store, site):
    with wordy.WordyImap(login="NO [AUTHENTICATIONFAILED] no") as server, opened(store, site) as room:
        account = connected(room, server)
        before = room.status(account)
        number = room.put("cause", code="auth.refused", title="Wrong password", advice="Call 123.\nThen reconnect.")
        room.put("cause", code="auth.refused", language="de", title="Falsches Passwort")
        status = room.status(account)
        assert (status["title"], status["advice"]) == ("Wrong password", "Call 123.\nThen reconnect.")
        row = next(iter(room.find("log", account=account)))
        assert (row["title"], row["advice"]) == ("Wrong password", "Call 123.\nThen reconnect.")
        assert list(room.find("log", account=account, fields=["title"])) == [{"title": "Wrong password"}]
        cause = next(iter(room.find("cause", code="auth.refused")))
        assert cause["id"] == number and cause["title"] == "Wrong password" and cause["explanation"]
        with opened(store, site, language="de") as german:
            status = german.status(account)
            assert (status["title"], status["advice"]) == ("Falsches Passwort", "Call 123.\nThen reconnect.")
        with opened(store, site, language="fr") as french:
            assert french.status(account)["title"] == "Wrong password", "where there are none in French"
        assert any(change["kind"] == "cause" and change["id"] == number for change in room.changes())
        room.remove("cause", number)
        assert room.status(account)["title"] == before["title"] and room.status(account)["advice"] == before["advice"]


@pytest.mark.parametrize("given", [
    {}, {"code": "auth.refused"}, {"code": "no.such", "title": "x"}, {"code": "auth.refused", "title": ""},
    {"code": "auth.refused", "title": "two\nlines"}, {"code": "auth.refused", "title": "x" * 201},
    {"code": "auth.refused", "title": "x", "language": "no tag!"}, {"code": "auth.refused", "title": "x", "who": "me"},
])
def test_words_that_cannot_be(store, site, given):
    with opened(store, site) as room, pytest.raises(mailroom.InvalidError):
        room.put("cause", **given)


def test_a_server_that_quotes_the_login(store, site):
    """What goes out in a login comes back in the refusal, in clear and in base64: it is in nothing that is stored."""
    with wordy.WordyImap(login="NO [AUTHENTICATIONFAILED] what is", echo=True) as imap, wordy.wordy_smtp(
            echo=True, auth="535 5.7.8 what is") as smtp, opened(store, site) as room:
        account = connected(
            room, imap, password=SECRET, smtp_host="127.0.0.1", smtp_port=str(smtp.port), smtp_tls="none")
        assert imap.reached
        with contextlib.suppress(mailroom.MailroomError):
            room.send_wait(room.send(account, to="bob@b.example", text="Hi"), 10)
        found = room.check("doctor", account=account, resolver="127.0.0.1:9").wait(60)
        status = room.status(account)
        assert "***" in status["server_text"] and "what is" in status["server_text"]
        told = str(found) + str(status) + str(list(room.find("log"))) + str(list(room.find("send")))
        for form in (SECRET, SECRET.replace("\\", "\\\\").replace('"', '\\"'),
                     base64.b64encode(f"\0ann@test.example\0{SECRET}".encode()).decode(),
                     base64.b64encode(SECRET.encode()).decode()):
            assert form not in told and repr(form)[1:-1] not in told
    octets = store.read_bytes() + store.with_name("crm.db-wal").read_bytes() if store.with_name(
        "crm.db-wal").exists() else store.read_bytes()
    assert SECRET.encode() not in octets
    assert base64.b64encode(f"\0ann@test.example\0{SECRET}".encode()) not in octets
