import Base
import CMailroom
import PluginKit
import Wire

extension ImapConnection {
    /// Connects, secures the connection as the settings say, and logs in.
    static func open(
        _ host: Host, _ settings: ImapSettings, _ token: [UInt8]?
    ) throws(Failure) -> ImapConnection {
        let connection = ImapConnection(try settings.server.connect(host))
        do throws(Failure) {
            let greeting = try connection.greeting(host)
            connection.avoid(
                QuirkTable.quirks(host: settings.server.host, greeting: greeting.text, id: []), settings.off)
            if settings.server.security == .startTLS {
                if greeting.kind == .preauth {
                    // Logged in already, it would refuse STARTTLS (RFC 9051, section 7.1.4): someone in between may want that.
                    throw noTLS(
                        "the server greets as if one were logged in already, and STARTTLS is impossible then", nil)
                }
                try connection.secure(host)
            }
            if greeting.kind != .preauth { try connection.login(host, settings, token) }
            if connection.dialogue.capabilities == nil { try connection.must(host, .capability) }
            try connection.introduce(host, settings, greeting)
            let words = connection.capabilities.names.sorted().prefix(300).joined(separator: " ")
            _ = try? host.emit("server", Record(["capabilities": .text(String(words.prefix(8_000)))]))
            return connection
        } catch {
            connection.abandon()
            throw connection.explain(error, settings.server)
        }
    }

    private func greeting(_ host: Host) throws(Failure) -> Imap.Status {
        guard case .event(.greeting(let status)) = try next(host) else {
            var failure = Failure(MR_E_PROTOCOL, "the server does not greet as an IMAP server does")
            failure.step = "greeting"
            throw failure
        }
        if status.kind == .bye { throw Imap.Refusal.failure(status, step: "greeting") }
        return status
    }

    /// Never goes on without TLS: what is refused here is refused for good.
    private func secure(_ host: Host) throws(Failure) {
        if dialogue.capabilities == nil { try must(host, .capability) }
        guard capabilities.has("STARTTLS") else {
            throw Self.noTLS("the server does not offer STARTTLS, and nothing is sent to it in the clear", nil)
        }
        let status = try run(host, .startTLS)
        guard status.kind == .ok else {
            throw Self.noTLS("the server refused STARTTLS, and nothing is sent to it in the clear", status)
        }
        try startTLS(host)
    }

    private static func noTLS(_ message: String, _ status: Imap.Status?) -> Failure {
        var failure = Failure(MR_E_TLS, message)
        failure.step = "starttls"
        failure.cause = "tls.starttls_refused"
        failure.code = status?.code?.name
        failure.serverText = status?.text
        return failure
    }

    private func login(_ host: Host, _ settings: ImapSettings, _ token: [UInt8]?) throws(Failure) {
        if let token { return try login(host, settings, by: token) }
        guard let password = settings.server.password else {
            var failure = Failure.invalid("password", "is not set")
            failure.cause = "auth.missing"
            throw failure
        }
        if dialogue.capabilities == nil { try must(host, .capability) }
        let mayLogin = !capabilities.has("LOGINDISABLED")
        let login = Imap.Command.login(user: settings.loginName, password: password)
        var status: Imap.Status
        if capabilities.offers(mechanism: "PLAIN") {
            let mechanism = Imap.Mechanism.plain(
                user: settings.loginName, password: password, acting: settings.actingName)
            status = try run(host, .authenticate(mechanism))
            // It offers what it does not understand. A login that was refused is not tried a second time, also where the
            // refusal is a BAD: wrong credentials, or too many logins.
            let isUnknown = Imap.Refusal.failure(status, step: "auth").result == mr_result(MR_E_PROTOCOL)
            if status.kind == .bad, isUnknown, mayLogin, settings.actingName.isEmpty {
                status = try run(host, login)
            }
        } else if !settings.actingName.isEmpty {
            throw noLogin("PLAIN, which a login for another's mailbox needs", settings)
        } else if mayLogin {
            status = try run(host, login)
        } else if capabilities.offers(mechanism: "LOGIN") {
            status = try run(host, .authenticate(.login(user: settings.loginName, password: password)))
        } else {
            throw noLogin("PLAIN or LOGIN", settings)
        }
        if status.kind != .ok { throw Imap.Refusal.failure(status, step: "auth") }
    }

    private func login(_ host: Host, _ settings: ImapSettings, by token: [UInt8]) throws(Failure) {
        if dialogue.capabilities == nil { try must(host, .capability) }
        let user = settings.mailbox.isEmpty ? Array(settings.server.user.utf8) : settings.mailbox
        guard
            let mechanism = Imap.Mechanism.token(
                token, user: user, host: settings.server.host, port: settings.server.port,
                offered: { capabilities.offers(mechanism: $0) })
        else { throw noLogin("OAUTHBEARER or XOAUTH2", settings) }
        let status = try run(host, .authenticate(mechanism))
        if status.kind == .ok { return }
        var failure = Imap.Refusal.failure(status, step: "auth")
        dialogue.tokenRefusal?.add(to: &failure)
        throw failure
    }

    private func noLogin(_ needed: String, _ settings: ImapSettings) -> Failure {
        let offered = capabilities.names.filter { $0.hasPrefix("AUTH=") }.sorted().prefix(16).joined(separator: " ")
        var failure = Failure(
            MR_E_AUTH,
            "the server offers no login that can be used (\(needed)); offered: \(offered.isEmpty ? "none" : offered)"
        )
        failure.step = "auth"
        let isOpen = settings.server.security == .none && capabilities.has("STARTTLS")
        failure.cause = isOpen ? "auth.tls_needed" : "auth.mechanism"
        return failure
    }
}
