import Base
import CMailroom
import PluginKit
import Wire

extension Pop3Connection {
    static func open(_ host: Host) throws(Failure) -> Pop3Connection {
        let settings = try ServerSettings(host, "pop3", .init(implicit: 995, plain: 110, usual: 995))
        return try settings.open(host) { (token) throws(Failure) in try open(host, settings, token) }
    }

    /// Connects, secures the connection as the settings say, and logs in.
    private static func open(
        _ host: Host, _ settings: ServerSettings, _ token: [UInt8]?
    ) throws(Failure) -> Pop3Connection {
        let connection = Pop3Connection(try settings.connect(host), mayBuffer: settings.security != .startTLS)
        do throws(Failure) {
            try connection.greet(host)
            let offers = try connection.ask(host, .capa)
            // Cyrus that is closed says so behind its greeting, whatever it is asked.
            if !offers.isOK, offers.code == "SYS/TEMP" { throw connection.refusal(offers, "greeting") }
            if settings.security == .startTLS {
                try connection.secure(host)
                _ = try connection.ask(host, .capa)
            }
            connection.loginDelayMs = connection.capabilities?.loginDelayMs
            try connection.login(host, settings, token)
            // Some of it is said only after the login, or only then true (RFC 2449, section 5).
            let before = connection.capabilities
            let reply = try connection.ask(host, .capa)
            let known = reply.isOK ? connection.capabilities : before
            connection.hasTop = known?.has("TOP") ?? true
            let words = (known?.names.keys.sorted() ?? []).joined(separator: " ")
            _ = try? host.emit("server", Record(["capabilities": .text(String(words.prefix(8_000)))]))
            return connection
        } catch {
            connection.abandon()
            throw connection.explain(error, settings)
        }
    }

    /// Never goes on without TLS: what is refused here is refused for good. A server without CAPA is simply asked.
    private func secure(_ host: Host) throws(Failure) {
        if let capabilities, !capabilities.has("STLS") {
            throw Self.noTLS("the server does not offer STLS, and nothing is sent to it in the clear", nil)
        }
        let reply = try ask(host, .stls)
        guard reply.isOK else {
            throw Self.noTLS("the server refused STLS, and nothing is sent to it in the clear", reply)
        }
        try startTLS(host)
    }

    private static func noTLS(_ message: String, _ reply: Pop3.Reply?) -> Failure {
        var failure = Failure(MR_E_TLS, message)
        failure.step = "starttls"
        failure.cause = "tls.starttls_refused"
        failure.code = reply?.code
        failure.serverText = reply?.text
        return failure
    }

    /// AUTH PLAIN, else USER and PASS, else AUTH LOGIN. APOP, whose MD5 protects little and makes the server keep the
    /// password itself, only where there is nothing else.
    private func login(_ host: Host, _ settings: ServerSettings, _ token: [UInt8]?) throws(Failure) {
        if let token { return try login(host, settings, by: token) }
        guard let password = settings.password else {
            var failure = Failure.invalid("password", "is not set")
            failure.cause = "auth.missing"
            throw failure
        }
        let user = Array(settings.user.utf8)
        let mechanisms = capabilities?.mechanisms ?? []
        let reply: Pop3.Reply
        if mechanisms.contains("PLAIN") {
            reply = try ask(host, .auth(.plain(user: user, password: password)))
        } else if capabilities?.has("USER") ?? true {
            reply = try plain(host, user, password)
        } else if mechanisms.contains("LOGIN") {
            reply = try ask(host, .auth(.login(user: user, password: password)))
        } else if let timestamp {
            reply = try digest(host, user, password, timestamp)
        } else if mechanisms.isEmpty {
            // An answer to CAPA that names no login at all: USER is so old that some leave it out.
            reply = try plain(host, user, password)
        } else {
            throw noLogin(mechanisms, "PLAIN, USER or LOGIN", settings)
        }
        if !reply.isOK { throw refusal(reply, "auth") }
    }

    private func login(_ host: Host, _ settings: ServerSettings, by token: [UInt8]) throws(Failure) {
        let mechanisms = capabilities?.mechanisms ?? []
        guard
            let mechanism = Imap.Mechanism.token(
                token, user: Array(settings.user.utf8), host: settings.host, port: settings.port,
                offered: { mechanisms.contains($0) })
        else {
            throw noLogin(mechanisms, "OAUTHBEARER or XOAUTH2", settings)
        }
        let reply = try ask(host, .auth(mechanism))
        if reply.isOK { return }
        var failure = refusal(reply, "auth")
        tokenRefusal?.add(to: &failure)
        throw failure
    }

    private func plain(_ host: Host, _ user: [UInt8], _ password: [UInt8]) throws(Failure) -> Pop3.Reply {
        let reply = try ask(host, .user(user))
        if reply.isOK { return try ask(host, .pass(password)) }
        // Nothing is known of it, and the very command is refused: it may be one of those that know APOP alone.
        guard capabilities == nil, reply.code == nil, let timestamp else { return reply }
        return try digest(host, user, password, timestamp)
    }

    private func digest(
        _ host: Host, _ user: [UInt8], _ password: [UInt8], _ timestamp: String
    ) throws(Failure) -> Pop3.Reply {
        try ask(host, .apop(user: user, digest: Pop3.apop(timestamp: timestamp, password: password)))
    }

    private func noLogin(
        _ mechanisms: some Collection<String>, _ needed: String, _ settings: ServerSettings
    ) -> Failure {
        let offered = mechanisms.prefix(16).joined(separator: " ")
        var failure = Failure(
            MR_E_AUTH, "the server offers no login that can be used (\(needed)); offered: \(offered)")
        failure.step = "auth"
        let isOpen = settings.security == .none && capabilities?.has("STLS") == true
        failure.cause = isOpen ? "auth.tls_needed" : "auth.mechanism"
        return failure
    }
}
