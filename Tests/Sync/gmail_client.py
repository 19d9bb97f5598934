"""What a person does with Gmail in a browser while Mailroom is connected, as `Client` does it over IMAP: with the methods of that one.
Folders are labels; a message that is taken out of its last folder is removed for good."""

from Servers import seed
from Servers.gmail import Refused
from Sync.browser_client import BrowserClient
from Sync.client import ClientError

#: The paths that Mailroom gives the system's labels, by the names that the suites use.
PATHS = {"Sent": "[Gmail]/Sent Mail", "Drafts": "[Gmail]/Drafts", "Trash": "[Gmail]/Trash", "Spam": "[Gmail]/Spam",
         "All": "[Gmail]/All Mail"}
_SYSTEM = {"INBOX": "INBOX", "Sent": "SENT", "Drafts": "DRAFT", "Trash": "TRASH", "Spam": "SPAM", "All": None}
_MARKS = {"\\Flagged": "STARRED", "\\Draft": "DRAFT", "$Important": "IMPORTANT"}


class GmailClient(BrowserClient):
    PATHS = PATHS

    def folders(self):
        return [*_SYSTEM, *(label.name for label in self.box.labels.values() if label.kind == "user")]

    def _label(self, folder):
        if folder in _SYSTEM:
            return _SYSTEM[folder]
        label = self.box.label_named(folder)
        if label is None:
            raise ClientError(f"no label {folder}")
        return label.id

    def _places(self, message):
        """The labels under which a message lies, as folders; None: in All Mail alone."""
        for hidden in ("TRASH", "SPAM"):
            if hidden in message.labels:
                return [hidden]
        own = [label for label in message.labels
               if label in ("INBOX", "SENT", "DRAFT") or self.box.labels[label].kind == "user"]
        return own or [None]

    def _message(self, folder, uid):
        message = self.box.messages.get(f"{uid:x}")
        if message is None or self._label(folder) not in self._places(message):
            raise ClientError(f"no message {uid:x} in {folder}")
        return message

    def create(self, folder):
        try:
            self.box.create_label(folder)
        except Refused as error:
            raise ClientError(str(error)) from None

    def rename(self, folder, to):
        try:
            self.box.change_label(self._label(folder), to)
        except Refused as error:
            raise ClientError(str(error)) from None

    def delete(self, folder):
        """The label, and what lies nowhere else."""
        with self.box.lock:
            self.expunge(folder, self.uids(folder))
            self.box.delete_label(self._label(folder))

    def append(self, folder, message, flags=()):
        data = seed.message(message) if isinstance(message, int) else message
        labels = {self._label(folder)} - {None} | {_MARKS[flag] for flag in flags if flag in _MARKS}
        if "\\Seen" not in flags:
            labels.add("UNREAD")
        self.box.add(data, labels)

    def uids(self, folder):
        label = self._label(folder)
        with self.box.lock:
            return sorted(int(id, 16) for id, message in self.box.messages.items() if label in self._places(message))

    def flag(self, folder, uids, add=(), remove=()):
        """What Gmail does not keep nobody can set there."""
        with self.box.lock:
            for uid in uids:
                message = self._message(folder, uid)
                put = {_MARKS[flag] for flag in add if flag in _MARKS}
                take = {_MARKS[flag] for flag in remove if flag in _MARKS}
                put |= {"UNREAD"} if "\\Seen" in remove else set()
                take |= {"UNREAD"} if "\\Seen" in add else set()
                self.box.modify(message, put, take)

    def copy(self, folder, uids, to):
        with self.box.lock:
            for uid in uids:
                self.box.modify(self._message(folder, uid), {self._label(to)})

    def move(self, folder, uids, to):
        with self.box.lock:
            for uid in uids:
                message = self._message(folder, uid)
                self.box.modify(message, {self._label(to)} - {None}, {self._label(folder)} - {None}, checked=False)

    def expunge(self, folder, uids):
        with self.box.lock:
            for uid in uids:
                message = self._message(folder, uid)
                if len(self._places(message)) > 1:
                    self.box.modify(message, (), {self._label(folder)}, checked=False)
                else:
                    self.box.delete(message.id)

    def everything(self):
        names = {None if label is None else label: PATHS.get(name, name) for name, label in _SYSTEM.items()}
        with self.box.lock:
            names |= {label.id: label.name for label in self.box.labels.values() if label.kind == "user"}
            found = {path: {} for path in names.values()}
            for id, message in self.box.messages.items():
                flags = {flag for flag, label in _MARKS.items() if label in message.labels}
                flags |= set() if "UNREAD" in message.labels else {"\\Seen"}
                for place in self._places(message):
                    found[names[place]][int(id, 16)] = (message.message_id, frozenset(flags))
            return found
