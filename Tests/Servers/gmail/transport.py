"""HTTP/1.1 for the server: bodies by length and in chunks, compression, answers that are cut off, batches, and uploads in all
three manners (media, multipart, resumable)."""

import email
import email.policy
import gzip
import http.server
import json
import re
import socket
import urllib.parse
import uuid

from .failure import Refused

_HOP = {"host", "connection", "content-length", "transfer-encoding", "accept-encoding"}
#: How many calls one batch may have.
BATCH = 100


class Answer:
    def __init__(self, status, body=b"", headers=(), cut=None):
        self.status, self.body, self.headers, self.cut = status, body, list(headers), cut
        if body and not any(name.lower() == "content-type" for name, _ in self.headers):
            self.headers.append(("Content-Type", "application/json; charset=UTF-8"))


class Request:
    def __init__(self, verb, target, headers, body):
        split = urllib.parse.urlsplit(target)
        self.verb, self.path, self.target = verb, split.path, target
        self.query = urllib.parse.parse_qsl(split.query, keep_blank_values=True)
        self.headers, self.body = headers, body

    def parameter(self, name):
        return next((value for key, value in self.query if key == name), None)


class Handler(http.server.BaseHTTPRequestHandler):
    """`server.site` answers a `Request`."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "ESF", ""
    timeout = 60

    def log_message(self, *_):
        pass

    def _body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self._exactly(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return body
        return self._exactly(int(self.headers.get("Content-Length") or 0))

    def _exactly(self, size):
        body = self.rfile.read(size)
        if len(body) < size:
            raise ConnectionError("the request ended early")
        return body

    def _serve(self):
        try:
            body = self._body()
        except (ConnectionError, ValueError):
            self.close_connection = True
            return
        answer = self.server.site.answer(Request(self.command, self.path, self.headers, body))
        self._write(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _write(self, answer):
        body = answer.body
        headers = [("Date", self.date_time_string()), ("Vary", "Origin"), *answer.headers]
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(body) > 200:
            body = gzip.compress(body, 1)
            headers.append(("Content-Encoding", "gzip"))
        if answer.status != 204:
            headers.append(("Content-Length", str(len(body))))
        reason = http.server.BaseHTTPRequestHandler.responses.get(answer.status, ("",))[0]
        head = f"HTTP/1.1 {answer.status} {reason}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
        data = head.encode() + body
        try:
            if answer.cut is None:
                self.wfile.write(data)
                return
            self.wfile.write(data[:answer.cut])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.close_connection = True


# Batches

def batch_parts(request):
    """[(Content-ID, Request)] of a batch."""
    kind = request.headers.get("Content-Type", "")
    if not kind.startswith("multipart/mixed"):
        raise Refused(400, "Failed to parse batch request, error: 0 items. Received batch body: ", "badRequest")
    whole = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + request.body, policy=email.policy.HTTP)
    parts = whole.get_payload() if whole.is_multipart() else []
    if not parts or len(parts) > BATCH:
        raise Refused(400, f"The batch request has {len(parts)} calls; it takes 1 to {BATCH}.", "badRequest")
    found = []
    for part in parts:
        if part.get_content_type() != "application/http":
            raise Refused(400, "Failed to parse batch request", "badRequest")
        text = part.get_payload(decode=True)
        head, _, body = text.partition(b"\r\n\r\n") if b"\r\n\r\n" in text else text.partition(b"\n\n")
        line, _, fields = head.decode().replace("\r\n", "\n").partition("\n")
        verb, target, *_ = line.split(" ")
        headers = email.message_from_string(fields + "\n\n")
        for name, value in request.headers.items():
            if name.lower() not in _HOP and name.lower() not in ("content-type", "content-id") and name not in headers:
                headers[name] = value
        found.append((part.get("Content-ID"), Request(verb, target, headers, body.strip(b"\r\n") if not body.strip() else body)))
    return found


def batch_answer(answers):
    """One answer of [(Content-ID, Answer)]."""
    boundary = f"batch_{uuid.uuid4().hex}"
    body = b""
    for name, answer in answers:
        reason = http.server.BaseHTTPRequestHandler.responses.get(answer.status, ("",))[0]
        head = f"--{boundary}\r\nContent-Type: application/http\r\n"
        if name:
            head += f"Content-ID: <response-{name.strip('<>')}>\r\n"
        head += f"\r\nHTTP/1.1 {answer.status} {reason}\r\n"
        head += "".join(f"{key}: {value}\r\n" for key, value in answer.headers)
        head += f"Content-Length: {len(answer.body)}\r\n\r\n"
        body += head.encode() + answer.body + b"\r\n"
    return Answer(200, body + f"--{boundary}--\r\n".encode(), [("Content-Type", f"multipart/mixed; boundary={boundary}")])


# Uploads

class Uploads:
    """Resumable uploads that have begun: {id: [method, path's names, query, metadata, size, octets so far]}."""

    def __init__(self):
        self.open = {}

    def begin(self, request, metadata):
        id = uuid.uuid4().hex
        size = request.headers.get("X-Upload-Content-Length")
        self.open[id] = {"verb": request.verb, "metadata": metadata, "size": int(size) if size else None, "data": b""}
        return id

    def verb(self, request):
        """The verb with which the upload began that a request goes on with; None where it does not."""
        upload = self.open.get(request.parameter("upload_id"))
        return upload["verb"] if upload else None

    def add(self, id, request):
        """The upload once it is whole, else the answer."""
        upload = self.open.get(id)
        if upload is None:
            raise Refused(404)
        asked = request.headers.get("Content-Range")
        if asked:
            match = re.fullmatch(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)", asked.strip())
            if not match:
                raise Refused(400, "Invalid Content-Range", "badRequest")
            if match[3] != "*":
                upload["size"] = int(match[3])
            if match[1] is not None:
                start, end = int(match[1]), int(match[2])
                if start != len(upload["data"]) or end - start + 1 != len(request.body):
                    raise Refused(400, "Invalid upload range", "badRequest")
                upload["data"] += request.body
        else:
            upload["data"] += request.body
            upload["size"] = len(upload["data"])
        if upload["size"] is None or len(upload["data"]) < upload["size"]:
            headers = [("X-GUploader-UploadID", id)]
            if upload["data"]:
                headers.append(("Range", f"bytes=0-{len(upload['data']) - 1}"))
            return None, Answer(308, b"", headers)
        del self.open[id]
        return upload, None


def related_parts(request):
    """(metadata, message) of a multipart upload."""
    kind = request.headers.get("Content-Type", "")
    match = re.match(r'multipart/related\s*;.*?boundary="?([^";]+)"?', kind)
    if not match:
        raise Refused(400, "Missing multipart boundary", "badRequest")
    mark = b"--" + match[1].encode()
    pieces = (b"\r\n" + request.body).split(b"\r\n" + mark)
    if len(pieces) != 4 or not pieces[3].startswith(b"--"):
        pieces = (b"\n" + request.body).split(b"\n" + mark)
    if len(pieces) != 4 or not pieces[3].startswith(b"--"):
        raise Refused(400, "Malformed multipart body.", "badContent")
    bodies = []
    for piece in pieces[1:3]:
        head, _, body = piece.partition(min((b"\r\n\r\n", b"\n\n"), key=lambda mark: (piece + mark).find(mark)))
        bodies.append((email.message_from_bytes(head.strip(b"\r\n") + b"\n\n"), body))
    if bodies[0][0].get_content_type() != "application/json":
        raise Refused(400, "Bad content type: the first part is no JSON", "badContent")
    return _json(bodies[0][1]), bodies[1][0], bodies[1][1]


def _json(data):
    if not data.strip():
        return {}
    try:
        value = json.loads(data)
    except ValueError:
        raise Refused(400, "Invalid JSON payload received.", "parseError") from None
    if not isinstance(value, dict):
        raise Refused(400, "Invalid JSON payload received.", "parseError")
    return value


parsed_json = _json
