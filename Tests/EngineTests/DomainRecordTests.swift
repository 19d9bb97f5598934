import Base
import Glibc
import Testing

@testable import Engine

/// The records of DKIM and DMARC.
struct DomainRecordTests {
    @Test(arguments: [
        ("a=1; b=2", ["a", "b"]), ("a=1;b=2;", ["a", "b"]), (" a = 1 ;\t b= ", ["a", "b"]), ("", []), (";;", []),
    ])
    func tags(_ text: String, _ names: [String]) throws { #expect(try TagList(text).tags.map(\.name) == names) }

    @Test(arguments: ["a", "a=1; b", "a=1; a=2", "1=2", "=1", "a b=1", "\u{E4}=1"])
    func brokenTags(_ text: String) { #expect((try? TagList(text)) == nil) }

    @Test func valuesKeepTheirEqualsSigns() throws { #expect(try TagList("p=QUJD==")["p"] == "QUJD==") }

    @Test(arguments: [
        ("v=DKIM1; k=rsa; p=abc", true), ("p=abc", true), ("k=rsa; p=abc", true), ("v=DKIM1", true),
        ("v=spf1 -all", false),
        ("google-site-verification=x", false), ("", false),
    ])
    func whatIsAKey(_ text: String, _ isOne: Bool) { #expect(DKIMKey.isOne(text) == isOne) }

    @Test(arguments: DomainKeys.all)
    func key(_ key: DomainKeys.Key) throws {
        #expect(try DKIMKey("v=DKIM1; k=rsa; p=\(key.base64)").kind == .rsa(bits: key.bits))
        // As some consoles print it, and without the version, which may be left out.
        let broken = stride(from: 0, to: key.base64.utf8.count, by: 60).map { at in
            String(key.base64.dropFirst(at).prefix(60))
        }.joined(separator: " ")
        #expect(try DKIMKey("p=\(broken)").kind == .rsa(bits: key.bits))
        #expect(throws: DKIMKey.Fault.self) { try DKIMKey("v=DKIM1; p=\(key.base64.dropLast(8))") }
    }

    @Test(arguments: [
        ("v=DKIM1; p=", "revoked"), ("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "ed25519"),
    ])
    func otherKeys(_ text: String, _ kind: String) throws {
        #expect(try DKIMKey(text).kind == (kind == "revoked" ? nil : .ed25519))
    }

    @Test(arguments: [
        ("v=DKIM1", "p= is missing"), ("v=DKIM2; p=", "not DKIM1"), ("p=; v=DKIM1", "does not stand first"),
        ("v=DKIM1; p=not base64!", "not base64"), ("v=DKIM1; p=QUJD", "no RSA key"),
        ("v=DKIM1; k=dsa; p=QUJD", "nobody knows"),
        ("v=DKIM1; k=ed25519; p=QUJD", "3 octets"), ("v=DKIM1; h=sha1; p=QUJD", "SHA-256"),
        ("v=DKIM1; s=tlsrpt; p=QUJD", "not for mail"), ("v=DKIM1 p=QUJD", "not DKIM1"),
        ("v=DKIM1; p=QUJD; p=QUJD", "twice"),
    ])
    func brokenKeys(_ text: String, _ words: String) {
        do throws(DKIMKey.Fault) {
            let key = try DKIMKey(text)
            Issue.record("\(text) was read as \(key)")
        } catch {
            #expect(error.words.contains(words), "\(text): \(error.words)")
        }
    }

    @Test func testing() throws {
        #expect(try DKIMKey("v=DKIM1; t=s:y; p=").isTesting)
        #expect(try !DKIMKey("v=DKIM1; t=s; p=").isTesting)
    }

    @Test func policies() throws {
        let record = try DMARCRecord(
            "v=DMARC1; p=Quarantine; sp=reject; adkim=s; aspf=r; pct=50; rua=mailto:a@x.example!10m, mailto:b@y.example"
        )
        #expect(record.policy == "quarantine")
        #expect(record.subdomainPolicy == "reject")
        #expect(record.isStrictDKIM && !record.isStrictSPF)
        #expect(record.percent == 50)
        #expect(record.reportsTo == ["a@x.example", "b@y.example"])
        #expect(try DMARCRecord("v=DMARC1; p=none").subdomainPolicy == "none")
    }

    @Test(arguments: [
        ("v=DMARC1", "p= is missing"), ("v=DMARC1; p=block", "none of none"), ("v=DMARC1; p=none; sp=x", "subdomains"),
        ("v=DMARC1; p=none; adkim=x", "adkim"), ("v=DMARC1; p=none; pct=101", "pct"),
        ("v=DMARC1; p=none; pct=all", "pct"),
        ("v=DMARC1; p=none; rua=a@x.example", "no mailto"), ("v=DMARC1; p=none; ruf=mailto:x", "no mailto"),
        ("v=DMARC1; p=none p=reject", "none of none"), ("v=DMARC1; p=none; p=reject", "twice"),
    ])
    func brokenPolicies(_ text: String, _ words: String) {
        do throws(DMARCRecord.Fault) {
            let record = try DMARCRecord(text)
            Issue.record("\(text) was read as \(record)")
        } catch {
            #expect(error.words.contains(words), "\(text): \(error.words)")
        }
    }

    @Test(arguments: [
        ("v=DMARC1; p=none", true), ("v=DMARC1;p=none", true), ("v = DMARC1 ; p=none", true), ("v=DMARC1", true),
        ("v=DMARC2; p=none", false), ("p=none; v=DMARC1", false), ("", false),
    ])
    func whatIsAPolicy(_ text: String, _ isOne: Bool) { #expect(DMARCRecord.isOne(text) == isOne) }

    @Test(arguments: [
        ("smtp.gmail.com", "Google Workspace"), ("ASPMX.L.GOOGLE.COM.", "Google Workspace"),
        ("example-com.mail.protection.outlook.com", "Microsoft 365"), ("smtp.office365.com", "Microsoft 365"),
        ("mx.zoho.eu", "Zoho Mail"), ("smtpout.secureserver.net", "GoDaddy"), ("notgoogle.com", nil),
        ("mail.example", nil),
    ])
    func services(_ host: String, _ name: String?) { #expect(SendingService.of(host)?.name == name) }

    /// Whatever is published, reading it ends, and without a trap.
    @Test func damage() {
        var random = SystemRandomNumberGenerator()
        let seed = getenv("MAILROOM_SEED").flatMap { UInt64(String(cString: $0)) } ?? random.next()
        var state = seed
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let samples =
            SPFRecordTests.good.map(\.text) + [
                "v=DKIM1; k=rsa; p=\(DomainKeys.all[0].base64)",
                "v=DMARC1; p=none; rua=mailto:a@b.example!10m,mailto:c@d.example; pct=5",
            ]
        for _ in 0..<3000 {
            var bytes = Array(samples[next(samples.count)].utf8)
            for _ in 0...next(6) where !bytes.isEmpty {
                switch next(3) {
                case 0: bytes.remove(at: next(bytes.count))
                case 1: bytes[next(bytes.count)] = UInt8(next(256))
                default: bytes.insert(contentsOf: bytes.prefix(next(40)), at: next(bytes.count))
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            if let record = try? SPFRecord(text) {
                #expect(record.terms.count <= SPFRecord.maximumTerms, "seed \(seed)")
            }
            _ = try? DKIMKey(text)
            if let record = try? DMARCRecord(text) { #expect((0...100).contains(record.percent), "seed \(seed)") }
            _ = SPFCheck.merged([text, "v=spf1 mx -all"])
        }
    }
}
