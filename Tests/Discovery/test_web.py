"""What web sites say: autoconfig at the domain and at the well-known place, and Exchange Autodiscover in both of its forms."""

import contextlib
import json

import pytest

from Servers.greeters import Greeter
from Servers.websites import Websites

from .world import World, by_source

AUTOCONFIG, WELL_KNOWN = "/mail/config-v1.1.xml", "/.well-known/autoconfig/mail/config-v1.1.xml"
POX = "/autodiscover/autodiscover.xml"
MICROSOFT = "https://outlook.office365.com/autodiscover/autodiscover.json"


def file(imap="imap.example.test", smtp="smtp.example.test", user="%EMAILADDRESS%", more=""):
    return f"""<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="example.test">
        <displayName>Example Mail</displayName>{more}
        <incomingServer type="imap"><hostname>{imap}</hostname><port>993</port><socketType>SSL</socketType>
        <username>{user}</username><authentication>password-cleartext</authentication></incomingServer>
        <outgoingServer type="smtp"><hostname>{smtp}</hostname><port>587</port><socketType>STARTTLS</socketType>
        <username>{user}</username><authentication>password-cleartext</authentication></outgoingServer>
        </emailProvider></clientConfig>"""


def pox(*protocols, more=""):
    inner = "".join(
        "<Protocol>" + "".join(f"<{name}>{value}</{name}>" for name, value in fields.items()) + "</Protocol>" for fields in protocols)
    return (
        '<?xml version="1.0"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">'
        f"<Response><Account><Action>settings</Action>{inner}{more}</Account></Response></Autodiscover>")


@contextlib.contextmanager
def sites(certificate, pages, *, plain=None, zone=None, mail=True, at=()):
    """A world whose every https site is answered from `pages`, and every http site from `plain`; nobody is at what is None."""
    with contextlib.ExitStack() as stack:
        secure = stack.enter_context(Websites(pages, certificate)) if pages is not None else None
        at = {**dict(at), ("", 443): secure and secure.port}
        if plain is not None:
            insecure = stack.enter_context(Websites(plain))
            at["", 80] = insecure.port
        world = stack.enter_context(World(certificate, zone, at=at, everything=mail))
        world.web = secure
        world.plain = insecure if plain is not None else None
        yield world


def discover(world, pki, tmp_path, address="ann@example.test", **options):
    with world.open(tmp_path / "crm.db", pki, **options) as room:
        return room.discover(address)


def test_autoconfig_at_the_domain(pki, certificate, tmp_path):
    page = file(user="%EMAILLOCALPART%")
    with sites(certificate, {("autoconfig.example.test", AUTOCONFIG): page}) as world:
        result = discover(world, pki, tmp_path)
        asked = [request for request in world.web.asked if request[1] == "autoconfig.example.test"]
    assert result["source"] == "autoconfig" and result["name"] == "Example Mail"
    assert result["connect"] == {
        "address": "ann@example.test", "provider": "imap", "imap_host": "imap.example.test", "imap_port": "993",
        "imap_tls": "implicit", "smtp_host": "smtp.example.test", "smtp_port": "587", "smtp_tls": "starttls", "user": "ann"}
    assert asked[0][3] == "emailaddress=ann%40example.test"
    assert by_source(result)["autoconfig"]["origin"] == "https://autoconfig.example.test" + AUTOCONFIG


def test_autoconfig_at_the_well_known_place(pki, certificate, tmp_path):
    """Elsewhere is believed here: whoever has the domain's certificate has said it."""
    pages = {("example.test", WELL_KNOWN): file("imap.hoster.test", "mail.hoster.test")}
    with sites(certificate, pages) as world:
        result = discover(world, pki, tmp_path)
    assert result["source"] == "well_known" and result["connect"]["imap_host"] == "imap.hoster.test"


def test_a_signed_answer_vouches_for_an_unsigned_one(pki, certificate, tmp_path):
    zone = {"_imaps._tcp.example.test": ["SRV 0 1 993 imap.hoster.test"]}
    with sites(certificate, {("example.test", WELL_KNOWN): file("imap.hoster.test", "mail.hoster.test")}, zone=zone) as world:
        result = discover(world, pki, tmp_path)
    assert by_source(result)["srv"]["servers"][0]["proved"] == 1


@pytest.mark.parametrize(("host", "believed"), [("imap.example.test", True), ("imap.hoster.test", False)])
def test_without_tls_only_the_domain_s_own_servers(pki, certificate, tmp_path, host, believed):
    plain = {("autoconfig.example.test", AUTOCONFIG): file(host, "smtp.example.test")}
    hoster = pki.named(f"hoster {host}".replace(" ", "-"), ["imap.hoster.test"])
    with Greeter("imap", hoster) as server, sites(
        certificate, None, plain=plain, at={("imap.hoster.test", 993): server}) as world:
        result = discover(world, pki, tmp_path)
        assert [request[3] for request in world.plain.asked] == [""] * len(world.plain.asked), "the address goes nowhere in the clear"
    server = by_source(result)["autoconfig"]["servers"][0]
    assert server["host"] == host and server["proved"] == believed
    assert result["connect"]["imap_host"] == "imap.example.test"


def test_a_certificate_that_is_not_the_site_s_own(pki, certificate, tmp_path):
    """Somebody who answers in the site's place is not asked anything."""
    pages = {("autoconfig.example.test", AUTOCONFIG): file(), ("example.test", WELL_KNOWN): file()}
    other = pki.named("stranger", ["stranger.test"])
    with sites(other, pages, mail=False) as world:
        result = discover(world, pki, tmp_path)
        assert world.web.asked == []
    assert result["ok"] == 0 and result["findings"] == []


HOSTILE = {
    "page": "<html><body>Welcome</body></html>", "empty": "", "error": (500, {}, "<clientConfig/>"), "missing": 404, "login": 401,
    "cut": Websites.CUT, "entities": "<!DOCTYPE a [<!ENTITY b 'cc'><!ENTITY d '&b;&b;'>]>" + file().partition("?>")[2],
    "file": "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><clientConfig><emailProvider>&b;</emailProvider></clientConfig>",
    "deep": "<a>" * 5000, "large": "<clientConfig>" + "x" * 5_000_000, "elsewhere": (302, {"Location": "https://stranger.test/x"}, ""),
    "plain": (302, {"Location": "http://autoconfig.example.test/x"}, ""), "round": (302, {"Location": AUTOCONFIG}, ""),
    "octets": bytes(range(256)) * 40, "slow": Websites.SLOW,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_file_of_settings(pki, certificate, tmp_path, name):
    pages = {("autoconfig.example.test", AUTOCONFIG): HOSTILE[name], ("example.test", WELL_KNOWN): HOSTILE[name]}
    with sites(certificate, pages) as world:
        result = discover(world, pki, tmp_path)
    looks = {look["source"]: look for look in result["looks"]}
    for source in "autoconfig", "well_known":
        assert looks[source]["found"] == 0 and looks[source]["reason"]
    assert result["source"] == "names" and result["took_ms"] < 20_500


def test_a_bomb_of_compression(pki, certificate, tmp_path):
    import zlib

    squeezed = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = squeezed.compress(b"<a>" * 40_000_000) + squeezed.flush()
    pages = {("autoconfig.example.test", AUTOCONFIG): (200, {"Content-Encoding": "gzip"}, bomb)}
    with sites(certificate, pages) as world:
        result = discover(world, pki, tmp_path)
    assert {look["source"]: look["found"] for look in result["looks"]}["autoconfig"] == 0


def test_autodiscover_in_xml(pki, certificate, tmp_path):
    answer = pox(
        {"Type": "IMAP", "Server": "imap.example.test", "Port": "993", "SSL": "on", "LoginName": "EXAMPLE\\ann"},
        {"Type": "SMTP", "Server": "smtp.example.test", "Port": "587", "SSL": "on"})
    with sites(certificate, {("autodiscover.example.test", POX): answer}) as world:
        result = discover(world, pki, tmp_path)
        request = next(request for request in world.web.asked if request[0] == "POST")
    assert b"<EMailAddress>ann@example.test</EMailAddress>" in request[4] and "Authorization" not in request[5]
    assert result["source"] == "autodiscover" and result["connect"]["user"] == "EXAMPLE\\ann"
    assert result["connect"]["smtp_tls"] == "starttls"


def test_exchange_that_wants_a_login_says_so(pki, certificate, tmp_path):
    with sites(certificate, {("autodiscover.example.test", POX): 401}) as world:
        result = discover(world, pki, tmp_path)
    look = {look["source"]: look for look in result["looks"]}["autodiscover"]
    assert look["found"] == 0 and "login" in look["reason"]


def test_exchange_alone(pki, certificate, tmp_path):
    answer = pox({"Type": "EXCH", "Server": "ex.example.test", "EwsUrl": "https://mail.example.test/EWS/Exchange.asmx"})
    with sites(certificate, {("example.test", POX): answer}, mail=False) as world:
        result = discover(world, pki, tmp_path)
    assert result["ok"] == 0 and "mail.example.test" in result["note"] and "Exchange" in result["note"]


@pytest.fixture(scope="module")
def microsoft(pki):
    return pki.named("microsoft", ["outlook.office365.com", "smtp.office365.com", "autodiscover-s.outlook.com", "autodiscover.own.test", "own.test"])


def test_microsoft_has_the_domain(pki, microsoft, tmp_path):
    """The MX is a filter's: only Microsoft itself says that the mailboxes are there."""
    said = json.dumps({"Protocol": "ActiveSync", "Url": "https://outlook.office365.com/Microsoft-Server-ActiveSync"})
    pages = {("outlook.office365.com", "/autodiscover/autodiscover.json/v1.0/ann%40own.test"): said}
    with sites(microsoft, pages, zone={"own.test": ["MX 10 mx.filter.test"]}) as world:
        result = discover(world, pki, tmp_path, "ann@own.test", autodiscover=MICROSOFT)
    assert result["source"] == "autodiscover" and result["name"] == "Microsoft 365" and result["api"] == "graph"
    assert result["auth"] == ["oauth2"] and result["oauth"] == "microsoft"
    assert result["connect"]["imap_host"] == "outlook.office365.com" and result["connect"]["smtp_host"] == "smtp.office365.com"


def test_microsoft_does_not_have_it(pki, microsoft, tmp_path):
    refused = (404, {}, json.dumps({"ErrorCode": "UserNotFound", "ErrorMessage": "The given user isn't found"}))
    pages = {("outlook.office365.com", "/autodiscover/autodiscover.json/v1.0/ann%40own.test"): refused}
    with sites(microsoft, pages, mail=False) as world:
        result = discover(world, pki, tmp_path, "ann@own.test", autodiscover=MICROSOFT)
        assert [request[1] for request in world.web.asked if request[1].endswith("office365.com")] == ["outlook.office365.com"]
        world.web.asked.clear()
        discover(world, pki, tmp_path, "ann@own.test")
        assert not [request for request in world.web.asked if request[1].endswith("office365.com")], "it may be left out"
    assert result["ok"] == 0


def test_autodiscover_sends_to_microsoft(pki, microsoft, tmp_path):
    """The site is asked without TLS only where it sends to, and only Microsoft is believed."""
    for target, is_believed in ("https://autodiscover-s.outlook.com" + POX, True), ("https://evil.test" + POX, False):
        with sites(microsoft, {}, plain={("autodiscover.own.test", POX): (302, {"Location": target}, "")}) as world:
            result = discover(world, pki, tmp_path, "ann@own.test")
        assert (result.get("name") == "Microsoft 365") == is_believed


def test_a_service_record_of_autodiscover(pki, certificate, tmp_path):
    answer = pox({"Type": "IMAP", "Server": "imap.example.test", "Port": "993", "SSL": "on"})
    zone = {"_autodiscover._tcp.example.test": ["SRV 0 0 443 mail.example.test"]}
    with sites(certificate, {("mail.example.test", POX): answer}, zone=zone) as world:
        result = discover(world, pki, tmp_path)
    assert by_source(result)["autodiscover"]["servers"][0]["host"] == "imap.example.test"


def test_a_service_record_that_leads_elsewhere(pki, certificate, tmp_path):
    """Whoever can forge an answer of DNS does not learn the address by it."""
    answer = pox({"Type": "IMAP", "Server": "imap.hoster.test", "Port": "993", "SSL": "on"})
    zone = {"_autodiscover._tcp.example.test": ["SRV 0 0 443 mail.hoster.test"]}
    hoster = pki.named("hoster-web", ["mail.hoster.test"])
    with sites(hoster, {("mail.hoster.test", POX): answer}, zone=zone, mail=False) as world:
        result = discover(world, pki, tmp_path)
        assert world.web.asked == []
    look = {look["source"]: look for look in result["looks"]}["autodiscover"]
    assert look["found"] == 0 and "autodiscover" not in by_source(result)


@pytest.mark.parametrize("host", ["outlook.office365.us", "partner.outlook.cn", "office365.com.evil.test"])
def test_a_cloud_that_is_not_the_table_s(pki, certificate, tmp_path, host):
    """National clouds have servers of their own: the worldwide ones would prove themselves, and have no such mailbox."""
    said = json.dumps({"Protocol": "ActiveSync", "Url": f"https://{host}/Microsoft-Server-ActiveSync"})
    pages = {("autodiscover.example.test", "/autodiscover/autodiscover.json/v1.0/ann%40example.test"): said}
    with sites(certificate, pages, mail=False) as world:
        result = discover(world, pki, tmp_path)
    assert result["ok"] == 0 and result.get("name") != "Microsoft 365" and host in result["note"]


def test_the_order_of_belief(pki, certificate, tmp_path):
    """All say something else: the first proved one is used, all are shown."""
    pages = {
        ("autoconfig.example.test", AUTOCONFIG): file("imap.example.test", "smtp.example.test"),
        ("example.test", WELL_KNOWN): file("mail.example.test", "mail.example.test"),
        ("example.test", POX): pox({"Type": "IMAP", "Server": "pop.example.test", "Port": "993", "SSL": "on"}),
    }
    zone = {"_imaps._tcp.example.test": ["SRV 0 1 993 pop3.example.test"], "example.test": ["MX 10 mail.hoster.test"]}
    with sites(certificate, pages, zone=zone) as world:
        result = discover(world, pki, tmp_path)
    assert [finding["source"] for finding in result["findings"]] == ["autoconfig", "well_known", "srv", "autodiscover"]
    assert result["connect"]["imap_host"] == "imap.example.test"
    assert result["took_ms"] < 5_000, "the sources are asked side by side"
