import Base
import Testing

@testable import Engine

/// A message that a caller made whole.
@Suite struct RawMessageTests {
    /// Lines end as they will on the wire, before anything is taken out: nothing hides behind a bare CR or LF.
    @Test(arguments: [
        ("To: a@x\r\nBcc: b@x\r\n c@x\r\nSubject: S\r\n\r\nBcc: text\r\n", "To: a@x|Subject: S||Bcc: text|"),
        ("To: a@x\nBcc: b@x\n\nx", "To: a@x||x|"),
        ("To: a@x\rBcc: b@x\r\n\r\nx\r\n", "To: a@x||x|"),
        ("To: a@x\rBCC : b@x\r\rBcc: text\r.\r", "To: a@x||Bcc: text|.|"),
        ("To: a@x\r\n\r\r\nx", "To: a@x|||x|"),
        ("Resent-Bcc: b@x\r\nTo: a@x", "To: a@x|"),
    ])
    func linesEndInCRLFAndNobodyLearnsOfBlindCopies(_ raw: String, _ expected: String) throws {
        var written: [UInt8] = []
        try RawMessage(Array(raw.utf8), addingMessageID: nil).write { written += Array($0) }
        #expect(
            String(decoding: written, as: UTF8.self)
                == expected.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\r\n"))
    }

    @Test func aDraftKeepsThem() throws {
        var written: [UInt8] = []
        try RawMessage(Array("Bcc: b@x\r\n\r\n".utf8), addingMessageID: nil, keepsBcc: true).write {
            written += Array($0)
        }
        #expect(written == Array("Bcc: b@x\r\n\r\n".utf8))
    }
}
