"""A mailbox as Gmail keeps it: messages with labels, threads, drafts, and a history of what changed."""

import dataclasses
import email
import email.policy
import email.utils
import re
import threading
import time

from .failure import Refused

#: The labels that every mailbox has, and those of them that a client may put on and take off.
SYSTEM = (
    "CHAT", "SENT", "INBOX", "IMPORTANT", "TRASH", "DRAFT", "SPAM", "CATEGORY_FORUMS", "CATEGORY_UPDATES",
    "CATEGORY_PERSONAL", "CATEGORY_PROMOTIONS", "CATEGORY_SOCIAL", "STARRED", "UNREAD")
_FREE = {"INBOX", "IMPORTANT", "TRASH", "SPAM", "STARRED", "UNREAD"} | {
    name for name in SYSTEM if name.startswith("CATEGORY_")}
_RESERVED = {"inbox", "sent", "drafts", "draft", "trash", "spam", "starred", "unread", "important", "chat", "all"}


@dataclasses.dataclass
class Message:
    id: str
    thread: str
    labels: set
    raw: bytes
    date: int
    history: int

    def __post_init__(self):
        head = re.split(rb"\r?\n\r?\n", self.raw, maxsplit=1)[0]
        self.parsed = email.message_from_bytes(head + b"\r\n\r\n", policy=email.policy.compat32)

    def header(self, name):
        return str(self.parsed.get(name) or "")

    @property
    def message_id(self):
        return self.header("Message-ID").strip().strip("<>")


@dataclasses.dataclass
class Label:
    id: str
    name: str
    kind: str
    visible: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Change:
    """A record of the history."""

    id: int
    kind: str
    message: str
    thread: str
    labels: tuple
    changed: tuple = ()


class Mailbox:
    def __init__(self, address, clock=time.time):
        self.address, self.clock = address, clock
        self.lock = threading.RLock()
        self.messages, self.drafts = {}, {}
        self.labels = {name: Label(name, name, "system") for name in SYSTEM}
        self.history, self.latest, self.oldest = [], 1000, 1000
        self.send_as = [{"sendAsEmail": address, "displayName": "", "replyToAddress": "", "signature": "",
                         "isPrimary": True, "isDefault": True}]
        self.watching = None
        self._numbers = 0
        self._label_numbers = 0

    # Changes

    def _note(self, kind, message, changed=()):
        self.latest += 7
        message.history = self.latest
        self.history.append(Change(
            self.latest, kind, message.id, message.thread, tuple(sorted(message.labels)), tuple(sorted(changed))))

    def forget_history(self, until=None):
        """What was before is not to be had any more: a cursor from before is answered with 404."""
        with self.lock:
            self.latest += 7
            self.oldest = until or self.latest
            self.history = [change for change in self.history if change.id > self.oldest]

    def _name(self):
        self._numbers += 1
        return f"{(int(self.clock() * 1000) << 20) + self._numbers:x}"

    def add(self, raw, labels, date=None, thread=None):
        with self.lock:
            id = self._name()
            message = Message(id, "", set(labels), raw, int(self.clock() * 1000) if date is None else date, 0)
            message.thread = self._thread(message, thread)
            self.messages[id] = message
            self._note("messageAdded", message)
            return message

    def _thread(self, message, wanted):
        """A thread is joined where References or In-Reply-To and the subject say so."""
        if wanted is not None and not any(other.thread == wanted for other in self.messages.values()):
            raise Refused(404)
        names = set(re.findall(r"<([^<>]+)>", message.header("References") + message.header("In-Reply-To")))
        subject = plain_subject(message.header("Subject"))
        for other in self.messages.values():
            if (wanted is None or other.thread == wanted) and other.message_id in names \
                    and plain_subject(other.header("Subject")) == subject:
                return other.thread
        return message.id

    def message(self, id):
        if id not in self.messages:
            raise Refused(404)
        return self.messages[id]

    def check_labels(self, add, remove):
        for label in [*add, *remove]:
            if label not in self.labels:
                raise Refused(400, f"Invalid label: {label}", "invalidArgument")
            if label in SYSTEM and label not in _FREE:
                raise Refused(400, f"Invalid label: {label}", "invalidArgument")

    def modify(self, message, add=(), remove=(), checked=True):
        with self.lock:
            if checked:
                self.check_labels(add, remove)
                if len(add) > 100 or len(remove) > 100:
                    raise Refused(400, "Cannot add or remove more than 100 labels at once.")
            if "TRASH" in add:
                remove = {*remove, "INBOX", "SPAM"}
            if "SPAM" in add:
                remove = {*remove, "INBOX", "TRASH"}
            if "INBOX" in add:
                remove = {*remove, "TRASH", "SPAM"}
            gone = (set(remove) - set(add)) & message.labels
            new = set(add) - message.labels
            if gone:
                message.labels -= gone
                self._note("labelRemoved", message, gone)
            if new:
                message.labels |= new
                self._note("labelAdded", message, new)
            return message

    def delete(self, id):
        with self.lock:
            message = self.messages.pop(id)
            self.drafts = {name: other for name, other in self.drafts.items() if other != id}
            self._note("messageDeleted", message)

    # Labels

    def label(self, id):
        if id not in self.labels:
            raise Refused(404)
        return self.labels[id]

    def label_named(self, name):
        return next((label for label in self.labels.values() if label.name == name), None)

    def _free_name(self, name, but=None):
        if not name or len(name) > 225 or name.startswith("/") or name.endswith("/") or "//" in name:
            raise Refused(400, "Invalid label name", "invalidArgument")
        if name.lower() in _RESERVED or name.lower().startswith(("[gmail]", "category_")):
            raise Refused(400, "Invalid label name", "invalidArgument")
        for label in self.labels.values():
            if label is not but and label.name.lower() == name.lower():
                raise Refused(409)

    def create_label(self, name, **visible):
        with self.lock:
            self._free_name(name)
            self._label_numbers += 1
            label = Label(f"Label_{self._label_numbers}", name, "user", visible)
            self.labels[label.id] = label
            return label

    def change_label(self, id, name=None, **visible):
        with self.lock:
            label = self.label(id)
            if label.kind == "system":
                raise Refused(400, "Invalid update request: system labels cannot be changed", "invalidArgument")
            if name is not None and name != label.name:
                self._free_name(name, label)
                label.name = name
            label.visible.update(visible)
            return label

    def delete_label(self, id):
        with self.lock:
            if self.label(id).kind == "system":
                raise Refused(400, "Invalid delete request", "invalidArgument")
            for message in self.messages.values():
                if id in message.labels:
                    self.modify(message, remove=[id], checked=False)
            del self.labels[id]

    # Drafts

    def draft(self, id):
        if id not in self.drafts:
            raise Refused(404)
        return self.messages[self.drafts[id]]

    def create_draft(self, raw, thread=None):
        with self.lock:
            message = self.add(raw, {"DRAFT"}, thread=thread)
            id = f"r-{int(message.id, 16) % 10**17}"
            self.drafts[id] = message.id
            return id

    def update_draft(self, id, raw, thread=None):
        with self.lock:
            old = self.draft(id)
            message = self.add(raw, {"DRAFT"}, thread=thread or old.thread)
            self.messages.pop(old.id)
            self._note("messageDeleted", old)
            self.drafts[id] = message.id
            return message


def plain_subject(text):
    text = re.sub(r"\s+", " ", text).strip()
    while match := re.match(r"(?i)(re|fwd?|aw|wg)\s*:\s*", text):
        text = text[match.end():]
    return text


def addresses(message, *names):
    """The addresses of header fields, in order, each once; 400 where one cannot be read."""
    found = []
    for name in names:
        for field in message.parsed.get_all(name) or []:
            for _, address in email.utils.getaddresses([str(field)]):
                if "@" not in address or address.startswith("@") or address.endswith("@") or " " in address:
                    raise Refused(400, f"Invalid {name} header", "invalidArgument")
                if address.lower() not in [known.lower() for known in found]:
                    found.append(address)
    return found
