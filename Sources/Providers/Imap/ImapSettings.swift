import Base
import CMailroom
import PluginKit

/// Where and how to log in, from the account's settings.
struct ImapSettings {
    enum Security {
        case implicitTLS
        /// Required: without it nothing goes on.
        case startTLS
        /// Said so by the user, in as many words.
        case none
    }

    let host: String
    let port: UInt16
    let security: Security
    let user: [UInt8]
    /// Nil: only a server that greets with PREAUTH lets one in.
    let password: [UInt8]?
    /// Another's mailbox that this login opens; empty: one's own.
    let mailbox: [UInt8]
    /// Capabilities that are not to be used: names in upper case.
    let off: Set<String>

    /// - Throws: `MR_E_INVALID` naming the setting.
    init(_ host: Host) throws(Failure) {
        guard let name = try host.setting("imap_host"), !name.isEmpty else { throw .invalid("imap_host", "is not set") }
        self.host = name
        let wish = try host.setting("imap_tls") ?? ""
        port = try Self.port(host.setting("imap_port") ?? "", wish)
        switch wish {
        case "implicit": security = .implicitTLS
        case "starttls": security = .startTLS
        case "none": security = .none
        // RFC 8314, section 3.2: 993 speaks TLS at once.
        case "": security = port == 993 ? .implicitTLS : .startTLS
        default: throw .invalid("imap_tls", "is none of implicit, starttls, none")
        }
        let user = try host.setting("user") ?? ""
        self.user = Array((user.isEmpty ? try host.setting("address") ?? "" : user).utf8)
        let password = try host.secret("password")
        self.password = password?.isEmpty == true ? nil : password
        mailbox = Array((try host.setting("imap_mailbox") ?? "").utf8)
        let words = (try host.setting("imap_off") ?? "").split { $0 == " " || $0 == "," || $0 == "\t" || $0 == "\n" }
        off = Set(words.map { $0.uppercased() })
        if mailbox.contains(0) { throw .invalid("imap_mailbox", "has a NUL in it") }
        if self.user.contains(0) { throw .invalid("user", "has a NUL in it") }
        if self.password?.contains(0) == true { throw .invalid("password", "has a NUL in it") }
    }

    /// Exchange opens another's mailbox by a name of two parts, `user@example.com\shared`; elsewhere the login says for whom it
    /// acts (RFC 4616: authzid).
    private var isExchange: Bool { QuirkTable.quirks(host: host, greeting: "", id: []).names.contains("Exchange") }

    /// The name to log in with.
    var loginName: [UInt8] { mailbox.isEmpty || !isExchange ? user : user + [0x5c] + mailbox }

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

    private static func port(_ text: String, _ wish: String) throws(Failure) -> UInt16 {
        if text.isEmpty { return wish == "starttls" || wish == "none" ? 143 : 993 }
        guard let port = UInt16(text), port > 0 else { throw .invalid("imap_port", "is not a port") }
        return port
    }
}
