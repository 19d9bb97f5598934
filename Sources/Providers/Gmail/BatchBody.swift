import Base
import CMailroom

/// Many calls in one request: a `multipart/mixed` body of HTTP requests, and the answers that come back in one.
enum BatchBody {
    /// One answer within a batch.
    struct Part {
        let status: Int32
        /// How long the server asks to wait.
        let retryAfterMs: Int64?
        let body: [UInt8]

        /// In place of one that the answer has not.
        static let missing = Part(
            status: 502, retryAfterMs: nil, body: Array("the answer to a batch leaves it out".utf8))
    }

    /// What one batch has at most; more is allowed (100), and throttled the sooner.
    static let most = 50

    static let boundary = "mailroom_batch"
    static let contentType = "multipart/mixed; boundary=\(boundary)"

    /// GET requests; the nth has the Content-ID n.
    static func encode(_ targets: [String]) -> [UInt8] {
        var body = ""
        for (index, target) in targets.enumerated() {
            body +=
                "--\(boundary)\r\nContent-Type: application/http\r\nContent-ID: <\(index)>\r\n\r\nGET \(target) HTTP/1.1\r\n\r\n"
        }
        return Array("\(body)--\(boundary)--\r\n".utf8)
    }

    /// The answers by the numbers of their requests; what did not come is nil.
    static func decode(_ body: [UInt8], contentType: String, count: Int) throws(Failure) -> [Part?] {
        guard let boundary = boundary(contentType) else { throw damaged("names no boundary") }
        let mark = Array("--\(boundary)".utf8)
        var parts = [Part?](repeating: nil, count: count)
        var start: Int?
        var at = 0
        // Bodies are JSON, where no line begins with a boundary.
        while at < body.count {
            let end = body[at...].firstIndex(of: 10) ?? body.count
            if body[at..<end].starts(with: mark) {
                if let start, let (number, part) = part(body[start..<at]), parts.indices.contains(number) {
                    parts[number] = part
                }
                start = end + 1
                if body[at..<end].dropFirst(mark.count).starts(with: "--".utf8) { return parts }
            }
            at = end + 1
        }
        throw damaged("ends early")
    }

    private static func damaged(_ what: String) -> Failure {
        var failure = Failure(MR_E_PROTOCOL, "the answer to a batch \(what)")
        failure.step = "batch"
        return failure
    }

    private static func boundary(_ contentType: String) -> String? {
        for word in contentType.split(separator: ";") {
            let word = word.drop { $0 == " " }
            guard word.lowercased().hasPrefix("boundary=") else { continue }
            let value = word.dropFirst(9).filter { $0 != "\"" }
            return (1...70).contains(value.utf8.count) ? String(value) : nil
        }
        return nil
    }

    /// The part's header, the answer's status line and header, and its body.
    private static func part(_ bytes: ArraySlice<UInt8>) -> (Int, Part)? {
        var lines = Lines(rest: bytes)
        var number: Int?
        while let line = lines.next(), !line.isEmpty {
            guard let value = field(line, "content-id") else { continue }
            let digits = value.filter(\.isNumber)
            number = Int(digits)
        }
        guard let number, let first = lines.next() else { return nil }
        let words = String(decoding: first, as: UTF8.self).split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int32(words[1]) else { return nil }
        var retryAfter: Int64?
        while let line = lines.next(), !line.isEmpty {
            if let seconds = field(line, "retry-after").flatMap({ Int64($0) }) {
                retryAfter = min(max(seconds, 0), 86_400) * 1000
            }
        }
        return (number, Part(status: status, retryAfterMs: retryAfter, body: Array(lines.rest)))
    }

    /// The value of a field of this name.
    private static func field(_ line: ArraySlice<UInt8>, _ name: String) -> String? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
            String(decoding: line[..<colon], as: UTF8.self).lowercased() == name
        else { return nil }
        return String(String(decoding: line[(colon + 1)...], as: UTF8.self).drop { $0 == " " })
    }

    private struct Lines {
        var rest: ArraySlice<UInt8>

        /// Without its end; nil behind the last.
        mutating func next() -> ArraySlice<UInt8>? {
            guard !rest.isEmpty else { return nil }
            let end = rest.firstIndex(of: 10) ?? rest.endIndex
            let line = rest[rest.startIndex..<end]
            rest = rest[min(end + 1, rest.endIndex)...]
            return line.last == 13 ? line.dropLast() : line
        }
    }
}
