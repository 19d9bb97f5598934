import Base
import CMailroom
import PluginKit

/// Where and how to log in, from the account's settings.
struct ImapSettings {
    let server: ServerSettings
    /// Another's mailbox that this login opens; empty: one's own.
    let mailbox: [UInt8]
    /// Capabilities that are not to be used: names in upper case.
    let off: Set<String>

    /// - Throws: `MR_E_INVALID` naming the setting.
    init(_ host: Host) throws(Failure) {
        server = try ServerSettings(host, "imap", .init(implicit: 993, plain: 143, usual: 993))
        mailbox = Array((try host.setting("imap_mailbox") ?? "").utf8)
        let words = (try host.setting("imap_off") ?? "").split { $0 == " " || $0 == "," || $0 == "\t" || $0 == "\n" }
        off = Set(words.map { $0.uppercased() })
        if mailbox.contains(0) { throw .invalid("imap_mailbox", "has a NUL in it") }
    }

    /// Exchange opens another's mailbox by a name of two parts, `user@example.com\shared`; elsewhere the login says for whom it
    /// acts (RFC 4616: authzid).
    private var isExchange: Bool {
        QuirkTable.quirks(host: server.host, greeting: "", id: []).names.contains("Exchange")
    }

    /// The name to log in with.
    var loginName: [UInt8] {
        let user = Array(server.user.utf8)
        return mailbox.isEmpty || !isExchange ? user : user + [0x5c] + mailbox
    }

    /// For whom the login acts, where that is said apart.
    var actingName: [UInt8] { isExchange ? [] : mailbox }

    /// How long a watching session is silent at most: RFC 2177 says 29 minutes, and some servers hang up earlier.
    static func idleMinutes(_ host: Host) throws(Failure) -> Int64 {
        let text = try host.setting("idle_minutes") ?? ""
        if text.isEmpty { return 27 }
        guard let minutes = Int64(text), (1...29).contains(minutes) else {
            throw .invalid("idle_minutes", "is not a number from 1 to 29")
        }
        return minutes
    }
}
