"""The types' facts, beside the vendor's own models; and that the check finds what is wrong."""

import importlib
import re

import pytest

from Servers.graph.types import ENUMS, TYPES, wrong, wrong_collection


def _model(name):
    module = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    return getattr(importlib.import_module(f"msgraph.generated.models.{module}"), name[0].upper() + name[1:])


@pytest.mark.parametrize("name", [name for name, one in TYPES.items() if one.kind != "abstract" or name != "entity"])
def test_the_vendors_model_has_the_same_properties(name):
    theirs = set(_model(name)().get_field_deserializers()) - {"@odata.type"}
    ours, at = set(), name
    while at:
        ours |= set(TYPES[at].properties)
        at = TYPES[at].base
    assert ours <= theirs, "properties that the vendor does not know"
    if name == "user":
        return  # Of the hundred properties of a person only the names of the mailbox are asked for.
    # What we leave out is what no mail client asks for.
    assert theirs - ours <= {
        "extensions", "multiValueExtendedProperties", "messageRules", "vapidPublicKey", "webPushEncryptionP256dhPublicKey",
        "webPushEncryptionSecret"}


@pytest.mark.parametrize("name", ENUMS)
def test_the_vendors_model_has_the_same_values(name):
    theirs = {one.value for one in _model(name)} - {"unknownFutureValue"}
    assert ENUMS[name] == theirs


@pytest.mark.parametrize("name, value, word", [
    ("message", {"id": "a", "isRead": "yes"}, "Boolean"),
    ("message", {"isRead": True}, "no id"),
    ("message", {"id": "a", "isread": True}, "no such property"),
    ("message", {"id": None}, "null"),
    ("message", {"id": "a", "receivedDateTime": "today"}, "DateTimeOffset"),
    ("message", {"id": "a", "flag": {"flagStatus": "red"}}, "followupFlagStatus"),
    ("message", {"id": "a", "toRecipients": {}}, "collection"),
    ("message", {"id": "a", "toRecipients": [{"address": "a@b"}]}, "no such property"),
    ("message", {"id": "a", "conversationIndex": "not base64!"}, "Binary"),
    ("mailFolder", {"id": "a", "totalItemCount": 1.5}, "Int32"),
    ("attachment", {"id": "a"}, "abstract"),
    ("attachment", {"@odata.type": "#microsoft.graph.message", "id": "a"}, "is no attachment"),
    ("subscription", {"id": "a", "changeType": None}, "null"),
])
def test_what_is_wrong_is_found(name, value, word):
    assert any(word in one for one in wrong(name, value))


def test_pages():
    assert wrong_collection("message", {"value": [{"id": "a", "@removed": {"reason": "changed"}}]}) == []
    assert wrong_collection("message", {"value": [{"id": "a", "@removed": {"reason": "gone"}}]})
    assert wrong_collection("message", {"value": [], "nextLink": "http://x/"})
    assert wrong_collection("message", {"value": [], "@odata.nextLink": "http://a/", "@odata.deltaLink": "http://a/"})
