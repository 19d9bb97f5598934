"""A real Dovecot: IMAP and POP3 with STARTTLS and with TLS from the first byte, LMTP and SASL for Postfix. Every user exists and
has the password `pass`; the part before the @ names the mailbox."""

import os

from .process import Daemon, ServerError, free_port, wait_for_port
from .server import Program

PASSWORD = "pass"

_CONFIGURATION = """
protocols = imap pop3 lmtp
listen = 127.0.0.1
base_dir = {folder}/base
state_dir = {folder}/base
instance_name = {name}
log_path = {folder}/dovecot.log
login_greeting = Dovecot ready.
mail_location = {format}:~/{format}
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
first_valid_gid = 1
mail_fsync = never
mail_max_userip_connections = {connections}
auth_mechanisms = {mechanisms}
disable_plaintext_auth = no
auth_failure_delay = 0
ssl = {ssl}
ssl_cert = <{certificate}
ssl_key = <{key}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail/%Ln allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    special_use = \\Drafts
    auto = subscribe
  }}
  mailbox Sent {{
    special_use = \\Sent
    auto = subscribe
  }}
  mailbox Trash {{
    special_use = \\Trash
    auto = subscribe
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener {folder}/auth {{
    mode = 0666
  }}
}}
service imap-login {{
  service_count = 0
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = {implicit}
  }}
}}
service pop3-login {{
  service_count = 0
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = {implicit}
  }}
}}
service lmtp {{
  unix_listener {folder}/lmtp {{
    mode = 0666
  }}
}}
protocol imap {{
  imap_capability = {capability}
}}
protocol lmtp {{
  postmaster_address = postmaster@test.example
}}
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
"""


_MANY = """
default_process_limit = {more}
default_client_limit = {more}
imap_hibernate_timeout = 2s
service imap {{
  process_limit = {more}
  unix_listener imap-master {{
    user = $default_internal_user
  }}
}}
service auth {{
  client_limit = {all}
}}
service anvil {{
  client_limit = {all}
}}
service imap-hibernate {{
  unix_listener imap-hibernate {{
    mode = 0666
  }}
}}
"""
_TOKENS = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
"""
_TOKENS_CHECKED = """
introspection_url = {url}/introspect
introspection_mode = post
username_attribute = username
active_attribute = active
active_value = true
scope = mail
"""
_INSTANCES = "/proc/sys/fs/inotify/max_user_instances"


class Dovecot(Program):
    """One running instance: `imap` and `pop3` (STARTTLS), `imaps` and `pop3s` (TLS) are its ports, `auth` and `lmtp` its
    sockets.

    capability: the whole CAPABILITY line in place of the server's own, for a server that can little.
    many: so many sessions at once, most of them waiting in IDLE, which are hibernated. Each watches by inotify, of which the
    kernel gives a user 128 unless told otherwise (the others would be looked at each half minute).
    tokens: the address of a server that says whether an access token is good (RFC 7662): then XOAUTH2 and OAUTHBEARER are
    offered, or what `mechanisms` says.
    certificate: a pair of the `Pki`; starttls=False: it offers no TLS at all."""

    LOGS = ("dovecot.log", "output")

    def __init__(
        self, folder, pki, *, certificate=None, starttls=True, capability="", mechanisms="plain login",
        connections=1000, mail_format="sdbox", many=0, tokens=None,
    ):
        if tokens and mechanisms == "plain login":
            mechanisms += " xoauth2 oauthbearer"
        self.folder = folder
        self.auth, self.lmtp = f"{folder}/auth", f"{folder}/lmtp"
        self.ca = pki.ca
        os.makedirs(f"{folder}/mail", mode=0o755)
        os.makedirs(f"{folder}/base", mode=0o755)
        os.chmod(folder, 0o755)
        import pwd

        mail = pwd.getpwnam("mail")
        os.chown(f"{folder}/mail", mail.pw_uid, mail.pw_gid)
        certificate = certificate or pki.good
        if many:
            with open(_INSTANCES) as file:
                allowed = int(file.read())
            if allowed < 2 * many:
                with open(_INSTANCES, "w") as file:
                    file.write(str(2 * many))
        for attempt in range(3):
            self.imap, self.imaps, self.pop3, self.pop3s = (free_port() for _ in range(4))
            with open(f"{folder}/dovecot.conf", "w") as file:
                file.write(
                    _CONFIGURATION.format(
                        folder=folder, name=os.path.basename(folder), format=mail_format, connections=connections,
                        mechanisms=mechanisms, ssl="yes" if starttls else "no", certificate=certificate[0],
                        key=certificate[1], password=PASSWORD, imap=self.imap, imaps=self.imaps,
                        pop3=self.pop3, pop3s=self.pop3s,
                        implicit="yes" if starttls else "no", capability=capability))
                if tokens:
                    file.write(_TOKENS.format(folder=folder))
                    with open(f"{folder}/oauth2.conf", "w") as checked:
                        checked.write(_TOKENS_CHECKED.format(url=tokens))
                if many:
                    file.write(_MANY.format(more=2 * many + 1000, all=8 * many + 4000))
            self.daemon = Daemon(["/usr/sbin/dovecot", "-F", "-c", f"{folder}/dovecot.conf"], f"{folder}/output")
            try:
                wait_for_port(self.imap, self.daemon.alive)
                return
            except ServerError as error:
                self.daemon.stop()
                if attempt == 2:
                    raise ServerError(f"Dovecot: {error}\n{self.log()}") from None
