import Base
import Testing

@Suite struct AddressKeyTests {
    @Test(arguments: [
        ("bob@example.com", "bob@example.com"), ("Bob@Example.COM", "bob@example.com"),
        ("  bob@example.com\t", "bob@example.com"), ("bob@example.com.", "bob@example.com"),
        ("JÖRG@example.com", "jörg@example.com"), ("bob@MÜLLER.de", "bob@xn--mller-kva.de"),
        ("bob@mu\u{308}ller.de", "bob@xn--mller-kva.de"), ("bob@XN--MLLER-KVA.de", "bob@xn--mller-kva.de"),
        ("bob@例え。テスト", "bob@xn--r8jz45g.xn--zckzah"), ("bob@straße.de", "bob@xn--strae-oqa.de"),
        ("bob@[192.0.2.1]", "bob@[192.0.2.1]"), ("\"a@b\"@example.com", "\"a@b\"@example.com"), ("", ""), ("@", "@"),
        ("bob", "bob"), ("bob@", "bob@"), ("bob@ex ample.com", "bob@ex ample.com"),
        ("bob@\u{ad}", "bob@\u{ad}"),
        ("bob@" + String(repeating: "ü", count: 600), "bob@" + String(repeating: "ü", count: 600)),
    ])
    func oneAddressHasOneKey(_ address: String, _ key: String) {
        #expect(AddressKey.of(address) == key)
        #expect(AddressKey.of(key) == key, "the key of a key is itself")
    }

    @Test(arguments: [
        ("bob@example.com", nil), ("bob+crm@example.com", "bob@example.com"),
        ("bob+a+b@example.com", "bob@example.com"),
        ("+bob@example.com", nil), ("b.o.b@example.com", nil), ("b.o.b@gmail.com", "bob@gmail.com"),
        ("b.ob+x@googlemail.com", "bob@gmail.com"), ("bob@googlemail.com", "bob@gmail.com"), ("bob@gmail.com", nil),
        ("...@gmail.com", nil), ("\"bob+x\"@example.com", nil), ("bob", nil), ("", nil), ("@gmail.com", nil),
    ])
    func plusTagsAndDotsAreCutOff(_ key: String, _ loose: String?) { #expect(AddressKey.loose(ofKey: key) == loose) }

    @Test(arguments: [
        ("example.com", true), ("mail.example.com", true), ("a.b.example.com", true), ("notexample.com", false),
        ("example.com.evil.net", false), ("com", false), ("", false), ("own.org", true),
    ])
    func aDomainIsWithinThoseAboveIt(_ domain: String, _ isWithin: Bool) {
        #expect(AddressKey.isDomain(domain, within: ["example.com", "own.org"]) == isWithin)
    }

    @Test(arguments: [
        ("Example.COM.", "example.com"), (" example.com ", "example.com"), ("MÜLLER.de", "xn--mller-kva.de"), ("", nil),
        (".", nil), ("a b", nil), ("a@b", nil),
    ])
    func domainsHaveKeysAsWell(_ domain: String, _ key: String?) { #expect(AddressKey.domain(domain) == key) }

    @Test(arguments: [
        ("Example.COM.", "example.com"), ("@example.com", "example.com"), ("MÜLLER.de", "xn--mller-kva.de"),
        ("localhost", "localhost"), ("a_b.1-2.org", "a_b.1-2.org"), ("http://foo", nil), ("foo/bar", nil),
        ("foo:25", nil), ("[192.0.2.1]", nil), ("a..b", nil), (".a", nil), ("-a.org", nil), ("a-.org", nil),
        ("*.org", nil), ("a,b", nil), ("a@b", nil), ("@@a", nil), ("@", nil), ("", nil),
        (String(repeating: "a", count: 64) + ".org", nil),
        ((0..<130).map { _ in "a" }.joined(separator: "."), nil),
    ])
    func whatIsNamedAsADomainIsAName(_ text: String, _ key: String?) { #expect(AddressKey.namedDomain(text) == key) }
}
