"""The part of Gmail's search language that clients use: words with an operator, `-` before them, quoted values."""

import re
import time

from .failure import Refused

_PLACES = {
    "inbox": "INBOX", "sent": "SENT", "draft": "DRAFT", "drafts": "DRAFT", "trash": "TRASH", "spam": "SPAM",
    "starred": "STARRED", "unread": "UNREAD", "important": "IMPORTANT", "chats": "CHAT", "chat": "CHAT"}
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20}


def terms(text):
    """(not, operator, value) of each word."""
    for match in re.finditer(r'(-?)(?:(\w+):)?("[^"]*"|\(\S*\)|\S+)', text):
        yield bool(match[1]), (match[2] or "").lower(), match[3].strip('"')


def _time(value):
    if re.fullmatch(r"\d{9,}", value):
        return int(value) * 1000
    match = re.fullmatch(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})", value)
    if not match:
        raise Refused(400, f"Invalid query: {value}", "invalidArgument")
    return int(time.mktime((*map(int, match.groups()), 0, 0, 0, 0, 0, -1))) * 1000


def _size(value):
    match = re.fullmatch(r"(\d+)([kKmM]?)", value)
    if not match:
        raise Refused(400, f"Invalid query: {value}", "invalidArgument")
    return int(match[1]) * _UNITS[match[2].lower()]


def _holds(mailbox, message, operator, value):
    if operator == "rfc822msgid":
        return message.message_id == value.strip("<>")
    if operator in ("in", "is", "label"):
        if value == "anywhere":
            return True
        if value == "read":
            return "UNREAD" not in message.labels
        wanted = _PLACES.get(value.lower())
        if wanted is None:
            label = next((label for label in mailbox.labels.values()
                          if label.name.lower().replace(" ", "-").replace("/", "-") == value.lower()), None)
            wanted = label.id if label else None
        return wanted in message.labels
    if operator == "has":
        users = any(mailbox.labels[label].kind == "user" for label in message.labels)
        if value == "userlabels":
            return users
        if value == "nouserlabels":
            return not users
        if value == "attachment":
            return b"Content-Disposition: attachment" in message.raw
    if operator == "after":
        return message.date >= _time(value)
    if operator == "before":
        return message.date < _time(value)
    if operator in ("larger", "size"):
        return len(message.raw) > _size(value)
    if operator == "smaller":
        return len(message.raw) < _size(value)
    if operator in ("from", "to", "cc", "bcc", "subject"):
        return value.lower() in message.header(operator).lower()
    if operator == "":
        return value.lower().encode() in message.raw.lower()
    raise Refused(400, f"Invalid query: {operator}", "invalidArgument")


def found(mailbox, q="", labels=(), spam_trash=False):
    """The messages that match, newest first."""
    words = list(terms(q))
    hidden = set() if spam_trash or any(
        operator == "in" and value in ("anywhere", "spam", "trash") and not negated for negated, operator, value in words
    ) else {"TRASH", "SPAM"} - set(labels)
    matching = [
        message for message in mailbox.messages.values()
        if not message.labels & hidden and message.labels >= set(labels)
        and all(_holds(mailbox, message, operator, value) != negated for negated, operator, value in words)]
    return sorted(matching, key=lambda message: (message.date, int(message.id, 16)), reverse=True)
