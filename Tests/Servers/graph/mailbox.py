"""A mailbox in memory as Exchange keeps it: folders, messages with ids that stay and ids that do not, and what changed."""

import base64
import itertools
import threading
import time

from .content import Content

#: Well-known name, display name, its parent's well-known name.
WELL_KNOWN = (
    ("msgfolderroot", "Top of Information Store", None), ("inbox", "Inbox", "msgfolderroot"),
    ("drafts", "Drafts", "msgfolderroot"), ("sentitems", "Sent Items", "msgfolderroot"),
    ("deleteditems", "Deleted Items", "msgfolderroot"), ("junkemail", "Junk Email", "msgfolderroot"),
    ("outbox", "Outbox", "msgfolderroot"), ("archive", "Archive", "msgfolderroot"),
    ("recoverableitemsdeletions", "Deletions", None),
)
_numbers = itertools.count(1)


def _id(prefix, number):
    return prefix + base64.urlsafe_b64encode(number.to_bytes(9, "big") * 4).decode().rstrip("=") + "AAA="


class Folder:
    def __init__(self, name, parent=None, well_known=None, hidden=False):
        self.name, self.parent, self.well_known, self.hidden = name, parent, well_known, hidden
        self.id = _id("AQMkAD", next(_numbers))


class Message:
    """`content` has its MIME; the rest is what a client can change."""

    def __init__(self, folder, content, received, draft=False):
        self.number, self.moves = next(_numbers), 0
        self.folder, self.content, self.received, self.draft = folder, content, received, draft
        self.read, self.flag, self.categories, self.extended = False, "notFlagged", [], {}
        self.created = self.modified = received
        self.change = 1
        self.immutable = _id("AAkALg", self.number)

    @property
    def passing(self):
        """The id that changes when the message is moved."""
        return _id("AAMkAD", self.number << 20 | self.moves)

    @property
    def change_key(self):
        return base64.b64encode(self.change.to_bytes(6, "big") + b"CK").decode()


class Mailbox:
    """Everything under `lock`. `log` has each change in its order: the folder's id, the message's two ids, and what happened
    to it there: in, out, or set."""

    def __init__(self, address):
        self.address, self.lock = address, threading.RLock()
        self.folders, self.messages, self.log = {}, {}, []
        #: Delta tokens of before this number are not known any more.
        self.oldest_token = 0
        self.quota_full = self.blocked = False
        self.may_send_as = {address.lower()}
        self._known, self._passing = {}, {}
        for name, title, parent in WELL_KNOWN:
            folder = Folder(title, self._known.get(parent), name, hidden=parent is None)
            self._known[name] = self.folders[folder.id] = folder

    @property
    def number(self):
        return len(self.log)

    # Folders

    def well_known(self, name):
        return self._known[name]

    def folder(self, name):
        """By its id or its well-known name; None where there is none."""
        return self.folders.get(name) or self._known.get(name.lower())

    def children(self, folder, hidden=False):
        return sorted(
            (one for one in self.folders.values() if one.parent is folder and (hidden or not one.hidden)),
            key=lambda one: one.name.lower())

    def create_folder(self, name, parent=None):
        folder = Folder(name, parent or self._known["msgfolderroot"])
        self.folders[folder.id] = folder
        return folder

    def remove_folder(self, folder):
        for child in self.children(folder, hidden=True):
            self.remove_folder(child)
        for message in self.inside(folder):
            self.remove(message)
        del self.folders[folder.id]

    # Messages

    def inside(self, folder):
        """The messages of a folder, the newest first."""
        return sorted(
            (one for one in self.messages.values() if one.folder is folder), key=lambda one: (-one.received, one.number))

    def find(self, name):
        """A message by either of its ids; an id of before its last move is nobody's."""
        return self.messages.get(name) or self.messages.get(self._passing.get(name))

    def add(self, folder, content, *, received=None, draft=False, read=False, flag="notFlagged", categories=()):
        content = content if isinstance(content, Content) else Content(content)
        message = Message(folder, content, time.time() if received is None else received, draft)
        message.read, message.flag, message.categories = read, flag, list(categories)
        self.messages[message.immutable] = message
        self._enter(message)
        return message

    def touch(self, message):
        message.change += 1
        message.modified = time.time()
        self._note(message, "set")

    def move(self, message, folder):
        if folder is message.folder:
            return
        self._note(message, "out")
        self._passing.pop(message.passing, None)
        message.folder, message.moves = folder, message.moves + 1
        message.change += 1
        message.modified = time.time()
        self._enter(message)

    def copy(self, message, folder):
        other = self.add(
            folder, message.content, received=message.received, draft=message.draft, read=message.read, flag=message.flag,
            categories=message.categories)
        other.extended = dict(message.extended)
        return other

    def remove(self, message):
        """For good, as far as anybody who looks at folders can see."""
        self._note(message, "out")
        self._passing.pop(message.passing, None)
        del self.messages[message.immutable]

    def _enter(self, message):
        self._passing[message.passing] = message.immutable
        self._note(message, "in")

    def _note(self, message, what):
        self.log.append((message.folder.id, message.immutable, message.passing, what))
