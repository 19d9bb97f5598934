import Base
import CMailroom
import PluginKit
import Wire

extension SmtpConnection {
    /// Logs in by PLAIN, or LOGIN where that is all there is (RFC 4954). Without a password there is no login, and
    /// the server says at MAIL whether it minds.
    func login(
        _ host: Host, _ settings: ServerSettings, _ offers: SmtpCapabilities, _ token: [UInt8]?
    ) throws(Failure) {
        if let token { return try login(host, settings, offers, by: token) }
        guard let password = settings.password else { return }
        let reply: SmtpReply
        if offers.mechanisms.contains("PLAIN") {
            reply = try plain(host, settings.user, password)
        } else if offers.mechanisms.contains("LOGIN") {
            reply = try steps(host, .authLogin, [Array(settings.user.utf8), password])
        } else {
            throw SmtpFailure.noLogin(
                offers.mechanisms, "PLAIN or LOGIN", wantsTLS: settings.security == .none && offers.startTLS)
        }
        guard reply.isDone else { throw SmtpFailure.ofLogin(reply) }
    }

    private func login(
        _ host: Host, _ settings: ServerSettings, _ offers: SmtpCapabilities, by token: [UInt8]
    ) throws(Failure) {
        guard
            let mechanism = Imap.Mechanism.token(
                token, user: Array(settings.user.utf8), host: settings.host, port: settings.port,
                offered: { offers.mechanisms.contains($0) })
        else {
            throw SmtpFailure.noLogin(offers.mechanisms, "OAUTHBEARER or XOAUTH2", wantsTLS: false)
        }
        var reply = try exchange(host, .authToken(mechanism), .auth)
        var refusal: TokenRefusal?
        if reply.code == 334 {
            refusal = TokenRefusal(challenge: reply.text)
            // A server that overlooked the initial response asks for it again.
            let answer = refusal == nil ? mechanism.responses[0] : mechanism.answerToRefusal ?? []
            reply = try exchange(host, .response(answer), .auth)
        }
        if reply.code == 334 { reply = try exchange(host, .cancel, .auth) }
        if reply.isDone { return }
        var failure = SmtpFailure.ofLogin(reply)
        refusal?.add(to: &failure)
        throw failure
    }

    private func plain(_ host: Host, _ user: String, _ password: [UInt8]) throws(Failure) -> SmtpReply {
        let reply = try exchange(host, .authPlain(user: user, password: password), .auth)
        guard reply.code == 334 else { return reply }
        // A server that overlooked the initial response asks for it again.
        return try steps(host, nil, [[0] + Array(user.utf8) + [0] + password])
    }

    /// Gives the answers, one to each 334.
    private func steps(_ host: Host, _ command: SmtpCommand?, _ answers: [[UInt8]]) throws(Failure) -> SmtpReply {
        if let command {
            let reply = try exchange(host, command, .auth)
            guard reply.code == 334 else { return reply }
        }
        for (index, answer) in answers.enumerated() {
            let reply = try exchange(host, .response(answer), .auth)
            guard reply.code == 334 else { return reply }
            if index == answers.count - 1 {
                // It wants more than there is to say.
                return try exchange(host, .cancel, .auth)
            }
        }
        throw Failure(MR_E_PROTOCOL, "the login did not end")
    }
}
