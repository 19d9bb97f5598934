import CMailroom
import Glibc
import Testing

@testable import Base

struct XMLTests {
    private func parse(_ text: String) throws(Failure) -> XMLElement { try XML.parse(Array(text.utf8)) }

    @Test func elements() throws {
        let root = try parse(
            "<?xml version='1.0' encoding='utf-8'?><a:Config xmlns:a='urn:x' VERSION=\"1.1\"><!-- no --><Host>\n imap.example.com </Host>"
                + "<host>&amp;&#65;<![CDATA[<b>]]></host><empty/></a:Config>")
        #expect(root.name == "config" && root.attribute("version") == "1.1" && root.attribute("none") == nil)
        #expect(root.all("host").map(\.text) == ["imap.example.com", "&A<b>"])
        #expect(root.text("empty") == "" && root.text("none") == nil && root.first("none") == nil)
    }

    @Test func otherEncodings() throws {
        #expect(
            try XML.parse(Array("<?xml version='1.0' encoding='iso-8859-1'?><a>".utf8) + [0xE4] + Array("</a>".utf8))
                .text == "ä")
        let wide = "<a>ä</a>".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(try XML.parse([0xFF, 0xFE] + wide).text == "ä")
    }

    /// What expands itself, names files or has no end.
    static let hostile: [(String, String)] = [
        ("", "no element"), ("text", "syntax"), ("<a>", "no element"), ("<a></b>", "mismatched"), ("<a/><b/>", "junk"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "document type"),
        ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "document type"),
        ("<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'><!ENTITY c '&b;&b;&b;'>]><l>&c;</l>", "document type"),
        ("<a>&undefined;</a>", "undefined entity"), ("<a b='1' b='2'/>", "duplicate"),
        ("<a>\u{1}</a>", "not well-formed"),
        ("<?xml version='1.0' encoding='no-such-thing'?><a/>", "encoding"),
        (String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40), "too deeply"),
        ("<a>" + String(repeating: "<b/>", count: 30_000) + "</a>", "too many"),
        ("<a>" + String(repeating: "x", count: XML.maximumSize) + "</a>", "octets"),
    ]

    @Test(arguments: hostile)
    func hostileText(_ text: String, _ words: String) {
        do throws(Failure) {
            _ = try parse(text)
            Issue.record("\(text.prefix(60)) was read")
        } catch {
            #expect(error.result == Int32(MR_E_INVALID) && error.field == "xml")
            #expect(error.message.has(words) || words == "no element", "\(error.message)")
        }
    }

    /// Any octets whatever end in an element or in a failure.
    @Test func damaged() {
        var state = getenv("MAILROOM_SEED").flatMap { UInt64(String(cString: $0)) } ?? 6_206
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let good = Array("<?xml version='1.0'?><a b='c'><d>e &lt; f</d><![CDATA[g]]></a>".utf8)
        var read = 0
        for _ in 0..<2_000 {
            var bytes = good
            for _ in 0...next(4) { bytes[next(bytes.count)] = UInt8(next(256)) }
            if (try? XML.parse(bytes)) != nil { read += 1 }
        }
        #expect(read < 2_000)
    }
}
