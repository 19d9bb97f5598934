"""Thunderbird's provider files, read as facts: for each domain the servers that a program without a user's choice takes. Of several
of a kind that is TLS from the first octet before STARTTLS, and the usual port before others."""

import pathlib
import xml.etree.ElementTree

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "shared" / "corpora" / "ispdb"
TLS = {"SSL": "implicit", "STARTTLS": "starttls", "plain": "none"}
USUAL = {"imap": (993, 143), "pop3": (995, 110), "smtp": (465, 587)}
FORMS = {
    "%EMAILADDRESS%": "{local}@{domain}", "%EMAILLOCALPART%": "{local}", "%EMAILLOCALPART%.%EMAILDOMAIN%": "{local}.{domain}",
    None: "{local}@{domain}",
}
# Where these files are wrong: POP3 at IMAP's port.
CORRECTED = {
    (domain, "pop3"): "pop3s.pec.aruba.it:995/implicit"
    for domain in ("pec.it", "arubapec.it", "mypec.eu", "gigapec.it", "ingpec.eu")
}
# Names in them to which mail goes, and which no address has; and one that is misspelt.
EXCHANGERS = [
    "kundenserver.de", "schlund.de", "mail.gm0.yahoodns.net", "ispgateway.de", "emailsrvr.com", "google.com", "your-server.de",
    "olc.protection.outlook.com", "messagingengine.com", "mail.protection.outlook.com", "ovh.net", "cloudeu.xion.oxcs.net",
    "cloudus.xion.oxcs.net", "rzone.de", "secureserver.net", "mail.am0.yahoodns.net", "am0.yahoodns.net", "yahoodns.net",
    "coral.broba.ccv",
]


def expected():
    """By domain: `imap`, `pop3`, `smtp` as host:port/tls where there is one, `user`, `smtp_user`, `oauth` (offered at all)."""
    found = {}
    for file in sorted(FOLDER.glob("*.xml")):
        text = file.read_text()
        end = "</clientConfig>"
        root = xml.etree.ElementTree.fromstring(text[:text.index(end) + len(end)])
        provider = root.find("emailProvider")
        servers = provider.findall("incomingServer") + provider.findall("outgoingServer")
        for domain in provider.findall("domain"):
            name = domain.text.strip().lower()
            found.setdefault(name, _settings(servers, name))
    return found


def _settings(servers, domain):
    settings = {}
    for kind in USUAL:
        own = [server for server in servers if server.get("type") == kind and server.findtext("hostname")]
        if not own:
            continue
        best = min(own, key=lambda server: (
            list(TLS).index(server.findtext("socketType")), int(server.findtext("port")) not in USUAL[kind]))
        host = best.findtext("hostname").strip().replace("%EMAILDOMAIN%", domain)
        settings[kind] = f"{host}:{best.findtext('port')}/{TLS[best.findtext('socketType')]}"
        user = FORMS[best.findtext("username")].format(local="ann", domain=domain)
        settings["smtp_user" if kind == "smtp" else "user"] = user
        kinds = {element.text for element in best.findall("authentication")}
        settings["password"] = settings.get("password", False) or bool(kinds - {"OAuth2"})
    return settings
