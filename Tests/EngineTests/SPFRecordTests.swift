import Testing

@testable import Engine

struct SPFRecordTests {
    @Test(arguments: [
        ("v=spf1", true), ("V=SPF1 -all", true), ("v=spf1 mx", true), ("v=spf10 mx", false), ("v=spf1;mx", false),
        ("spf1 mx", false), ("", false), ("v=DMARC1", false),
    ])
    func whatIsOne(_ text: String, _ isOne: Bool) { #expect(SPFRecord.isOne(text) == isOne) }

    struct Read: Sendable {
        let text: String
        let kinds: [String]
        var values: [String?] = []
        var qualifiers = ""
    }

    static let good: [Read] = [
        Read(text: "v=spf1", kinds: []),
        Read(text: "v=spf1 -all", kinds: ["all"], values: [nil], qualifiers: "-"),
        Read(text: "v=spf1   a   mx  ~ALL ", kinds: ["a", "mx", "all"], values: [nil, nil, nil], qualifiers: "++~"),
        Read(
            text: "v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1 ip6:2001:db8::/32 ?all", kinds: ["ip4", "ip4", "ip6", "all"],
            values: ["192.0.2.0/24", "192.0.2.1", "2001:db8::/32", nil], qualifiers: "+++?"),
        Read(
            text: "v=spf1 include:_spf.google.com redirect=_spf.example.com", kinds: ["include", "redirect"],
            values: ["_spf.google.com", "_spf.example.com"], qualifiers: "++"),
        Read(
            text: "v=spf1 a:mail.example.com/24 a/28//64 mx//48 mx:other.example/24//64 ptr ptr:example.com",
            kinds: ["a", "a", "mx", "mx", "ptr", "ptr"],
            values: ["mail.example.com", nil, nil, "other.example", nil, "example.com"], qualifiers: "++++++"),
        Read(
            text: "v=spf1 -exists:%{ir}.%{v}.arpa.%{d2}.example.com exp=explain._spf.%{d}", kinds: ["exists", "exp"],
            values: ["%{ir}.%{v}.arpa.%{d2}.example.com", "explain._spf.%{d}"], qualifiers: "-+"),
        Read(text: "v=spf1 unknown-modifier=anything%here -all", kinds: ["other", "all"]),
    ]

    @Test(arguments: good.indices)
    func isRead(_ index: Int) throws {
        let expected = Self.good[index]
        let record = try SPFRecord(expected.text)
        #expect(record.terms.map(\.kind.rawValue) == expected.kinds)
        if !expected.values.isEmpty { #expect(record.terms.map(\.value) == expected.values) }
        if !expected.qualifiers.isEmpty { #expect(String(record.terms.map(\.qualifier)) == expected.qualifiers) }
    }

    @Test(arguments: [
        ("v=spf1 +include", "names no domain"), ("v=spf1 include:", "names no domain"),
        ("v=spf1 all:here", "nothing behind"),
        ("v=spf1 ip4", "IPv4"), ("v=spf1 ip4:192.0.2", "IPv4"), ("v=spf1 ip4:192.0.2.0/33", "IPv4"),
        ("v=spf1 ip4:192.0.2.0/08", "IPv4"), ("v=spf1 ip4:192.0.2.1/24/24", "IPv4"), ("v=spf1 ip6:192.0.2.1", "IPv6"),
        ("v=spf1 ip6:2001:db8::/129", "IPv6"), ("v=spf1 ipv4:192.0.2.1", "not a mechanism"),
        ("v=spf1 a/33", "prefix length"),
        ("v=spf1 a//129", "prefix length"), ("v=spf1 a///64", "prefix length"), ("v=spf1 mx/24/64", "prefix length"),
        ("v=spf1 ptr/24", "prefix length"), ("v=spf1 v=spf1 -all extra", "not a mechanism"),
        ("v=spf1 -", "not a mechanism"),
        ("v=spf1 redirect=a.example redirect=b.example", "more than once"), ("v=spf1 redirect=", "names no domain"),
        ("v=spf1 exists:%{z}.example", "names no domain"), ("v=spf1 exists:%x", "names no domain"),
        ("v=spf1 exists:%{i", "names no domain"), ("v=spf1 a:\u{E4}.example", "names no domain"),
        ("v=spf1 include:_spf.example.com,~all", nil), ("v=spf1 exists:%", "names no domain"),
    ])
    func isRefused(_ text: String, _ words: String?) {
        guard let words else {
            // A comma is a character of the domain: it is the look-up that fails.
            #expect((try? SPFRecord(text)) != nil)
            return
        }
        do throws(SPFRecord.Fault) {
            let record = try SPFRecord(text)
            Issue.record("\(text) was read as \(record)")
        } catch {
            #expect(error.words.contains(words), "\(text): \(error.words)")
        }
    }

    @Test func tooManyTerms() {
        let text = "v=spf1" + String(repeating: " a", count: SPFRecord.maximumTerms + 1)
        #expect((try? SPFRecord(text)) == nil)
    }

    @Test(arguments: [
        ("v=spf1 mx ~all", "v=spf1 mx include:x.example ~all"), ("v=spf1 mx", "v=spf1 mx include:x.example"),
        ("v=spf1 -all", "v=spf1 include:x.example -all"),
        ("v=spf1 a redirect=y.example", "v=spf1 a include:x.example redirect=y.example"),
    ])
    func adding(_ text: String, _ expected: String) {
        #expect(SPFCheck.adding("include:x.example", to: text) == expected)
    }

    @Test(arguments: [
        (["v=spf1 a -all", "v=spf1 mx ~all"], "v=spf1 a mx ~all"),
        (["v=spf1 a -all", "v=spf1 a mx -all"], "v=spf1 a mx -all"),
        (["v=spf1 a", "v=spf1 mx"], "v=spf1 a mx ~all"), (["v=spf1 a +all", "v=spf1 mx"], "v=spf1 a mx ~all"),
        (["v=spf1 a", "v=spf1 nonsense"], nil),
    ])
    func merging(_ texts: [String], _ expected: String?) { #expect(SPFCheck.merged(texts) == expected) }
}
