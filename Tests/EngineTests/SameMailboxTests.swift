import Base
import Testing

@testable import Engine
@testable import Store

@Suite struct SameMailboxTests {
    private static func account(
        _ provider: String, _ address: String, host: String?, user: String? = nil, receives: Bool = true
    ) -> AccountRow {
        var settings: [String: String] = [:]
        settings["\(provider)_host"] = host
        settings["user"] = user
        return AccountRow(
            id: 1, address: address, provider: provider, userKey: nil, company: nil, displayName: nil,
            receives: receives, sends: true, settings: settings, health: Health(), createdAt: 0, lastSync: nil,
            nextSync: nil, activity: "idle", erasing: false)
    }

    private static let first = account("imap", "ann@example.org", host: "imap.example.org")

    @Test(arguments: [
        account("imap", "alias@example.org", host: "IMAP.example.org", user: "ann@example.org"),
        account("imap", "Ann@Example.org", host: "imap.example.org"),
        account("pop3", "ann@example.org", host: "pop.example.org"),
        account("pop3", "ann@example.org", host: "imap.example.org"),
    ])
    func itIsTheSame(_ other: AccountRow) {
        #expect(SameMailbox.isSame(SameMailboxTests.first, other))
        #expect(SameMailbox.isSame(other, SameMailboxTests.first))
    }

    @Test(arguments: [
        account("imap", "bob@example.org", host: "imap.example.org"),
        account("imap", "ann@example.org", host: "imap2.example.org"),
        account("pop3", "ann@example.org", host: "pop.example.com"),
        account("pop3", "ann@example.org", host: "10.0.0.1"),
        account("pop3", "ann@example.org", host: nil),
        account("imap", "ann@example.org", host: "imap.example.org", receives: false),
        account("maildir", "ann@example.org", host: nil),
    ])
    func itIsAnother(_ other: AccountRow) { #expect(!SameMailbox.isSame(SameMailboxTests.first, other)) }
}
