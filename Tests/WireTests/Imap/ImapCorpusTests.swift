import Base
import Glibc
import Testing

@testable import Wire

/// What real servers said (MailKit's transcripts, libetpan's replies). They are not a part of this project: the tests
/// run where the folder stands beside it, or where MAILROOM_CORPORA says it is.
struct ImapCorpusTests {
    static let folder: String = {
        if let given = getenv("MAILROOM_CORPORA") { return String(cString: given) + "/imap" }
        var root = #filePath.split(separator: "/")
        root.removeLast(4)
        return "/" + root.joined(separator: "/") + "/../shared/corpora/imap"
    }()

    private static func names(_ path: String, _ suffix: String) -> [String] {
        guard let directory = opendir(folder + path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(suffix) { names.append(path + "/" + name) }
        }
        return names.sorted()
    }

    static let transcripts = ["common", "courier", "cyrus", "dovecot", "gmail", "uw"]
        .flatMap { names("/transcripts/\($0)", ".txt") }
        // A blank was added to a line of its message, and the literal is longer than it says.
        .filter { !$0.hasSuffix("/headers.1+unsolicited-info.txt") }
    static let replies = ["response-data", "response-done", "unsupported"].flatMap { names("/replies/\($0)", ".imap") }

    /// The file, its lines ended by CRLF as a server ends them.
    static func bytes(_ name: String) -> [UInt8] {
        guard let file = fopen(folder + name, "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&piece, 1, piece.count, file)
            if count == 0 { break }
            bytes += piece[..<count]
        }
        var out: [UInt8] = []
        for byte in bytes {
            if byte == 10, out.last != 13 { out.append(13) }
            out.append(byte)
        }
        return out
    }

    /// MailKit's placeholder for a tag, `A########`, is a tag like any other.
    @Test(.enabled(if: !transcripts.isEmpty, "no transcripts at \(folder)"), arguments: transcripts)
    func everyAnswerIsRead(_ name: String) throws {
        var feed = ImapFeed()
        try feed.feed(Self.bytes(name))
        #expect(!feed.responses.isEmpty)
        for response in feed.responses {
            if case .damaged(let what, let why) = response { Issue.record("\(what): \(why)") }
        }
    }

    /// Two of them are damaged on purpose, and one announces four gigabytes.
    @Test(.enabled(if: !replies.isEmpty, "no replies at \(folder)"), arguments: replies)
    func everyReplyIsRead(_ name: String) throws {
        var feed = ImapFeed()
        let bytes = Self.bytes(name)
        if name.hasSuffix("fetch-literal-overflow.imap") {
            #expect(throws: Failure.self) { try feed.feed(bytes) }
            return
        }
        try feed.feed(bytes)
        #expect(!feed.responses.isEmpty)
        for response in feed.responses {
            if case .damaged(let what, let why) = response { Issue.record("\(what): \(why)") }
        }
    }
}
