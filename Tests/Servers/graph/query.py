"""What stands behind the question mark: the part of OData that mail supports; anything else is refused, as by the service."""

import urllib.parse

from . import shape
from .failure import GraphError
from .types import properties


class Query:
    def __init__(self, text, of):
        self.of = of
        self.given = dict(urllib.parse.parse_qsl(text, keep_blank_values=True))
        self.select = [word.strip() for word in self.given.get("$select", "").split(",") if word.strip()]
        known = properties(of)
        for name in self.select:
            if name not in known:
                raise GraphError(
                    400, "RequestBroker--ParseUri",
                    f"Could not find a property named '{name}' on type 'Microsoft.OutlookServices.{of.capitalize()}'.")
        self.expand = shape.expanded(self.given.get("$expand"))
        if self.given.get("$expand") and not self.expand:
            raise GraphError(400, "ErrorInvalidUrlQuery", f"The query's $expand is not valid: {self.given['$expand']}")

    def number(self, name, usual, most):
        try:
            value = int(self.given.get(name, usual))
        except ValueError:
            value = -1
        if value < 0 or (name == "$top" and not 1 <= value <= most):
            raise GraphError(400, "ErrorInvalidUrlQueryFilter", f"Invalid value for {name}.")
        return value

    def fits(self, message):
        """$filter: comparisons joined by `and`."""
        text = self.given.get("$filter")
        if not text:
            return True
        return all(_fits(one.strip(), message) for one in _split(text))

    def sorted(self, messages):
        """$orderby: receivedDateTime alone, in either direction; the newest first is the rule."""
        order = self.given.get("$orderby", "receivedDateTime desc").lower().split()
        if order[0] != "receiveddatetime" or order[1:] not in ([], ["asc"], ["desc"]):
            raise GraphError(400, "ErrorInvalidUrlQuery", "This $orderby is not supported.")
        return messages if order[1:] == ["desc"] else list(reversed(messages))


def _split(text):
    parts, depth, inside = [""], 0, False
    for word in text.split(" "):
        quotes = word.count("'")
        if not inside and word.lower() == "and" and depth == 0:
            parts.append("")
            continue
        inside ^= quotes % 2 == 1
        parts[-1] += (" " if parts[-1] else "") + word
    return parts


def _fits(one, message):
    words = one.split(" ", 2)
    if len(words) != 3:
        raise GraphError(400, "ErrorInvalidUrlQueryFilter", f"The query filter contains one or more invalid nodes: {one}")
    name, verb, value = words
    value = value.strip()
    if name == "internetMessageId" and verb == "eq":
        return message.content.message_id == value.strip("'").replace("''", "'")
    if name == "receivedDateTime" and verb in ("ge", "gt", "lt", "le"):
        own = shape.moment(message.received)
        return {"ge": own >= value, "gt": own > value, "lt": own < value, "le": own <= value}[verb]
    if name in ("isRead", "isDraft") and verb == "eq" and value in ("true", "false"):
        return (message.read if name == "isRead" else message.draft) == (value == "true")
    raise GraphError(400, "ErrorInvalidUrlQueryFilter", f"The property '{name}' does not support filtering.")
