import Base
import CMailroom
import Glibc

/// A server that is asked for names: an address in numbers, and a port.
package struct NameServer: Sendable, Equatable {
    let peer: Peer

    /// - Parameter text: `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`.
    /// - Throws: `MR_E_INVALID` naming `resolver`.
    package init(_ text: String) throws(Failure) {
        var (host, port) = (Substring(text), UInt16(53))
        if text.hasPrefix("["), let close = text.lastIndex(of: "]") {
            host = text[...close]
            let rest = text[text.index(after: close)...]
            guard rest.isEmpty || NameServer.port(rest.dropFirst()) != nil && rest.hasPrefix(":") else {
                throw .invalid("resolver", "has no port behind its address")
            }
            port = NameServer.port(rest.dropFirst()) ?? port
        } else if text.utf8.filter({ $0 == UInt8(ascii: ":") }).count == 1, let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            guard let given = NameServer.port(text[text.index(after: colon)...]) else {
                throw .invalid("resolver", "has no port behind its address")
            }
            port = given
        }
        let peer: Peer
        do throws(Failure) {
            peer = try Peer(host: String(host), port: port)
        } catch {
            throw .invalid("resolver", "is not an address")
        }
        guard Lookup(peer, numeric: true).run() != nil else {
            throw .invalid("resolver", "is not an address in numbers, with a port or without")
        }
        self.peer = peer
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let port = UInt16(text), port > 0 else { return nil }
        return port
    }

    /// Those of resolv.conf(5), at most three; where there is none, this machine's own.
    package static func system(_ file: String = "/etc/resolv.conf") -> [NameServer] {
        var found: [NameServer] = []
        if let stream = fopen(file, "re") {
            defer { fclose(stream) }
            var line = [CChar](repeating: 0, count: 1024)
            while found.count < 3, fgets(&line, Int32(line.count), stream) != nil {
                let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                let words = text.split { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }
                guard words.count >= 2, words[0] == "nameserver" else { continue }
                // An IPv6 address stands there without brackets, and there is no port.
                if let server = try? NameServer(
                    words[1].utf8.contains(UInt8(ascii: ":")) ? "[\(words[1])]" : String(words[1]))
                {
                    found.append(server)
                }
            }
        }
        if found.isEmpty, let own = try? NameServer("127.0.0.1") { found.append(own) }
        return found
    }
}
