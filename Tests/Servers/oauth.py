"""A real OAuth 2.0 server, on loopback: Authlib's grants behind Flask, with PKCE, refresh rotation, device codes (RFC 8628), signed
assertions (RFC 7523), client credentials, revocation (RFC 7009) and introspection (RFC 7662), which is what Dovecot asks.

It runs on threads of this process, so that a test sees and changes what it knows: `asked`, `tokens`, `faults` ..."""

import collections
import os
import secrets
import socket
import ssl
import threading
import time
import urllib.parse

os.environ.setdefault("AUTHLIB_INSECURE_TRANSPORT", "1")  # Dovecot asks over plain HTTP, on loopback

from authlib.integrations.flask_oauth2 import AuthorizationServer  # noqa: E402
from authlib.oauth2.rfc6749 import grants  # noqa: E402
from authlib.oauth2.rfc7009 import RevocationEndpoint  # noqa: E402
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion, JWTBearerGrant  # noqa: E402
from authlib.oauth2.rfc7636 import CodeChallenge  # noqa: E402
from authlib.oauth2.rfc7662 import IntrospectionEndpoint  # noqa: E402
from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE, DeviceAuthorizationEndpoint, DeviceCodeGrant  # noqa: E402
from authlib.oauth2.rfc8628 import DeviceCredentialDict  # noqa: E402
from flask import Flask, jsonify, redirect, request  # noqa: E402
from joserfc import jwk, jwt  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

from .oauthrows import Client, Grant, Token  # noqa: E402
from .server import Server  # noqa: E402

SCOPE = "mail openid email"


class OAuthServer(Server):
    """`url` (TLS) for Mailroom, `plain` (HTTP) for Dovecot; `settings()` are the fields that point an account at it.

    life: of access tokens, in seconds. rotates: each refresh token is good for one time. granted: the scopes that a person
    leaves ticked; signs_in: who does so; delay: seconds that a refresh takes."""

    def __init__(self, pki):
        self.life, self.rotates, self.granted, self.signs_in, self.delay = 3600, True, None, None, 0
        self.iss = None                         # what the redirect says of who sends it (RFC 9207)
        self.clients = {"crm": Client("crm"), "secretive": Client("secretive", secret="s3cret")}
        self.codes, self.tokens, self.devices = {}, [], {}
        self.asked = collections.Counter()      # by grant type, and "introspect", "authorize" ...
        self.forms = []                         # what came to the token endpoint
        self.faults = []                        # instead of the next answers: (status, JSON, headers), "hang up"
        self.interval, self.slow = 1, 0
        self.watching = lambda what: None       # called with "token" or "introspect" before that is answered
        self.lock = threading.RLock()
        self.app = Flask("oauth")
        self._grants()
        self._routes()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pki.good)
        self._servers = [
            make_server("127.0.0.1", 0, self.app, threaded=True, ssl_context=context),
            make_server("127.0.0.1", 0, self.app, threaded=True)]
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"https://127.0.0.1:{self._servers[0].server_port}"
        self.plain = f"http://127.0.0.1:{self._servers[1].server_port}"

    def settings(self, client="crm", **more):
        return {
            "client_id": client, "scopes": SCOPE, "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "device_endpoint": f"{self.url}/device",
            "revocation_endpoint": f"{self.url}/revoke", "userinfo_endpoint": f"{self.url}/userinfo", **more}

    def token(self, user, scope=SCOPE, life=None):
        """One that the server takes, made without anybody asking: for hosts with a token service of their own."""
        made = Token(self.clients["crm"], user, scope, secrets.token_urlsafe(32), None, life or self.life)
        with self.lock:
            self.tokens.append(made)
        return made

    def revoke_all(self, user):
        with self.lock:
            for token in self.tokens:
                if token.user == user:
                    token.revoked = token.refresh_revoked = True

    def approve(self, user_code, user, allow=True):
        with self.lock:
            for device in self.devices.values():
                if device["user_code"] == user_code:
                    device["decision"] = (user, allow)

    def stop(self):
        for server in self._servers:
            server.shutdown()
            server.server_close()

    # ---- Authlib's side ----

    def _issue(self, data, asked):
        with self.lock:
            self.tokens.append(Token(
                asked.client, asked.user or asked.client.name, data.get("scope", ""), data["access_token"],
                data.get("refresh_token"), data["expires_in"]))

    def _grants(world):
        world.app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
        world.app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {}
        server = world.server = AuthorizationServer(
            world.app, query_client=world.clients.get, save_token=lambda data, asked: world._issue(data, asked))
        generate = server._token_generators["default"]

        def limited(*arguments, **named):
            token = generate(*arguments, **named)
            token["expires_in"] = world.life
            return token

        server.register_token_generator("default", limited)
        by = ["none", "client_secret_post", "client_assertion_jwt"]

        class Assertion(JWTBearerClientAssertion):
            def get_audiences(self):
                return [f"{world.url}/token"]

            def validate_jti(self, claims, jti):
                return True

            def resolve_client_public_key(self, client):
                return jwk.RSAKey.import_key(client.key)

        server.register_client_auth_method(Assertion.CLIENT_AUTH_METHOD, Assertion())

        class Code(grants.AuthorizationCodeGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = by

            def save_authorization_code(self, code, asked):
                data = asked.payload.data
                world.codes[code] = Grant(
                    code, asked.client.name, asked.payload.redirect_uri, world.granted or asked.payload.scope, asked.user,
                    data.get("code_challenge"), data.get("code_challenge_method"))

            def query_authorization_code(self, code, client):
                found = world.codes.get(code)
                return found if found and found.client_id == client.name else None

            def delete_authorization_code(self, code):
                world.codes.pop(code.code, None)

            def authenticate_user(self, code):
                return code.user

        class Refresh(grants.RefreshTokenGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = by

            @property
            def INCLUDE_NEW_REFRESH_TOKEN(self):
                return world.rotates

            def authenticate_refresh_token(self, text):
                with world.lock:
                    found = next((token for token in world.tokens if token.refresh == text), None)
                    if found is None or found.refresh_revoked:
                        return None
                    # At once: two who come together are not both served.
                    found.refresh_revoked = world.rotates
                if world.delay:
                    time.sleep(world.delay)
                return found

            def authenticate_user(self, token):
                return token.user

            def revoke_old_credential(self, token):
                pass

        class Device(DeviceCodeGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = by

            def query_device_credential(self, code):
                found = world.devices.get(code)
                return DeviceCredentialDict(found) if found else None

            def query_user_grant(self, user_code):
                return next(
                    (device["decision"] for device in world.devices.values() if device["user_code"] == user_code), None)

            def should_slow_down(self, credential):
                world.slow -= 1
                return world.slow >= 0

        class DeviceEndpoint(DeviceAuthorizationEndpoint):
            CLIENT_AUTH_METHODS = by
            USER_CODE_TYPE = "string"

            @property
            def INTERVAL(self):
                return world.interval

            def get_verification_uri(self):
                return f"{world.url}/activate"

            def save_device_credential(self, client_id, scope, data):
                world.devices[data["device_code"]] = {
                    "client_id": client_id, "scope": scope, "user_code": data["user_code"], "decision": None,
                    "expires_at": time.time() + data["expires_in"]}

        class Bearer(JWTBearerGrant):
            def get_audiences(self):
                return [f"{world.url}/token"]

            def resolve_issuer_client(self, issuer):
                return world.clients.get(issuer)

            def resolve_client_public_key(self, client):
                return jwk.RSAKey.import_key(client.key)

            def authenticate_user(self, subject):
                return subject

            def has_granted_permission(self, client, user):
                return client.permitted

            def process_assertion_claims(self, assertion):
                self.claims = super().process_assertion_claims(assertion)
                return self.claims

            def generate_token(self, **named):
                # Google's place for it, where RFC 7523 has the form.
                return super().generate_token(**{**named, "scope": named.get("scope") or self.claims.get("scope")})

        class Application(grants.ClientCredentialsGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post", "client_assertion_jwt"]

        def found(text):
            with world.lock:
                return next((token for token in world.tokens if text in (token.access, token.refresh)), None)

        class Revocation(RevocationEndpoint):
            CLIENT_AUTH_METHODS = by

            def query_token(self, text, hint):
                return found(text)

            def revoke_token(self, token, asked):
                token.revoked = token.refresh_revoked = True

        class Introspection(IntrospectionEndpoint):
            # Dovecot says who it is by nothing: loopback alone gets here.
            def authenticate_endpoint_client(self, asked):
                return Client("dovecot")

            def check_permission(self, token, client, asked):
                return True

            def query_token(self, text, hint):
                return next((token for token in world.tokens if token.access == text), None)

            def introspect_token(self, token):
                return {"username": token.user, "email": token.user, "scope": token.scope, "client_id": token.client.name}

        server.register_grant(Code, [CodeChallenge(required=True)])
        for grant in (Refresh, Device, Bearer, Application):
            server.register_grant(grant)
        for endpoint in (DeviceEndpoint, Revocation, Introspection):
            server.register_endpoint(endpoint)

    # ---- the web's side ----

    def _routes(self):
        route = self.app.route

        @route("/authorize")
        def authorize():
            """Consents at once, as whoever is to sign in."""
            self.asked["authorize"] += 1
            if self.signs_in == "nobody":
                return redirect(f"{request.args['redirect_uri']}?error=access_denied&state={request.args['state']}")
            user = self.signs_in or request.args.get("login_hint")
            grant = self.server.get_consent_grant(end_user=user)
            answer = self.server.create_authorization_response(grant_user=user, grant=grant)
            if self.iss and "Location" in answer.headers:
                answer.headers["Location"] += "&" + urllib.parse.urlencode({"iss": self.iss})
            return answer

        @route("/token", methods=["POST"])
        def token():
            kind = request.form.get("grant_type", "")
            self.asked[kind.rsplit(":", 1)[-1]] += 1
            self.forms.append(dict(request.form))
            self.watching("token")
            with self.lock:
                fault = self.faults.pop(0) if self.faults else None
            if fault == "hang up":
                request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
                return ""
            if fault:
                status, body, headers = (*fault, {})[:3]
                return (body, status, headers) if isinstance(body, str) else (jsonify(body), status, headers)
            answer = self.server.create_token_response()
            return self._with_identity(answer)

        @route("/device", methods=["POST"])
        def device():
            return self.server.create_endpoint_response("device_authorization")

        @route("/revoke", methods=["POST"])
        def revoke():
            self.asked["revoke"] += 1
            return self.server.create_endpoint_response("revocation")

        @route("/introspect", methods=["GET", "POST"])
        def introspect():
            self.asked["introspect"] += 1
            self.watching("introspect")
            return self.server.create_endpoint_response("introspection")

        @route("/userinfo")
        def userinfo():
            self.asked["userinfo"] += 1
            bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
            token = next((token for token in self.tokens if token.access == bearer), None)
            return jsonify({"sub": "1", "email": token.user}) if token else ("", 401)

    def _with_identity(self, answer):
        """Adds the id_token where openid was granted; what Authlib would do with a user database behind it."""
        data = answer.get_json(silent=True) or {}
        if answer.status_code != 200 or "openid" not in data.get("scope", "").split() or "refresh_token" not in data:
            return answer
        token = next(token for token in self.tokens if token.access == data["access_token"])
        claims = {"iss": self.url, "sub": "1", "aud": token.client.name, "email": token.user, "iat": int(time.time())}
        data["id_token"] = jwt.encode({"alg": "HS256"}, claims, jwk.OctKey.import_key("not looked at by anybody here"))
        return jsonify(data)
