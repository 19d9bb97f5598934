"""Folders and messages as JSON, with what $select and $expand ask for."""

import base64
import re
import time

from .types import properties

#: Shown without being asked for: all of a message but what costs.
_COSTLY = {"internetMessageHeaders", "uniqueBody", "attachments", "singleValueExtendedProperties"}
EXTENDED = re.compile(r"singleValueExtendedProperties\(\$filter=(.*)\)")
_ONE = re.compile(r"id eq '((?:[^']|'')*)'")


def moment(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def expanded(text):
    """The names of the extended properties that an $expand asks for; `attachments` as it is."""
    if not text:
        return []
    found = EXTENDED.fullmatch(text)
    if found:
        return [one.replace("''", "'") for one in _ONE.findall(found[1])]
    return [word for word in text.split(",") if word == "attachments"]


def folder(mailbox, one, select=None):
    inside = mailbox.inside(one)
    whole = {
        "id": one.id, "displayName": one.name, "parentFolderId": one.parent.id if one.parent else None,
        "childFolderCount": len(mailbox.children(one)), "unreadItemCount": sum(not message.read for message in inside),
        "totalItemCount": len(inside), "isHidden": one.hidden}
    return _selected(whole, select)


def message(one, *, immutable, select=None, expand=()):
    content = one.content
    whole = {
        "@odata.etag": f'W/"{one.change_key}"', "id": one.immutable if immutable else one.passing,
        "createdDateTime": moment(one.created), "lastModifiedDateTime": moment(one.modified), "changeKey": one.change_key,
        "categories": list(one.categories), "receivedDateTime": moment(one.received),
        "parentFolderId": one.folder.id, "isRead": one.read, "isDraft": one.draft, "flag": {"flagStatus": one.flag},
        "importance": "normal", "inferenceClassification": "focused", "isReadReceiptRequested": False,
        "isDeliveryReceiptRequested": False}
    # What costs parsing is made for those who ask.
    lazy = {
        "sentDateTime": lambda: moment(content.date or one.received), "subject": lambda: content.subject,
        "hasAttachments": lambda: bool(content.attachments()), "internetMessageId": lambda: content.message_id,
        "bodyPreview": lambda: content.body()[1][:255], "conversationId": lambda: content.conversation,
        "conversationIndex": lambda: base64.b64encode(content.conversation.encode()[:22]).decode(),
        "webLink": lambda: "https://outlook.office365.com/owa/?ItemID=" + one.immutable,
        "body": lambda: dict(zip(("contentType", "content"), content.body())),
        "sender": lambda: next(iter(content.addresses("Sender") or content.addresses("From")), None),
        "from": lambda: next(iter(content.addresses("From")), None),
        "toRecipients": lambda: content.addresses("To"), "ccRecipients": lambda: content.addresses("Cc"),
        "bccRecipients": lambda: content.addresses("Bcc"), "replyTo": lambda: content.addresses("Reply-To"),
        "internetMessageHeaders": lambda: content.headers,
        "uniqueBody": lambda: dict(zip(("contentType", "content"), content.body()))}
    for name in select or [name for name in properties("message") if name not in _COSTLY]:
        if name in lazy:
            whole[name] = lazy[name]()
    whole = _selected(whole, select)
    asked = [name for name in expand if name != "attachments"]
    if "attachments" in expand:
        whole["attachments"] = [attachment(each, one) for each in content.attachments()]
    if asked:
        found = [{"id": name, "value": value} for name in asked if (value := _extended(one, name)) is not None]
        if found:
            whole["singleValueExtendedProperties"] = found
    return whole


def attachment(one, message):
    return {
        "@odata.type": "#microsoft.graph.fileAttachment", "@odata.mediaContentType": one.kind, "id": one.id,
        "lastModifiedDateTime": moment(message.modified), "name": one.name, "contentType": one.kind, "size": len(one.content),
        "isInline": one.inline, "contentId": one.content_id, "contentLocation": None,
        "contentBytes": base64.b64encode(one.content).decode()}


def _extended(one, name):
    if name.lower() == "integer 0x0e08":
        return str(len(one.content.mime) + 700)
    return one.extended.get(name.lower())


def _selected(whole, select):
    if not select:
        return whole
    return {name: value for name, value in whole.items() if name in ("id", "@odata.etag") or name in select}
