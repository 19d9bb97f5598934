"""sendMail and the sending of drafts: accepted is all that the answer says."""

import time

from .call import Reply
from .content import Content
from .failure import GraphError
from .faults import Cut
from .messages import find, from_mime, is_mime, too_large


def _refuse(call, content):
    """What the service says before it takes a message."""
    mailbox = call.mailbox
    if mailbox.blocked:
        raise GraphError(403, "ErrorMessageSubmissionBlocked", "Message submission is blocked: sign in and verify the account.")
    if mailbox.quota_full:
        raise GraphError(507, "ErrorQuotaExceeded", "The mailbox has reached its quota.")
    to = [one for name in ("To", "Cc", "Bcc") for one in content.addresses(name)]
    if not to:
        raise GraphError(400, "ErrorInvalidRecipients", "At least one recipient must be specified.")
    for one in to:
        address = one["emailAddress"]["address"]
        if "@" not in address or address.startswith("refuse-"):
            raise GraphError(400, "ErrorInvalidRecipients", f"At least one recipient is not valid: {address}")
    if len(to) > 500:
        raise GraphError(400, "ErrorExceededMessageLimit", "Too many recipients.")
    sender = content.addresses("From")
    if sender and sender[0]["emailAddress"]["address"].lower() not in mailbox.may_send_as:
        raise GraphError(
            403, "ErrorSendAsDenied",
            "The user account which was used to submit this request does not have the right to send mail on behalf of the "
            "specified sending account.")
    return to


def _deliver(call, content, to, keep=True, message=None):
    mailbox, service = call.mailbox, call.service
    delivered = content.without_bcc()
    addresses = [one["emailAddress"]["address"] for one in to]
    problem = service.watch("offered", mailbox.address, addresses, content.mime)
    if isinstance(problem, GraphError) or isinstance(problem, Cut) and not problem.done:
        raise problem
    service.outgoing.append((mailbox.address, addresses, content.mime))
    if message is not None:
        # The draft itself becomes the copy in Sent Items, under its immutable id.
        message.draft, message.read, message.received = False, True, time.time()
        mailbox.move(message, mailbox.well_known("sentitems"))
    elif keep:
        mailbox.add(mailbox.well_known("sentitems"), content.mime, read=True)
    for address in addresses:
        other = service.mailboxes.get(address.lower())
        if other is not None:
            other.add(other.well_known("inbox"), delivered)
    service.watch("taken", mailbox.address, addresses, content.mime)
    reply = Reply(202)
    reply.cut = problem
    reply.told = lambda: service.watch("answered", mailbox.address, addresses, content.mime)
    return reply


def sent(call):
    too_large(call)
    keep = True
    if is_mime(call):
        content = Content(from_mime(call))
    else:
        given = {name.lower(): value for name, value in call.json().items()}
        if not isinstance(given.get("message"), dict):
            raise GraphError(400, "ErrorInvalidRequest", "message is missing")
        keep = given.get("savetosentitems", True) is not False
        content = Content(fields=dict(given["message"]))
        content.fields.setdefault("from", {"emailAddress": {"address": call.mailbox.address}})
        content = Content(content.mime)
    with call.mailbox.lock:
        return _deliver(call, content, _refuse(call, content), keep)


def draft_sent(call):
    with call.mailbox.lock:
        message = find(call)
        if not message.draft:
            raise GraphError(400, "ErrorInvalidRequest", "Only a draft can be sent.")
        if message.content.fields is not None:
            message.content.fields.setdefault("from", {"emailAddress": {"address": call.mailbox.address}})
            message.content.changed()
        return _deliver(call, message.content, _refuse(call, message.content), message=message)
