"""The Gmail test server is what Google's own client takes for Gmail: google-api-python-client runs its calls against it, and every answer
has been held against the discovery document."""

import base64
import copy
import io
import json
import socket
import urllib.error
import urllib.request

import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaIoBaseUpload

from Servers import seed
from Servers.gmail import Gmail
from Servers.gmail.discovery import NotInDocument, discovery, raw_document

ANN = "ann@test.example"


@pytest.fixture
def gmail():
    with Gmail() as server:
        yield server
        assert server.wrong == []


def client(gmail, token=None):
    document = copy.deepcopy(raw_document())
    document["rootUrl"] = document["baseUrl"] = gmail.url + "/"
    service = build_from_document(document, credentials=Credentials(token or gmail.token(ANN)))
    return service


@pytest.fixture
def ann(gmail):
    gmail.mailbox(ANN)
    return client(gmail).users()


def media(data, resumable=False, chunk=-1):
    return MediaIoBaseUpload(io.BytesIO(data), "message/rfc822", chunksize=chunk, resumable=resumable)


def encoded(data):
    return base64.urlsafe_b64encode(data).decode()


def decoded(text):
    return base64.urlsafe_b64decode(text)


def mail(to="bob@example.com", sender=ANN, subject="Hello", name="one@test.example", more=""):
    return (f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{name}>\r\n{more}"
            "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n\r\nText\r\n").encode()


def reason(error):
    return json.loads(error.value.content)["error"]["errors"][0]["reason"]


def test_the_profile_and_the_labels(ann):
    assert ann.getProfile(userId="me").execute()["emailAddress"] == ANN
    created = ann.labels().create(userId="me", body={"name": "Work/Urgent"}).execute()
    assert ann.labels().get(userId="me", id=created["id"]).execute()["messagesTotal"] == 0
    assert ann.labels().patch(userId="me", id=created["id"], body={"name": "Work/Later"}).execute()["name"] == "Work/Later"
    names = {label["name"]: label["type"] for label in ann.labels().list(userId="me").execute()["labels"]}
    assert names["Work/Later"] == "user" and names["INBOX"] == "system"
    with pytest.raises(HttpError) as error:
        ann.labels().create(userId="me", body={"name": "Inbox"}).execute()
    assert error.value.status_code == 400
    with pytest.raises(HttpError) as error:
        ann.labels().create(userId="me", body={"name": "work/later"}).execute()
    assert error.value.status_code == 409
    ann.labels().delete(userId="me", id=created["id"]).execute()
    assert "Work/Later" not in {label["name"] for label in ann.labels().list(userId="me").execute()["labels"]}


@pytest.mark.parametrize("manner", ["simple", "multipart", "resumable", "resumable in pieces", "raw"])
def test_messages_come_back_as_they_went_in(ann, manner):
    content = seed.message(20)
    body = {"labelIds": ["INBOX", "UNREAD"]}
    if manner == "raw":
        new = ann.messages().insert(userId="me", body={**body, "raw": encoded(content)}).execute()
    elif manner == "simple":
        new = ann.messages().insert(userId="me", media_body=media(content)).execute()
    else:
        # The client builds a multipart body of ASCII alone.
        content = mail() if manner == "multipart" else content
        piece = 256 << 10 if manner.endswith("pieces") else -1
        content = seed.large_message(1) if piece > 0 else content
        new = ann.messages().insert(
            userId="me", body=body, media_body=media(content, manner.startswith("resumable"), piece)).execute()
    raw = ann.messages().get(userId="me", id=new["id"], format="raw").execute()
    assert decoded(raw["raw"]) == content
    assert raw["sizeEstimate"] == len(content)
    assert set(raw["labelIds"]) == (set() if manner == "simple" else {"INBOX", "UNREAD"})


def test_formats_and_attachments(ann):
    new = ann.messages().insert(userId="me", body={"raw": encoded(seed.message(20))}).execute()
    full = ann.messages().get(userId="me", id=new["id"]).execute()
    parts = full["payload"]["parts"]
    attached = next(part for part in parts if part["filename"])
    data = ann.messages().attachments().get(
        userId="me", messageId=new["id"], id=attached["body"]["attachmentId"]).execute()
    assert data["size"] == 20_480 == len(decoded(data["data"]))
    metadata = ann.messages().get(
        userId="me", id=new["id"], format="metadata", metadataHeaders=["Message-ID", "From"]).execute()
    assert {header["name"] for header in metadata["payload"]["headers"]} == {"Message-ID", "From"}
    assert "payload" not in ann.messages().get(userId="me", id=new["id"], format="minimal").execute()


def test_pages_and_searches(gmail, ann):
    box = gmail.mailbox(ANN)
    for number in range(130):
        box.add(seed.message(number), {"INBOX"} | ({"UNREAD"} if number % 2 else set()),
                date=(seed.FIRST_DATE + number * 60) * 1000)
    found, request = [], ann.messages().list(userId="me", labelIds=["INBOX"], maxResults=50)
    while request is not None:
        page = request.execute()
        found += [message["id"] for message in page.get("messages", [])]
        request = ann.messages().list_next(request, page)
    assert found == [id for id, _ in sorted(box.messages.items(), key=lambda item: -item[1].date)]
    wanted = ann.messages().list(userId="me", q=f"rfc822msgid:{seed.message_id(7)}").execute()["messages"]
    assert [box.messages[message["id"]].message_id for message in wanted] == [seed.message_id(7)]
    assert ann.messages().list(userId="me", labelIds=["INBOX", "UNREAD"]).execute()["resultSizeEstimate"] == 65
    assert ann.messages().list(userId="me", q="larger:20k").execute()["resultSizeEstimate"] == 7
    assert ann.messages().list(
        userId="me", q=f"after:{seed.FIRST_DATE + 100 * 60}").execute()["resultSizeEstimate"] == 30
    assert "messages" not in ann.messages().list(userId="me", q="-in:inbox").execute()


def test_labels_flags_and_the_history(gmail, ann):
    box = gmail.mailbox(ANN)
    start = ann.getProfile(userId="me").execute()["historyId"]
    message = box.add(seed.message(1), {"INBOX", "UNREAD"})
    ann.messages().modify(userId="me", id=message.id, body={"addLabelIds": ["STARRED"], "removeLabelIds": ["UNREAD"]}).execute()
    ann.messages().trash(userId="me", id=message.id).execute()
    ann.messages().untrash(userId="me", id=message.id).execute()
    ann.messages().batchModify(userId="me", body={"ids": [message.id], "addLabelIds": ["INBOX"]}).execute()
    ann.messages().delete(userId="me", id=message.id).execute()
    told, request = [], ann.history().list(userId="me", startHistoryId=start, maxResults=2)
    while request is not None:
        page = request.execute()
        for record in page.get("history", []):
            told += [name for name in record if name.startswith(("messagesA", "messagesD", "labels"))]
        request = ann.history().list_next(request, page)
    assert told[0] == "messagesAdded" and told[-1] == "messagesDeleted"
    assert told.count("labelsAdded") == 3 and told.count("labelsRemoved") == 3
    assert page["historyId"] == ann.getProfile(userId="me").execute()["historyId"]
    box.forget_history()
    with pytest.raises(HttpError) as error:
        ann.history().list(userId="me", startHistoryId=start).execute()
    assert (error.value.status_code, reason(error)) == (404, "notFound")


@pytest.mark.parametrize("label", ["SENT", "DRAFT", "Label_77"])
def test_labels_that_nobody_may_put_on(gmail, ann, label):
    message = gmail.mailbox(ANN).add(seed.message(1), {"INBOX"})
    with pytest.raises(HttpError) as error:
        ann.messages().modify(userId="me", id=message.id, body={"addLabelIds": [label]}).execute()
    assert error.value.status_code == 400
    assert message.labels == {"INBOX"}


@pytest.mark.parametrize("resumable", [False, True])
def test_sending_and_threads(gmail, ann, resumable):
    bob = gmail.mailbox("bob@example.com")
    first = ann.messages().send(userId="me", media_body=media(mail(), resumable)).execute()
    reply = mail(subject="Re: Hello", name="two@test.example", more="In-Reply-To: <one@test.example>\r\nBcc: eve@example.com\r\n")
    second = ann.messages().send(
        userId="me", body={"threadId": first["threadId"]}, media_body=media(reply, resumable)).execute()
    assert second["threadId"] == first["threadId"] and second["labelIds"] == ["SENT"]
    assert [to for _, to, _ in gmail.sent] == [["bob@example.com"], ["bob@example.com", "eve@example.com"]]
    assert [b"Bcc" in message.raw for message in bob.messages.values()] == [False, False]
    thread = ann.threads().get(userId="me", id=first["threadId"]).execute()
    assert [message["id"] for message in thread["messages"]] == [first["id"], second["id"]]
    with pytest.raises(HttpError) as error:
        ann.messages().send(userId="me", body={"threadId": "abc"}, media_body=media(reply)).execute()
    assert error.value.status_code == 404


def test_who_may_be_the_sender(gmail, ann):
    box = gmail.mailbox(ANN)
    box.send_as.append({"sendAsEmail": "sales@test.example", "verificationStatus": "accepted", "isDefault": False})
    for sender in ("sales@test.example", "boss@test.example"):
        ann.messages().send(userId="me", body={"raw": encoded(mail(sender=sender))}).execute()
    assert [sender for sender, _, _ in gmail.sent] == ["sales@test.example", ANN]
    entries = ann.settings().sendAs().list(userId="me").execute()["sendAs"]
    assert [entry["sendAsEmail"] for entry in entries] == [ANN, "sales@test.example"]


@pytest.mark.parametrize("to", ["", "nobody", "undisclosed-recipients:;"])
def test_without_a_recipient_nothing_is_sent(gmail, ann, to):
    with pytest.raises(HttpError) as error:
        ann.messages().send(userId="me", body={"raw": encoded(mail(to=to))}).execute()
    assert error.value.status_code == 400 and gmail.sent == []


def test_drafts(gmail, ann):
    new = ann.drafts().create(userId="me", body={"message": {"raw": encoded(mail(name="d1@test.example"))}}).execute()
    assert new["message"]["labelIds"] == ["DRAFT"]
    changed = ann.drafts().update(userId="me", id=new["id"], media_body=media(mail(name="d2@test.example"))).execute()
    assert changed["id"] == new["id"] and changed["message"]["id"] != new["message"]["id"]
    assert [draft["id"] for draft in ann.drafts().list(userId="me").execute()["drafts"]] == [new["id"]]
    raw = ann.drafts().get(userId="me", id=new["id"], format="raw").execute()["message"]["raw"]
    assert b"d2@test.example" in decoded(raw)
    sent = ann.drafts().send(userId="me", body={"id": new["id"]}).execute()
    assert sent["labelIds"] == ["SENT"] and len(gmail.sent) == 1
    other = ann.drafts().create(userId="me", body={"message": {"raw": encoded(mail())}}).execute()
    ann.drafts().delete(userId="me", id=other["id"]).execute()
    assert "drafts" not in ann.drafts().list(userId="me").execute()


def test_a_batch(gmail, ann):
    box = gmail.mailbox(ANN)
    ids = [box.add(seed.message(number), {"INBOX"}).id for number in range(60)]
    answers = {}
    batch = client(gmail).new_batch_http_request(lambda name, answer, error: answers.update({name: answer or error}))
    for id in [*ids, "0"]:
        batch.add(ann.messages().get(userId="me", id=id, format="raw"), request_id=id)
    before = gmail.requests
    batch.execute()
    assert gmail.requests == before + 1
    assert [decoded(answers[id]["raw"]) for id in ids] == [seed.message(number) for number in range(60)]
    assert answers["0"].status_code == 404


def test_watch_and_stop(gmail, ann):
    answer = ann.watch(userId="me", body={"topicName": "projects/p/topics/t", "labelIds": ["INBOX"]}).execute()
    assert int(answer["expiration"]) > gmail.clock() * 1000 and gmail.mailbox(ANN).watching["topic"].endswith("/t")
    ann.stop(userId="me").execute()
    assert gmail.mailbox(ANN).watching is None
    with pytest.raises(HttpError):
        ann.watch(userId="me", body={"topicName": "t"}).execute()


# What it is told to do

@pytest.mark.parametrize("rule, status, why", [
    ({"reason": "userRateLimitExceeded"}, 403, "userRateLimitExceeded"),
    ({"reason": "dailyLimitExceeded"}, 403, "dailyLimitExceeded"),
    ({"reason": "domainPolicy"}, 403, "domainPolicy"),
    ({"reason": "failedPrecondition"}, 400, "failedPrecondition"),
    ({"status": 429, "retry_after": 7}, 429, "rateLimitExceeded"),
    ({"status": 503}, 503, "backendError")])
def test_it_refuses_as_it_is_told(gmail, ann, rule, status, why):
    gmail.script.add("messages.list", **rule)
    with pytest.raises(HttpError) as error:
        ann.messages().list(userId="me").execute()
    assert (error.value.status_code, reason(error)) == (status, why)
    assert error.value.resp.get("retry-after") == ("7" if "retry_after" in rule else None)
    assert ann.messages().list(userId="me").execute()["resultSizeEstimate"] == 0


@pytest.mark.parametrize("octets", [0, 1, 100, 220])
def test_it_hangs_up_at_any_byte(gmail, octets):
    gmail.mailbox(ANN)
    gmail.script.add("messages.send", cut=octets)
    body = json.dumps({"raw": encoded(mail())}).encode()
    connection = socket.create_connection(("127.0.0.1", gmail.port))
    connection.sendall(
        f"POST /gmail/v1/users/me/messages/send HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {gmail.token(ANN)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    answer = b""
    while data := connection.recv(65536):
        answer += data
    assert len(answer) == octets and len(gmail.sent) == 1, "the message was taken before the answer was lost"


def test_units_are_counted_and_limited(gmail, ann):
    gmail.quota.user = 210
    for _ in range(2):
        ann.messages().send(userId="me", body={"raw": encoded(mail())}).execute()
    with pytest.raises(HttpError) as error:
        ann.messages().send(userId="me", body={"raw": encoded(mail())}).execute()
    assert reason(error) == "userRateLimitExceeded"
    assert gmail.quota.highest[ANN] == 200 and gmail.calls["messages.send"] == 3
    gmail.quota.project = 201
    with pytest.raises(HttpError) as error:
        ann.messages().list(userId="me").execute()
    assert reason(error) == "rateLimitExceeded"


def test_tokens_and_their_scopes(gmail, ann):
    gmail.allow("reader", ANN, {"https://www.googleapis.com/auth/gmail.readonly"})
    reader = client(gmail, "reader").users()
    assert reader.labels().list(userId="me").execute()["labels"]
    with pytest.raises(HttpError) as error:
        reader.messages().send(userId="me", body={"raw": encoded(mail())}).execute()
    assert (error.value.status_code, reason(error)) == (403, "insufficientPermissions")
    gmail.revoke("reader")
    with pytest.raises(Exception):  # noqa: B017 (a 401 makes the client refresh, and it has nothing to refresh with)
        reader.labels().list(userId="me").execute()


def test_the_control_port(gmail, ann):
    def tell(**order):
        request = urllib.request.Request(gmail.control_url, json.dumps(order).encode(), method="POST")
        return json.load(urllib.request.urlopen(request))

    tell(do="script", method="labels.list", reason="quotaExceeded")
    with pytest.raises(HttpError):
        ann.labels().list(userId="me").execute()
    tell(do="forget_history", address=ANN)
    tell(do="allow", token="second", address=ANN)
    assert client(gmail, "second").users().getProfile(userId="me").execute()
    counts = tell(do="counts")
    assert counts["calls"] == {"labels.list": 1, "getProfile": 1} and counts["wrong"] == []


@pytest.mark.parametrize("schema, value", [
    ("Message", {"id": 7}), ("Message", {"subject": "x"}), ("Message", {"labelIds": "INBOX"}),
    ("Message", {"historyId": "-1"}), ("Message", {"raw": "a+b"}), ("Message", {"sizeEstimate": True}),
    ("Label", {"type": "other"}), ("Profile", {"messagesTotal": 2**31}), ("ListHistoryResponse", {"history": [{"x": 1}]})])
def test_the_checker_refuses_what_is_not_in_the_document(schema, value):
    with pytest.raises(NotInDocument):
        discovery().check(schema, value)


def test_unknown_parameters_are_refused(gmail, ann):
    token = {"Authorization": f"Bearer {gmail.token(ANN)}"}
    for target in ("messages?format=raw", "messages/1?format=eml", "messages?maxResults=x", "nothing"):
        request = urllib.request.Request(f"{gmail.url}/gmail/v1/users/me/{target}", headers=token)
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(request)
        assert error.value.code in (400, 404)
