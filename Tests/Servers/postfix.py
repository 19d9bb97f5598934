"""A real Postfix: submission and MX on ports of its own, users and mailboxes from a Dovecot beside it.

Recipients: anyone@test.example is delivered to Dovecot by LMTP; reject-*@test.example is 550 5.1.1, full-* 452 4.2.2,
grey-* 451 4.7.1, all three at RCPT; every other domain is 554 5.7.1. gone-* and slow-* are taken and handed on to another server, which refuses
the first (5.1.1: a bounce) and puts the second off (4.2.1: a warning to the sender after seconds). `refuse` and `accept` add and take away single mailboxes, as an
administrator would."""

import os
import pwd
import smtplib
import subprocess

from .process import Daemon, ServerError, free_port, session_members, wait_for_port, wait_until
from .server import Program

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.test.example
mydestination =
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =
smtputf8_enable = yes
virtual_mailbox_domains = test.example
virtual_transport = lmtp:unix:{lmtp}
virtual_mailbox_limit = 0
mailbox_size_limit = 0
message_size_limit = 209715200
recipient_delimiter = +
transport_maps = regexp:{etc}/transport
delay_warning_time = 2s
smtpd_recipient_restrictions = check_recipient_access regexp:{etc}/recipients
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_error_sleep_time = 0
anvil_rate_time_unit = {rate_unit}s
smtpd_sasl_type = dovecot
smtpd_sasl_path = {auth}
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_tls_auth_only = no
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 4s
"""

_AUTH = (
    "-o smtpd_sasl_auth_enable=yes "
    "-o smtpd_recipient_restrictions=check_recipient_access,regexp:{etc}/recipients,permit_sasl_authenticated,reject"
)

_MASTER = """
127.0.0.1:{mx} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt {authenticated}
127.0.0.1:{submissions} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes {authenticated}
127.0.0.1:{plain} inet n - n - - smtpd {authenticated}
127.0.0.1:{small} inet n - n - - smtpd -o message_size_limit=102400 {authenticated}
127.0.0.1:{owned} inet n - n - - smtpd {authenticated} {ownership}
127.0.0.1:{limited} inet n - n - - smtpd -o smtpd_client_message_rate_limit=5 {authenticated}
127.0.0.1:{crowded} inet n - n - - smtpd -o smtpd_client_auth_rate_limit=2 {authenticated}
127.0.0.1:{few} inet n - n - - smtpd -o smtpd_recipient_limit=3 -o smtpd_recipient_overshoot_limit=1000 {authenticated}
127.0.0.1:{far} inet n - n - - smtpd -o myhostname=mx.far.example -o smtpd_recipient_restrictions=check_recipient_access,regexp:{etc}/far,permit
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 30 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""

_RECIPIENTS = r"""/^reject-.*@test\.example$/ 550 5.1.1 User unknown
/^full-.*@test\.example$/ 452 4.2.2 Mailbox full
/^grey-.*@test\.example$/ 451 4.7.1 Greylisted, try again later
!/@test\.example$/ 554 5.7.1 Relay access denied
"""


_FAR = r"""/^gone-.*@test\.example$/ 550 5.1.1 User unknown: the mailbox is gone
/^slow-.*@test\.example$/ 450 4.2.1 The mailbox is resting
"""

_TRANSPORT = r"""/^(gone|slow)-.*@test\.example$/ smtp:[127.0.0.1]:{far}
"""

_PORTS = ("mx", "submission", "submissions", "plain", "small", "owned", "limited", "crowded", "few", "far")
# In seconds: what its rate limits count within.
RATE_UNIT = 10


class Postfix(Program):
    """One running instance, with its ports: `mx` (no login), `submission` (STARTTLS, login), `submissions` (TLS from the
    first byte), `plain` (login without TLS allowed), `small` (messages of at most 100 KiB), `owned` (the sender address
    must be the login's own), `limited` (five messages in RATE_UNIT seconds), `crowded` (two logins in that time), `few` (three
    recipients a message); the last four, too, allow a login without TLS. `far` is to which gone-* and slow-* go. `more`: further
    lines of its main.cf. Its master runs as root: so must this process."""

    LOGS = ("maillog", "output")

    def __init__(self, folder, pki, dovecot, *, certificate=None, more=""):
        if os.getuid() != 0:
            raise ServerError("Postfix runs as root only")
        self.folder, self.etc = folder, f"{folder}/etc"
        owner = pwd.getpwnam("postfix")
        for name in ("etc", "spool", "data"):
            os.makedirs(f"{folder}/{name}", mode=0o755)
        os.chmod(folder, 0o755)
        os.chown(f"{folder}/data", owner.pw_uid, 0)
        self._refused = []
        self._write_recipients()
        with open(f"{self.etc}/owners", "w") as file:
            file.write("/^(.*)@test\\.example$/ $1, $1@test.example\n")
        with open(f"{self.etc}/far", "w") as file:
            file.write(_FAR)
        certificate = certificate or pki.good
        values = dict(
            rate_unit=RATE_UNIT, folder=folder, etc=self.etc, lmtp=dovecot.lmtp, auth=dovecot.auth, certificate=certificate[0],
            key=certificate[1], authenticated=_AUTH.format(etc=self.etc),
            ownership=f"-o smtpd_sender_login_maps=regexp:{self.etc}/owners "
            "-o smtpd_sender_restrictions=reject_sender_login_mismatch")
        with open(f"{self.etc}/main.cf", "w") as file:
            file.write(_MAIN.format(**values) + more + "\n")
        for attempt in range(3):
            ports = {name: free_port() for name in _PORTS}
            self.__dict__.update(ports)
            with open(f"{self.etc}/master.cf", "w") as file:
                file.write(_MASTER.format(**values, **ports))
            with open(f"{self.etc}/transport", "w") as file:
                file.write(_TRANSPORT.format(**ports))
            # `postfix start` without its detaching: the check lays out the queue, then the master runs as our child.
            self._command("check")
            self.daemon = Daemon(
                ["/usr/lib/postfix/sbin/master", "-d", "-c", self.etc], f"{folder}/output", self._environment())
            try:
                for port in ports.values():
                    wait_for_port(port, self.daemon.alive)
                return
            except ServerError as error:
                self.stop()
                if attempt == 2:
                    raise ServerError(f"Postfix: {error}\n{self.log()}") from None

    def refuse(self, *addresses):
        """From now on RCPT of these answers 550 5.1.1, as for a mailbox that does not exist."""
        self._refused.extend(addresses)
        self._reload(addresses, 550)

    def accept(self, *addresses):
        """The administrator creates the mailboxes: RCPT of these is taken again."""
        self._refused = [address for address in self._refused if address not in addresses]
        self._reload(addresses, 250)

    def _write_recipients(self):
        lines = ["/^%s$/ 550 5.1.1 User unknown" % address.replace(".", r"\.") for address in self._refused]
        with open(f"{self.etc}/recipients", "w") as file:
            file.write("\n".join([*lines, _RECIPIENTS]))

    def _reload(self, addresses, code):
        self._write_recipients()
        self._command("reload")

        def answered():
            # An smtpd that was idle may take one more client with the old table.
            return all(self._probe(address) == code for address in addresses for _ in range(3))

        wait_until(answered, 15, f"{', '.join(addresses)} answered with {code}")

    def _environment(self):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "MAIL_CONFIG": self.etc}

    def _command(self, word):
        done = subprocess.run(
            ["/usr/sbin/postfix", "-c", self.etc, word], capture_output=True, text=True, env=self._environment())
        if done.returncode != 0:
            raise ServerError(f"postfix {word}: {done.stdout}{done.stderr}{self.log()}")

    def _probe(self, address):
        with smtplib.SMTP("127.0.0.1", self.mx, "probe.test.example", timeout=10) as client:
            client.ehlo()
            client.mail("probe@test.example")
            return client.rcpt(address)[0]

    def members(self):
        """The process ids of this instance."""
        return session_members(self.daemon.session)
