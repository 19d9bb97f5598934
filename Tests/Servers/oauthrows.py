"""What the OAuth server of the tests keeps: applications, codes and tokens, as Authlib asks for them."""

import secrets
import time

from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin


class Client(ClientMixin):
    """One registered application. key: the public key (PEM) by which it proves itself, where it does so by signing."""

    def __init__(self, name, secret=None, key=None, redirects=(), permitted=True):
        self.name, self.secret, self.key, self.redirects, self.permitted = name, secret, key, redirects, permitted

    def get_client_id(self):
        return self.name

    def get_default_redirect_uri(self):
        return self.redirects[0] if self.redirects else None

    def get_allowed_scope(self, scope):
        return scope or ""

    def check_redirect_uri(self, uri):
        # Any port of loopback (RFC 8252, section 7.3).
        return uri in self.redirects or uri.startswith(("http://127.0.0.1:", "http://localhost:"))

    def check_client_secret(self, given):
        return self.secret is not None and secrets.compare_digest(self.secret, given)

    def check_endpoint_auth_method(self, method, endpoint):
        if self.secret is not None:
            return method in ("client_secret_post", "client_secret_basic")
        return method == ("client_assertion_jwt" if self.key else "none")

    def check_response_type(self, kind):
        return kind == "code"

    def check_grant_type(self, kind):
        return True


class Token(TokenMixin):
    def __init__(self, client, user, scope, access, refresh, life):
        self.client, self.user, self.scope, self.access, self.refresh = client, user, scope, access, refresh
        self.issued, self.life, self.revoked, self.refresh_revoked = time.time(), life, False, False

    def check_client(self, client):
        return client.name == self.client.name

    def get_scope(self):
        return self.scope

    def get_expires_in(self):
        return self.life

    def is_expired(self):
        return time.time() >= self.issued + self.life

    def is_revoked(self):
        return self.revoked

    def get_user(self):
        return self.user

    def get_client(self):
        return self.client


class Grant:
    """A code, from the sign-in until it is exchanged."""

    def __init__(self, code, client_id, redirect_uri, scope, user, challenge, method):
        self.code, self.client_id, self.redirect_uri, self.scope, self.user = code, client_id, redirect_uri, scope, user
        self.code_challenge, self.code_challenge_method = challenge, method
        self.made = time.time()

    def is_expired(self):
        return time.time() > self.made + 300

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope
