"""messages/delta: first all of a folder, the newest first, then what changed. A link has all that was asked for at first."""

import base64
import json

from . import shape
from .failure import GraphError, not_found
from .query import Query

#: Without a preference a page has so many.
USUAL_PAGE = 10


def _token(**fields):
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


def _fields(token):
    try:
        return json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except ValueError:
        raise GraphError(400, "ErrorInvalidUrlQuery", "Badly formed token.") from None


def page(call, mailbox, folder_name, url):
    """url: of this function, without a query, for the links."""
    query = Query(call.query, "message")
    state = query.given.get("$skiptoken") or query.given.get("$deltatoken")
    if state:
        state = _fields(state)
        if set(query.given) - {"$skiptoken", "$deltatoken"}:
            raise GraphError(400, "ErrorInvalidUrlQuery", "The following parameters are not supported with a token.")
    else:
        allowed = {"$select", "$expand", "$orderby", "$filter", "$top", "changeType"}
        if set(query.given) - allowed:
            raise GraphError(400, "ErrorInvalidUrlQuery", "The query is not supported.")
        if query.given.get("$orderby", "receivedDateTime desc") != "receivedDateTime desc":
            raise GraphError(400, "ErrorInvalidUrlQuery", "The only supported $orderby is receivedDateTime desc.")
        state = {
            "select": query.select, "expand": query.expand, "folder": folder_name, "begun": mailbox.number, "after": None,
            "immutable": call.immutable}
    folder = mailbox.folder(state["folder"])
    if folder is None:
        raise not_found()
    if state["begun"] < mailbox.oldest_token:
        raise GraphError(
            410, call.service.expired_code, "The sync state is not found, or it has expired.",
            {"Location": f"{url}?$deltatoken=latest"})
    size = call.page_size(USUAL_PAGE, 1000)
    values, link = (_first if "after" in state else _changes)(mailbox, folder, state, size, call.immutable)
    name, fields = link
    kind = "$skiptoken" if name == "@odata.nextLink" else "$deltatoken"
    return {
        "@odata.context": call.base + "/$metadata#Collection(message)", name: f"{url}?{kind}={_token(**fields)}",
        "value": values}


def _shown(one, state, immutable):
    return shape.message(one, immutable=immutable, select=state["select"] or None, expand=state["expand"])


def _first(mailbox, folder, state, size, immutable):
    """By place in time, so that what comes or goes meanwhile moves nothing."""
    rest = [
        one for one in mailbox.inside(folder)
        if state["after"] is None or [-one.received, one.number] > state["after"]]
    values = [_shown(one, state, immutable) for one in rest[:size]]
    if len(rest) > size:
        last = rest[size - 1]
        return values, ("@odata.nextLink", {**state, "after": [-last.received, last.number]})
    return values, ("@odata.deltaLink", {key: value for key, value in state.items() if key != "after"})


def _changes(mailbox, folder, state, size, immutable):
    at, found = state["begun"], {}
    end = state.get("until") or mailbox.number
    while at < end:
        where, name, passing, what = mailbox.log[at]
        if where == folder.id:
            if name not in found and len(found) == size:
                break
            # Whether it was there before, and by which id it was known last.
            found[name] = (found[name][0] if name in found else what != "in", passing)
        at += 1
    values = []
    for name, (was_there, passing) in found.items():
        one = mailbox.messages.get(name)
        if one is not None and one.folder is folder:
            values.append(_shown(one, state, immutable))
        elif was_there:
            # What came and went in between is told to nobody.
            reason = "changed" if one is not None else "deleted"
            values.append({"id": name if immutable else passing, "@removed": {"reason": reason}})
    state = {key: value for key, value in state.items() if key != "until"}
    if at < end:
        return values, ("@odata.nextLink", {**state, "begun": at, "until": end})
    return values, ("@odata.deltaLink", {**state, "begun": end})
