import Base
import CMailroom
import PluginKit
import Wire

extension SmtpConnection {
    /// Logs in by PLAIN, or LOGIN where that is all there is (RFC 4954). Without a password there is no login, and
    /// the server says at MAIL whether it minds.
    func login(_ host: Host, _ settings: ServerSettings, _ offers: SmtpCapabilities) throws(Failure) {
        guard let password = settings.password else { return }
        let reply: SmtpReply
        if offers.mechanisms.contains("PLAIN") {
            reply = try plain(host, settings.user, password)
        } else if offers.mechanisms.contains("LOGIN") {
            reply = try steps(host, .authLogin, [Array(settings.user.utf8), password])
        } else {
            throw SmtpFailure.noLogin(offers.mechanisms, wantsTLS: settings.security == .none && offers.startTLS)
        }
        guard reply.isDone else { throw SmtpFailure.ofLogin(reply) }
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
