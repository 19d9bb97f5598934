"""A test server of the Gmail API over mailboxes in memory. Its addresses, parameters, scopes and answers are those of Gmail's discovery
document (`discovery.py`), against which each answer is checked before it leaves; google-api-python-client speaks to it in
Tests/Servers/test_gmail.py.

    with Gmail() as gmail:
        box = gmail.mailbox("ann@test.example")            made when it is first named; its token is gmail.token(address)
        gmail.script.add("messages.send", reason="userRateLimitExceeded", retry_after=5)
        gmail.script.add("messages.get", cut=100)          the answer ends behind its 100th octet
        box.forget_history()                               cursors from before are answered with 404
        gmail.calls                                        how often each method was called; gmail.requests, gmail.quota

Other processes tell it the same over the control port: POST /control {"do": "script", "method": ..., ...},
{"do": "forget_history", "address": ...}, {"do": "counts"}; docs/gmail.md has the list.
"""

import collections
import json
import re
import ssl
import threading
import time
import uuid

from ..process import free_port
from ..server import Server
from ..threaded import ThreadedServer
from .calls import CALLS, Call, recipients
from .discovery import NotInDocument, discovery
from .failure import Refused
from .transport import Answer, Handler, Request, Uploads, batch_answer, batch_parts, parsed_json, related_parts
from .mailbox import Mailbox, Message
from .quota import Quota
from .script import Rule, Script
from .tokens import ROBOT, Denied, claims, private_key

ALL_SCOPES = frozenset({"https://mail.google.com/", "https://www.googleapis.com/auth/gmail.settings.basic"})
_BOUNCE = """From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\r
To: {sender}\r
Subject: Delivery Status Notification (Failure)\r
Date: {date}\r
Message-ID: <{name}.bounce@mx.google.com>\r
References: <{about}>\r
In-Reply-To: <{about}>\r
X-Failed-Recipients: {address}\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: text/plain; charset=utf-8\r
\r
Address not found. Your message was not delivered to {address}.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; googlemail.com\r
\r
Final-Recipient: rfc822; {address}\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 The email account that you tried to reach does not exist.\r
\r
--b\r
Content-Type: text/rfc822-headers\r
\r
Message-ID: <{about}>\r
\r
--b--\r
"""


class Gmail(Server):
    def __init__(self, pki=None, *, clock=time.time):
        self.clock = clock
        self.port, self.control = free_port(), free_port()
        self.boxes, self.tokens = {}, {}
        #: Mailboxes that the service account is not let into; by how many seconds its clock may differ.
        self.denied, self.leeway = set(), 300
        self.script, self.quota, self.uploads = Script(), Quota(clock), Uploads()
        self.calls, self.requests, self.granted = collections.Counter(), 0, 0
        #: What was sent: (sender, [recipients], bytes).
        self.sent = []
        #: Answers that the discovery document does not have. A test that finds one here has found a fault of the server.
        self.wrong = []
        #: watch(stage, address, message) is told of a mailbox's message that came to be sent (`offered`), was taken (`taken`), is to be answered
        #: (`answered`); what it gives for `offered` is done in place of the usual: a `Rule` of `script`.
        self.watch = lambda stage, address, message: None
        self._lock = threading.RLock()
        self._deciding = threading.local()
        self._servers = []
        self._listen(self.port, _Site(self.answer), pki)
        self._listen(self.control, _Site(self._controlled), None)
        self.url = f"{'https' if pki else 'http'}://127.0.0.1:{self.port}"
        self.control_url = f"http://127.0.0.1:{self.control}/control"

    def _listen(self, port, site, pki):
        server = ThreadedServer(("127.0.0.1", port), Handler)
        server.site = site
        if pki:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*pki.good)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        self._servers.append(server)

    def wait_until_idle(self):
        for server in self._servers:
            server.wait_until_idle()

    def stop(self):
        for server in self._servers:
            server.shutdown()
            server.server_close()

    # Accounts

    def mailbox(self, address):
        with self._lock:
            if address not in self.boxes:
                self.boxes[address] = Mailbox(address, self.clock)
                self.allow(self.token(address), address)
            return self.boxes[address]

    @staticmethod
    def token(address):
        """The access token that a mailbox has from its beginning."""
        return "token-" + re.sub(r"[^a-z0-9]", "-", address.lower())

    def allow(self, token, address, scopes=ALL_SCOPES):
        """From now on this token opens the mailbox, as far as its scopes go."""
        self.tokens[token] = (address, frozenset(scopes))

    def revoke(self, token):
        self.tokens.pop(token, None)

    def service(self):
        """The settings with which an application opens whatever mailbox here, as a service account of the whole domain."""
        return {
            "auth": "service", "oauth": "google", "service_key": private_key(), "service_email": ROBOT,
            "token_endpoint": f"{self.url}/token"}

    def settings(self, port=None):
        """What connects Mailroom as that application, with no budget of its own; port: of something in between."""
        return {
            "provider": "gmail", "budget_user": "0", "budget_project": "0", "insecure_http": "1",
            "gmail_api": f"http://127.0.0.1:{port or self.port}", **self.service()}

    def _granted(self, request):
        """A new access token for the mailbox that a service account names."""
        try:
            claimed = claims(request.body, f"{self.url}/token", self.clock(), self.leeway)
            if claimed.get("sub") not in self.boxes or claimed["sub"] in self.denied:
                raise Denied("invalid_grant", "Invalid email or User ID")
        except Denied as denied:
            return Answer(400, denied.body)
        token = f"ya29.{uuid.uuid4().hex}"
        self.allow(token, claimed["sub"], claimed.get("scope", "").split())
        self.granted += 1
        return Answer(200, json.dumps({"access_token": token, "expires_in": 3599, "token_type": "Bearer"}).encode())

    # Calls

    def answer(self, request):
        """What is said to one request, a batch among them."""
        with self._lock:
            self.requests += 1
        if request.path == "/token" and request.verb == "POST":
            return self._granted(request)
        try:
            if re.fullmatch(r"/batch(/gmail/v1)?", request.path) and request.verb == "POST":
                rule = self.script.next("batch", None)
                if rule and rule.refusal() and not rule.done:
                    raise rule.refusal()
                answer = batch_answer([(name, self._one(inner)) for name, inner in batch_parts(request)])
                if rule:
                    answer.cut = rule.cut
                    if rule.refusal():
                        raise rule.refusal()
                return answer
            return self._one(request)
        except Refused as refused:
            return Answer(refused.status, refused.body(), refused.headers)

    def _one(self, request):
        rule = None
        try:
            # The pieces of a resumable upload are put to the address of whatever they are an upload of.
            verb = self.uploads.verb(request) or request.verb
            found = discovery().find(verb, request.path)
            if found is None:
                return Answer(404, b"<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>", [("Content-Type", "text/html")])
            method, names, protocol = found
            address, scopes = self._who(request, names)
            self.calls[method.id] += 1
            rule = self.script.next(method.id, address, names.get("id"))
            if rule and rule.delay:
                time.sleep(rule.delay)
            if rule and rule.refusal() and not rule.done:
                raise rule.refusal()
            if not scopes & method.scopes:
                raise Refused.because("insufficientPermissions")
            self.quota.spend(address, method.id)
            self._deciding.rule = rule
            answer = self._carried_out(request, method, names, protocol, self.mailbox(address))
            rule = self._deciding.rule
            if rule and rule.refusal():
                raise rule.refusal()
        except Refused as refused:
            rule = getattr(self._deciding, "rule", None) or rule
            answer = Answer(refused.status, refused.body(), refused.headers)
        self._deciding.rule = None
        if rule:
            answer.cut = rule.cut
            if rule.damage is not None and len(answer.body) >= rule.damage:
                answer.body = answer.body[:rule.damage] + b"!" + answer.body[rule.damage:]
        return answer

    def _who(self, request, names):
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or token not in self.tokens:
            raise Refused(401, "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
                               "cookie or other valid authentication credential.")
        address, scopes = self.tokens[token]
        if names.get("userId", "me") not in ("me", address):
            raise Refused.because("delegationDenied")
        return address, scopes

    def _carried_out(self, request, method, names, protocol, mailbox):
        try:
            query = method.query(request.query, discovery().document["parameters"])
        except NotInDocument as error:
            raise Refused(400, str(error), "badRequest") from None
        body, media = {}, None
        if protocol == "resumable" or (protocol == "simple" and request.parameter("uploadType") == "resumable"):
            id = request.parameter("upload_id")
            if id is None:
                id = self.uploads.begin(request, parsed_json(request.body))
                mark = "&" if "?" in request.target else "?"
                return Answer(200, b"", [("Location", f"{self.url}{request.target}{mark}upload_id={id}"),
                                         ("X-GUploader-UploadID", id)])
            upload, unfinished = self.uploads.add(id, request)
            if unfinished:
                return unfinished
            body, media = upload["metadata"], upload["data"]
        elif protocol == "simple" and request.parameter("uploadType") == "multipart":
            body, head, media = related_parts(request)
            self._is_message(head.get_content_type())
        elif protocol == "simple":
            self._is_message(request.headers.get("Content-Type", "").split(";")[0])
            media = request.body
        elif method.request:
            body = parsed_json(request.body)
        if media is not None and len(media) > method.largest:
            raise Refused(413)
        if method.request:
            try:
                discovery().check(method.request, body)
            except NotInDocument as error:
                raise Refused(400, f"Invalid JSON payload received. {error}", "badRequest") from None
        if method.id not in CALLS:
            raise Refused(501, f"The test server does not have {method.id}", "notImplemented")
        with mailbox.lock:
            result = CALLS[method.id](Call(self, mailbox, names, query, body, media))
        return self._checked(method, result)

    @staticmethod
    def _is_message(kind):
        if kind != "message/rfc822":
            raise Refused(400, f"Media type '{kind}' is not supported. Valid media types: [message/*]", "badContent")

    def _checked(self, method, result):
        if method.response is None:
            return Answer(204)
        try:
            discovery().check(method.response, result)
        except NotInDocument as error:
            self.wrong.append(f"{method.id}: {error}")
            raise Refused(500, str(error)) from None
        return Answer(200, json.dumps(result, indent=1).encode())

    # Sending

    def post(self, mailbox, raw, thread=None):
        """Sends a message as Gmail does: to whom its header says, from an address that is the mailbox's own."""
        probe = Message("0", "", set(), raw, 0, 0)
        to = recipients(probe)
        own = {entry["sendAsEmail"].lower() for entry in mailbox.send_as
               if entry.get("isPrimary") or entry.get("verificationStatus") == "accepted"}
        sender = (re.findall(r"[^\s<>\"]+@[^\s<>\"]+", probe.header("From")) or [""])[-1].lower()
        if sender not in own:
            raw = _with_field(raw, b"From", f"From: {mailbox.address}\r\n".encode())
            sender = mailbox.address
        rule = self.watch("offered", mailbox.address, probe)
        if rule:
            self._deciding.rule = rule
            if not rule.done:
                raise rule.refusal() or Refused(503)
        if not probe.message_id:
            raw = f"Message-ID: <{uuid.uuid4().hex}@mail.gmail.com>\r\n".encode() + raw
        with self._lock:
            self.sent.append((sender, to, raw))
        self.watch("taken", mailbox.address, probe)
        sent = mailbox.add(raw, {"SENT"}, thread=thread)
        public = _with_field(raw, b"Bcc", b"")
        for address in to:
            if address in self.boxes:
                if address == mailbox.address:
                    mailbox.modify(sent, {"INBOX", "UNREAD"})
                else:
                    self.boxes[address].add(public, {"INBOX", "UNREAD"})
            elif address.startswith("reject"):
                mailbox.add(_BOUNCE.format(
                    sender=mailbox.address, address=address, about=sent.message_id, name=sent.id,
                    date=time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(self.clock()))).encode(),
                    {"INBOX", "UNREAD"})
        self.watch("answered", mailbox.address, probe)
        return sent

    # The control port

    def _controlled(self, request):
        try:
            order = parsed_json(request.body)
            do = order.pop("do", None)
            if do == "script":
                self.script.add(order.pop("method", ""), **order)
                result = {}
            elif do == "clear":
                self.script.clear()
                result = {}
            elif do == "forget_history":
                self.mailbox(order["address"]).forget_history()
                result = {}
            elif do == "allow":
                self.mailbox(order["address"])
                self.allow(order["token"], order["address"], order.get("scopes", ALL_SCOPES))
                result = {}
            elif do == "revoke":
                self.revoke(order["token"])
                result = {}
            elif do == "limits":
                self.quota.user = order.get("user", self.quota.user)
                self.quota.project = order.get("project", self.quota.project)
                result = {}
            elif do == "counts":
                result = {"requests": self.requests, "units": self.quota.total, "calls": dict(self.calls),
                          "sent": len(self.sent), "wrong": self.wrong}
            else:
                raise Refused(400, f"nothing known to do: {do}")
        except (Refused, TypeError, KeyError) as error:
            return Answer(400, json.dumps({"error": str(error)}).encode())
        return Answer(200, json.dumps(result).encode())


def _with_field(raw, name, field):
    """The message with the fields of this name taken out of its header, and `field` at its beginning."""
    end = next((at for at in (raw.find(b"\r\n\r\n"), raw.find(b"\n\n")) if at >= 0), len(raw))
    head = re.sub(rb"(?im)^" + name + rb":.*(?:\r?\n[ \t].*)*(?:\r?\n|\Z)", b"", raw[:end + 2])
    return field + head + raw[end + 2:]


class _Site:
    def __init__(self, answer):
        self.answer = answer


__all__ = ["ALL_SCOPES", "Gmail", "Mailbox", "Refused", "Request", "Rule"]
