"""mailFolders."""

import urllib.parse

from . import shape
from .call import Reply
from .failure import GraphError, not_found
from .query import Query


def find(call, name=None):
    folder = call.mailbox.folder(name or call.part("folder"))
    if folder is None:
        raise not_found()
    return folder


def _shown(call, folder, query=None):
    return shape.folder(call.mailbox, folder, query.select if query else None)


def _free(call, name, parent):
    if not isinstance(name, str) or not name.strip():
        raise GraphError(400, "ErrorInvalidRequest", "displayName is missing")
    if any(one.name.lower() == name.lower() for one in call.mailbox.children(parent, hidden=True)):
        raise GraphError(409, "ErrorFolderExists", f"A folder with the specified name already exists., {name}")
    return name


def paged(call, query, values, show):
    top = query.number("$top", call.page_size(10, 1000), 1000)
    skip = query.number("$skip", 0, 0)
    page = {"@odata.context": call.base + "/$metadata", "value": [show(one) for one in values[skip:skip + top]]}
    if len(values) > skip + top:
        rest = {**query.given, "$top": str(top), "$skip": str(skip + top)}
        page["@odata.nextLink"] = call.base.removesuffix("/v1.0") + call.path + "?" + urllib.parse.urlencode(rest)
    return page


def listed(call):
    query = Query(call.query, "mailFolder")
    with call.mailbox.lock:
        parent = find(call, call.part("folder") or "msgfolderroot")
        hidden = query.given.get("includeHiddenFolders", "").lower() == "true"
        return paged(call, query, call.mailbox.children(parent, hidden), lambda one: _shown(call, one, query))


def changes(call):
    """All folders each time: a client that believes this sees what there is."""
    query = Query("", "mailFolder")
    with call.mailbox.lock:
        found = [one for one in call.mailbox.folders.values() if not one.hidden]
        return {
            "@odata.context": call.base + "/$metadata", "value": [_shown(call, one, query) for one in found],
            "@odata.deltaLink": f"{call.base}/me/mailFolders/delta?$deltatoken={call.mailbox.number}"}


def got(call):
    with call.mailbox.lock:
        return _shown(call, find(call), Query(call.query, "mailFolder"))


def created(call):
    with call.mailbox.lock:
        parent = find(call, call.part("folder") or "msgfolderroot")
        return Reply(201, _shown(call, call.mailbox.create_folder(_free(call, call.json().get("displayName"), parent), parent)))


def changed(call):
    with call.mailbox.lock:
        folder = find(call)
        if folder.well_known:
            raise GraphError(403, "ErrorMoveDistinguishedFolder", "Distinguished folders cannot be renamed.")
        name = call.json().get("displayName")
        if name != folder.name:
            folder.name = _free(call, name, folder.parent)
        return _shown(call, folder)


def deleted(call):
    with call.mailbox.lock:
        folder = find(call)
        if folder.well_known:
            raise GraphError(403, "ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted.")
        call.mailbox.remove_folder(folder)
        return Reply(204)


def moved(call):
    with call.mailbox.lock:
        folder = find(call)
        folder.parent = find(call, call.json().get("destinationId") or call.json().get("DestinationId") or "")
        return Reply(201, _shown(call, folder))
