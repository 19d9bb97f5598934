"""Each source by itself, and which of several is believed."""

import pytest

from Servers.greeters import Greeter

from .world import World, by_source, places

SERVICES = {
    "_imaps._tcp.example.test": ["SRV 10 1 993 mail.example.test"], "_submissions._tcp.example.test": ["SRV 0 1 465 mail.example.test"],
    "_pop3s._tcp.example.test": ["SRV 0 0 0 ."],
}


def discover(world, pki, tmp_path, address="ann@example.test", **options):
    with world.open(tmp_path / "crm.db", pki, **options) as room:
        return room.discover(address)


def test_services_of_the_domain(pki, certificate, tmp_path):
    with World(certificate, SERVICES) as world:
        result = discover(world, pki, tmp_path)
        assert {"SRV _imaps._tcp.example.test", "SRV _submission._tcp.example.test"} <= set(world.names.asked)
    assert result["ok"] == 1 and result["source"] == "srv"
    assert result["connect"] == {
        "address": "ann@example.test", "provider": "imap", "imap_host": "mail.example.test", "imap_port": "993",
        "imap_tls": "implicit", "smtp_host": "mail.example.test", "smtp_port": "465", "smtp_tls": "implicit"}
    server = by_source(result)["srv"]["servers"][0]
    assert server["security"].startswith("TLSv1") and "AUTH=PLAIN" in server["capabilities"] and server["greeting"] == "* OK ready"
    assert not [line for line in world.said() if "ann" in line]


def test_of_several_targets_the_one_that_answers(pki, certificate, tmp_path):
    zone = {
        "_imaps._tcp.example.test": ["SRV 20 1 993 imap.example.test", "SRV 10 1 993 dead.example.test"],
        "_imap._tcp.example.test": ["SRV 0 1 143 mail.example.test"],
    }
    with World(certificate, zone, at={("dead.example.test", 993): None}) as world:
        result = discover(world, pki, tmp_path)
    finding = by_source(result)["srv"]
    assert [server["host"] for server in finding["servers"]] == ["dead.example.test", "imap.example.test", "mail.example.test"]
    assert result["connect"]["imap_host"] == "imap.example.test"
    # Sending was not announced: one of the usual names is.
    assert result["connect"]["smtp_host"] == "smtp.example.test" and "names" in by_source(result)


def test_a_target_elsewhere_is_used_only_on_purpose(pki, certificate, tmp_path):
    """Anybody on the way can forge the answer: the certificate of such a host proves only that it is itself."""
    zone = {
        "_imaps._tcp.other.test": ["SRV 0 1 993 imap.hoster.test"], "_submissions._tcp.other.test": ["SRV 0 1 465 mail.hoster.test"]}
    with World(certificate, zone) as world:
        result = discover(world, pki, tmp_path, "ann@other.test")
    assert result["ok"] == 0 and "connect" not in result and "imap.hoster.test" in result["reason"]
    assert {server["consent"] for server in by_source(result)["srv"]["servers"]} == {1}


def test_a_target_elsewhere_whose_certificate_is_for_the_domain(pki, tmp_path):
    certificate = pki.named("both", ["imap.hoster.test", "mail.hoster.test", "other.test"])
    zone = {
        "_imaps._tcp.other.test": ["SRV 0 1 993 imap.hoster.test"], "_submissions._tcp.other.test": ["SRV 0 1 465 mail.hoster.test"]}
    with World(certificate, zone) as world:
        result = discover(world, pki, tmp_path, "ann@other.test")
    assert result["connect"]["imap_host"] == "imap.hoster.test"


def test_a_target_that_the_table_knows(pki, tmp_path):
    certificate = pki.named("google", ["imap.gmail.com", "smtp.gmail.com"])
    zone = {
        "_imaps._tcp.other.test": ["SRV 0 1 993 imap.gmail.com"], "_submissions._tcp.other.test": ["SRV 0 1 465 smtp.gmail.com"]}
    with World(certificate, zone) as world:
        result = discover(world, pki, tmp_path, "ann@other.test")
    assert result["connect"]["imap_host"] == "imap.gmail.com"


def test_the_usual_names_come_last(pki, certificate, tmp_path):
    with World(certificate, {}) as world:
        result = discover(world, pki, tmp_path)
    assert result["source"] == "names" and result["ok"] == 1
    assert result["connect"]["imap_host"] == "imap.example.test" and result["connect"]["smtp_host"] == "smtp.example.test"
    assert [look["source"] for look in result["looks"]][-1] == "names"


def test_a_guess_with_a_certificate_for_another_name_is_not_believed(pki, tmp_path):
    """A hoster whose server answers for every name, with its own certificate."""
    certificate = pki.named("hoster", ["server7.hoster.test"])
    with World(certificate, {}) as world:
        result = discover(world, pki, tmp_path)
    assert result["ok"] == 0 and "connect" not in result
    good, bad = places(by_source(result)["names"])
    assert good == [] and ("imap", "imap.example.test", 993, "implicit") in bad
    causes = {server["cause"] for server in by_source(result)["names"]["servers"]}
    assert causes == {"tls.name_mismatch"}
    assert "another host" in result["reason"]


def test_where_the_domain_s_mail_goes_is_offered_and_not_used_unasked(pki, certificate, tmp_path):
    zone = {"other.test": ["MX 10 mail.hoster.test"]}
    with World(certificate, zone) as world:
        result = discover(world, pki, tmp_path, "ann@other.test")
    offered = [server for server in by_source(result)["names"]["servers"] if server.get("consent")]
    assert {(server["protocol"], server["host"]) for server in offered} == {("imap", "mail.hoster.test"), ("smtp", "mail.hoster.test")}
    assert result["ok"] == 0 and "mail.hoster.test" in result["reason"]


def test_pop3_where_there_is_no_imap(pki, certificate, tmp_path):
    zone = {"_pop3s._tcp.example.test": ["SRV 0 0 995 pop.example.test"], "_submission._tcp.example.test": ["SRV 0 0 587 mail.example.test"]}
    with World(certificate, zone) as world:
        result = discover(world, pki, tmp_path)
    assert result["connect"]["provider"] == "pop3" and result["connect"]["pop3_host"] == "pop.example.test"
    assert (result["connect"]["smtp_port"], result["connect"]["smtp_tls"]) == ("587", "starttls")


@pytest.mark.parametrize("broken", [
    {"greeting": "* BYE too many"}, {"greeting": "220 not imap"}, {"greeting": "HANG"}, {"offers": False},
    {"answer": lambda command: "x" * 20_000 if "CAPABILITY" in command else None},
    {"answer": lambda command: "* X\r\n" * 500 if "CAPABILITY" in command else None},
    {"answer": lambda command: "HANG" if "STARTTLS" in command else None},
    {"answer": lambda command: "a2 NO" if "STARTTLS" in command else None},
    {"answer": lambda command: "a2 OK go\r\n* CAPABILITY INJECTED" if "STARTTLS" in command else None},
], ids=["bye", "smtp", "silent", "no STARTTLS", "long line", "many lines", "hangs at STARTTLS", "refuses STARTTLS", "injects"])
def test_a_server_that_does_not_behave_is_not_believed(pki, certificate, tmp_path, broken):
    zone = {
        "_imap._tcp.example.test": ["SRV 0 1 143 mail.example.test"], "_submissions._tcp.example.test": ["SRV 0 1 465 smtp.example.test"]}
    with Greeter("imap", certificate, "starttls", **broken) as server:
        with World(certificate, zone, at={("mail.example.test", 143): server}) as world:
            result = discover(world, pki, tmp_path)
    imap = by_source(result)["srv"]["servers"][0]
    assert imap["proved"] == 0 and imap["reason"]
    assert imap["ms"] < 7_000 and result["took_ms"] < 21_000
    assert result["connect"]["imap_host"] == "imap.example.test", "another one is found instead"


@pytest.mark.parametrize("fault", ["SERVFAIL", "REFUSED", "SILENT", "BROKEN", "LIAR"])
def test_name_servers_that_do_not_behave(pki, certificate, tmp_path, fault):
    zone = {f"{label}._tcp.example.test": [fault] for label in ("_imaps", "_imap", "_pop3s", "_pop3", "_submissions", "_submission")}
    zone["example.test"] = [fault]
    with World(certificate, zone) as world:
        result = discover(world, pki, tmp_path)
    assert result["source"] == "names" and result["took_ms"] < 21_000
    looks = {look["source"]: look for look in result["looks"]}
    assert looks["srv"]["found"] == 0 and looks["srv"]["reason"]


def test_nothing_at_all(pki, certificate, tmp_path):
    with World(certificate, {}, everything=False) as world:
        result = discover(world, pki, tmp_path, "ann@nowhere.test")
    assert result["ok"] == 0 and result["findings"] == [] and result["reason"] == "nothing says where the mail of nowhere.test is"


def test_providers_that_have_no_servers_say_so(pki, certificate, tmp_path):
    with World(certificate, {"own.test": ["MX 10 mail.protonmail.ch"]}) as world:
        table, own = (discover(world, pki, tmp_path, address) for address in ("ann@proton.me", "ann@own.test"))
    for result, source in (table, "table"), (own, "mx"):
        assert result["ok"] == 0 and "IMAP" in result["note"] and result["name"] == "Proton Mail"
        assert [finding["source"] for finding in result["findings"]] == [source]


def test_a_known_provider_that_cannot_be_reached(pki, certificate, tmp_path):
    """What the table says is shown, and nobody else is asked."""
    with World(certificate, {}, everything=False) as world:
        result = discover(world, pki, tmp_path, "ann@gmail.com")
        assert world.names.asked == []
    assert result["ok"] == 0 and result["name"] == "Google" and result["api"] == "gmail" and result["oauth"] == "google"
    assert "connection refused" in result["reason"]
