"""A real Courier, the old style: no CONDSTORE, ESEARCH, MOVE or special use, folders below INBOX with a dot between.
Every user exists and has the password `pass`; a Maildir is made at the first login."""

import os
import pathlib
import sys

from .process import Daemon, ServerError, free_port, wait_for_port, wait_until
from .server import Server
from .unpacked import program

_CAPABILITY = (
    "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE")
_OPTIONS = {
    "IMAP_KEYWORDS": "1", "IMAP_ACL": "0", "IMAP_IDLE_TIMEOUT": "1", "IMAP_CHECK_ALL_FOLDERS": "0",
    "IMAP_ENHANCEDIDLE": "0", "IMAP_USELOCKS": "1", "IMAP_TRASHFOLDERNAME": "Trash", "IMAP_UMASK": "022",
    "IMAP_MAILBOX_SANITY_CHECK": "0", "COURIERTLS": "/usr/bin/couriertls", "TLS_PROTOCOL": "", "TLS_CIPHER_LIST": "",
    "TLS_VERIFYPEER": "NONE", "IMAP_TLS_REQUIRED": "0", "PREFIX": "/usr", "POP3AUTH": "", "POP3_STARTTLS": "YES",
    "IMAPDEBUGFILE": "", "DEBUG_LOGIN": "0"}
_LOGIN = "usr/lib/courier/courier"


class Courier(Server):
    """One running instance: `imap` (STARTTLS), `imaps` (TLS) and `pop3` (STLS) are its ports."""

    separator, prefix = ".", "INBOX."

    def __init__(self, folder, pki, connections=400, per_address=None, certificate=None, **options):
        """connections: of the whole server; per_address: of one client machine, as many where None. certificate: the pair to
        show instead of the good one. options: variables of its programs, put over those here."""
        self.folder, self.ca = folder, pki.ca
        self.daemons = []
        for name in ("", "/mail", "/run"):
            os.makedirs(folder + name, mode=0o755)
        with open(f"{folder}/pem", "w") as file:
            for part in reversed(certificate or pki.good):
                file.write(pathlib.Path(part).read_text())
        imapd, pop3d = program("courier", "usr/bin/imapd"), program("courier", f"{_LOGIN}/courierpop3d")
        imaplogin, pop3login = (program("courier", f"{_LOGIN}/{name}") for name in ("imaplogin", "courierpop3login"))
        environment = {
            **os.environ, **_OPTIONS, "TLS_CERTFILE": f"{folder}/pem", "IMAP_CAPABILITY": _CAPABILITY,
            "IMAP_CAPABILITY_TLS": f"{_CAPABILITY} AUTH=PLAIN", "IMAP_STARTTLS": "YES", **options}
        limits = [f"-maxprocs={connections}", f"-maxperip={per_address or connections}"]
        try:
            self._start("passwords", [sys.executable, "-m", "Servers.courierauth", f"{folder}/mail", f"{folder}/run"], {
                **os.environ, "PYTHONPATH": str(pathlib.Path(__file__).resolve().parents[1])})
            wait_until(lambda: os.path.exists(f"{folder}/run/authdaemon/socket"), 20, "Courier's password service")
            self.imap = self._serve("imap", limits, environment, [imaplogin, imapd, "Maildir"])
            tls = ["/usr/bin/couriertls", "-server", "-tcpd"]
            self.imaps = self._serve(
                "imaps", limits, {**environment, "IMAP_TLS": "1"}, [*tls, imaplogin, imapd, "Maildir"])
            self.pop3 = self._serve("pop3", limits, environment, [pop3login, pop3d, "Maildir"])
        except BaseException:
            self.stop()
            raise

    def _start(self, name, command, environment):
        daemon = Daemon(command, f"{self.folder}/{name}.log", environment)
        self.daemons.append(daemon)
        return daemon

    def _serve(self, name, limits, environment, program):
        """A listener of its own mount namespace: the place of the password service is fixed in Courier's programs."""
        for attempt in range(3):
            port = free_port()
            daemon = self._start(name, [
                "unshare", "--mount", "sh", "-c",
                f'mkdir -p /run/courier && mount --bind "{self.folder}/run" /run/courier && exec "$@"', "courier",
                "couriertcpd", "-address=127.0.0.1", *limits, "-nodnslookup",
                "-noidentlookup", str(port), *program], environment)
            try:
                wait_for_port(port, daemon.alive)
                return port
            except ServerError as error:
                if attempt == 2:
                    raise ServerError(f"Courier's {name}: {error}\n{self.log()}") from None
        raise AssertionError

    def account(self, user, **fields):
        """What the password service says of this user besides (OPTIONS, QUOTA)."""
        with open(f"{self.folder}/mail/{user}.account", "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in fields.items())

    def log(self):
        return "".join(daemon.log_tail(50) for daemon in self.daemons)

    def stop(self):
        for daemon in reversed(self.daemons):
            daemon.stop()
        self.daemons = []
