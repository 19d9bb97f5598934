import Base
import CMailroom
import PluginKit

/// Where and how to log in, and what becomes of fetched mail, from the account's settings.
struct Pop3Settings {
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
    let password: [UInt8]?

    /// - Throws: `MR_E_INVALID` naming the setting.
    init(_ host: Host) throws(Failure) {
        guard let name = try host.setting("pop3_host"), !name.isEmpty else { throw .invalid("pop3_host", "is not set") }
        self.host = name
        let wish = try host.setting("pop3_tls") ?? ""
        port = try Self.port(host.setting("pop3_port") ?? "", wish)
        switch wish {
        case "implicit": security = .implicitTLS
        case "starttls": security = .startTLS
        case "none": security = .none
        // RFC 8314, section 3.2: 995 speaks TLS at once.
        case "": security = port == 995 ? .implicitTLS : .startTLS
        default: throw .invalid("pop3_tls", "is none of implicit, starttls, none")
        }
        let user = try host.setting("user") ?? ""
        self.user = Array((user.isEmpty ? try host.setting("address") ?? "" : user).utf8)
        let password = try host.secret("password")
        self.password = password?.isEmpty == true ? nil : password
        if self.user.contains(0) { throw .invalid("user", "has a NUL in it") }
        if self.password?.contains(0) == true { throw .invalid("password", "has a NUL in it") }
    }

    private static func port(_ text: String, _ wish: String) throws(Failure) -> UInt16 {
        if text.isEmpty { return wish == "starttls" || wish == "none" ? 110 : 995 }
        guard let port = UInt16(text), port > 0 else { throw .invalid("pop3_port", "is not a port") }
        return port
    }
}

/// What becomes of a message on the server once the store has it.
enum Pop3Leave: Equatable {
    case forever
    /// It is removed when the store has had it for so many days; 0: at once.
    case days(Int64)

    /// `forever`, `fetched`, or a number of days.
    /// - Throws: `MR_E_INVALID` naming the setting.
    init(_ host: Host) throws(Failure) {
        switch try host.setting("pop3_leave") ?? "" {
        case "", "forever": self = .forever
        case "fetched": self = .days(0)
        case let text:
            guard text.utf8.count <= 5, let days = Int64(text), days >= 0 else {
                throw .invalid("pop3_leave", "is neither forever, fetched nor a number of days")
            }
            self = .days(days)
        }
    }
}
