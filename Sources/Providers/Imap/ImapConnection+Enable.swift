import Base
import PluginKit
import Wire

extension ImapConnection {
    /// Says who one is (RFC 2971), because some servers let nobody select a mailbox who has not, and asks for what the server
    /// does on request only (RFC 5161): in one round trip. A refusal of either is harmless.
    ///
    /// What the server says of itself tells more of its quirks.
    func introduce(_ host: Host, _ settings: ImapSettings, _ greeting: Imap.Status) throws(Failure) {
        var commands: [Imap.Command] = []
        if capabilities.has("ID") {
            commands.append(.id([Imap.IDField("name", "Mailroom"), Imap.IDField("version", "1.0.0")]))
        }
        if !requests.isEmpty { commands.append(.enable(requests)) }
        var told: [Imap.IDField] = []
        _ = try batch(host, commands) { response in
            if case .id(let fields) = response { told = fields }
        }
        avoid(QuirkTable.quirks(host: settings.server.host, greeting: greeting.text, id: told), settings.off)
        if !quirks.off.isEmpty {
            let names = quirks.names.joined(separator: ", ")
            host.log(7, "\(names): not used: \(quirks.off.sorted().joined(separator: " "))")
        }
    }

    /// What is asked for by ENABLE.
    private var requests: [String] {
        guard capabilities.has("ENABLE") else { return [] }
        var names: [String] = []
        if capabilities.has("UTF8=ACCEPT") || capabilities.has("UTF8=ONLY") { names.append("UTF8=ACCEPT") }
        if capabilities.has("QRESYNC") { names += ["CONDSTORE", "QRESYNC"] }
        return names
    }

    /// Whether a mailbox may be opened with QRESYNC.
    var mayResync: Bool { capabilities.has("QRESYNC") && dialogue.enabled.contains("QRESYNC") }

    /// Everything from here on is compressed, in both directions (RFC 4978), from the first reading of mail on: a session
    /// that watches needs little on the line, and should need little memory. A server that refuses it goes on without.
    func compress(_ host: Host) throws(Failure) {
        guard !hasCompressed, capabilities.has("COMPRESS=DEFLATE") else { return }
        hasCompressed = true
        if try run(host, .compress).kind == .ok { try startDeflate(host) }
    }
}
