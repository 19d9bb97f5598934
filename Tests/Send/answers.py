"""The strings of the page of failures, as an SMTP server says them, each with its class, whether it passes by itself, and the
stages at which servers say it."""

import dataclasses

ENVELOPE = ("mail", "rcpt", "data", "dot")


@dataclasses.dataclass(frozen=True)
class Answer:
    lines: tuple
    class_: str
    temporary: bool
    stages: tuple = ENVELOPE

    @property
    def name(self):
        return self.lines[0][:60]

    @property
    def words(self):
        """A part of its text that must be found in what is kept of it."""
        return self.lines[0].split(" ", 2)[-1][:30] if "-" not in self.lines[0][:4] else self.lines[0][10:40].strip()


@dataclasses.dataclass(frozen=True)
class Refusal:
    """A service's answer to a message: the fields of the failure that its test server is told of."""

    fault: dict
    class_: str
    temporary: bool
    words: str = "These are the service's words."
    stages: tuple = ("message",)

    @property
    def name(self):
        return f"{self.fault.get('status', '')} {self.fault.get('code') or self.fault.get('reason') or self.words}"[:60].strip()


def _answers(class_, temporary, stages, *texts):
    return [Answer(tuple(text.split("\n")), class_, temporary, stages) for text in texts]


ANSWERS = [
    *_answers(
        "sending_limit", True, ENVELOPE,
        "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to",
        "550-5.4.5 Daily sending quota exceeded.\n550 5.4.5 https://support.google.com/a/answer/166852 - gsmtp",
        "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message",
        "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
        "550 5.2.2 Submission quota exceeded",
        "550 5.7.1 Mail not sent: You have exceeded your daily sending limit",
        "554 5.2.0 STOREDRV.Submission.Exception; WASCL UserAction verdict is not None. Actual verdict is RefuseQuota",
        "550 5.7.1 daily smtp relay limit exceeded for customer",
        "550 User has exceeded its 24-hour sending limit. Messages to 250 recipients out of 250 allowed have been sent",
        "550 Domain b.example has exceeded the max emails per hour (75/75 (100%)) allowed. Message discarded."),
    *_answers(
        "throttling", True, ENVELOPE,
        "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded [Hostname=DB7PR08.example]",
        "421 4.4.2 Message submission rate for this client has exceeded the configured limit",
        "421-4.7.28 Our system has detected an unusual rate of\n421 4.7.28 unsolicited mail originating from your IP address.",
        "450 4.2.1 The user you are trying to contact is receiving mail too quickly",
        "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (S77719)",
        "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to user complaints",
        "421 4.7.1 Messages to you are delayed: excessive volume from this sender"),
    *_answers(
        "throttling", True, ("auth",),
        "454 4.7.0 Too many login attempts, please try again later.", "421 4.7.0 Login Rate Limit Hit"),
    *_answers(
        "outage", True, ("connect", "ehlo", "auth", *ENVELOPE),
        "421 4.3.0 Temporary System Problem. Try again later (10)", "451 4.3.0 Temporary failure",
        "421 4.4.5 Server busy, try again later.", "451 4.7.0 Temporary server error. Please try again later. PRX4",
        "421 4.3.2 Service not available, closing transmission channel"),
    *_answers(
        "auth", False, ("auth",),
        "535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials",
        "534-5.7.9 Application-specific password required. Learn more at\n534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor",
        "534-5.7.14 <https://accounts.google.com/signin/continue> Please log in via your web browser\n534 5.7.14  and then try again.",
        "535 5.7.3 Authentication unsuccessful [DB7PR08.example]",
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.",
        "550 5.7.30 Basic authentication is not supported for Client Submission."),
    *_answers(
        "auth", False, ("mail",),
        "530 5.7.57 Client not authenticated to send mail. Error: 535 5.7.139", "550 5.7.30 Basic authentication is not supported"),
    *_answers(
        "send_as_denied", False, ENVELOPE,
        "554 5.2.252 SendAsDenied; ann@test.example not allowed to send as bob@test.example; "
        "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message",
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
        "553 5.7.1 <bob@test.example>: Sender address rejected: not owned by user ann@test.example",
        "553 Relaying disallowed as bob@test.example"),
    *_answers(
        "suspended", False, ENVELOPE,
        "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process message",
        "554 5.2.0 STOREDRV.Submission.Exception; WASCL UserAction verdict is not None. Actual verdict is Suspend, ShowTierUpgrade",
        "554 5.2.0 WASCL UserAction verdict is not None. Actual verdict is HipSend",
        "554 5.2.0 WASCL UserAction verdict is not None. Actual verdict is HipNotify",
        "550 5.1.8 Access denied, bad outbound sender AS(42004)",
        "550 5.7.501 Access denied, spam abuse detected", "550 5.7.502 Access denied, banned sender",
        "550 5.7.503 Access denied, banned sender", "550 5.7.508 Access denied, [192.0.2.1] has exceeded permitted limits"),
    *_answers(
        "quota_exceeded", False, ENVELOPE,
        "554 5.2.2 mailbox full; STOREDRV.Submission.Exception: MapiExceptionShutoffQuotaExceeded; Failed to process message"),
    *_answers(
        "recipient_full", True, ("rcpt", "dot"), "452 4.2.2 The email account that you tried to reach is over quota."),
    *_answers("recipient_full", False, ("rcpt", "dot"), "552 5.2.2 The email account that you tried to reach is over quota."),
    *_answers(
        "too_large", False, ("mail", "data", "dot"),
        "552-5.3.4 Your message exceeded Google's message size limits.\n552 5.3.4 https://support.google.com/mail/?p=MaxSizeError",
        "552 5.2.3 Message size exceeds the limit", "552 5.3.4 Message size exceeds fixed maximum message size"),
    *_answers(
        "bad_recipient", False, ("rcpt", "dot"),
        "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550 5.1.1 https://support.google.com/mail/?p=NoSuchUser",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", "553 5.1.2 We weren't able to find the recipient domain",
        "553 5.1.3 The recipient address is not a valid RFC 5321 address", "550 5.2.1 The email account that you tried to reach is disabled"),
    *_answers(
        "content_rejected", False, ("data", "dot"),
        "552-5.7.0 This message was blocked because its content presents a potential\n552 5.7.0 security issue.",
        "550-5.7.1 Our system has detected that this message is\n550 5.7.1 likely unsolicited mail.",
        "554 5.7.1 [2] Message rejected under suspicion of SPAM; https://ya.cc/1IrBc", "550 IB212 Message rejected: spam",
        "552 5.2.0 IB705 This message has been rejected due to content", "550 5.7.1 [CS01] Message rejected due to local policy",
        "550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n550 5.7.26 Gmail requires all senders to authenticate"),
    *_answers("refused", False, ("data", "dot"), "550 The moon is in the wrong house"),
]

CLASSES = {answer.class_ for answer in ANSWERS} | {"connection", "outcome_unknown"}

_DAY_LONG = "User-rate limit exceeded.  Retry after 2050-01-01T00:00:00.000Z"


def _gmail(class_, temporary, status=None, reason=None, words=Refusal.words, **more):
    return Refusal({"status": status, "reason": reason, "message": words, **more}, class_, temporary, words)


def _graph(class_, temporary, status, code):
    return Refusal({"status": status, "code": code, "message": Refusal.words}, class_, temporary)


#: By the name of the end, what is said where, with what class.
SAID = {
    "smtp": ANSWERS,
    "gmail": [
        _gmail("throttling", True, reason="userRateLimitExceeded", retry_after=30),
        _gmail("throttling", True, reason="rateLimitExceeded"),
        _gmail("throttling", True, 429, words=_DAY_LONG),
        _gmail("sending_limit", True, reason="dailyLimitExceeded"), _gmail("sending_limit", True, reason="quotaExceeded"),
        _gmail("refused", False, reason="domainPolicy"), _gmail("auth", False, reason="insufficientPermissions"),
        _gmail("refused", False, reason="failedPrecondition"),
        _gmail("refused", False, 400, "invalidArgument", "Invalid To header"), _gmail("too_large", False, 413)],
    "graph": [
        _graph("send_as_denied", False, 403, "ErrorSendAsDenied"),
        _graph("suspended", False, 403, "ErrorMessageSubmissionBlocked"), _graph("suspended", False, 403, "ErrorAccountSuspend"),
        _graph("quota_exceeded", False, 507, "ErrorQuotaExceeded"), _graph("bad_recipient", False, 400, "ErrorInvalidRecipients"),
        _graph("too_large", False, 413, "ErrorMessageSizeExceeded"),
        _graph("sending_limit", True, 429, "ErrorExceededMessageLimit"),
        _graph("sending_limit", True, 429, "ErrorSubmissionQuotaExceeded"),
        _graph("throttling", True, 429, "ApplicationThrottled"), _graph("throttling", True, 429, "MailboxConcurrency"),
        _graph("throttling", True, 429, "TooManyRequests"), _graph("refused", False, 400, "ErrorUnheardOf")],
}
