import Base
import FakeHost

@testable import Transport

/// A service on the web that answers one request after the other with what it has to say, whatever it is asked. Between
/// two answers stands `FuzzPeer.mark`; behind the last one every connection breaks.
///
/// An answer that begins with a digit has a head: status, fields, an empty line (`404 No\r\nRetry-After: 1\r\n\r\n{}`). Any
/// other is a body of status 200, and where that begins as parts of `multipart/mixed` do, its first line is the boundary.
final class FuzzSite {
    private var answers: ArraySlice<[UInt8]>
    /// What was said since `forget`.
    private(set) var said: [FakeAnswer] = []

    init(_ bytes: UnsafeRawBufferPointer) { answers = FuzzPeer.parts(bytes)[...] }

    func answer() -> FakeAnswer? {
        guard let bytes = answers.popFirst(), let answer = Self.read(bytes) else { return nil }
        said.append(answer)
        return answer
    }

    func forget() { said = [] }

    /// Nil where the head is none.
    private static func read(_ bytes: [UInt8]) -> FakeAnswer? {
        var answer = FakeAnswer(200)
        guard let first = bytes.first, (0x30...0x39).contains(first) else {
            answer.body = bytes
            if bytes.starts(with: "--".utf8) {
                let boundary = String(decoding: bytes.prefix { $0 != 13 && $0 != 10 }.dropFirst(2), as: UTF8.self)
                answer.headers = [("content-type", "multipart/mixed; boundary=\(boundary)")]
            }
            return answer
        }
        var head = HTTPHead()
        var rest = Array("HTTP/1.1 ".utf8) + bytes
        while !head.isComplete {
            guard let end = rest.firstIndex(of: 10), rest[...end].withUnsafeBytes({ head.take($0) }) else { return nil }
            rest.removeFirst(end + 1)
        }
        answer.status = head.status
        answer.headers = head.headers.map { ($0.name, $0.value) }
        answer.body = rest
        // As libcurl holds a body to its length.
        if let text = head.header("content-length") {
            guard let length = Int(text), length >= 0 else { return nil }
            answer.isCut = rest.count < length
            answer.body = Array(rest.prefix(length))
        }
        return answer
    }

    /// Whether anything that was said could mean that a message is gone: a status of 404 or 410, or one of these words. A
    /// backslash may be any of them.
    func couldMeanGone(_ words: [String]) -> Bool {
        said.contains { answer in
            answer.status == 404 || answer.status == 410
                || (["404", "\\"] + words).contains { word in Self.has(answer.body, Array(word.utf8)) }
        }
    }

    private static func has(_ body: [UInt8], _ word: [UInt8]) -> Bool {
        guard !word.isEmpty, body.count >= word.count else { return false }
        return (0...body.count - word.count).contains { body[$0] == word[0] && body[$0...].starts(with: word) }
    }
}
