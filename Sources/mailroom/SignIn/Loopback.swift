import Glibc

/// A web server of one page on 127.0.0.1, for one answer: where the browser comes back to after signing in (RFC 8252, section 7.3).
final class Loopback {
    let port: UInt16
    private let listener: Int32
    private static let longest = 32 << 10

    /// - Parameter port: 0: any that is free.
    init(port: UInt16) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw Loopback.failure("no socket") }
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                bind(listener, place, size) == 0 && listen(listener, 4) == 0 && getsockname(listener, place, &size) == 0
            }
        }
        guard isBound else {
            let failure = Loopback.failure("127.0.0.1:\(port)")
            close(listener)
            throw failure
        }
        self.listener = listener
        self.port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(listener) }

    private static func failure(_ what: String) -> ToolError {
        ToolError(
            .failed, "\(what): \(String(cString: strerror(errno)))", advice: "--listen PORT takes another port.")
    }

    /// Waits for the browser. What brings another state is shown a refusal, and not believed.
    /// - Parameters:
    ///   - until: milliseconds since 1970.
    ///   - anew: the command that begins anew.
    /// - Returns: the query that it came with.
    func answer(state: String, until: Int64, anew: String) throws -> [String: String] {
        Interrupt.listen()
        while Moment.now() < until {
            guard !Interrupt.hasCome else { throw ToolError(.failed, "interrupted", advice: "Nothing was changed.") }
            var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 200) > 0 else { continue }
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { continue }
            defer { close(connection) }
            guard let query = Loopback.request(connection) else {
                Loopback.reply(connection, "404 Not Found", "There is nothing here.")
                continue
            }
            guard query["state"] == state, query["code"] != nil || query["error"] != nil else {
                Loopback.reply(connection, "400 Bad Request", "This is not the answer that is waited for.")
                continue
            }
            Loopback.reply(
                connection, "200 OK",
                query["code"] == nil
                    ? "The access was not granted. You may close this page."
                    : "You are signed in, and may close this page. Mailroom goes on in its window.")
            return query
        }
        throw ToolError(.timedOut, "nobody signed in in the time given", advice: "Begin anew: \(anew)")
    }

    /// The query of a GET of `/`; nil for anything else, and for what does not come within some seconds.
    private static func request(_ connection: Int32) -> [String: String]? {
        var patience = timeval(tv_sec: 3, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        let end = Moment.now() + 5_000
        while !ends(bytes) {
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0, bytes.count + count <= longest, Moment.now() < end else { return nil }
            bytes.append(contentsOf: piece[..<count])
        }
        let line = bytes.prefix { $0 != 0x0d && $0 != 0x0a }.split(separator: 0x20)
        guard line.count == 3, line[0].elementsEqual("GET".utf8) else { return nil }
        let parts = line[1].split(separator: 0x3f, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].elementsEqual("/".utf8) else { return nil }
        var query: [String: String] = [:]
        for pair in (parts.count > 1 ? parts[1] : []).split(separator: 0x26) {
            let sides = pair.split(separator: 0x3d, maxSplits: 1, omittingEmptySubsequences: false)
            query[decoded(sides[0])] = sides.count > 1 ? decoded(sides[1]) : ""
        }
        return query
    }

    private static func ends(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 4 && bytes.suffix(4).elementsEqual([0x0d, 0x0a, 0x0d, 0x0a])
    }

    /// `%41` and `+` of a form.
    private static func decoded(_ bytes: some Collection<UInt8>) -> String {
        var out: [UInt8] = []
        var rest = Array(bytes)[...]
        while let byte = rest.popFirst() {
            if byte == 0x25, rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                out.append(value)
                rest = rest.dropFirst(2)
            } else {
                out.append(byte == 0x2b ? 0x20 : byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func reply(_ connection: Int32, _ status: String, _ words: String) {
        let page = "<!doctype html><meta charset=utf-8><title>Mailroom</title><p>\(words)</p>\n"
        let text = """
            HTTP/1.1 \(status)\r
            Content-Type: text/html; charset=utf-8\r
            Content-Length: \(page.utf8.count)\r
            Cache-Control: no-store\r
            Referrer-Policy: no-referrer\r
            Connection: close\r
            \r
            \(page)
            """
        let bytes = Array(text.utf8)
        _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
