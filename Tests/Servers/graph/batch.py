"""$batch: up to 20 requests in one; each has its own answer."""

import base64
import json

from .call import Call, Reply
from .failure import GraphError

MOST = 20


def answered(call):
    requests = call.json().get("requests")
    if not isinstance(requests, list) or not requests:
        raise GraphError(400, "BadRequest", "Invalid batch payload format.")
    if len(requests) > MOST:
        raise GraphError(400, "BadRequest", f"Number of batch request steps exceeds the maximum value of {MOST}.")
    names = [one.get("id") for one in requests]
    if len(set(names)) != len(names) or not all(isinstance(name, str) for name in names):
        raise GraphError(400, "BadRequest", "Each request of a batch has an id of its own.")
    replies, status, cut = [], {}, None
    for one in requests:
        if any(status.get(name, 400) >= 400 for name in one.get("dependsOn") or ()):
            replies.append({"id": one["id"], "status": 424, "body": {"error": {
                "code": "FailedDependency", "message": "A request on which this one depends failed."}}})
            status[one["id"]] = 424
            continue
        headers = {**{"authorization": call.headers.get("authorization", "")}, **(one.get("headers") or {})}
        body = one.get("body")
        if body is not None:
            kind = next((value for name, value in headers.items() if name.lower() == "content-type"), None)
            if kind is None:
                raise GraphError(400, "BadRequest", "Write request id : missing Content-Type header.")
            body = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        inner = Call(
            call.service, one.get("method", "").upper(), "/v1.0" + one.get("url", ""), headers, body or b"", call.base, True)
        reply = call.service.answer(inner)
        status[one["id"]] = reply.status
        cut = cut or reply.cut
        item = {"id": one["id"], "status": reply.status, "headers": {**reply.headers, "Content-Type": reply.kind}}
        if reply.value is not None:
            item["body"] = reply.value
        elif reply.bytes:
            item["body"] = base64.b64encode(reply.bytes).decode()
        replies.append(item)
    # In no order that anybody may count on.
    whole = Reply(200, {"responses": list(reversed(replies))})
    whole.cut = cut
    return whole
