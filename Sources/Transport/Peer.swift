import Base
import CMailroom

/// The other end of a stream, as the settings name it, and the failures that name it.
package struct Peer: Sendable, Equatable {
    /// A name in ASCII, or an IPv4 or IPv6 address without brackets.
    package let host: String
    package let port: UInt16

    /// - Throws: `MR_E_INVALID` for a host that cannot be one: empty, longer than 253 octets (RFC 1035, section
    ///   2.3.4), or with octets beyond printable ASCII.
    package init(host: String, port: UInt16) throws(Failure) {
        var bytes = Array(host.utf8)
        if bytes.first == UInt8(ascii: "["), bytes.last == UInt8(ascii: "]") {
            bytes = Array(bytes.dropFirst().dropLast())
        }
        if bytes.count > 1, bytes.last == UInt8(ascii: "."), bytes[bytes.count - 2] != UInt8(ascii: ".") {
            bytes.removeLast()
        }
        guard !bytes.isEmpty, bytes.count <= 253 else { throw .invalid("host", "is empty or too long for a host name") }
        for byte in bytes {
            guard byte < 0x80 else { throw .invalid("host", "is not ASCII; the xn-- form of the name is needed") }
            guard Peer.allowed(byte) else { throw .invalid("host", "has a character that no host name has") }
        }
        guard port != 0 else { throw .invalid("port", "is 0") }
        self.host = String(decoding: bytes, as: UTF8.self)
        self.port = port
    }

    private static func allowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        // A colon and a percent sign are of IPv6 addresses and their zones.
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "%"): true
        default: false
        }
    }

    package var text: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// A connection failure: one line that names the peer.
    func connection(_ cause: String, _ message: String, step: String?, words: String? = nil) -> Failure {
        var failure = Failure(MR_E_CONNECTION, "\(text): \(message)")
        failure.cause = "connection.\(cause)"
        failure.step = step
        failure.serverText = words
        return failure
    }

    /// A TLS failure, the same way.
    func tls(_ cause: String, _ message: String, words: String? = nil) -> Failure {
        var failure = Failure(MR_E_TLS, "\(text): \(message)")
        failure.cause = "tls.\(cause)"
        failure.step = "tls"
        failure.serverText = words
        return failure
    }

    /// What an errno value of a socket means.
    func failure(errno code: Int32, step: String?, doing what: String) -> Failure {
        let words = errorWords(code)
        switch SocketFault(errno: code) {
        case .refused: return connection("refused", "connection refused", step: step, words: words)
        case .timedOut: return connection("timed_out", "no answer (\(what))", step: step, words: words)
        case .unreachable: return connection("unreachable", "unreachable: \(words)", step: step, words: words)
        case .lost: return connection("lost", "connection lost (\(what))", step: step, words: words)
        }
    }
}
