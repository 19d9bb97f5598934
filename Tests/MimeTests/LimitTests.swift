import Base
import Testing

@testable import Mime

/// What is too much gives a defect, and the rest of the message is read.
@Suite struct LimitTests {
    @Test func headerBytes() {
        var limits = Limits()
        limits.headerBytes = 100
        let raw = message(
            "Subject: first\n" + String(repeating: "X-Filler: 0123456789\n", count: 20) + "To: a@b.c\n\ntext")
        let read = MessageParser.parse(raw, limits: limits)
        #expect(read.subject == "first")
        #expect(read.to.isEmpty)
        #expect(read.preview == "text")
        #expect(read.defects.contains(.headerTooLarge))
    }

    @Test func headerLine() {
        let raw = message("Subject: " + String(repeating: "x", count: 200_000) + "\nTo: a@b.c\n\ntext")
        let read = MessageParser.parse(raw)
        #expect(read.subject.utf8.count == Limits().headerLine - 9)
        #expect(read.to.map(\.address) == ["a@b.c"])
        #expect(read.preview == "text")
        #expect(read.defects.contains(.headerTooLarge))
        var pieces = MessageParser()
        for at in stride(from: 0, to: raw.count, by: 997) { pieces.feed(Array(raw[at..<min(raw.count, at + 997)])) }
        #expect(pieces.finish().subject == read.subject)
    }

    @Test func headerFields() {
        let read = parse(String(repeating: "a:b\n", count: 5000) + "\ntext")
        #expect(read.headers.count == 2000)
        #expect(read.defects.contains(.headersTooMany))
    }

    @Test func depth() {
        var text = ""
        for level in 0..<100 {
            text += "Content-Type: multipart/mixed; boundary=\"b\(level)\"\n\n--b\(level)\n"
        }
        let read = parse(text + "\ninnermost")
        #expect(read.parts.count == 65)
        #expect(read.defects.contains(.nestingTooDeep))
        let messages = parse(String(repeating: "Content-Type: message/rfc822\n\n", count: 10_000))
        #expect(messages.parts.count == 65)
        #expect(messages.defects.contains(.nestingTooDeep))
    }

    @Test func parts() {
        let read = parse(
            "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\nx\n", count: 5000) + "--b--\n")
        #expect(read.parts.count == 1000)
        #expect(read.parts[999].decodedSize == 1)
        #expect(read.defects.contains(.partsTooMany))
    }

    @Test func addresses() {
        let list = String(repeating: "a@b.c,\n ", count: 3000)
        let read = parse("To: \(list)\nCc: \(list)\n\n")
        #expect(read.to.count == 3000)
        #expect(read.cc.count == 1000)
        #expect(read.defects.contains(.addressesTooMany))
    }

    @Test func references() {
        let list = (0..<600).map { "<\($0)@x>\n " }.joined()
        let read = parse("References: \(list)\n\n")
        #expect(read.references.count == 500)
        #expect(read.references.last == "599@x")
        #expect(read.defects.contains(.referencesTooMany))
    }

    /// Text that a careless reader goes over again and again. A third of a megabyte of it is read at once.
    @Test(arguments: [
        "(", "\"", "=?", "=?a?q?", "<", "[", ":", "a,", "a,(", "a,\"", "<a", "=?utf-8?B?", "\\", "@", ";", "a b, ",
        "=?a?b?c?= ",
    ]) func repeated(_ piece: String) {
        let value = String(repeating: piece, count: 100_000 / piece.utf8.count)
        let lines = "\n " + String(value.prefix(40_000)) + "\n " + String(value.prefix(40_000))
        let begin = Clock.boot()
        let read = parse("To: \(lines)\nSubject: \(lines)\nReferences: \(lines)\nContent-Type: \(lines)\n\n\(value)")
        #expect(Clock.boot() - begin < 60_000)
        #expect(read.to.count <= 4000)
        let html = HTMLText.text(String(repeating: "<a b='", count: 20_000) + value, limit: 100)
        #expect(html.unicodeScalars.count <= 100)
    }

    @Test func largeMessagesKeepLittle() {
        var parser = MessageParser()
        parser.feed(
            message(
                "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\nContent-Type: application/zip\n\n"
            ))
        let line = message(String(repeating: "QUJD", count: 19) + "\n")
        let piece = Array((0..<1000).map { _ in line }.joined())
        let before = residentBytes()
        for _ in 0..<200 { parser.feed(piece) }
        let after = residentBytes()
        parser.feed(message("--b--\n"))
        let read = parser.finish()
        #expect(read.parts[1].decodedSize == 200_000 * 57)
        #expect(read.defects.filter { $0 != .dateMissing && $0 != .fromMissing } == [])
        print("MimeTests: a message of \(200 * piece.count) bytes raised resident memory by \(after - before)")
        // Other tests run beside this one.
        #expect(after - before < 8_000_000)
    }
}
