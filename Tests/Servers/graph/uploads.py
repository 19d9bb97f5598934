"""Attachments: with a request of their own up to 3 MB, beyond that in ranges, by an upload session."""

import base64
import itertools
import re
import time

from . import shape
from .call import Reply
from .content import Attachment
from .failure import GraphError, not_found
from .messages import find, too_large

_LARGE, _MOST, _MOST_RANGE = 3 << 20, 150 << 20, 4 << 20
_numbers = itertools.count(1)


class Upload:
    def __init__(self, mailbox, message, item):
        self.mailbox, self.message, self.item, self.content = mailbox, message, item, bytearray()
        self.ends = time.time() + 3600


def listed(call):
    with call.mailbox.lock:
        message = find(call)
        return {
            "@odata.context": call.base + "/$metadata",
            "value": [shape.attachment(one, message) for one in message.content.attachments()]}


def _add(mailbox, message, attachment):
    message.content.changed()
    message.content.added.append(attachment)
    mailbox.touch(message)


def added(call):
    too_large(call)
    given = call.json()
    if given.get("@odata.type") != "#microsoft.graph.fileAttachment":
        raise GraphError(400, "RequestBodyRead", "An attachment needs its @odata.type.")
    content = base64.b64decode(given.get("contentBytes") or "")
    if len(content) >= _LARGE:
        raise GraphError(413, "ErrorMessageSizeExceeded", "The attachment is too large for one request.")
    with call.mailbox.lock:
        message = find(call)
        one = Attachment(
            given.get("name") or "", given.get("contentType") or "application/octet-stream", content,
            bool(given.get("isInline")), given.get("contentId"))
        _add(call.mailbox, message, one)
        return Reply(201, shape.attachment(one, message))


def begun(call):
    given = {name.lower(): value for name, value in call.json().items()}
    item = given.get("attachmentitem")
    if not isinstance(item, dict) or item.get("attachmentType") != "file" or not isinstance(item.get("size"), int):
        raise GraphError(400, "ErrorInvalidRequest", "AttachmentItem is not valid.")
    if item["size"] > _MOST:
        raise GraphError(413, "ErrorMessageSizeExceeded", "The attachment is larger than 150 MB.")
    with call.mailbox.lock:
        name = f"{next(_numbers)}-{int(time.time() * 1000)}"
        call.service.uploads[name] = Upload(call.mailbox, find(call), item)
        return Reply(201, {
            "@odata.context": call.base + "/$metadata#microsoft.graph.uploadSession",
            "uploadUrl": call.base.removesuffix("/v1.0") + f"/upload/{name}?authtoken=of-its-own",
            "expirationDateTime": shape.moment(time.time() + 3600), "nextExpectedRanges": ["0-"]})


def put(call):
    """The address has its own authorization: a request that brings another is refused."""
    upload = call.service.uploads.get(call.path.rsplit("/", 1)[-1])
    call.service.faults.meet(call)
    if upload is None or upload.ends < time.time():
        raise not_found()
    if call.headers.get("authorization"):
        raise GraphError(401, "InvalidAuthenticationToken", "An upload takes no Authorization.")
    if call.method != "PUT":
        raise GraphError(405, "BadRequest", "Ranges are put.")
    span = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", call.headers.get("content-range", ""))
    if not span:
        raise GraphError(400, "ErrorInvalidRequest", "Content-Range is missing.")
    first, last, total = (int(word) for word in span.groups())
    if total != upload.item["size"] or last - first + 1 != len(call.body) or len(call.body) > _MOST_RANGE:
        raise GraphError(400, "ErrorInvalidRequest", "The range is not valid.")
    with upload.mailbox.lock:
        if first != len(upload.content):
            raise GraphError(416, "ErrorInvalidRequest", f"The next expected range begins at {len(upload.content)}.")
        upload.content += call.body
        if len(upload.content) == total:
            one = Attachment(
                upload.item.get("name") or "", upload.item.get("contentType") or "application/octet-stream",
                bytes(upload.content), bool(upload.item.get("isInline")), upload.item.get("contentId"))
            _add(upload.mailbox, upload.message, one)
            del call.service.uploads[call.path.rsplit("/", 1)[-1]]
            return Reply(201, headers={"Location": f"{call.base}/me/messages/x/attachments/{one.id}"})
        return Reply(200, {
            "expirationDateTime": shape.moment(upload.ends), "nextExpectedRanges": [str(len(upload.content))]})
