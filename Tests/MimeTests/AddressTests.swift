import Base
import Testing

@testable import Mime

@Suite struct AddressTests {
    /// What stands in the header, and `name <address> [group]` of each that is read.
    static let lists: [(String, [String])] = [
        ("a@b.c", ["<a@b.c>"]),
        ("Ann <a@b.c>", ["Ann <a@b.c>"]),
        ("\"Ann, B.\" <a@b.c>, c@d.e", ["Ann, B. <a@b.c>", "<c@d.e>"]),
        ("a@b.c (Ann Lee)", ["Ann Lee <a@b.c>"]),
        ("<a@b.c>", ["<a@b.c>"]),
        ("Ann Lee<a@b.c>", ["Ann Lee <a@b.c>"]),
        ("John Q. Public <a@b.c>", ["John Q. Public <a@b.c>"]),
        ("A group: Ed <e@x.y>, joe@x.y ; last@x.y", ["Ed <e@x.y> [A group]", "<joe@x.y> [A group]", "<last@x.y>"]),
        ("Undisclosed recipients:;", []),
        ("undisclosed-recipients", []),
        ("(empty list)(start)Undisclosed recipients  :(nobody(that I know))  ;", []),
        // RFC 5322, appendix A.5 and A.6.
        (
            "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
            ["Pete <pete@silly.test>"]
        ),
        ("Joe Q. Public <john.q.public@example.com>", ["Joe Q. Public <john.q.public@example.com>"]),
        (
            "Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
            ["Mary Smith <mary@example.net>", "<jdoe@test.example>"]
        ),
        ("<@a,@b:c@d.e>", ["<c@d.e>"]),
        ("\"Giant; \\\"Big\\\" Box\" <b@x.y>", ["Giant; \"Big\" Box <b@x.y>"]),
        ("\"john doe\"@x.y", ["<\"john doe\"@x.y>"]),
        ("\"john\"@x.y", ["<john@x.y>"]),
        ("a@[192.168.0.1], b@[IPv6:::1]", ["<a@[192.168.0.1]>", "<b@[IPv6:::1]>"]),
        ("=?utf-8?Q?J=C3=B6rg?= <j@x.y>", ["Jörg <j@x.y>"]),
        ("=?utf-8?Q?Doe,_J=C3=B6rg?= <j@x.y>", ["Doe, Jörg <j@x.y>"]),
        ("\"=?utf-8?Q?J=C3=B6rg?=\" <j@x.y>", ["Jörg <j@x.y>"]),
        ("=?utf-8?Q?J=C3=B6?=\r\n =?utf-8?Q?rg?= <j@x.y>", ["Jörg <j@x.y>"]),
        ("j@x.y (=?utf-8?Q?J=C3=B6rg?=)", ["Jörg <j@x.y>"]),
        ("Jörg <jörg@müller.de>", ["Jörg <jörg@müller.de>"]),
        // Damage.
        ("Doe, John <j@x.y>, b@x.y", ["Doe, John <j@x.y>", "<b@x.y>"]),
        ("foo@bar.com <foo@bar.com>", ["foo@bar.com <foo@bar.com>"]),
        ("\"Ann <a@b.c>", ["Ann <a@b.c>"]),
        ("Ann <a@b.c", ["Ann <a@b.c>"]),
        ("Ann <<a@b.c>>", ["Ann <a@b.c>"]),
        ("Ann <a@b.c>>, <d@e.f>", ["Ann <a@b.c>", "<d@e.f>"]),
        ("Ann (no end <a@b.c>", ["Ann (no end <a@b.c>"]),
        ("a@b.c; d@e.f", ["<a@b.c>", "<d@e.f>"]),
        ("a@b.c <d@e.f> x@y.z", ["a@b.c <d@e.f>"]),
        ("Ann Lee a@b.c", ["Ann Lee <a@b.c>"]),
        ("<Ann Lee> a@b.c", ["<AnnLee>"]),
        ("mailto:a@b.c", ["<a@b.c> [mailto]"]),
        ("<mailto:a@b.c>", ["<a@b.c>"]),
        ("root", ["<root>"]),
        ("Some Person", ["Some Person <>"]),
        ("Ann <>", ["Ann <>"]),
        ("<a b@c.d>", ["<ab@c.d>"]),
        ("=?utf-8?Q?a=40b.c?=", ["<a@b.c>"]),
        ("Ann <=?utf-8?Q?a=40b.c?=>", ["Ann <a@b.c>"]),
        ("Ann <a@b.c> <d@e.f>", ["Ann <a@b.c>", "<d@e.f>"]),
        (",,;,", []), ("", []), ("<>", []), ("@", []), (":", []), ("\"", []), ("((((", ["(((( <>"]),
        ("a@b.c,\r\n\td@e.f", ["<a@b.c>", "<d@e.f>"]),
        ("a\u{0}b@c.d\u{7}", ["a <b@c.d>"]),
    ]

    @Test(arguments: lists) func list(_ text: String, _ expected: [String]) {
        let read = AddressParser.list(text).map { address in
            [address.name, "<\(address.address)>", address.group.map { "[\($0)]" }].compactMap { $0 }
                .joined(separator: " ")
        }
        #expect(read == expected)
    }

    @Test(arguments: [
        ("a@b.c", "a@b.c", nil), (" Ann Lee <a@b.c> ", "a@b.c", "Ann Lee"), ("\"A, B\" <a@b>", "a@b", "A, B"),
        ("\"a b\"@c.d", "\"a b\"@c.d", nil), ("ü@ü.de", "ü@ü.de", nil), ("a@[127.0.0.1]", "a@[127.0.0.1]", nil),
    ]) func one(_ text: String, _ address: String, _ name: String?) throws {
        let read = try AddressParser.one(text)
        #expect(read.address == address)
        #expect(read.name == name)
    }

    @Test(arguments: [
        "", "a", "a@", "@b", "a@b@c", "a b@c", "a@b, c@d", "g: a@b;", "a@b,", "a@b\r\nBcc: x@y", "a@b\0", "<a@b",
        "a..b@c",
        "a@b..c", "a@-b", ".a@b", "Ann Lee a@b.c", "a@b c", "a@b>c", "\"a@b",
        Sample(String(repeating: "a", count: 65) + "@b"), Sample("a@" + String(repeating: "b", count: 64)),
        Sample("a@" + String(repeating: "b.", count: 130) + "c"),
    ]) func refused(_ sample: Sample) {
        let text = sample.text
        do {
            let read = try AddressParser.one(text, field: "to[2]")
            Issue.record("\(text) was taken as \(read)")
        } catch {
            #expect(error.field == "to[2]")
            #expect(error.message.hasPrefix("to[2]: "))
        }
    }
}
