"""What the methods of the discovery document do to a mailbox. Each gets a `Call` and answers the document's response."""

import base64
import binascii
import email
import email.utils
import re

from .failure import Refused
from .mailbox import addresses
from .search import found
from .views import history_view, label_view, message_view, thread_view

CALLS = {}


def call(name):
    def keep(function):
        CALLS[name] = function
        return function
    return keep


class Call:
    """One call: the mailbox, the path's and the query's parameters, the body, and the message of an upload."""

    def __init__(self, server, mailbox, names, query, body, media):
        self.server, self.mailbox, self.names, self.query = server, mailbox, names, query
        self.body, self.media = body or {}, media

    def raw(self, resource):
        """The message that came, by upload or in the resource's `raw`."""
        if self.media is not None:
            data = self.media
        elif "raw" in resource:
            try:
                data = base64.urlsafe_b64decode(resource["raw"] + "=" * (-len(resource["raw"]) % 4))
            except (ValueError, binascii.Error):
                raise Refused(400, "Invalid value for ByteString", "invalidArgument") from None
        else:
            raise Refused(400, "'raw' RFC822 payload message string or uploading message via /upload/* URL required",
                          "invalidArgument")
        if not data:
            raise Refused(400, "Missing payload", "invalidArgument")
        return data

    def page(self, items, limit=500):
        """(items of this page, token of the next); tokens name the item after which the next page begins."""
        count = self.query.get("maxResults", 100)
        if count > limit:
            count = limit
        token = self.query.get("pageToken")
        start = 0
        if token is not None:
            if not token.isdigit():
                raise Refused(400, "Invalid pageToken", "invalidArgument")
            start = next((at for at, (key, _) in enumerate(items) if key < int(token)), len(items))
        chosen = items[start:start + count]
        more = start + count < len(items) and chosen
        return [item for _, item in chosen], str(chosen[-1][0]) if more else None


@call("getProfile")
def _(given):
    box = given.mailbox
    return {"emailAddress": box.address, "messagesTotal": len(box.messages),
            "threadsTotal": len({message.thread for message in box.messages.values()}), "historyId": str(box.latest)}


@call("watch")
def _(given):
    topic = given.body.get("topicName", "")
    if not re.fullmatch(r"projects/[^/]+/topics/[^/]+", topic):
        raise Refused(400, "Invalid topicName does not match projects/*/topics/*", "invalidArgument")
    until = int((given.server.clock() + 7 * 86400) * 1000)
    given.mailbox.watching = {"topic": topic, "labels": given.body.get("labelIds", []), "until": until}
    return {"historyId": str(given.mailbox.latest), "expiration": str(until)}


@call("stop")
def _(given):
    given.mailbox.watching = None


# Labels

@call("labels.list")
def _(given):
    return {"labels": [label_view(given.mailbox, label) for label in given.mailbox.labels.values()]}


@call("labels.get")
def _(given):
    return label_view(given.mailbox, given.mailbox.label(given.names["id"]), counted=True)


def _label_fields(body):
    return {name: body[name] for name in ("messageListVisibility", "labelListVisibility", "color") if name in body}


@call("labels.create")
def _(given):
    return label_view(given.mailbox, given.mailbox.create_label(given.body.get("name", ""), **_label_fields(given.body)))


@call("labels.patch")
@call("labels.update")
def _(given):
    changed = given.mailbox.change_label(given.names["id"], given.body.get("name"), **_label_fields(given.body))
    return label_view(given.mailbox, changed)


@call("labels.delete")
def _(given):
    given.mailbox.delete_label(given.names["id"])


# Messages

def _order(message):
    return message.date * (1 << 80) + int(message.id, 16)


@call("messages.list")
def _(given):
    matching = found(given.mailbox, given.query.get("q", ""), given.query.get("labelIds", ()),
                     given.query["includeSpamTrash"])
    page, token = given.page([(_order(message), message) for message in matching])
    answer = {"resultSizeEstimate": len(matching)}
    if page:
        answer["messages"] = [{"id": message.id, "threadId": message.thread} for message in page]
    if token:
        answer["nextPageToken"] = token
    return answer


@call("messages.get")
def _(given):
    return message_view(given.mailbox.message(given.names["id"]), given.query["format"],
                        given.query.get("metadataHeaders", ()))


@call("messages.attachments.get")
def _(given):
    message = given.mailbox.message(given.names["messageId"])
    full = message_view(message, "full")
    pending = [full["payload"]]
    while pending:
        part = pending.pop()
        pending += part.get("parts", [])
        if part["body"].get("attachmentId") == given.names["id"]:
            return message_view(message, "full", attachment=part["partId"])
    raise Refused(404)


@call("messages.modify")
def _(given):
    message = given.mailbox.message(given.names["id"])
    given.mailbox.modify(message, given.body.get("addLabelIds", []), given.body.get("removeLabelIds", []))
    return {"id": message.id, "threadId": message.thread, "labelIds": sorted(message.labels)}


def _many(given):
    ids = given.body.get("ids", [])
    if not ids or len(ids) > 1000:
        raise Refused(400, "Invalid ids value", "invalidArgument")
    return [given.mailbox.messages[id] for id in ids if id in given.mailbox.messages]


@call("messages.batchModify")
def _(given):
    messages = _many(given)
    add, remove = given.body.get("addLabelIds", []), given.body.get("removeLabelIds", [])
    given.mailbox.check_labels(add, remove)
    for message in messages:
        given.mailbox.modify(message, add, remove)


@call("messages.batchDelete")
def _(given):
    for message in _many(given):
        given.mailbox.delete(message.id)


@call("messages.delete")
def _(given):
    given.mailbox.delete(given.mailbox.message(given.names["id"]).id)


@call("messages.trash")
def _(given):
    message = given.mailbox.modify(given.mailbox.message(given.names["id"]), {"TRASH"})
    return message_view(message, "ids")


@call("messages.untrash")
def _(given):
    message = given.mailbox.modify(given.mailbox.message(given.names["id"]), (), {"TRASH"})
    return message_view(message, "ids")


def _date(given, raw, usual):
    if given.query.get("internalDateSource", usual) == "dateHeader":
        head = email.message_from_bytes(raw)
        if given_date := email.utils.parsedate_to_datetime(head["Date"]) if head["Date"] else None:
            return int(given_date.timestamp() * 1000)
    return None


@call("messages.insert")
@call("messages.import")
def _(given):
    raw, labels = given.raw(given.body), set(given.body.get("labelIds", []))
    for label in labels:
        if label not in given.mailbox.labels or label == "DRAFT":
            raise Refused(400, f"Invalid label: {label}", "invalidArgument")
    message = given.mailbox.add(raw, labels, _date(given, raw, "receivedTime"), given.body.get("threadId"))
    return message_view(message, "ids")


@call("messages.send")
def _(given):
    return message_view(given.server.post(given.mailbox, given.raw(given.body), given.body.get("threadId")), "ids")


# History

@call("history.list")
def _(given):
    box, start = given.mailbox, given.query.get("startHistoryId")
    if start is None:
        raise Refused(400, "Missing required parameter: startHistoryId", "required")
    if int(start) < box.oldest or int(start) > box.latest:
        raise Refused(404)
    kinds, label = given.query.get("historyTypes"), given.query.get("labelId")
    if "pageToken" in given.query:
        if not given.query["pageToken"].isdigit():
            raise Refused(400, "Invalid pageToken", "invalidArgument")
        start = given.query["pageToken"]
    records = [change for change in box.history if change.id > int(start) and (not kinds or change.kind in kinds)
               and (label is None or label in change.labels or label in change.changed)]
    count = min(given.query.get("maxResults", 100), 500)
    answer = {"historyId": str(box.latest)}
    if records:
        answer["history"] = [history_view(change) for change in records[:count]]
    if len(records) > count:
        answer["nextPageToken"] = str(records[count - 1].id)
    return answer


# Threads

def _thread(given):
    messages = sorted((message for message in given.mailbox.messages.values()
                       if message.thread == given.names["id"]), key=lambda message: message.date)
    if not messages:
        raise Refused(404)
    return messages


@call("threads.list")
def _(given):
    newest = {}
    for message in found(given.mailbox, given.query.get("q", ""), given.query.get("labelIds", ()),
                         given.query["includeSpamTrash"]):
        newest.setdefault(message.thread, message)
    page, token = given.page([(_order(message), message) for message in newest.values()])
    answer = {"resultSizeEstimate": len(newest)}
    if page:
        answer["threads"] = [
            {"id": message.thread, "snippet": "", "historyId": str(message.history)} for message in page]
    if token:
        answer["nextPageToken"] = token
    return answer


@call("threads.get")
def _(given):
    return thread_view(_thread(given), given.query["format"], given.query.get("metadataHeaders", ()))


@call("threads.modify")
def _(given):
    messages = _thread(given)
    for message in messages:
        given.mailbox.modify(message, given.body.get("addLabelIds", []), given.body.get("removeLabelIds", []))
    return thread_view(messages, "ids")


@call("threads.trash")
def _(given):
    return thread_view([given.mailbox.modify(message, {"TRASH"}) for message in _thread(given)], "ids")


@call("threads.untrash")
def _(given):
    return thread_view([given.mailbox.modify(message, (), {"TRASH"}) for message in _thread(given)], "ids")


@call("threads.delete")
def _(given):
    for message in _thread(given):
        given.mailbox.delete(message.id)


# Drafts

def _draft(given, id, shape="ids"):
    return {"id": id, "message": message_view(given.mailbox.draft(id), shape)}


@call("drafts.list")
def _(given):
    wanted = {message.id for message in found(given.mailbox, given.query.get("q", ""), ["DRAFT"],
                                              given.query["includeSpamTrash"])}
    drafts = sorted(((int(message, 16), (id, message)) for id, message in given.mailbox.drafts.items()
                     if message in wanted), reverse=True)
    page, token = given.page(drafts)
    answer = {"resultSizeEstimate": len(drafts)}
    if page:
        answer["drafts"] = [{"id": id, "message": message_view(given.mailbox.messages[message], "names")}
                            for id, message in page]
    if token:
        answer["nextPageToken"] = token
    return answer


@call("drafts.get")
def _(given):
    given.mailbox.draft(given.names["id"])
    return _draft(given, given.names["id"], given.query["format"])


@call("drafts.create")
def _(given):
    resource = given.body.get("message", {})
    return _draft(given, given.mailbox.create_draft(given.raw(resource), resource.get("threadId")))


@call("drafts.update")
def _(given):
    resource = given.body.get("message", {})
    given.mailbox.update_draft(given.names["id"], given.raw(resource), resource.get("threadId"))
    return _draft(given, given.names["id"])


@call("drafts.delete")
def _(given):
    given.mailbox.delete(given.mailbox.draft(given.names["id"]).id)


@call("drafts.send")
def _(given):
    id = given.body.get("id", given.names.get("id"))
    draft = given.mailbox.draft(id)
    sent = given.server.post(given.mailbox, draft.raw, draft.thread if draft.thread != draft.id else None)
    given.mailbox.delete(draft.id)
    return message_view(sent, "ids")


# Settings

@call("settings.sendAs.list")
def _(given):
    return {"sendAs": given.mailbox.send_as}


@call("settings.sendAs.get")
def _(given):
    for entry in given.mailbox.send_as:
        if entry["sendAsEmail"].lower() == given.names["sendAsEmail"].lower():
            return entry
    raise Refused(404)


def recipients(message):
    """Whom a message is sent to: Gmail knows no envelope."""
    to = addresses(message, "To", "Cc", "Bcc")
    if not to:
        raise Refused(400, "Recipient address required", "invalidArgument")
    if len(to) > 500:
        raise Refused(400, "Too many recipients", "invalidArgument")
    return to
