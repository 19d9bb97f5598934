"""What `mailroom doctor` says of the way an account logs in: how old its token is, until when it is good, whether it can be renewed."""

import json
import os
import subprocess
import time

import mailroom
import pytest

from OAuth.conftest import DIST
from OAuth.test_causes import key_pair, service
from OAuth.test_connect import failed
from Servers.gmail import Gmail
from Servers.oauthrows import Client


def authentication(result):
    """The step of this name; with the result's own verdict."""
    steps = [step for step in result["steps"] if step["step"] == "authentication"]
    assert len(steps) == 1, [step["step"] for step in result["steps"]]
    assert [step["step"] for step in result["steps"]].index("authentication") == 1, "before the way to any server"
    return steps[0]


def login(result):
    return next(step for step in result["steps"] if step["step"] == "login")


def tool(store, *words):
    return subprocess.run(
        [str(DIST / "bin" / "mailroom"), "--store", str(store), *words], capture_output=True, text=True, timeout=120,
        env={"PATH": os.environ["PATH"]})


def near(milliseconds, other, within=60_000):
    return abs(milliseconds - other) < within


def test_a_token_that_is_good(room, store, site, oauth, connect, address):
    account = connect()
    room.reconnect(account, ca_file=site.ca)
    result = room.doctor(account)
    step, now = authentication(result), time.time() * 1000
    assert step.ok == 1 and step.auth == "oauth2" and step.refresh_token == 1, step
    assert near(step.token_refreshed, now) and near(step.token_expires, now + 3_600_000)
    assert step.token_expires == room.status(account).token_expires
    assert "auth_ends" not in step and "reason" not in step
    assert login(result).ok == 1 and oauth.asked["refresh_token"] == 0, "nothing is fetched that is there"
    told = tool(store, "doctor", address).stdout
    line = next(line for line in told.splitlines() if "authentication" in line)
    assert line.startswith("  \u2713 authentication") and "oauth2; access token fetched at 20" in line, told
    assert " s ago; good until 20" in line and "UTC, for 59 min" in line and "a refresh token is there" in line, told
    row = json.loads(tool(store, "doctor", address, "--json").stdout)
    assert authentication(row)["token_expires"] == step.token_expires and authentication(row)["refresh_token"] == 1


def test_a_token_that_has_run_out_and_is_renewed(room, oauth, connect):
    oauth.life = 2
    account = connect()
    time.sleep(2.2)
    oauth.life = 3600
    before = room.status(account).token_refreshed
    result = room.doctor(account)
    step = authentication(result)
    assert step.ok == 1 and step.token_refreshed > before and near(step.token_expires, time.time() * 1000 + 3_600_000)
    assert login(result).ok == 1 and oauth.asked["refresh_token"] == 1, "once, for the doctor and its logins"


def test_a_token_that_cannot_be_renewed(room, store, site, oauth, connect, address):
    account = connect()
    oauth.life = 2
    oauth.tokens[-1].revoked = True
    room.reconnect(account, ca_file=site.ca)
    time.sleep(2.2)
    oauth.revoke_all(address)
    before = oauth.asked["refresh_token"]
    result = room.doctor(account)
    step = authentication(result)
    assert (step.ok, step.cause, step.refresh_token) == (0, "oauth.revoked", 1), step
    assert (result.ok, result.failed_step, result.cause) == (0, "authentication", "oauth.revoked")
    assert "authoriz" in result.advice and "ran out at 20" in step.found
    assert oauth.asked["refresh_token"] == before + 1, "and its issuer is asked once"
    skipped = [step["step"] for step in result["steps"] if step.get("skipped") and step.get("side") == "receive"]
    assert skipped[:2] == ["name_resolution", "port"] and "login" in skipped and "folders" in skipped
    done = tool(store, "doctor", address)
    assert done.returncode == 4, done.stdout
    assert "\u2717 authentication" in done.stdout and f"  -> mailroom authorize {address}" in done.stdout.splitlines()
    # The same in status: no password is asked for where none would help.
    failed(room.sync, account)
    told = tool(store, "status").stdout
    assert f"-> mailroom authorize {address}" in told and "--ask-password" not in told


def test_access_that_was_given_up(room, connect):
    account = connect()
    room.authorize(account, revoke=True)
    step = authentication(room.doctor(account))
    assert (step.ok, step.cause, step.refresh_token) == (0, "oauth.missing", 0) and "no access token" in step.found
    assert "token_expires" not in step and "token_refreshed" not in step


def test_tokens_that_the_program_hands_in(room, oauth, servers, address):
    job = room.connect(address=address, auth="external", **servers, wait=False)
    with job:
        with pytest.raises(mailroom.TimeoutError):
            job.wait(0.5)
        account = room.accounts().first()
        room.put_token(account, oauth.token(address, life=4).access, expires_at=int((time.time() + 4) * 1000))
        job.wait(30)
    step = authentication(room.doctor(account))
    assert (step.ok, step.auth) == (1, "external") and "handed in at" in step.found and "refresh_token" not in step
    time.sleep(4)
    result = room.doctor(account)
    assert authentication(result).cause == "oauth.token_wanted" and result.failed_step == "authentication"
    assert "mr_token_put" in result.advice
    # One whose end nobody has told.
    room.put_token(account, oauth.token(address).access)
    step = authentication(room.doctor(account))
    assert step.ok == 1 and "token_expires" not in step and "its end is not known" in step.found


def test_an_application_of_its_own(room, oauth, servers, address):
    private, public, _ = key_pair()
    oauth.clients["robot@project.example"] = Client("robot@project.example", key=public)
    account = service(room, oauth, servers, address, "", service_email="robot@project.example", service_key=private)
    step = authentication(room.doctor(account))
    assert (step.ok, step.auth) == (1, "service") and step.token_expires and "refresh_token" not in step


def test_an_issuer_that_is_unwell_is_no_fault_of_the_login(room, oauth, connect):
    oauth.life = 2
    account = connect()
    time.sleep(2.2)
    oauth.faults = [(503, {"error": "temporarily_unavailable"})]
    result = room.doctor(account)
    assert (result.failed_step, result.cause) == ("authentication", "service.outage"), result


def test_a_password_that_the_provider_will_drop(store, site, address):
    there = {"imap_host": "outlook.office365.com", "smtp_host": "smtp.office365.com", "password": "x"}
    with mailroom.open(
            store, key_file=True, ca_file=site.ca, connect_timeout_ms=2000, connect_to=["::127.0.0.1:1"]) as room:
        failed(room.connect, address=address, **there)
        account = room.accounts().first()
        step = authentication(room.doctor(account))
        shown = room.status(account)
    assert (step.ok, step.auth) == (1, "password"), step
    # The day is named until it has come.
    assert step.found == ("password; taken until 2026-12-31" if "auth_ends" in shown else "password")
    assert step.auth_ends == shown.auth_ends and step.auth_note == shown.auth_note and "SMTP AUTH" in step.auth_note
    assert "token_expires" not in step and "cause" not in step
    told = tool(store, "doctor", address).stdout
    assert "authentication" in told and "Connect with OAuth 2.0." in told, told
    assert "Connect with OAuth 2.0." in tool(store, "status").stdout
    page = tool(store, "status", "--html", "-").stdout
    assert "Microsoft 365 takes passwords for sending" in page and ("Until " in page) == ("auth_ends" in shown)


def test_a_password_of_which_there_is_no_more_to_say(room, site, dovecot, servers, address):
    failed(room.connect, address=address, password="wrong", **servers)
    result = room.doctor(room.accounts().first())
    assert "authentication" not in [step["step"] for step in result["steps"]]


@pytest.mark.parametrize("is_well", [True, False])
def test_a_mailbox_by_http_is_reached_by_https(room, store, site, address, is_well):
    with Gmail(site.pki) as gmail:
        gmail.mailbox(address)
        given = {**gmail.settings(), "insecure_http": "", "gmail_api": gmail.url, "ca_file": site.ca}
        account = room.connect(address=address, **given)
        if not is_well:
            gmail.script.add("getProfile", reason="domainPolicy", times=100)
        result = room.doctor(account)
        steps = {(step.step, step.get("side")): step for step in result["steps"]}
        way = [step.step for step in result["steps"] if step.get("side") == "receive"]
        assert steps["tls", "receive"].ok == 1 and steps["tls", "receive"].found == "HTTPS", result
        assert str(gmail.port) in steps["port", "receive"].found and steps["login", "receive"].ok == int(is_well)
        assert not {"greeting", "name_resolution"} & set(way), "there is no such thing"
        told = tool(store, "doctor", address).stdout
        assert "HTTPS" in told and "none: the settings say so" not in told, told
