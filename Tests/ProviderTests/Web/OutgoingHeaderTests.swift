import Base
import Testing
import WebProvider

/// The header of a message for a service that sends to whom it names.
struct OutgoingHeaderTests {
    private static let header =
        "From: a@x.example\r\nTo: Bob <b@x.example>,\r\n c@x.example\r\nCc: D@x.example\r\nSubject: s\r\n\r\n"

    private static func fitted(_ text: String, _ recipients: [String]) throws -> (String, Int) {
        let bytes = Array(text.utf8)
        let found = bytes.withUnsafeBytes { bytes in
            Result { () throws(Failure) in try OutgoingHeader.fitted(bytes, to: recipients) }
        }
        let (header, replaces) = try found.get()
        return (String(decoding: header, as: UTF8.self), replaces)
    }

    @Test func whereAllAreNamedItStays() throws {
        let (header, replaces) = try Self.fitted(Self.header + "body", ["b@x.example", "c@x.example", "d@x.example"])
        #expect(header == Self.header)
        #expect(replaces == Self.header.utf8.count)
    }

    @Test func whoIsNotNamedIsABlindCopy() throws {
        let (header, _) = try Self.fitted(
            Self.header + "body", ["b@x.example", "c@x.example", "d@x.example", "e@x.example", "f@x.example"])
        #expect(header == "Bcc: e@x.example,\r\n f@x.example\r\n" + Self.header)
    }

    @Test func whoIsNotMeantIsTakenOut() throws {
        let (header, replaces) = try Self.fitted(Self.header + "body", ["c@x.example"])
        #expect(!header.has("b@x.example") && !header.lowercased().has("d@x.example"))
        #expect(header.has("c@x.example") && header.has("Subject: s\r\n"))
        #expect(replaces == Self.header.utf8.count)
    }

    @Test func whatSaysBccItselfSaysItNoMore() throws {
        let (header, _) = try Self.fitted(
            "To: b@x.example\r\nBcc: e@x.example,\r\n g@x.example\r\n\r\n", ["b@x.example", "e@x.example"])
        #expect(header == "Bcc: e@x.example\r\nTo: b@x.example\r\n\r\n")
    }

    @Test(arguments: ["a b@x.example", "a@x.example\r\nSubject: y", "a@x.example,b@x.example"])
    func whatIsNoAddressMakesNoHeader(_ address: String) {
        #expect(throws: Failure.self) { try Self.fitted(Self.header, [address]) }
    }

    @Test func aGroupOfOthersIsRefused() {
        #expect(throws: Failure.self) {
            try Self.fitted("To: team: b@x.example, c@x.example;\r\n\r\n", ["e@x.example"])
        }
    }
}
