"""Mailbox things as the discovery document's resources."""

import base64
import email
import email.policy
import re


def _web_safe(data):
    return base64.urlsafe_b64encode(data).decode()


def message_view(message, shape, headers=(), attachment=None):
    """shape: names (id and thread), ids (with labels), or a format of messages.get. attachment: that part's body alone."""
    view = {"id": message.id, "threadId": message.thread}
    if shape == "names":
        return view
    if message.labels:
        view["labelIds"] = sorted(message.labels)
    if shape == "ids":
        return view
    view |= {
        "snippet": _snippet(message), "sizeEstimate": len(message.raw), "historyId": str(message.history),
        "internalDate": str(message.date)}
    if shape == "raw":
        return {"id": view["id"], "threadId": view["threadId"], "labelIds": view.get("labelIds", []),
                "snippet": view["snippet"], "sizeEstimate": view["sizeEstimate"], "raw": _web_safe(message.raw),
                "historyId": view["historyId"], "internalDate": view["internalDate"]}
    if shape == "metadata":
        names = {name.lower() for name in headers}
        view["payload"] = {
            "mimeType": message.parsed.get_content_type(),
            "headers": [{"name": name, "value": _unfolded(value)} for name, value in message.parsed.items()
                        if not names or name.lower() in names]}
    if shape == "full":
        parsed = email.message_from_bytes(message.raw, policy=email.policy.compat32)
        if attachment is not None:
            return _attachment(parsed, attachment)
        view["payload"] = _part(parsed, "")
    return view


def _unfolded(value):
    return re.sub(r"\r?\n[ \t]+", " ", str(value))


def _snippet(message):
    text = re.split(rb"\r?\n\r?\n", message.raw, maxsplit=1)[-1][:200]
    return re.sub(r"\s+", " ", text.decode("ascii", "replace")).strip()[:80]


def _part(parsed, number):
    part = {
        "partId": number, "mimeType": parsed.get_content_type(), "filename": parsed.get_filename() or "",
        "headers": [{"name": name, "value": _unfolded(value)} for name, value in parsed.items()]}
    if parsed.is_multipart():
        part["body"] = {"size": 0}
        part["parts"] = [_part(inner, f"{number}.{at}" if number else str(at))
                         for at, inner in enumerate(parsed.get_payload())]
        return part
    data = parsed.get_payload(decode=True) or b""
    if part["filename"]:
        part["body"] = {"attachmentId": f"ANGjdJ{number.replace('.', '_')}", "size": len(data)}
    else:
        part["body"] = {"size": len(data), "data": _web_safe(data)}
    return part


def _attachment(parsed, number):
    for at in [int(step) for step in number.split(".") if step]:
        parsed = parsed.get_payload()[at]
    data = parsed.get_payload(decode=True) or b""
    return {"size": len(data), "data": _web_safe(data)}


def label_view(mailbox, label, counted=False):
    view = {"id": label.id, "name": label.name, "type": label.kind, **label.visible}
    if counted:
        messages = [message for message in mailbox.messages.values() if label.id in message.labels]
        unread = [message for message in messages if "UNREAD" in message.labels]
        view |= {
            "messagesTotal": len(messages), "messagesUnread": len(unread),
            "threadsTotal": len({message.thread for message in messages}),
            "threadsUnread": len({message.thread for message in unread})}
    return view


def thread_view(messages, shape, headers=()):
    view = {"id": messages[0].thread, "messages": [message_view(message, shape, headers) for message in messages]}
    if shape != "ids":
        view["historyId"] = str(max(message.history for message in messages))
    return view


_KINDS = {
    "messageAdded": "messagesAdded", "messageDeleted": "messagesDeleted", "labelAdded": "labelsAdded",
    "labelRemoved": "labelsRemoved"}


def history_view(change):
    names = {"id": change.message, "threadId": change.thread}
    told = dict(names)
    if change.labels:
        told["labelIds"] = list(change.labels)
    entry = {"message": told}
    if change.kind.startswith("label"):
        entry["labelIds"] = list(change.changed)
    return {"id": str(change.id), "messages": [names], _KINDS[change.kind]: [entry]}
