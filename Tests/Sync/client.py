"""Another IMAP client at the same mailbox: what a person does with their phone while Mailroom is connected. It speaks
to any server, and can tell what the server has, whole."""

import base64
import imaplib
import re
import ssl

from Servers import PASSWORD, seed

imaplib.Commands["MOVE"] = ("SELECTED",)
imaplib._MAXLINE = 10_000_000


class ClientError(Exception):
    """The server refused what a test needs."""


def _quoted(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Client:
    """A login of `user`; folder names are those without the server's prefix: INBOX, Archive, Projects."""

    def __init__(self, server, user):
        self.server = server
        self.imap = imaplib.IMAP4("127.0.0.1", server.imap, timeout=30)
        self.imap.starttls(ssl.create_default_context(cafile=server.ca)) if "STARTTLS" in self.imap.capabilities else None
        self.imap.login(f"{user}@test.example", PASSWORD)
        self.imap._get_capabilities()
        self.selected = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            self.imap.logout()
        except (OSError, imaplib.IMAP4.error):
            pass

    def path(self, folder):
        """A folder's full name on this server."""
        if folder == "INBOX":
            return folder
        return self.server.prefix + folder.replace("/", self.server.separator)

    @staticmethod
    def spelled(name):
        """A name as this client writes it: modified UTF-7 (RFC 3501, section 5.1.3)."""
        found = re.sub(
            "[^\x20-\x7e]+",
            lambda match: "\0" + base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-",
            name.replace("&", "&-"))
        return found.replace("\0", "&")

    def must(self, answer):
        kind, data = answer
        if kind != "OK":
            raise ClientError(repr(data))
        return data

    def folders(self):
        """The names of all folders that can be selected, without the prefix."""
        names = []
        for line in self.must(self.imap.list()):
            attributes, _, name = re.fullmatch(rb'\((.*?)\) (".*?"|NIL) (.*)', line).groups()
            name = name.strip(b'"').decode()
            if b"\\Noselect" in attributes or b"\\NonExistent" in attributes:
                continue
            if name != "INBOX":
                name = name.removeprefix(self.server.prefix).replace(self.server.separator, "/")
            names.append(name)
        return names

    def select(self, folder, fresh=False):
        if fresh or self.selected != folder:
            self.must(self.imap.select(_quoted(self.path(folder))))
            self.selected = folder

    def _leave(self, folder):
        """No folder is selected that is about to go: some servers forbid that."""
        if self.selected == folder or folder is None:
            self.must(self.imap.select("INBOX"))
            self.selected = "INBOX"

    def create(self, folder):
        self.must(self.imap.create(_quoted(self.path(folder))))
        self.imap.subscribe(_quoted(self.path(folder)))

    def rename(self, folder, to):
        self._leave(folder)
        self.must(self.imap.rename(_quoted(self.path(folder)), _quoted(self.path(to))))

    def delete(self, folder):
        self._leave(folder)
        self.must(self.imap.delete(_quoted(self.path(folder))))

    def append(self, folder, message, flags=()):
        """`message`: the number of a seed message, or bytes."""
        data = seed.message(message) if isinstance(message, int) else message
        self.must(self.imap.append(
            _quoted(self.path(folder)), f"({' '.join(flags)})" if flags else None, None, data))

    def uids(self, folder):
        self.select(folder, fresh=True)
        return [int(uid) for uid in self.must(self.imap.uid("SEARCH", None, "ALL"))[0].split()]

    def flag(self, folder, uids, add=(), remove=()):
        self.select(folder)
        chosen = ",".join(map(str, uids))
        if add:
            self.must(self.imap.uid("STORE", chosen, "+FLAGS", f"({' '.join(add)})"))
        if remove:
            self.must(self.imap.uid("STORE", chosen, "-FLAGS", f"({' '.join(remove)})"))

    def copy(self, folder, uids, to):
        self.select(folder)
        self.must(self.imap.uid("COPY", ",".join(map(str, uids)), _quoted(self.path(to))))

    def move(self, folder, uids, to):
        self.select(folder)
        if "MOVE" in self.imap.capabilities:
            self.must(self.imap.uid("MOVE", ",".join(map(str, uids)), _quoted(self.path(to))))
        else:
            self.copy(folder, uids, to)
            self.expunge(folder, uids)

    def expunge(self, folder, uids):
        self.select(folder)
        chosen = ",".join(map(str, uids))
        self.must(self.imap.uid("STORE", chosen, "+FLAGS", "(\\Deleted)"))
        if "UIDPLUS" in self.imap.capabilities:
            self.must(self.imap.uid("EXPUNGE", chosen))
        else:
            self.must(self.imap.expunge())

    def everything(self):
        """{path: {uid: (Message-ID, flags)}}: all that the server has, read anew."""
        found = {}
        for folder in self.folders():
            self.select(folder, fresh=True)
            messages = {}
            if self.imap.response("EXISTS")[1] == [b"0"]:
                found[self.path(folder)] = messages
                continue
            data = self.must(self.imap.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"))
            rows = []
            for item in data:
                if isinstance(item, tuple):
                    rows.append([item[0], item[1]])
                elif rows and item:
                    rows[-1][0] += item
            for head, text in rows:
                uid = int(re.search(rb"UID (\d+)", head)[1])
                flags = set(re.search(rb"FLAGS \((.*?)\)", head)[1].decode().split()) - {"\\Recent"}
                name = re.search(rb"<(.*?)>", text)
                messages[uid] = (name[1].decode() if name else None, frozenset(flags))
            found[self.path(folder)] = messages
        self.selected = None
        return found
