import Base
import CMailroom

/// Where a server is and how to log in, from the account's settings: `SCHEME_host`, `SCHEME_port`, `SCHEME_tls`, `user` or
/// `address`, and the secret `password`.
package struct ServerSettings {
    package enum Security: Sendable {
        case implicitTLS
        /// Required: without it nothing goes on.
        case startTLS
        /// Said so by the user, in as many words.
        case none
    }

    /// The ports of a scheme.
    package struct Ports: Sendable {
        /// Speaks TLS at once (RFC 8314, section 3).
        let implicit: UInt16
        let plain: UInt16
        /// Where nothing is said.
        let usual: UInt16

        package init(implicit: UInt16, plain: UInt16, usual: UInt16) {
            self.implicit = implicit
            self.plain = plain
            self.usual = usual
        }
    }

    package let host: String
    package let port: UInt16
    package let security: Security
    package let user: String
    /// Whether an access token takes the password's place.
    package let hasToken: Bool
    /// Nil: there is none.
    package let password: [UInt8]?

    /// - Parameters:
    ///   - scheme: what the names of its settings begin with.
    ///   - hasOwnLogin: `SCHEME_user` and `SCHEME_password` go before those of the account.
    /// - Throws: `MR_E_INVALID` naming the setting.
    package init(_ host: Host, _ scheme: String, _ ports: Ports, hasOwnLogin: Bool = false) throws(Failure) {
        let address = try host.setting("\(scheme)_host") ?? ""
        if address.isEmpty { throw .invalid("\(scheme)_host", "is not set") }
        self.host = address
        let wish = try host.setting("\(scheme)_tls") ?? ""
        port = try Self.port(host, "\(scheme)_port", wish, ports)
        switch wish {
        case "implicit": security = .implicitTLS
        case "starttls": security = .startTLS
        case "none": security = .none
        case "": security = port == ports.implicit ? .implicitTLS : .startTLS
        default: throw .invalid("\(scheme)_tls", "is none of implicit, starttls, none")
        }
        user = try Self.user(host, (hasOwnLogin ? ["\(scheme)_user"] : []) + ["user", "address"])
        hasToken = !["", "password"].contains(try host.setting("auth") ?? "")
        password = hasToken ? nil : try Self.password(host, (hasOwnLogin ? ["\(scheme)_password"] : []) + ["password"])
    }

    /// Dials, with TLS at once where the settings say so.
    package func connect(_ host: Host) throws(Failure) -> Stream {
        try Stream(host, connect: self.host, port: port, security: security == .implicitTLS ? .tls : .plain)
    }

    private static func port(
        _ host: Host, _ name: String, _ wish: String, _ ports: Ports
    ) throws(Failure) -> UInt16 {
        let text = try host.setting(name) ?? ""
        if text.isEmpty { return wish.isEmpty ? ports.usual : wish == "implicit" ? ports.implicit : ports.plain }
        guard let port = UInt16(text), port > 0 else { throw .invalid(name, "is not a port") }
        return port
    }

    /// The first setting that is set to anything; empty where none is.
    private static func user(_ host: Host, _ names: [String]) throws(Failure) -> String {
        for name in names {
            guard let text = try host.setting(name), !text.isEmpty else { continue }
            if text.utf8.contains(0) { throw .invalid(name, "has a NUL in it") }
            return text
        }
        return ""
    }

    private static func password(_ host: Host, _ names: [String]) throws(Failure) -> [UInt8]? {
        for name in names {
            guard let secret = try host.secret(name), !secret.isEmpty else { continue }
            if secret.contains(0) { throw .invalid(name, "has a NUL in it") }
            return secret
        }
        return nil
    }
}
