"""mr_check("domain") and `mailroom domain check` against a name server of our own."""

import json
import pathlib
import subprocess
import time

import mailroom
import pytest

from Servers.dns import NameServer, free_of_servers
from Servers.faulty import FaultySmtp

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = ROOT / "dist" / "bin" / "mailroom"


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    """Public keys as DKIM publishes them, by their bits."""
    import base64

    made = {}
    for bits in (512, 1024, 2048):
        private = subprocess.run(["openssl", "genrsa", str(bits)], capture_output=True, check=True).stdout
        der = subprocess.run(
            ["openssl", "rsa", "-pubout", "-outform", "DER"], input=private, capture_output=True, check=True).stdout
        made[bits] = base64.b64encode(der).decode()
    return made


def good(keys):
    """A domain of which nothing can be said."""
    return {
        "example.com": ["TXT v=spf1 include:_spf.google.com -all", "TXT site-verification=1", "MX 10 aspmx.l.google.com"],
        "_spf.google.com": ["TXT v=spf1 ip4:192.0.2.0/24 ~all"],
        "aspmx.l.google.com": ["A 192.0.2.9"],
        "google._domainkey.example.com": [f"TXT v=DKIM1; k=rsa; p={keys[2048]}"],
        "_dmarc.example.com": ["TXT v=DMARC1; p=reject; rua=mailto:dmarc@example.com"],
    }


@pytest.fixture
def room(store):
    with mailroom.open(store, key_file=True) as opened:
        yield opened


def check(room, zone, domain="example.com", **arguments):
    arguments = {"timeout_ms": 1000, **arguments}
    with NameServer(zone) as server:
        result = room.check("domain", domain=domain, resolver=server.address, **arguments).wait(30)
    steps = {}
    for step in result["steps"]:
        steps.setdefault(step["step"], step)
        if "selector" in step:
            steps[step["selector"]] = step
    return result, steps


def test_a_domain_in_order(room, keys):
    result, steps = check(room, good(keys))
    assert result["ok"] == 1, result
    assert result["domain"] == "example.com" and result["service"] == "Google Workspace"
    assert [step["step"] for step in result["steps"]] == ["mx", "spf", "dkim", "dmarc"]
    assert steps["mx"]["found"] == ["10 aspmx.l.google.com"]
    assert steps["spf"]["found"] == ["v=spf1 include:_spf.google.com -all"], "other texts are passed over"
    assert steps["dkim"]["selector"] == "google" and "reason" not in steps["dkim"]
    assert "reason" not in steps["dmarc"] and "record" not in steps["dmarc"]


def test_a_domain_without_anything(room, keys):
    result, steps = check(room, {"example.com": ["A 192.0.2.1"]})
    assert result["ok"] == 0
    assert "own address" in steps["mx"]["reason"] and steps["mx"]["ok"] == 1
    assert (steps["spf"]["record_name"], steps["spf"]["record_type"]) == ("example.com", "TXT")
    assert steps["spf"]["record"] == "v=spf1 mx ~all"
    assert "no proof" in steps["dkim"]["reason"] and steps["dkim"]["ok"] == 0
    assert steps["dmarc"]["record_name"] == "_dmarc.example.com"
    assert steps["dmarc"]["record"].startswith("v=DMARC1; p=none; rua=mailto:")


def test_a_domain_that_does_not_exist(room):
    _, steps = check(room, {})
    assert "does not exist" in steps["mx"]["reason"] and steps["mx"]["ok"] == 0
    assert set(steps) == {"mx", "spf", "dkim", "dmarc"}
    for step in steps.values():
        assert "does not exist" in step["reason"] and step["ok"] == 0 and "unknown" not in step
        assert "record" not in step, "of a name that is not there nothing can be published"


def test_a_server_that_is_silent_about_the_domain_proves_nothing(room):
    """It answers that the names below are not there: that is not believed of it."""
    with NameServer({"example.com": ["SILENT"]}) as server, pytest.raises(mailroom.ConnectionError):
        room.check("domain", domain="example.com", resolver=server.address, timeout_ms=100).wait(30)


def test_what_a_server_knows_below_a_silent_domain_is_shown(room, keys):
    zone = {"example.com": ["SILENT"], "google._domainkey.example.com": good(keys)["google._domainkey.example.com"]}
    result, steps = check(room, zone, timeout_ms=100)
    assert steps["dkim"]["ok"] == 1 and result["ok"] == 0
    assert [steps[name].get("unknown") for name in ("mx", "spf", "dmarc")] == [1, 1, 1]
    assert "record" not in steps["dmarc"]


MX = {
    "null": (["MX 0 ."], 0, "takes no mail at all"),
    "no address": (["MX 10 lost.example.com"], 0, "lost.example.com has no address"),
    "an address": (["MX 10 192.0.2.1"], 0, "instead of a host"),
    "an alias": (["MX 10 alias.example.com"], 1, "is an alias (CNAME)"),
    "two, in their order": (["MX 20 ok2.example.com", "MX 10 ok.example.com"], 1, None),
    "IPv6 alone": (["MX 10 six.example.com"], 1, None),
}


@pytest.mark.parametrize("what", MX)
def test_mx(room, what):
    records, ok, words = MX[what]
    _, steps = check(room, {
        "example.com": records, "alias.example.com": ["CNAME ok.example.com"], "ok.example.com": ["A 192.0.2.2"],
        "ok2.example.com": ["A 192.0.2.3"], "six.example.com": ["AAAA 2001:db8::1"]})
    step = steps["mx"]
    assert step["ok"] == ok, step
    assert (words in step["reason"]) if words else ("reason" not in step), step
    if what.startswith("two"):
        assert step["found"] == ["10 ok.example.com", "20 ok2.example.com"]


def many(count):
    return {f"s{number}.example": [f"TXT v=spf1 ip4:192.0.2.{number} -all"] for number in range(count)}


SPF = {
    "two records": (["TXT v=spf1 a -all", "TXT v=spf1 mx ~all"], {}, 0, "has 2 SPF records", "v=spf1 a mx ~all"),
    "broken": (["TXT v=spf1 ipv4:192.0.2.1 -all"], {}, 0, "'ipv4:192.0.2.1' is not a mechanism", None),
    "all of everybody": (["TXT v=spf1 a +all"], {}, 0, "everybody may send", None),
    "no all": (["TXT v=spf1 a"], {}, 1, "it has no all", None),
    "neutral": (["TXT v=spf1 a ?all"], {}, 1, "it ends in ?all", None),
    "behind all": (["TXT v=spf1 -all a"], {}, 0, "behind all", None),
    "ten look-ups": (
        ["TXT v=spf1 " + " ".join(f"include:s{n}.example" for n in range(10)) + " -all"], many(10), 1, None, None),
    "eleven": (
        ["TXT v=spf1 " + " ".join(f"include:s{n}.example" for n in range(11)) + " -all"], many(11), 0, "needs 11 look-ups", None),
    "eleven, nested": (
        ["TXT v=spf1 include:big.example -all"],
        {**many(10), "big.example": ["TXT v=spf1 " + " ".join(f"include:s{n}.example" for n in range(10)) + " -all"]},
        0, "include:big.example (11)", None),
    "a ring": (
        ["TXT v=spf1 include:ring.example -all"], {"ring.example": ["TXT v=spf1 include:example.com -all"]}, 0,
        "leads back to itself", None),
    "include of nothing": (["TXT v=spf1 include:none.example -all"], {}, 0, "that has no SPF record", None),
    "include of a broken one": (
        ["TXT v=spf1 include:bad.example -all"], {"bad.example": ["TXT v=spf1 foo"]}, 0, "of bad.example is broken", None),
    "three that find nothing": (
        ["TXT v=spf1 a:n1.example a:n2.example mx:n3.example -all"], {}, 0, "3 terms of the SPF record find nothing", None),
    "one that finds nothing": (["TXT v=spf1 a:n1.example -all"], {}, 1, "find nothing: a:n1.example", None),
    "redirect": (
        ["TXT v=spf1 redirect=other.example"], {"other.example": ["TXT v=spf1 ip4:192.0.2.1 -all"]}, 1, None, None),
    "redirect to nothing": (["TXT v=spf1 redirect=other.example"], {}, 0, "that has no SPF record", None),
    "ptr": (["TXT v=spf1 ptr -all"], {}, 1, "uses ptr", None),
    "macros": (["TXT v=spf1 exists:%{i}._spf.%{d} -all"], {}, 1, None, None),
    "long, in several strings": (
        ["TXT v=spf1 " + " ".join(f"ip4:192.0.2.{n}" for n in range(60)) + " -all"], {}, 1, None, None),
}


@pytest.mark.parametrize("what", SPF)
def test_spf(room, what):
    records, others, ok, words, proposal = SPF[what]
    _, steps = check(room, {"example.com": ["A 192.0.2.1", "MX 10 example.com", *records], **others})
    step = steps["spf"]
    assert step["ok"] == ok, step
    assert (words in step["reason"] + step.get("advice", "")) if words else ("reason" not in step), step
    if not step["ok"]:
        assert step["advice"], "what is wrong has a step to take"
    assert step.get("record") == proposal


def test_spf_without_the_service_in_use(room, keys):
    zone = good(keys)
    zone["example.com"][0] = "TXT v=spf1 ip4:192.0.2.1 -all"
    _, steps = check(room, zone)
    assert steps["spf"]["ok"] == 0 and "Google Workspace" in steps["spf"]["reason"]
    assert steps["spf"]["record"] == "v=spf1 ip4:192.0.2.1 include:_spf.google.com -all"


def test_the_account_names_the_service(room, keys):
    with FaultySmtp() as server:
        account = room.connect(
            address="ann@example.com", password="pass", smtp_host="127.0.0.1", smtp_port=str(server.port), smtp_tls="none")
    with NameServer({"example.com": ["A 192.0.2.1"]}) as names:
        result = room.check_domain(account=account, resolver=names.address, timeout=1)
    assert result["domain"] == "example.com"
    spf = next(step for step in result["steps"] if step["step"] == "spf")
    assert spf["record"] == "v=spf1 mx a:127.0.0.1 ~all"
    assert room.status(account["id"])["state"] == "enabled", "the account is not touched"


def dkim(keys):
    whole, short, tiny = (keys[bits] for bits in (2048, 1024, 512))
    return {
        "whole": (f"TXT v=DKIM1; k=rsa; p={whole}", 1, None),
        "short": (f"TXT v=DKIM1; p={short}", 1, "has 1024 bits"),
        "tiny": (f"TXT v=DKIM1; p={tiny}", 0, "has 512 bits"),
        "cut": (f"TXT v=DKIM1; p={whole[:200]}", 0, "is no RSA key"),
        "changed": (f"TXT v=DKIM1; p={whole[:100]}*{whole[101:]}", 0, "not base64"),
        "revoked": ("TXT v=DKIM1; p=", 0, "is revoked"),
        "testing": (f"TXT v=DKIM1; t=y; p={whole}", 1, "marked as a test"),
        "sha1": (f"TXT v=DKIM1; h=sha1; p={whole}", 0, "SHA-256"),
        "other text": ("TXT hello", 0, "is no DKIM key"),
        "alias": ("CNAME keys.service.example", 1, None),
        "dead alias": ("CNAME none.service.example", 0, "which has no key"),
        "lazy alias": ("CNAME lazy.service.example", 1, None),
    }


def test_dkim_selectors_that_were_given(room, keys):
    table = dkim(keys)
    zone = {
        "example.com": ["A 192.0.2.1"], "keys.service.example": [f"TXT v=DKIM1; p={keys[2048]}"],
        "lazy.service.example": ["CNAME keys.service.example"]}
    names = {what: what.replace(" ", "-") for what in table}
    for what, (text, _, _) in table.items():
        zone[f"{names[what]}._domainkey.example.com"] = [text]
    zone["two._domainkey.example.com"] = ["TXT v=DKIM1; p=", f"TXT v=DKIM1; p={keys[2048]}"]
    _, steps = check(room, zone, selectors=[*names.values(), "two", "absent"])
    for what, (_, ok, words) in table.items():
        step = steps[names[what]]
        assert step["ok"] == ok, step
        assert (words in step["reason"]) if words else ("reason" not in step), step
    assert "2 keys" in steps["two"]["reason"] and steps["two"]["ok"] == 0
    assert steps["absent"]["record_name"] == "absent._domainkey.example.com" and steps["absent"]["ok"] == 0


def test_the_usual_dkim_selectors(room, keys):
    zone = good(keys)
    del zone["google._domainkey.example.com"]
    zone["s1._domainkey.example.com"] = [f"TXT v=DKIM1; p={keys[2048]}"]
    zone["default._domainkey.example.com"] = ["TXT v=DKIM1; p="]
    result, _ = check(room, zone)
    found = [step for step in result["steps"] if step["step"] == "dkim"]
    assert [(step["selector"], step["ok"]) for step in found] == [("s1", 1)], "an old revoked key is no fault beside a good one"


DMARC = {
    "none": (["TXT v=DMARC1; p=none; rua=mailto:a@example.com"], {}, 1, "The policy is none"),
    "no reports": (["TXT v=DMARC1; p=reject"], {}, 1, "No address is named"),
    "two": (["TXT v=DMARC1; p=none", "TXT v=DMARC1; p=reject"], {}, 0, "2 DMARC records"),
    "broken": (["TXT v=DMARC1; p=all"], {}, 0, "is broken"),
    "no policy": (["TXT v=DMARC1; rua=mailto:a@example.com"], {}, 0, "p= is missing"),
    "half": (["TXT v=DMARC1; p=reject; pct=50; rua=mailto:a@example.com"], {}, 1, "50 of a hundred"),
    "reports elsewhere": (["TXT v=DMARC1; p=reject; rua=mailto:a@reports.example"], {}, 1, "does not agree"),
    "reports elsewhere, agreed": (
        ["TXT v=DMARC1; p=reject; rua=mailto:a@reports.example"],
        {"example.com._report._dmarc.reports.example": ["TXT v=DMARC1"]}, 1, None),
}


@pytest.mark.parametrize("what", DMARC)
def test_dmarc(room, keys, what):
    records, others, ok, words = DMARC[what]
    _, steps = check(room, {**good(keys), "_dmarc.example.com": records, **others})
    step = steps["dmarc"]
    assert step["ok"] == ok, step
    assert (words in step["reason"]) if words else ("reason" not in step), step


def test_dmarc_that_refuses_the_domain_itself(room):
    _, steps = check(room, {"example.com": ["A 192.0.2.1"], "_dmarc.example.com": ["TXT v=DMARC1; p=reject; rua=mailto:a@example.com"]})
    assert steps["dmarc"]["ok"] == 0 and "own mail is refused" in steps["dmarc"]["reason"]


def test_dmarc_of_the_domain_above(room, keys):
    zone = {name.replace("example.com", "mail.example.com"): records for name, records in good(keys).items()}
    zone["_dmarc.example.com"] = ["TXT v=DMARC1; p=reject; sp=quarantine; rua=mailto:a@example.com"]
    del zone["_dmarc.mail.example.com"]
    _, steps = check(room, zone, "mail.example.com")
    assert steps["dmarc"]["ok"] == 1 and "policy quarantine" in steps["dmarc"]["reason"]


# ---- name servers that misbehave ----

def test_an_answer_too_large_for_a_datagram_comes_by_tcp(room, keys):
    zone = good(keys)
    zone["example.com"].insert(0, "TRUNCATED")
    with NameServer(zone) as server:
        result = room.check("domain", domain="example.com", resolver=server.address, timeout_ms=1000).wait(30)
        assert any(question == "TXT example.com" for question in server.by_tcp)
    assert result["ok"] == 1, result


def test_false_answers_are_passed_over(room, keys):
    zone = good(keys)
    zone["example.com"].insert(0, "LIAR")
    result, steps = check(room, zone)
    assert steps["spf"]["found"] == ["v=spf1 include:_spf.google.com -all"]
    assert result["ok"] == 1


@pytest.mark.parametrize("fault", ["SERVFAIL", "REFUSED", "SILENT", "BROKEN"])
def test_a_question_that_nobody_answers(room, keys, fault):
    zone = good(keys)
    zone["_dmarc.example.com"] = [fault]
    start = time.monotonic()
    result, steps = check(room, zone, timeout_ms=300)
    assert time.monotonic() - start < 10
    assert result["ok"] == 0
    assert (steps["dmarc"]["ok"], steps["dmarc"]["unknown"]) == (0, 1)
    assert "do not say" in steps["dmarc"]["reason"]
    assert steps["spf"]["ok"] == steps["dkim"]["ok"] == 1, "what is known stays known"


@pytest.mark.parametrize("fault, expected", [
    ("SILENT", mailroom.ConnectionError), ("SERVFAIL", mailroom.OutageError), ("nobody", mailroom.ConnectionError)])
def test_no_name_server_at_all(room, fault, expected):
    names = ["example.com", "_dmarc.example.com"]
    usual = ["default", "dkim", "mail", "google", "selector1", "selector2", "s1", "s2", "k1", "k2", "key1", "smtp"]
    names += [f"{selector}._domainkey.example.com" for selector in usual]
    with NameServer({name: [fault] for name in names}) as server:
        resolver = free_of_servers() if fault == "nobody" else server.address
        with pytest.raises(expected):
            room.check("domain", domain="example.com", resolver=resolver, timeout_ms=100).wait(30)


def test_cancelled_while_nobody_answers(room):
    with NameServer({"example.com": ["SILENT"]}) as server:
        job = room.check("domain", domain="example.com", resolver=server.address, timeout_ms=60_000)
        with pytest.raises(mailroom.TimeoutError):
            job.wait(0.5)
        start = time.monotonic()
        job.cancel()
        with pytest.raises(mailroom.CancelledError):
            job.wait(20)
        assert time.monotonic() - start < 10


@pytest.mark.parametrize("arguments, field", [
    ({}, "domain"), ({"domain": ""}, "domain"), ({"domain": "a..b"}, "domain"), ({"domain": "a" * 64 + ".example"}, "domain"),
    ({"domain": "m\u00fcller.example"}, "domain"), ({"domain": "example.com", "resolver": "dns.example"}, "resolver"),
    ({"domain": "example.com", "resolver": "127.0.0.1:0"}, "resolver"), ({"domain": "example.com", "timeout_ms": 5}, "timeout_ms"),
    ({"domain": "example.com", "selectors": ["a b"]}, "selectors"), ({"domain": "example.com", "selectors": ["s"] * 21}, "selectors")])
def test_bad_arguments(room, arguments, field):
    with pytest.raises(mailroom.InvalidError) as caught:
        room.check("domain", **arguments)
    assert caught.value.fields["field"] == field


# ---- the tool ----

def tool(*arguments):
    return subprocess.run([TOOL, *arguments], capture_output=True, text=True, timeout=60)


def test_the_tool_without_a_store(keys):
    with NameServer(good(keys)) as server:
        done = tool("domain", "check", "example.com", "--resolver", server.address, "--json")
        assert done.returncode == 0, done
        assert json.loads(done.stdout)["ok"] == 1
        done = tool("domain", "check", "example.com", "--resolver", server.address, "--selector", "absent")
        assert done.returncode == 1
        assert "DKIM absent" in done.stdout and "publish absent._domainkey.example.com TXT" in done.stdout
        assert "\u2713 SPF" in done.stdout and "not in order" in done.stdout


def test_the_tool_with_an_account(tmp_path, keys):
    store = tmp_path / "crm.db"
    with FaultySmtp() as smtp, NameServer(good(keys)) as server:
        with mailroom.open(store, key_file=True) as room:
            room.connect(
                address="ann@example.com", password="pass", smtp_host="127.0.0.1", smtp_port=str(smtp.port), smtp_tls="none")
        done = tool("--store", str(store), "domain", "check", "ann@example.com", "--resolver", server.address, "--json")
        assert json.loads(done.stdout)["domain"] == "example.com", done
    done = tool("domain", "check", "example.com", "--resolver", free_of_servers(), "--timeout", "0.2")
    assert done.returncode == 5, done
