import Base
import Testing

@testable import Engine

/// That the table can be read as a whole; what stands in it is compared in Tests/Discovery, domain by domain.
struct ProviderTableTests {
    private func address(_ domain: String) throws -> DiscoveryAddress { try DiscoveryAddress("ann@\(domain)") }

    @Test func everyRowIsWhole() throws {
        let all = ProviderTable.all
        #expect(all.count > 170)
        var seen: Set<String> = []
        for row in all {
            #expect(!row.name.isEmpty && row.name.utf8.count < 60)
            for domain in row.domains {
                #expect(seen.insert(String(domain)).inserted, "\(domain) stands there twice")
                #expect(domain == domain.lowercased() && domain.contains("."))
            }
            let finding = row.finding(.table, "x", for: try address("example.com"))
            let isClosed = finding.places.isEmpty
            #expect(isClosed == !finding.notes.isEmpty && isClosed || !isClosed, "\(row.name)")
            #expect(isClosed || finding.places.contains { $0.kind == .smtp } && finding.places.count > 1, "\(row.name)")
            #expect(isClosed || !finding.auth.isEmpty, "\(row.name)")
        }
        #expect(seen.count > 960)
        #expect(ProviderTable.rows.utf8.count < 40_000, "the library has a limit of size")
    }

    @Test(arguments: [
        ("gmail.com", "Google"), ("GMAIL.com", "Google"), ("contoso.onmicrosoft.com", "Microsoft 365"),
        ("nyc.rr.com", "RoadRunner/TWC"),
        ("x.gmail.com", nil), ("gmail.co", nil), ("onmicrosoft.com", "Microsoft 365"), ("", nil), ("com", nil),
    ])
    func byDomain(_ domain: String, _ name: String?) { #expect(ProviderTable.of(domain: domain)?.name == name) }

    @Test(arguments: [
        ("alt1.aspmx.l.google.com", "Google"), ("mta5.am0.yahoodns.net", "Yahoo"),
        ("mx-aol.mail.gm0.yahoodns.net", "AOL"),
        ("example.mail.protection.outlook.com", "Microsoft 365"), ("eur.olc.protection.outlook.com", "Outlook.com"),
        ("google.com.evil.example", nil), ("notgoogle.com", nil), ("mx.example.com", nil),
        ("mx00.web.de", "WEB.DE Freemail"),
    ])
    func byExchanger(_ host: String, _ name: String?) { #expect(ProviderTable.of(exchanger: host)?.name == name) }

    @Test func servers() {
        #expect(ProviderTable.knows(server: "imap.gmail.com") && ProviderTable.knows(server: "smtp.office365.com"))
        #expect(!ProviderTable.knows(server: "imap.gmail.com.example.org") && !ProviderTable.knows(server: ""))
        #expect(
            ProviderTable.oauth(server: "imap.gmail.com") == "google"
                && ProviderTable.oauth(server: "imap.web.de") == nil)
    }

    @Test(arguments: [
        ("imap.example.com", "imap.example.com", 993, MailPlace.Security.implicit),
        ("mail.%:143", "mail.example.org", 143, .starttls), ("%", "example.org", 993, .implicit),
        ("a.example:1993+", "a.example", 1993, .implicit), ("a.example:143!", "a.example", 143, .none),
    ])
    func aPlace(_ text: String, _ host: String, _ port: UInt16, _ security: MailPlace.Security) {
        #expect(MailPlace(.imap, row: text, domain: "example.org") == MailPlace(.imap, host, port, security))
    }

    @Test(arguments: ["a.example:", "a.example:0", "a.example:x", "a.example:70000", "", "a b"])
    func noPlace(_ text: String) { #expect(MailPlace(.imap, row: text, domain: "example.org") == nil) }
}
