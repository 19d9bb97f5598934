import CMailroom

/// What went wrong, as the caller of the library will read it: the facts, one English line, the next step.
///
/// Thrown by every room (`throws(Failure)` where only this can be thrown). `MailroomAPI` turns it into an
/// `mr_error`; `Engine` stores it as a row of the log. Secrets never go into any of its fields.
package struct Failure: Error, Sendable {
    /// One of the `MR_E_*` values of mailroom_result.h.
    package var result: Int32
    /// One impersonal line: what was tried and what happened.
    package var message: String
    /// The name of a cause in the catalogue of causes (`auth.refused`, `tls.expired` ...), where one is known.
    package var cause: String?
    /// The class of a failed send or login (docs: errors): `auth`, `connection`, `sending_limit` ...
    package var failureClass: String?
    /// What a person does next, one step a line.
    package var advice: String?
    /// The server's own words, verbatim but for control characters.
    package var serverText: String?
    /// The step of the dialogue at which it happened: `dial`, `tls`, `greeting`, `login`, `select`, `rcpt` ...
    package var step: String?
    /// The record field that was wrong, for `MR_E_INVALID`.
    package var field: String?
    /// The SMTP reply code (RFC 5321, section 4.2), where the server gave one.
    package var smtp: Int32?
    /// The enhanced status code (RFC 3463), as `5.7.8`.
    package var enhanced: String?
    /// The HTTP status, where the server gave one.
    package var http: Int32?
    /// A provider's own code: IMAP's response code (`AUTHENTICATIONFAILED`), an API's error name.
    package var code: String?
    /// How long the server asks to wait, in milliseconds.
    package var retryAfterMs: Int64?
    /// The scheme of the provider and the id of the account, where they are known.
    package var provider: String?
    package var account: Int64?

    package init(_ result: Int32, _ message: String) {
        self.result = result
        self.message = message
    }

    package init(_ result: Int, _ message: String) {
        self.init(Int32(result), message)
    }

    /// Bad input: names the field that was wrong. Nothing was changed.
    package static func invalid(_ field: String, _ message: String) -> Failure {
        var failure = Failure(MR_E_INVALID, "\(field): \(message)")
        failure.field = field
        return failure
    }

    package static func notFound(_ what: String) -> Failure {
        Failure(MR_E_NOT_FOUND, "\(what) does not exist")
    }

    package static func unsupported(_ what: String) -> Failure {
        Failure(MR_E_UNSUPPORTED, what)
    }
}
