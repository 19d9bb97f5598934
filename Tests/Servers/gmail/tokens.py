"""Google's token endpoint for service accounts with domain-wide delegation (RFC 7523): an assertion that the account signs, for a
user, is answered with an access token of that user's mailbox."""

import base64
import functools
import json
import subprocess
import urllib.parse

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ROBOT = "robot@project.iam.gserviceaccount.com"


@functools.cache
def private_key():
    """The service account's key, in PEM."""
    return subprocess.run(
        ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], check=True,
        capture_output=True).stdout.decode()


def _decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Denied(Exception):
    def __init__(self, error, words):
        self.body = json.dumps({"error": error, "error_description": words}).encode()
        super().__init__(words)


def claims(body, endpoint, now, leeway):
    """What a request's assertion claims, where it holds; leeway: how many seconds its clock may differ."""
    form = dict(urllib.parse.parse_qsl(body.decode()))
    if form.get("grant_type") != GRANT:
        raise Denied("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type')}")
    try:
        signed, _, signature = form["assertion"].rpartition(".")
        head, payload = (json.loads(_decoded(part)) for part in signed.split("."))
        key = serialization.load_pem_private_key(private_key().encode(), None).public_key()
        key.verify(_decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (KeyError, ValueError, InvalidSignature):
        raise Denied("invalid_grant", "Invalid JWT Signature.") from None
    if head.get("alg") != "RS256" or payload.get("iss") != ROBOT:
        raise Denied("invalid_grant", "Invalid grant: account not found")
    if payload.get("aud") != endpoint:
        raise Denied("invalid_grant", "Invalid JWT: Failed audience check.")
    if not now - 3600 - leeway <= payload["iat"] <= now + leeway or payload["exp"] < now - leeway:
        raise Denied("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.")
    return payload
