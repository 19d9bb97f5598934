import Base
import CMailroom
import Wire

/// From a refusing reply to a failure with its facts. The class and the advice are the engine's to find.
enum SmtpFailure {
    static func of(_ reply: SmtpReply, _ step: SmtpStep) -> Failure {
        var failure = Failure(result(reply, step), message(step))
        failure.step = step.rawValue
        failure.smtp = reply.code
        failure.enhanced = reply.enhanced?.description
        failure.serverText = reply.text
        return failure
    }

    /// The login was refused. A server that is busy, or hangs up, says nothing about the password.
    static func ofLogin(_ reply: SmtpReply) -> Failure {
        var failure = of(reply, .auth)
        if reply.isPermanent { failure.result = mr_result(MR_E_AUTH) }
        return failure
    }

    /// The server has no login that is known here.
    static func noLogin(_ mechanisms: [String], _ needed: String, wantsTLS: Bool) -> Failure {
        let offered = mechanisms.isEmpty ? "none" : mechanisms.prefix(16).joined(separator: " ")
        var failure = Failure(
            MR_E_AUTH, "the server offers no login that can be used (\(needed)); offered: \(offered)")
        failure.step = SmtpStep.auth.rawValue
        failure.cause = wantsTLS ? "auth.tls_needed" : "auth.mechanism"
        return failure
    }

    static func noTLS(_ message: String, _ reply: SmtpReply?) -> Failure {
        var failure = Failure(MR_E_TLS, message)
        failure.step = SmtpStep.starttls.rawValue
        failure.cause = "tls.starttls_refused"
        failure.smtp = reply?.code
        failure.enhanced = reply?.enhanced?.description
        failure.serverText = reply?.text
        return failure
    }

    /// 5yz will be said again; 530 wants a login first. 4yz is too much at once, or the server's own trouble; about
    /// a recipient it is "later", unless it speaks of the server (X.3.X).
    private static func result(_ reply: SmtpReply, _ step: SmtpStep) -> mr_result {
        if reply.code == 530 || reply.code == 535 { return mr_result(MR_E_AUTH) }
        if reply.isPermanent { return mr_result(MR_E_REFUSED) }
        guard reply.isTransient else { return mr_result(MR_E_PROTOCOL) }
        let later = step == .rcpt && !reply.isClosing && reply.enhanced?.subject != 3
        return mr_result(later || isRate(reply) ? MR_E_THROTTLED : MR_E_OUTAGE)
    }

    private static func isRate(_ reply: SmtpReply) -> Bool {
        if reply.code == 432 { return true }
        guard let enhanced = reply.enhanced else { return reply.code == 450 }
        switch (enhanced.subject, enhanced.detail) {
        case (7, 500): return true
        // A policy that speaks of "now": rates and volumes. 4.7.0 is said of everything.
        case (7, 0): return reply.code == 454 || reply.code == 421
        case (7, _), (2, 1), (5, 3): return true
        default: return false
        }
    }

    private static func message(_ step: SmtpStep) -> String {
        switch step {
        case .greeting: "the server does not take connections now"
        case .capability: "the server did not answer the greeting"
        case .starttls: "the server refused STARTTLS"
        case .auth: "the server refused the login"
        case .reset: "the server refused to begin anew"
        case .mail: "the server refused the sender"
        case .rcpt: "the server took no recipient"
        case .data: "the server refused to take the message"
        case .dot: "the server refused the message"
        }
    }
}
