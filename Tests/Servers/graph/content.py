"""What a message is made of: MIME in and out, and the properties that Graph shows of it."""

import base64
import email
import email.message
import email.policy
import email.utils
import functools
import hashlib
import itertools
import time

_numbers = itertools.count(1)
_POLICY = email.policy.SMTP.clone(raise_on_defect=False)


class Attachment:
    def __init__(self, name, kind, content, inline=False, content_id=None):
        self.name, self.kind, self.content, self.inline, self.content_id = name, kind, content, inline, content_id
        self.id = f"AAMkAT{next(_numbers):012d}="


class Content:
    """MIME as it came, or, of what was made of JSON, `fields` and attachments, from which it is written."""

    def __init__(self, mime=None, fields=None):
        self.fields, self.added = fields, []
        self._mime = mime

    @property
    def mime(self):
        if self._mime is not None and not self.added:
            return self._mime
        return _written(self)

    @functools.cached_property
    def parsed(self):
        return email.message_from_bytes(self.mime, policy=_POLICY)

    def changed(self):
        """After fields or attachments became others."""
        if self.fields is None:
            self.fields = self.as_fields()
        self._mime = None
        self.__dict__.pop("parsed", None)

    def _header(self, name):
        value = self.parsed.get(name)
        try:
            return str(value or "")
        except (ValueError, IndexError, AttributeError, TypeError):
            # What the standard library's parser cannot read.
            return ""

    def addresses(self, name):
        found = email.utils.getaddresses([self._header(name)])
        return [{"emailAddress": {"name": title or address, "address": address}} for title, address in found if address]

    @property
    def message_id(self):
        return self._header("Message-ID").strip() or None

    @property
    def date(self):
        try:
            return email.utils.parsedate_to_datetime(self._header("Date")).timestamp()
        except (ValueError, TypeError, OverflowError):
            return None

    @property
    def subject(self):
        return self._header("Subject")

    @property
    def conversation(self):
        first = (self._header("References").split() or [self._header("In-Reply-To").strip()])[0] or self.message_id or ""
        return "AAQkAD" + base64.urlsafe_b64encode(hashlib.sha256(first.encode()).digest()[:24]).decode()

    @property
    def headers(self):
        return [{"name": name, "value": str(value)} for name, value in email.message_from_bytes(self.mime).items()]

    def body(self):
        """The kind and the text."""
        try:
            part = self.parsed.get_body(("html", "plain"))
            text = part.get_content() if part else ""
        except (KeyError, LookupError, ValueError, AttributeError):
            return "text", ""
        return ("html" if part is not None and part.get_content_subtype() == "html" else "text"), str(text)

    def attachments(self):
        if self.fields is not None:
            return list(self.added)
        found = []
        for number, part in enumerate(self.parsed.walk()):
            if part.get_content_disposition() == "attachment":
                content = part.get_payload(decode=True) or b""
                one = Attachment(part.get_filename() or "attachment", part.get_content_type(), content)
                one.id = f"AAMkAT{hashlib.sha256(self.mime[:400]).hexdigest()[:20]}{number}="
                found.append(one)
        return found

    def as_fields(self):
        kind, text = self.body()
        fields = {
            "subject": self.subject, "body": {"contentType": kind, "content": text}, "internetMessageId": self.message_id,
            "toRecipients": self.addresses("To"), "ccRecipients": self.addresses("Cc"), "bccRecipients": self.addresses("Bcc")}
        if self.addresses("From"):
            fields["from"] = self.addresses("From")[0]
        return fields

    def without_bcc(self):
        """What is delivered, and kept in Sent Items: the same without the blind copies."""
        head, gap, body = self.mime.partition(b"\r\n\r\n")
        lines, kept, leaving = head.split(b"\r\n"), [], False
        for line in lines:
            leaving = leaving if line[:1] in (b" ", b"\t") else line.lower().startswith(b"bcc:")
            if not leaving:
                kept.append(line)
        return b"\r\n".join(kept) + gap + body


def _pair(recipient):
    address = recipient.get("emailAddress") or {}
    return email.utils.formataddr((address.get("name") or "", address.get("address") or ""))


def _written(content):
    fields = content.fields or {}
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["Date"] = email.utils.formatdate(fields.get("_date") or time.time())
    message["Message-ID"] = fields.get("internetMessageId") or email.utils.make_msgid(domain="prod.outlook.example")
    fields["internetMessageId"] = str(message["Message-ID"])
    if sender := fields.get("from"):
        message["From"] = _pair(sender)
    for name, own in (("To", "toRecipients"), ("Cc", "ccRecipients"), ("Bcc", "bccRecipients"), ("Reply-To", "replyTo")):
        if fields.get(own):
            message[name] = ", ".join(_pair(one) for one in fields[own])
    message["Subject"] = fields.get("subject") or ""
    for header in fields.get("internetMessageHeaders") or ():
        message[header["name"]] = header["value"]
    for name, own in (("In-Reply-To", "String 0x1042"), ("References", "String 0x1039")):
        if fields.get("_extended", {}).get(own):
            message[name] = fields["_extended"][own]
    body = fields.get("body") or {}
    message.set_content(body.get("content") or "", subtype="html" if body.get("contentType") == "html" else "plain")
    for one in content.added:
        main, _, sub = (one.kind or "application/octet-stream").partition("/")
        if main in ("multipart", "message"):
            main, sub = "application", "octet-stream"
        message.add_attachment(one.content, maintype=main, subtype=sub or "octet-stream", filename=one.name)
    return message.as_bytes()
