import Base
import Testing

@testable import Mime

/// The messages that other projects collected; extra, where they stand beside the project.
@Suite struct CorpusTests {
    /// `../shared/corpora` beside the package, or what MAILROOM_CORPORA names.
    static let folder: String? = {
        var candidates = [environment("MAILROOM_CORPORA")].compactMap { $0 }
        let pieces = #filePath.split(separator: "/").dropLast(3)
        candidates.append("/" + pieces.dropLast().joined(separator: "/") + "/shared/corpora")
        return candidates.first { !files(below: "\($0)/mime").isEmpty }
    }()

    static let there = folder != nil

    @Test(.enabled(if: there, "no ../shared/corpora beside the package, and no MAILROOM_CORPORA"))
    func everyMessageIsRead() throws {
        let folder = try #require(Self.folder)
        let paths = files(below: "\(folder)/mime").filter { !$0.contains("/output/") }
        var counts: [String: Int] = [:]
        for path in paths {
            let raw = try #require(contents(of: path))
            let read = MessageParser.parse(raw)
            #expect(read.size == raw.count)
            #expect(read.preview.unicodeScalars.count <= 200)
            for part in read.parts {
                #expect(part.range.upperBound <= raw.count, "\(path)")
                if part.children.isEmpty, part.type != "multipart" {
                    #expect(body(raw, part).count == part.decodedSize, "\(path) \(part.number)")
                }
            }
            for defect in read.defects { counts[defect.rawValue, default: 0] += 1 }
            var parser = MessageParser()
            for at in stride(from: 0, to: raw.count, by: 61) { parser.feed(Array(raw[at..<min(raw.count, at + 61)])) }
            let again = parser.finish()
            #expect(outline(again) == outline(read), "\(path)")
            #expect(again.bodyDigest == read.bodyDigest && again.defects == read.defects, "\(path)")
            if environment("MAILROOM_CORPORA_SHOW") != nil { show(path, read) }
        }
        #expect(paths.count > 200)
        print("MimeTests: \(paths.count) messages of the corpora, defects \(counts.sorted { $0.key < $1.key })")
    }

    /// Message-ID, date, subject and addresses as libetpan read them. It reads some differently, and some worse: those are
    /// counted, and few.
    @Test(.enabled(if: there, "no ../shared/corpora beside the package, and no MAILROOM_CORPORA"))
    func peersReadTheSame() throws {
        let folder = try #require(Self.folder)
        var facts = 0
        var different: [String] = []
        for path in files(below: "\(folder)/mime/libetpan/output") {
            let input = path.replacingFirst("/output/", "/input/")
            guard let raw = contents(of: input), let output = contents(of: path),
                let root = try? JSON.parse(output), let header = root["header"]?.record
            else { continue }
            let read = MessageParser.parse(raw)
            func compare(_ what: String, _ mine: String?, _ theirs: String?) {
                guard let theirs else { return }
                facts += 1
                if (mine ?? "") != trimmed(theirs) {
                    different.append("\(what) of \(input): \(mine ?? "nil") and \(theirs)")
                }
            }
            compare("subject", read.subject, header["subject"]?.text)
            // What the peer made up where the message has none is not compared.
            compare("message-id", read.messageID, read.messageID == nil ? nil : header["messageID"]?.text)
            // It reads the two digits of 91 as 2091.
            let seconds = header["date"]?.text.flatMap { Int64($0) }.map {
                $0 > 3_600_000_000 ? $0 - 3_155_760_000 : $0
            }
            compare("date", read.date.map { String($0 / 1000) }, read.date == nil ? nil : seconds.map { String($0) })
            compare("from", read.from.first?.address, header["from"]?.record?["mailbox"]?.text)
        }
        print("MimeTests: \(facts) facts read by a peer, \(different.count) differ")
        for line in different { print("  \(line)") }
        #expect(facts > 300)
        #expect(different.count * 20 < facts)
    }

    private func trimmed(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return String(decoding: bytes[bytes.trimmed(0..<bytes.count)], as: UTF8.self)
    }

    private func show(_ path: String, _ read: ParsedMessage) {
        print(
            "== \(path)\n  subject \(read.subject)\n  from \(read.from)\n  to \(read.to.prefix(5))\n  date \(read.date.map { DateText.format($0) } ?? "nil") <- \(read.rawDate)"
        )
        print("  parts \(outline(read))\n  preview \(read.preview)\n  defects \(read.defects)")
    }
}

extension String {
    fileprivate func replacingFirst(_ word: String, _ other: String) -> String {
        let bytes = Array(utf8)
        let key = Array(word.utf8)
        for at in bytes.indices where bytes[at...].starts(with: key) {
            return String(decoding: bytes[..<at] + Array(other.utf8) + bytes[(at + key.count)...], as: UTF8.self)
        }
        return self
    }
}
