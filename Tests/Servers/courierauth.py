"""The password service that Courier asks, in place of authdaemond: `courierauth MAIL RUN` serves RUN/authdaemon/socket.
Every user has the password `pass`, and a Maildir below MAIL; MAIL/USER.account holds further fields of one."""

import os
import pathlib
import pwd
import socketserver
import sys

_OWNER = pwd.getpwnam("mail")


def _home(mail, name):
    home = os.path.join(mail, name.split("@")[0].replace("/", "_"))
    if not os.path.isdir(f"{home}/Maildir"):
        for folder in ("", "/Maildir", "/Maildir/cur", "/Maildir/new", "/Maildir/tmp"):
            os.makedirs(home + folder, exist_ok=True)
            os.chown(home + folder, _OWNER.pw_uid, _OWNER.pw_gid)
    return home


class _Request(socketserver.StreamRequestHandler):
    def handle(self):
        # Lines about the client come before the question itself.
        words = []
        while not words or words[0] not in ("AUTH", "PRE"):
            line = self.rfile.readline().decode()
            if not line:
                return
            words = line.split()
        name = words[-1]
        if words[0] == "AUTH":
            _service, kind, name, password = self.rfile.read(int(words[1])).decode().split("\n")[:4]
            if kind != "login" or password != "pass":
                self.wfile.write(b"FAIL\n")
                return
        home = _home(self.server.mail, name)
        fields = f"UID={_OWNER.pw_uid}\nGID={_OWNER.pw_gid}\nHOME={home}\nADDRESS={name}\nMAILDIR={home}/Maildir\n"
        more = pathlib.Path(f"{home}.account")
        self.wfile.write((fields + (more.read_text() if more.exists() else "") + ".\n").encode())


def main(mail, run):
    os.makedirs(f"{run}/authdaemon", mode=0o755, exist_ok=True)
    path = f"{run}/authdaemon/socket"
    with socketserver.ThreadingUnixStreamServer(path, _Request) as server:
        os.chmod(path, 0o777)
        server.mail = mail
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
