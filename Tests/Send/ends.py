"""What the tests of sending run over: SMTP with a scripted server, Gmail's interface and Microsoft Graph with their test servers. Each is
told what becomes of a message, and says what it has taken; what is SMTP's own dialogue is tested over SMTP alone."""

import collections
import threading

from Servers.gmail import Gmail, Rule
from Servers.graph import Cut as Broken
from Servers.graph import Graph, GraphError
from Servers.scripted import STAGES, Cut, Hang, ScriptedSmtp

PER_HOUR = "You have exceeded the max emails per hour, try again in 60 minutes"


class End:
    """A server of its own, and the settings that connect accounts to it.

    answers: by name what can become of a message: `rate`, `limit` and `hour` are said to pass, `no` is not; of `suspended` and `login` the account
    is what is wrong; `kept` and `lost` are taken or not, and the connection ends; `hang` is never answered."""

    name, answers = "", {}
    #: Where in the dialogue something can be said.
    stages = ("message",)
    #: How many lines are more than goes into a socket before its other end takes any.
    many = 500_000
    #: Whether a login that has worked and is refused once may be tried again: only a password is.
    tries_again = False

    def __init__(self):
        self.offered = self.reached = 0
        self._what = None
        self._over, self._lock = threading.Event(), threading.Lock()

    def becomes(self, what):
        """From now on; None: as usual. A name of `answers`, or what gives one for the number of a message, counted from now."""
        with self._lock:
            self.offered = self.reached = 0
            self._what = what

    def says(self, stage, answer):
        """An answer of the page of failures (`Send.answers`), at a stage."""
        raise NotImplementedError

    def _next(self):
        """What becomes of the message that is offered now."""
        with self._lock:
            number, self.offered = self.offered, self.offered + 1
            what = self._what(number) if callable(self._what) else self._what
            if what is not None:
                self.reached += 1
            return what

    def _fault(self, address):
        """The same of a service, as its test server wants it; the others of the mailbox do not wait for one that hangs."""
        what = self._next()
        if what == "hang":
            lock = self.server.mailbox(address).lock
            lock.release()
            self._over.wait(60)
            lock.acquire()
            what = "lost"
        return self.answers[what]() if isinstance(what, str) else what

    def settings(self, user="ann"):
        raise NotImplementedError

    def lock(self):
        """No login is taken any more that was taken until now."""
        raise NotImplementedError

    def credentials(self):
        """What `reconnect` is given for it to work, whatever was before."""
        raise NotImplementedError

    def rests(self):
        """Nobody is served, and told so, until `becomes`."""
        raise NotImplementedError

    @property
    def messages(self):
        """What was taken: (sender, recipients, bytes)."""
        raise NotImplementedError

    @property
    def taken(self):
        """How often each recipient got one."""
        return collections.Counter(address for _, to, _ in self.messages for address in to)

    @property
    def tried(self):
        """Grows with whatever is tried here."""
        raise NotImplementedError

    @property
    def given(self):
        """How often another answer than the usual was given since `becomes` or `says`."""
        return self.reached

    def stop(self):
        self._over.set()
        self.server.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class SmtpEnd(End):
    """`said(stage, talk)` decides on every answer where it is set."""

    name, stages, tries_again = "smtp", STAGES, True
    answers = {
        "rate": ("dot", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"),
        "limit": ("dot", "550 5.4.5 Daily user sending limit exceeded"),
        "hour": ("rcpt", "550 5.4.5 " + PER_HOUR),
        "no": ("dot", "554 5.7.1 Message rejected due to content"),
        "suspended": (
            "dot", "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process message due to a permanent "
            "exception"),
        "login": ("mail", "530 5.7.57 Client not authenticated to send mail"),
        "lost": ("dot", Cut()), "kept": ("dot", Cut(taken=True)), "hang": ("dot", Hang)}

    def __init__(self, **options):
        super().__init__()
        self.said, self._now = None, None
        self.server = ScriptedSmtp(self._answer, **options)

    def _answer(self, stage, talk):
        if self.said:
            return self.said(stage, talk)
        if stage == "mail":
            talk.what = self._next()
        at, answer = self.answers.get(getattr(talk, "what", None), (None, None))
        return answer if at == stage else None

    def becomes(self, what):
        self.said = None
        super().becomes(what)

    def says(self, stage, answer):
        answer = list(answer.lines) if hasattr(answer, "lines") else answer
        self.said = lambda at, talk: answer if at == stage else None
        self.server.reached = 0

    def settings(self, user="ann"):
        return {
            "address": f"{user}@test.example", "password": "pass", "smtp_host": "127.0.0.1", "smtp_port": str(self.server.port),
            "smtp_tls": "none"}

    def lock(self):
        self.server.password = b"changed"

    def credentials(self):
        return {"password": self.server.password.decode()}

    def rests(self):
        self.says("connect", "421 4.3.0 Temporary System Problem. Try again later")

    @property
    def messages(self):
        return self.server.messages

    @property
    def tried(self):
        return self.server.seen["auth"] + self.server.seen["mail"]

    @property
    def given(self):
        return self.reached if self.said is None else self.server.reached


class GmailEnd(End):
    name = "gmail"
    answers = {
        "rate": lambda: Rule(reason="userRateLimitExceeded"), "limit": lambda: Rule(reason="dailyLimitExceeded"),
        "hour": lambda: Rule(reason="quotaExceeded", message=PER_HOUR),
        "no": lambda: Rule(status=400, message="Invalid To header", reason="invalidArgument"),
        "suspended": lambda: Rule(status=403, message="Unusual sending activity: sign in to your account", reason="forbidden"),
        "login": lambda: Rule(status=401), "lost": lambda: Rule(status=503, cut=0), "kept": lambda: Rule(done=True, cut=0)}

    def __init__(self):
        super().__init__()
        self.server = Gmail()
        # What the tests do in a minute is more than a person does, and the library's clocks are moved.
        self.server.quota.user = self.server.quota.project = 10**9
        self.server.leeway = 10**9
        self.server.watch = self._watch

    def _watch(self, stage, address, _message):
        return self._fault(address) if stage == "offered" else None

    def says(self, stage, answer):
        self.becomes(lambda number: Rule(**answer.fault))

    def cut(self, octets):
        """The answer of what is taken ends there."""
        self.becomes(lambda number: Rule(done=True, cut=octets))

    def unwell(self, status):
        """It is not taken, and the answer says that something is wrong."""
        self.becomes(lambda number: Rule(status=status))

    def settings(self, user="ann", port=None):
        address = f"{user}@test.example"
        self.server.mailbox(address)
        return {"address": address, **self.server.settings(port)}

    def allow(self, mailbox, address):
        """It may send from that one as well."""
        self.server.mailbox(mailbox).send_as.append({"sendAsEmail": address, "verificationStatus": "accepted"})

    def lock(self):
        self.server.denied.update(self.server.boxes)
        self.server.tokens.clear()

    def credentials(self):
        self.server.denied.clear()
        return {"service_key": self.server.service()["service_key"]}

    def rests(self):
        self.server.script.add(status=503, times=10**6, retry_after=60)

    def becomes(self, what):
        self.server.script.clear()
        super().becomes(what)

    @property
    def messages(self):
        return self.server.sent

    @property
    def tried(self):
        return self.server.requests

    def stop(self):
        super().stop()
        assert self.server.wrong == [], "the test server answered what Gmail's discovery document does not have"


class GraphEnd(End):
    name, many = "graph", 40_000
    answers = {
        "rate": lambda: GraphError(429, "ApplicationThrottled", "Application is over its limit.", {"Retry-After": "20"}),
        "limit": lambda: GraphError(429, "ErrorExceededMessageLimit", "The message limit is reached."),
        "hour": lambda: GraphError(429, "ErrorExceededMessageLimit", PER_HOUR),
        "no": lambda: GraphError(400, "ErrorInvalidRecipients", "At least one recipient is not valid."),
        "suspended": lambda: GraphError(403, "ErrorMessageSubmissionBlocked", "Sign in and verify the account."),
        "login": lambda: GraphError(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid."),
        "lost": lambda: Broken(done=False), "kept": Broken}

    def __init__(self):
        super().__init__()
        self.server = Graph()
        self.server.quota.requests = self.server.quota.upload = 10**12
        self.server.watch = self._watch

    def _watch(self, stage, address, _to, _mime):
        return self._fault(address) if stage == "offered" else None

    def says(self, stage, answer):
        self.becomes(lambda number: GraphError(**answer.fault))

    def cut(self, octets):
        self.becomes(lambda number: Broken(octets))

    def unwell(self, status):
        self.becomes(lambda number: GraphError(status, "UnknownError", "Later."))

    def settings(self, user="ann", port=None):
        address = f"{user}@test.example"
        self.server.mailbox(address)
        return {"address": address, **self.server.settings(port)}

    def allow(self, mailbox, address):
        self.server.mailbox(mailbox).may_send_as.add(address)

    def lock(self):
        self.server.secret = "changed"
        self.server.tokens.clear()

    def credentials(self):
        return {"client_secret": self.server.secret}

    def rests(self):
        self.server.faults.fail("", 503, "ServiceUnavailable", "Later.", times=10**6, headers={"Retry-After": "60"})

    def becomes(self, what):
        self.server.faults.clear()
        super().becomes(what)

    @property
    def messages(self):
        return self.server.outgoing

    @property
    def tried(self):
        return self.server.arrived

    def stop(self):
        super().stop()
        assert self.server.wrong == [], "the test server answered what Graph's types do not have"


ENDS = {"smtp": SmtpEnd, "gmail": GmailEnd, "graph": GraphEnd}
#: Those whose service answers for all recipients at once, and says later what it has sent.
SERVICES = {"gmail": GmailEnd, "graph": GraphEnd}
