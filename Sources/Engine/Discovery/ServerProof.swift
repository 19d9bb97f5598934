import Base
import CMailroom
import Transport

/// Looks whether a server is what it was said to be: TLS with a certificate for its name, a greeting and capabilities of its
/// protocol. Nobody logs in, and nothing is said that names anybody.
struct ServerProof {
    let place: MailPlace
    /// Of the address; where its certificate is good for that as well, the server speaks for it.
    let domain: String
    let caFile: String?
    let routes: Routes
    let patience: Patience

    private static let longestLine = 8_192
    private static let mostLines = 200
    private static let mostCapabilities = 64

    func run() -> Proof {
        var proof = Proof(place)
        let began = Clock.boot()
        defer { proof.ms = Clock.boot() - began }
        guard place.security != .none else {
            proof.failure = Failure(
                MR_E_TLS, "\(place.text) has no encryption: it cannot prove itself, and is not used unasked")
            proof.failure?.cause = "tls.not_offered"
            proof.wantsConsent = true
            return proof
        }
        do throws(Failure) {
            let peer = try Peer(host: place.host, port: place.port)
            let connection = try Connection.dial(
                peer, place.security == .implicit ? .implicit : .plain, caFile: caFile,
                connectTimeoutMs: max(patience.deadline - began, 1), patience, routes: routes)
            defer { connection.close() }
            try talk(connection, &proof)
            proof.security = connection.security
            proof.coversDomain = connection.isCertified(for: domain)
            proof.isGood = true
        } catch {
            proof.failure = error
        }
        return proof
    }

    private func talk(_ connection: Connection, _ proof: inout Proof) throws(Failure) {
        switch place.kind {
        case .imap: try imap(connection, &proof)
        case .pop3: try pop3(connection, &proof)
        case .smtp: try smtp(connection, &proof)
        }
    }

    private var wantsUpgrade: Bool { place.security == .starttls }

    // MARK: IMAP (RFC 9051)

    private func imap(_ connection: Connection, _ proof: inout Proof) throws(Failure) {
        let greeting = try line(connection)
        proof.greeting = greeting
        guard greeting.uppercased().hasPrefix("* OK") else { throw strange(greeting, "IMAP") }
        if wantsUpgrade {
            let offered = try imapCapabilities(connection, "a1")
            guard offered.contains("STARTTLS") else { throw noUpgrade }
            _ = try imapAnswer(connection, "a2", "STARTTLS")
            try connection.startTLS(patience)
        }
        proof.capabilities = try imapCapabilities(connection, "a3")
        try? connection.write(Array("a4 LOGOUT\r\n".utf8), patience)
    }

    private func imapCapabilities(_ connection: Connection, _ tag: String) throws(Failure) -> [String] {
        let lines = try imapAnswer(connection, tag, "CAPABILITY")
        guard let words = lines.first(where: { $0.hasPrefix("* CAPABILITY ") }) else {
            throw strange(lines.last ?? "", "IMAP")
        }
        return list(words.dropFirst(13).split(separator: " "))
    }

    private func imapAnswer(_ connection: Connection, _ tag: String, _ command: String) throws(Failure) -> [String] {
        try connection.write(Array("\(tag) \(command)\r\n".utf8), patience)
        var lines: [String] = []
        while lines.count < ServerProof.mostLines {
            let next = try line(connection).uppercased()
            if next.hasPrefix("\(tag.uppercased()) ") {
                guard next.hasPrefix("\(tag.uppercased()) OK") else { throw strange(next, "IMAP") }
                return lines
            }
            lines.append(next)
        }
        throw strange("more than \(ServerProof.mostLines) lines", "IMAP")
    }

    // MARK: POP3 (RFC 1939, RFC 2449)

    private func pop3(_ connection: Connection, _ proof: inout Proof) throws(Failure) {
        let greeting = try line(connection)
        proof.greeting = greeting
        guard greeting.uppercased().hasPrefix("+OK") else { throw strange(greeting, "POP3") }
        if wantsUpgrade {
            let offered = try pop3Capabilities(connection)
            guard offered.contains("STLS") else { throw noUpgrade }
            try connection.write(Array("STLS\r\n".utf8), patience)
            let answer = try line(connection)
            guard answer.uppercased().hasPrefix("+OK") else { throw strange(answer, "POP3") }
            try connection.startTLS(patience)
        }
        proof.capabilities = try pop3Capabilities(connection)
        try? connection.write(Array("QUIT\r\n".utf8), patience)
    }

    /// Empty where it does not know the command, which is younger than POP3.
    private func pop3Capabilities(_ connection: Connection) throws(Failure) -> [String] {
        try connection.write(Array("CAPA\r\n".utf8), patience)
        guard try line(connection).uppercased().hasPrefix("+OK") else { return [] }
        var lines: [Substring] = []
        while lines.count < ServerProof.mostLines {
            let next = try line(connection)
            if next == "." { return list(lines) }
            lines.append(next[...])
        }
        throw strange("more than \(ServerProof.mostLines) lines", "POP3")
    }

    // MARK: SMTP (RFC 5321, RFC 3207)

    private func smtp(_ connection: Connection, _ proof: inout Proof) throws(Failure) {
        let greeting = try reply(connection, "220")
        proof.greeting = greeting.first.map(String.init)
        var offered = try hello(connection)
        if wantsUpgrade {
            guard offered.contains("STARTTLS") else { throw noUpgrade }
            try connection.write(Array("STARTTLS\r\n".utf8), patience)
            _ = try reply(connection, "220")
            try connection.startTLS(patience)
            offered = try hello(connection)
        }
        proof.capabilities = offered
        try? connection.write(Array("QUIT\r\n".utf8), patience)
    }

    private func hello(_ connection: Connection) throws(Failure) -> [String] {
        try connection.write(Array("EHLO [127.0.0.1]\r\n".utf8), patience)
        return list(try reply(connection, "250").dropFirst())
    }

    /// The words behind the code, a line each.
    private func reply(_ connection: Connection, _ code: String) throws(Failure) -> [Substring] {
        var lines: [Substring] = []
        while lines.count < ServerProof.mostLines {
            let next = try line(connection)
            guard next.hasPrefix(code) else { throw strange(next, "SMTP") }
            lines.append(next.dropFirst(4))
            if !next.hasPrefix(code + "-") { return lines }
        }
        throw strange("more than \(ServerProof.mostLines) lines", "SMTP")
    }

    // MARK: common

    /// A line without what a terminal would take for commands.
    private func line(_ connection: Connection) throws(Failure) -> String {
        let bytes = try connection.readLine(limit: ServerProof.longestLine, patience)
        return String(decoding: bytes.map { $0 < 32 || $0 == 127 ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
    }

    private func list(_ words: some Collection<Substring>) -> [String] {
        words.prefix(ServerProof.mostCapabilities).map { String($0.prefix(200)).uppercased() }
    }

    private func strange(_ answer: String, _ name: String) -> Failure {
        var failure = Failure(MR_E_PROTOCOL, "\(place.host):\(place.port) does not answer as an \(name) server does")
        failure.step = "greeting"
        failure.serverText = String(answer.prefix(500))
        return failure
    }

    private var noUpgrade: Failure {
        var failure = Failure(MR_E_TLS, "\(place.host):\(place.port) does not offer STARTTLS")
        failure.cause = "tls.not_offered"
        failure.step = "starttls"
        return failure
    }
}
