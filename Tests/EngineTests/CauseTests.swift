import Base
import CMailroom
import Testing

@testable import Engine

@Suite struct CauseTests {
    @Test func everyCodeIsThereOnceAndComplete() {
        let codes = Cause.catalogue.map(\.code)
        #expect(Set(codes).count == codes.count)
        for cause in Cause.catalogue {
            #expect(!cause.title.isEmpty && !cause.explanation.isEmpty && !cause.steps.isEmpty, "\(cause.code)")
        }
    }

    @Test(arguments: [
        (MR_E_AUTH, "LOGIN failed", "auth.refused"),
        (MR_E_AUTH, "[ALERT] Invalid credentials (Failure)", "auth.invalid_credentials"),
        (MR_E_AUTH, "Your account has been suspended", "auth.suspended"),
        (MR_E_CONNECTION, "[CLOSED] IMAP connection broken (Authenticate)", "connection.lost_login"),
        (MR_E_CONNECTION, "[CLOSED] IMAP connection broken (Server Response)", "connection.lost"),
        (MR_E_AUTH, "[ALERT] Application-specific password required", "auth.app_password"),
        (MR_E_AUTH, "Please log in via your web browser", "auth.web_login"),
        (MR_E_AUTH, "You are yet to enable IMAP for your account.", "auth.imap_disabled"),
        (MR_E_AUTH, "Login failed: authorization failure", "auth.imap_disabled"),
        (MR_E_AUTH, "authorization failure", "auth.imap_disabled"), (MR_E_AUTH, "Login failed.", "auth.refused"),
        (MR_E_THROTTLED, "Too many open connections (1 of 1 for ann)", "connection.limit"),
        (MR_E_THROTTLED, "Logins must be at least 1 minute apart", "limit.rate"),
        (MR_E_AUTH, "Basic authentication is not supported for Client Submission.", "auth.basic_off"),
        (MR_E_THROTTLED, "Maximum number of connections from user+IP exceeded", "connection.limit"),
        (MR_E_THROTTLED, "Too many simultaneous connections", "connection.limit"),
        (MR_E_THROTTLED, "Request is throttled. Suggested Backoff Time: 299961 milliseconds", "limit.rate"),
        (MR_E_THROTTLED, "", "service.throttled"),
        (MR_E_OUTAGE, "System Error (Failure)", "service.outage"),
    ])
    func theServersWordsChooseTheCause(_ result: Int, _ words: String, _ code: String) {
        var failure = Failure(result, "it failed")
        failure.serverText = words
        let explained = failure.explained()
        #expect(explained.cause == code)
        #expect(explained.advice == Cause.named(code)?.advice)
        #expect(explained.serverText == words)
    }

    @Test func whatTheHostHasSaidStays() {
        var failure = Failure(MR_E_TLS, "expired")
        failure.cause = "tls.expired"
        #expect(failure.explained().cause == "tls.expired")
    }
}
