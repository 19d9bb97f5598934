"""Every domain of the built-in table: what discovery finds there is what stands in providers.txt, and each of its servers is
connected to (on loopback, with a certificate for its name) before it is believed."""

import pathlib

import pytest

from . import ispdb
from .world import World

EXPECTED = pathlib.Path(__file__).parent / "providers.txt"
# Whose mail goes to whom is seen by the exchangers' names.
EXCHANGERS = {
    "aspmx.l.google.com": "imap.gmail.com smtp.gmail.com",
    "alt1.aspmx.l.google.com": "imap.gmail.com smtp.gmail.com",
    "smtp.google.com": "imap.gmail.com smtp.gmail.com",
    "example-com.mail.protection.outlook.com": "outlook.office365.com smtp.office365.com",
    "example-com.p-v1.mx.microsoft": "outlook.office365.com smtp.office365.com",
    "mx.zoho.eu": "imap.zoho.eu smtp.zoho.eu",
    "mx2.zoho.com": "imap.zoho.com smtp.zoho.com",
    "mx01.mail.icloud.com": "imap.mail.me.com smtp.mail.me.com",
    "in1-smtp.messagingengine.com": "imap.fastmail.com smtp.fastmail.com",
    "mx.yandex.net": "imap.yandex.com smtp.yandex.com",
    "emx.mail.ru": "imap.mail.ru smtp.mail.ru",
    "mx1.mail.ovh.net": "ssl0.ovh.net ssl0.ovh.net",
    "spool.mail.gandi.net": "mail.gandi.net mail.gandi.net",
    "mx00.kundenserver.de": "imap.1und1.de smtp.1und1.de",
    "mx00.ionos.de": "imap.ionos.de smtp.ionos.de",
    "smtpin.rzone.de": "imap.strato.de smtp.strato.de",
    "smtp.secureserver.net": "imap.secureserver.net smtpout.secureserver.net",
    "mx1.emailsrvr.com": "secure.emailsrvr.com secure.emailsrvr.com",
    "mxa.mailbox.org": "imap.mailbox.org smtp.mailbox.org",
    "aspmx1.migadu.com": "imap.migadu.com smtp.migadu.com",
    "mx1.hostinger.com": "imap.hostinger.com smtp.hostinger.com",
    "mx1.privateemail.com": "mail.privateemail.com mail.privateemail.com",
    "mx1.infomaniak.ch": "mail.infomaniak.com mail.infomaniak.com",
    "www1.your-server.de": "mail.your-server.de mail.your-server.de",
    "mta5.am0.yahoodns.net": "imap.mail.yahoo.com smtp.mail.yahoo.com",
    "mx-aol.mail.gm0.yahoodns.net": "imap.aol.com smtp.aol.com",
    "mxbiz1.qq.com": "imap.exmail.qq.com smtp.exmail.qq.com",
}


def rows():
    """(domain, name, {kind: host:port/tls}, user, smtp_user, auth, oauth, api) of every domain."""
    for line in EXPECTED.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        name, *columns, domains = [part.strip() for part in line.split(" | ")]
        for domain in domains.split():
            filled = [text.replace("{domain}", domain).replace("{local}", "ann") for text in columns]
            servers = dict(zip(("imap", "pop3", "smtp"), filled))
            user, smtp_user, auth, oauth, api = filled[3:]
            yield domain, name, servers, user, smtp_user, auth, oauth, api


def hosts():
    named = {text.rpartition(":")[0] for row in rows() for text in row[2].values() if text != "-"}
    return sorted(named | {host for both in EXCHANGERS.values() for host in both.split(" ")})


@pytest.fixture(scope="module")
def world(pki):
    # What one certificate could not hold any more, several would.
    certificate = pki.named("everybody", hosts())
    zone = {f"domain{number}.test": [f"MX 10 {host}"] for number, host in enumerate(EXCHANGERS)}
    with World(certificate, zone) as running:
        yield running


@pytest.mark.limit(600)
def test_every_domain_of_the_table(world, pki, tmp_path):
    wrong, seen = [], 0
    with world.open(tmp_path / "crm.db", pki) as room:
        for domain, name, servers, user, smtp_user, auth, oauth, api in rows():
            result = room.discover(f"ann@{domain}")
            seen += 1
            finding = result["findings"][0]
            found = {
                server["protocol"]: f"{server['host']}:{server['port']}/{server['tls']}" for server in finding["servers"]}
            # What has no encryption is shown, and never proved; all others are, at their usual ports.
            proved = {server["protocol"]: server["proved"] for server in finding["servers"]}
            for kind, text in servers.items():
                usual = text.rpartition(":")[2] in ("993/implicit", "143/starttls", "995/implicit", "110/starttls",
                                                    "465/implicit", "587/starttls")
                if found.get(kind, "-") != text or text != "-" and usual and proved[kind] != 1:
                    wrong.append((domain, kind, text, found.get(kind), proved.get(kind)))
                if text.endswith("/none") and proved[kind] != 0:
                    wrong.append((domain, kind, "proved without encryption"))
            said = (
                finding["name"], finding["user"], finding.get("smtp_user", finding["user"]), " ".join(finding["auth"]) or "-",
                finding.get("oauth", "-"), finding.get("api", "-"), finding["source"], len(result["findings"]))
            if said != (name, user, smtp_user, auth, oauth, api, "table", 1):
                wrong.append((domain, said))
    assert wrong == []
    assert seen > 950
    assert not [line for line in world.said() if "ann" in line], "no server hears whose mailbox is looked for"


def test_every_known_exchanger(world, pki, tmp_path):
    found = {}
    with world.open(tmp_path / "crm.db", pki) as room:
        for number, exchanger in enumerate(EXCHANGERS):
            result = room.discover(f"ann@domain{number}.test")
            sources = {finding["source"] for finding in result["findings"]}
            assert sources == {"mx"}, (exchanger, result)
            assert result["connect"].get("user") is None, "in a domain of one's own the login is the whole address"
            found[exchanger] = f"{result['connect']['imap_host']} {result['connect']['smtp_host']}"
    assert found == EXCHANGERS


def test_the_expectations_agree_with_the_published_files():
    if not ispdb.FOLDER.is_dir():
        pytest.skip(f"{ispdb.FOLDER} is not here")
    published, wrong, compared = ispdb.expected(), [], 0
    for domain, _, servers, user, smtp_user, auth, *_ in rows():
        theirs = published.get(domain)
        if not theirs:
            continue
        compared += 1
        for kind, text in servers.items():
            said = ispdb.CORRECTED.get((domain, kind), theirs.get(kind, "-"))
            if said != text:
                wrong.append((domain, kind, said, text))
        if (theirs["user"], theirs["smtp_user"]) != (user, smtp_user):
            wrong.append((domain, theirs["user"], theirs["smtp_user"], user, smtp_user))
        if theirs["password"] != ("password" in auth) and domain != "mit.edu":
            wrong.append((domain, "password", auth))
    assert wrong == []
    assert compared > 900
    # Beside these only names that are no domains of addresses, but of exchangers.
    missing = set(published) - {row[0] for row in rows()}
    assert missing <= set(ispdb.EXCHANGERS), missing - set(ispdb.EXCHANGERS)
