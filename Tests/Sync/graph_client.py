"""What a person does with Outlook in a browser while Mailroom is connected, as `Client` does it over IMAP: with the methods of that
one. Folders are folders; keywords are categories; of \\Answered and $Forwarded a message has the one that was done last."""

from Servers import seed
from Sync.browser_client import BrowserClient
from Sync.client import ClientError

#: The paths that Mailroom shows, by the names that the suites use.
PATHS = {"Sent": "Sent Items", "Drafts": "Drafts", "Trash": "Deleted Items"}
_WELL_KNOWN = {"INBOX": "inbox", "Sent": "sentitems", "Drafts": "drafts", "Trash": "deleteditems"}
_VERBS = {"\\Answered": "102", "$Forwarded": "104"}
_VERB = "integer 0x1081"


def _flags(message):
    flags = set(message.categories)
    flags |= {name for name, verb in _VERBS.items() if message.extended.get(_VERB) == verb}
    flags |= {"\\Seen"} if message.read else set()
    flags |= {"\\Flagged"} if message.flag == "flagged" else set()
    return flags | ({"\\Draft"} if message.draft else set())


def _set(message, flag, on):
    if flag == "\\Seen":
        message.read = on
    elif flag == "\\Flagged":
        message.flag = "flagged" if on else "notFlagged"
    elif flag in _VERBS:
        if on or message.extended.get(_VERB) == _VERBS[flag]:
            message.extended[_VERB] = _VERBS[flag] if on else "0"
    elif not flag.startswith("\\"):
        rest = [name for name in message.categories if name != flag]
        message.categories = [*rest, flag] if on else rest


class GraphClient(BrowserClient):
    PATHS = PATHS

    def _shown(self):
        root = self.box.well_known("msgfolderroot")
        found = {}

        def walk(parent, before):
            for folder in self.box.children(parent):
                if folder.well_known == "outbox":
                    continue
                name = "INBOX" if folder.well_known == "inbox" else before + folder.name
                found[name] = folder
                walk(folder, name + "/")

        walk(root, "")
        return found

    def folders(self):
        names = {path: name for name, path in PATHS.items()}
        with self.box.lock:
            return [names.get(path, path) for path in self._shown()]

    def _folder(self, name):
        if name in _WELL_KNOWN:
            return self.box.well_known(_WELL_KNOWN[name])
        folder = self._shown().get(name)
        if folder is None:
            raise ClientError(f"no folder {name}")
        return folder

    def _message(self, folder, uid):
        message = self.box.messages.get(uid)
        if message is None or message.folder is not self._folder(folder):
            raise ClientError(f"no message {uid} in {folder}")
        return message

    def create(self, folder):
        with self.box.lock:
            if folder in self._shown():
                raise ClientError(f"{folder} is there")
            self.box.create_folder(folder)

    def rename(self, folder, to):
        with self.box.lock:
            if to in self._shown():
                raise ClientError(f"{to} is there")
            self._folder(folder).name = to

    def delete(self, folder):
        with self.box.lock:
            self.box.remove_folder(self._folder(folder))

    def append(self, folder, message, flags=()):
        data = seed.message(message) if isinstance(message, int) else message
        with self.box.lock:
            made = self.box.add(self._folder(folder), data)
            for flag in flags:
                _set(made, flag, True)

    def uids(self, folder):
        """In the order in which they came."""
        with self.box.lock:
            inside = sorted(self.box.inside(self._folder(folder)), key=lambda one: one.number)
            return [one.immutable for one in inside]

    def flag(self, folder, uids, add=(), remove=()):
        with self.box.lock:
            for message in [self._message(folder, uid) for uid in uids]:
                for flag in add:
                    _set(message, flag, True)
                for flag in remove:
                    _set(message, flag, False)
                self.box.touch(message)

    def copy(self, folder, uids, to):
        with self.box.lock:
            for message in [self._message(folder, uid) for uid in uids]:
                self.box.copy(message, self._folder(to))

    def move(self, folder, uids, to):
        with self.box.lock:
            for message in [self._message(folder, uid) for uid in uids]:
                self.box.move(message, self._folder(to))

    def expunge(self, folder, uids):
        with self.box.lock:
            for message in [self._message(folder, uid) for uid in uids]:
                self.box.remove(message)

    def everything(self):
        with self.box.lock:
            return {
                path: {one.immutable: (one.content.message_id.strip("<>"), frozenset(_flags(one)))
                       for one in self.box.inside(folder)}
                for path, folder in self._shown().items()}
