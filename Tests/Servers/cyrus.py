"""A real Cyrus: IMAP with CONDSTORE, QRESYNC, OBJECTID and LIST-STATUS, POP3, LMTP. Every user exists and has the
password `pass`; a mailbox is made at the first login."""

import os
import pwd
import shutil
import sqlite3
import subprocess

from .process import Daemon, ServerError, free_port, wait_for_port
from .server import Program
from .unpacked import program

_BIN = "/usr/lib/cyrus/bin"

_IMAPD = """
configdirectory: {folder}/conf
proc_path: {folder}/proc
mboxname_lockpath: {folder}/lock
defaultpartition: default
partition-default: {folder}/spool
sievedir: {folder}/sieve
admins: cyrus
altnamespace: yes
unixhierarchysep: yes
virtdomains: userid
defaultdomain: test.example
servername: cyrus.test.example
allowplaintext: yes
failedloginpause: 0
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sql
sasl_sql_engine: sqlite3
sasl_sql_database: {folder}/conf/passwords.db
sasl_sql_select: SELECT 'pass'
sasl_mech_list: PLAIN LOGIN
autocreate_quota: 0
autocreate_post: yes
autocreate_inbox_folders: Drafts|Sent|Junk|Trash|Archive
autocreate_subscribe_folders: Drafts|Sent|Junk|Trash|Archive
xlist-drafts: Drafts
xlist-sent: Sent
xlist-junk: Junk
xlist-trash: Trash
xlist-archive: Archive
specialusealways: yes
imapidlepoll: 1
idlesocket: {folder}/socket/idle
notifysocket: {folder}/socket/notify
lmtpsocket: {folder}/socket/lmtp
duplicatesuppression: no
expunge_mode: immediate
delete_mode: immediate
quota_db: twoskip
skiplist_unsafe: yes
tls_server_cert: {certificate}
tls_server_key: {folder}/conf/server.key
syslog_prefix: mailroomtest
"""

_SERVICES = """
START {{
  recover cmd="{bin}/ctl_cyrusdb -C {folder}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{imapd} -C {folder}/imapd.conf -U 30" listen="127.0.0.1:{imap}" prefork=0 maxchild=200
  imaps cmd="{imapd} -C {folder}/imapd.conf -s -U 30" listen="127.0.0.1:{imaps}" prefork=0 maxchild=200
  pop3 cmd="{pop3d} -C {folder}/imapd.conf" listen="127.0.0.1:{pop3}" prefork=0 maxchild=50
  lmtp cmd="{bin}/lmtpd -C {folder}/imapd.conf -a" listen="127.0.0.1:{lmtp}" prefork=0 maxchild=20
}}
DAEMON {{
  idled cmd="{idled} -C {folder}/imapd.conf -f"
}}
"""


class Cyrus(Program):
    """One running instance: `imap` (STARTTLS), `imaps` (TLS), `pop3` (STLS) and `lmtp` are its ports."""

    LOGS = ("master.log", "output")

    separator, prefix = "/", ""

    def __init__(self, folder, pki, certificate=None, **options):
        """certificate: the pair to show instead of the good one. options: lines of imapd.conf, put over those here."""
        self.folder, self.ca = folder, pki.ca
        certificate, key = certificate or pki.good
        owner = pwd.getpwnam("cyrus")
        os.makedirs(folder, mode=0o755)
        for name in ("conf", "spool", "sieve", "proc", "lock", "socket"):
            os.makedirs(f"{folder}/{name}", mode=0o755)
        for name in ("db", "log", "msg", "ptclient", "quota", "user"):
            os.makedirs(f"{folder}/conf/{name}", mode=0o755)
        with sqlite3.connect(f"{folder}/conf/passwords.db") as passwords:
            passwords.execute("CREATE TABLE password(value)")
        shutil.copy(key, f"{folder}/conf/server.key")
        for top, names, files in os.walk(folder):
            for name in (".", *names, *files):
                os.chown(os.path.join(top, name), owner.pw_uid, owner.pw_gid)
        for attempt in range(3):
            self.imap, self.imaps, self.pop3, self.lmtp = (free_port() for _ in range(4))
            lines = dict(
                line.split(": ", 1) for line in _IMAPD.format(folder=folder, certificate=certificate).split("\n") if line)
            self._write("imapd.conf", "".join(f"{name}: {value}\n" for name, value in {**lines, **options}.items()))
            self._write("cyrus.conf", _SERVICES.format(
                folder=folder, bin=_BIN, imapd=program("cyrus", "usr/lib/cyrus/bin/imapd"),
                pop3d=program("cyrus", "usr/lib/cyrus/bin/pop3d"), idled=program("cyrus", "usr/lib/cyrus/bin/idled"),
                imap=self.imap, imaps=self.imaps, pop3=self.pop3, lmtp=self.lmtp))
            self.daemon = Daemon(
                ["/usr/sbin/cyrmaster", "-C", f"{folder}/imapd.conf", "-M", f"{folder}/cyrus.conf", "-p",
                 f"{folder}/pid", "-L", f"{folder}/master.log", "-D"],
                f"{folder}/output", {**os.environ, "CYRUS_VERBOSE": "0"})
            try:
                for port in (self.imap, self.imaps, self.pop3, self.lmtp):
                    wait_for_port(port, self.daemon.alive)
                return
            except ServerError as error:
                self.daemon.stop()
                if attempt == 2:
                    raise ServerError(f"Cyrus: {error}\n{self.log()}") from None

    def _write(self, name, text):
        with open(f"{self.folder}/{name}", "w") as file:
            file.write(text)

    def deny(self, user, service):
        """Switches one service off for one user."""
        subprocess.run(
            [f"{_BIN}/cyr_deny", "-C", f"{self.folder}/imapd.conf", "-s", service, user], check=True,
            capture_output=True, user="cyrus")

    def close_for_repair(self, words):
        """Every session from now on is ended with these words."""
        self._write("conf/msg/shutdown", f"{words}\n")

    def reopen(self):
        os.remove(f"{self.folder}/conf/msg/shutdown")
