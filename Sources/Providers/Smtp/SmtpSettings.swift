import Base
import CMailroom
import PluginKit

/// Where and how to submit, from the account's settings.
struct SmtpSettings {
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
    let user: String
    /// Nil: no login.
    let password: [UInt8]?

    /// - Throws: `MR_E_INVALID` naming the setting.
    init(_ host: Host) throws(Failure) {
        guard let name = try host.setting("smtp_host"), !name.isEmpty else { throw .invalid("smtp_host", "is not set") }
        self.host = name
        let wish = try host.setting("smtp_tls") ?? ""
        port = try Self.port(host.setting("smtp_port") ?? "", wish)
        switch wish {
        case "implicit": security = .implicitTLS
        case "starttls": security = .startTLS
        case "none": security = .none
        // RFC 8314, section 3.3: 465 speaks TLS at once.
        case "": security = port == 465 ? .implicitTLS : .startTLS
        default: throw .invalid("smtp_tls", "is none of implicit, starttls, none")
        }
        user = try Self.first(host, ["smtp_user", "user", "address"])
        password = try Self.password(host)
    }

    /// The first setting that is set to anything; empty where none is.
    private static func first(_ host: Host, _ names: [String]) throws(Failure) -> String {
        for name in names {
            if let text = try host.setting(name), !text.isEmpty { return text }
        }
        return ""
    }

    private static func password(_ host: Host) throws(Failure) -> [UInt8]? {
        for name in ["smtp_password", "password"] {
            if let secret = try host.secret(name), !secret.isEmpty { return secret }
        }
        return nil
    }

    private static func port(_ text: String, _ wish: String) throws(Failure) -> UInt16 {
        if text.isEmpty { return wish == "implicit" ? 465 : 587 }
        guard let port = UInt16(text), port > 0 else { throw .invalid("smtp_port", "is not a port") }
        return port
    }
}
