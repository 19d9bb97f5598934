"""subscriptions: who wants to be told. The address to notify is asked for its consent first."""

import datetime
import time
import urllib.parse
import urllib.request
import uuid

from . import shape
from .call import Reply
from .failure import GraphError

#: Minutes that a subscription to mail lives at most.
MOST = 4230


def _until(text):
    try:
        end = datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except (ValueError, AttributeError):
        raise GraphError(400, "InvalidRequest", "expirationDateTime is not valid.") from None
    if end > time.time() + MOST * 60 + 60:
        raise GraphError(
            400, "ExtensionError", f"Subscription expiration can only be {MOST} minutes in the future.")
    if end <= time.time():
        raise GraphError(400, "InvalidRequest", "expirationDateTime is in the past.")
    return end


def _find(call):
    found = call.service.subscriptions.get(call.part("subscription"))
    if found is None or found["_user"] != call.user:
        raise GraphError(404, "ResourceNotFound", "The object was not found.")
    return found


def _shown(one):
    return {name: value for name, value in one.items() if not name.startswith("_")}


def listed(call):
    own = [_shown(one) for one in call.service.subscriptions.values() if one["_user"] == call.user]
    return {"@odata.context": call.base + "/$metadata#subscriptions", "value": own}


def created(call):
    given = call.json()
    for name in ("changeType", "notificationUrl", "resource", "expirationDateTime"):
        if not isinstance(given.get(name), str) or not given[name]:
            raise GraphError(400, "InvalidRequest", f"{name} is missing.")
    if set(given["changeType"].split(",")) - {"created", "updated", "deleted"}:
        raise GraphError(400, "InvalidRequest", "changeType is not valid.")
    if "/messages" not in given["resource"].lower():
        raise GraphError(400, "ExtensionError", "The resource is not one of mail.")
    end = _until(given["expirationDateTime"])
    if call.service.validates:
        _ask(given["notificationUrl"])
    one = {
        "id": str(uuid.uuid4()), "resource": given["resource"], "applicationId": str(uuid.UUID(int=7)),
        "changeType": given["changeType"], "clientState": given.get("clientState"),
        "notificationUrl": given["notificationUrl"], "lifecycleNotificationUrl": given.get("lifecycleNotificationUrl"),
        "expirationDateTime": shape.moment(end), "creatorId": str(uuid.UUID(int=8)), "latestSupportedTlsVersion": "v1_2",
        "includeResourceData": False, "_user": call.user}
    call.service.subscriptions[one["id"]] = one
    return Reply(201, _shown(one))


def _ask(url):
    """The validation: the address must say the token back, as plain text."""
    token = "validation-" + uuid.uuid4().hex
    try:
        asked = f"{url}{'&' if '?' in url else '?'}validationToken={urllib.parse.quote(token)}"
        with urllib.request.urlopen(urllib.request.Request(asked, data=b"", method="POST"), timeout=10) as reply:
            said = reply.read(1000).decode()
    except OSError as error:
        said = str(error)
    if said != token:
        raise GraphError(400, "ValidationError", "Subscription validation request failed.")


def got(call):
    return _shown(_find(call))


def renewed(call):
    one = _find(call)
    one["expirationDateTime"] = shape.moment(_until(call.json().get("expirationDateTime")))
    return _shown(one)


def deleted(call):
    del call.service.subscriptions[_find(call)["id"]]
    return Reply(204)


def reauthorized(call):
    _find(call)
    return Reply(204)
