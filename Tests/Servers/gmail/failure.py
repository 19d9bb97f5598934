"""Errors as Google's interfaces answer them: a status, a reason within a domain, and the words."""

import json

#: status: (the name in `status`, the usual reason, its domain, the usual words)
_USUAL = {
    400: ("INVALID_ARGUMENT", "invalidArgument", "global", "Invalid argument"),
    401: ("UNAUTHENTICATED", "authError", "global", "Invalid Credentials"),
    403: ("PERMISSION_DENIED", "forbidden", "global", "Forbidden"),
    404: ("NOT_FOUND", "notFound", "global", "Requested entity was not found."),
    409: ("ABORTED", "aborted", "global", "Label name exists or conflicts"),
    412: ("FAILED_PRECONDITION", "conditionNotMet", "global", "Precondition Failed"),
    413: ("INVALID_ARGUMENT", "uploadTooLarge", "global", "Upload Too Large"),
    429: ("RESOURCE_EXHAUSTED", "rateLimitExceeded", "usageLimits", "Too many concurrent requests for user"),
    500: ("INTERNAL", "backendError", "global", "Internal error encountered."),
    502: ("INTERNAL", "badGateway", "global", "Bad Gateway"),
    503: ("UNAVAILABLE", "backendError", "global", "The service is currently unavailable."),
    504: ("DEADLINE_EXCEEDED", "backendError", "global", "Deadline exceeded"),
}

#: reason: (status, domain, words), as Gmail's page on errors has them
REASONS = {
    "dailyLimitExceeded": (403, "usageLimits", "Daily Limit Exceeded"),
    "userRateLimitExceeded": (403, "usageLimits", "User Rate Limit Exceeded"),
    "rateLimitExceeded": (403, "usageLimits", "Rate Limit Exceeded"),
    "quotaExceeded": (403, "usageLimits", "Quota exceeded"),
    "domainPolicy": (403, "global", "The domain administrators have disabled Gmail apps."),
    "insufficientPermissions": (403, "global", "Request had insufficient authentication scopes."),
    "accessNotConfigured": (
        403, "usageLimits", "Gmail API has not been used in project 1 before or it is disabled."),
    "failedPrecondition": (400, "global", "Mail service not enabled"),
    "backendError": (503, "global", "The service is currently unavailable."),
    "tooManyConcurrent": (429, "usageLimits", "Too many concurrent requests for user"),
    "delegationDenied": (403, "global", "Delegation denied for ann@test.example"),
}


class Refused(Exception):
    """A call that is answered with an error."""

    def __init__(self, status, words=None, reason=None, domain=None, headers=()):
        name, usual_reason, usual_domain, usual_words = _USUAL.get(
            status, ("UNKNOWN", "unknown", "global", "Error"))
        self.status, self.headers = status, list(headers)
        self.reason = reason or usual_reason
        self.words = words or usual_words
        if self.reason == "failedPrecondition":
            name = "FAILED_PRECONDITION"
        if domain is None:
            domain = REASONS[self.reason][1] if self.reason in REASONS else usual_domain
        self.error = {
            "code": status, "message": self.words,
            "errors": [{"message": self.words, "domain": domain, "reason": self.reason}], "status": name}
        if self.reason == "insufficientPermissions":
            self.error["details"] = [{
                "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                "domain": "googleapis.com", "metadata": {"service": "gmail.googleapis.com"}}]
        if status == 401:
            self.headers.append(("WWW-Authenticate", 'Bearer realm="https://accounts.google.com/", error="invalid_token"'))
        super().__init__(self.words)

    @classmethod
    def because(cls, reason, **others):
        status, domain, words = REASONS[reason]
        return cls(status, words, reason, domain, **others)

    def body(self):
        return json.dumps({"error": self.error}, indent=2).encode()
