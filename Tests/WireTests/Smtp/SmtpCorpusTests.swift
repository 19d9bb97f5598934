import Glibc
import Testing

@testable import Wire

/// What real servers said (MailKit's transcripts). They are not a part of this project: the test runs where the folder
/// stands beside it, or where MAILROOM_CORPORA says it is.
struct SmtpCorpusTests {
    static let folder: String = {
        if let given = getenv("MAILROOM_CORPORA") { return String(cString: given) + "/smtp/transcripts" }
        var root = #filePath.split(separator: "/")
        root.removeLast(4)
        return "/" + root.joined(separator: "/") + "/../shared/corpora/smtp/transcripts"
    }()

    static let transcripts: [String] = {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".txt") { names.append(name) }
        }
        return names.sorted()
    }()

    static func lines(_ name: String) -> [[UInt8]] {
        guard let file = fopen(folder + "/" + name, "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&bytes, 1, bytes.count, file)
        var lines = bytes[..<count].split(separator: 10, omittingEmptySubsequences: false)
            .map { Array($0.last == 13 ? $0.dropLast() : $0) }
        if lines.last == [] { lines.removeLast() }
        return lines
    }

    @Test(.enabled(if: !transcripts.isEmpty, "no transcripts at \(folder)"), arguments: transcripts)
    func everyReplyIsRead(_ name: String) throws {
        var parser = SmtpReplyParser()
        var replies: [SmtpReply] = []
        for line in Self.lines(name) {
            if let reply = try SmtpMutationTests.feed(&parser, line) { replies.append(reply) }
        }
        #expect(!replies.isEmpty)
        #expect(!parser.isWithin)
        if name.contains("ehlo+") {
            let offers = SmtpCapabilities(ehlo: try #require(replies.first))
            #expect(offers.pipelining == name.contains("pipelining") || !name.contains("pipelining"))
            #expect(!name.contains("smtputf8") || offers.smtpUTF8)
            #expect(offers.size)
        }
    }
}
