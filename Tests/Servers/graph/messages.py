"""messages: listed, got, made, changed, moved, copied, deleted."""

import base64
import binascii

from . import delta, shape
from .call import Reply
from .content import Content
from .failure import GraphError, not_found
from .folders import find as find_folder
from .folders import paged
from .query import Query

#: Octets of a request that is not an upload.
MOST = 4 << 20
_FIELDS = {
    "subject", "body", "toRecipients", "ccRecipients", "bccRecipients", "replyTo", "from", "sender", "internetMessageHeaders",
    "importance", "internetMessageId"}


def find(call):
    message = call.mailbox.find(call.part("message"))
    if message is None:
        raise not_found()
    if call.part("folder") and find_folder(call) is not message.folder:
        raise not_found()
    return message


def shown(call, message, query=None):
    return shape.message(
        message, immutable=call.immutable, select=query.select if query else None, expand=query.expand if query else ())


def listed(call):
    query = Query(call.query, "message")
    with call.mailbox.lock:
        if call.part("folder"):
            found = call.mailbox.inside(find_folder(call))
        else:
            found = sorted(call.mailbox.messages.values(), key=lambda one: (-one.received, one.number))
        found = query.sorted([one for one in found if not one.folder.hidden and query.fits(one)])
        return paged(call, query, found, lambda one: shown(call, one, query))


def changes(call):
    with call.mailbox.lock:
        url = call.base.removesuffix("/v1.0") + call.path
        return delta.page(call, call.mailbox, call.part("folder"), url)


def got(call):
    query = Query(call.query, "message")
    with call.mailbox.lock:
        return shown(call, find(call), query)


def mime(call):
    with call.mailbox.lock:
        return Reply(200, find(call).content.mime, kind="text/plain")


def too_large(call):
    if len(call.body) > MOST:
        raise GraphError(413, "ErrorMessageSizeExceeded", "The request is larger than the service takes.")


def from_mime(call):
    """The message of a text/plain body in base64."""
    try:
        content = base64.b64decode(call.body, validate=True)
    except (ValueError, binascii.Error):
        raise GraphError(400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content.") from None
    if b":" not in content.split(b"\n", 1)[0]:
        raise GraphError(400, "ErrorMimeContentInvalid", "The MIME content is invalid.")
    return content


def is_mime(call):
    return call.headers.get("content-type", "").lower().startswith("text/plain")


def created(call):
    """A draft, in MIME or in JSON."""
    too_large(call)
    with call.mailbox.lock:
        folder = find_folder(call, call.part("folder") or "drafts")
        if call.mailbox.quota_full:
            raise GraphError(507, "ErrorQuotaExceeded", "The mailbox has reached its quota.")
        if is_mime(call):
            message = call.mailbox.add(folder, from_mime(call), draft=True, read=True)
        else:
            message = call.mailbox.add(folder, Content(fields={}), draft=True, read=True)
            _set(call, message, call.json())
        return Reply(201, shown(call, message))


def _set(call, message, given):
    known = {"isRead", "flag", "categories", "singleValueExtendedProperties", "isDraft", "attachments"}
    if unknown := set(given) - known - _FIELDS - {"@odata.type", "@odata.etag", "id"}:
        raise GraphError(400, "RequestBodyRead", f"The property '{sorted(unknown)[0]}' does not exist on type 'message'.")
    if "isDraft" in given and given["isDraft"] != message.draft:
        raise GraphError(400, "ErrorInvalidPropertySet", "isDraft cannot be set.")
    fields = {name: value for name, value in given.items() if name in _FIELDS}
    if fields and not message.draft:
        raise GraphError(400, "ErrorInvalidPropertySet", "Only a draft's content can be changed.")
    extended = {}
    for one in given.get("singleValueExtendedProperties") or ():
        extended[one["id"].lower()] = one["value"]
    if flag := given.get("flag"):
        if flag.get("flagStatus") not in ("notFlagged", "flagged", "complete"):
            raise GraphError(400, "ErrorInvalidArgument", "The flag is not valid.")
        message.flag = flag["flagStatus"]
    if "isRead" in given:
        message.read = bool(given["isRead"])
    if "categories" in given:
        message.categories = list(given["categories"])
    message.extended.update(extended)
    if fields:
        message.content.changed()
        message.content.fields.update(fields)
        names = {name.title().replace("0X", "0x"): value for name, value in extended.items() if name.startswith("string")}
        message.content.fields.setdefault("_extended", {}).update(names)
        message.content.fields.setdefault("_date", message.created)


def changed(call):
    with call.mailbox.lock:
        message = find(call)
        wanted = call.headers.get("if-match")
        if wanted and wanted not in ("*", f'W/"{message.change_key}"'):
            raise GraphError(412, "ErrorIrresolvableConflict", "The send or update operation could not be performed.")
        _set(call, message, call.json())
        call.mailbox.touch(message)
        return shown(call, message)


def deleted(call):
    with call.mailbox.lock:
        call.mailbox.remove(find(call))
        return Reply(204)


def _target(call):
    given = {name.lower(): value for name, value in call.json().items()}
    if not isinstance(given.get("destinationid"), str):
        raise GraphError(400, "ErrorInvalidRequest", "destinationId is missing")
    folder = call.mailbox.folder(given["destinationid"])
    if folder is None:
        raise GraphError(404, "ErrorItemNotFound", "The specified folder could not be found in the store.")
    return folder


def moved(call):
    with call.mailbox.lock:
        message = find(call)
        call.mailbox.move(message, _target(call))
        return Reply(201, shown(call, message))


def copied(call):
    with call.mailbox.lock:
        message = find(call)
        return Reply(201, shown(call, call.mailbox.copy(message, _target(call))))
