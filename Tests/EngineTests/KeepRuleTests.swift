import Base
import Testing

@testable import Engine
@testable import Store

@Suite struct KeepRuleTests {
    private static func rule(
        _ keep: String? = nil, since: Int64? = nil, maxSize: Int64? = nil, folderSince: Int64? = nil
    ) -> KeepRule {
        var folder = FolderRow.plain(1)
        folder.sinceMs = folderSince
        return KeepRule(keep.map { PolicyRow(account: 1, keep: $0, since: since, maxSize: maxSize) }, folder)
    }

    @Test func withoutAPolicyEverythingIsKept() {
        #expect(KeepRuleTests.rule().decide(size: .max, date: 0) == .whole)
        #expect(KeepRuleTests.rule().decide(size: nil, date: nil) == .whole)
    }

    @Test(arguments: [
        (Int64?.none, Int64?(500), KeepRule.Decision.whole), (999, 500, .nothing(reason: "since")),
        (1000, 500, .whole), (1001, 501, .header), (999, 501, .nothing(reason: "since")), (1001, nil, .whole),
    ])
    func ageGoesBeforeSize(_ date: Int64?, _ size: Int64?, _ decision: KeepRule.Decision) {
        #expect(KeepRuleTests.rule("all", since: 1000, maxSize: 500).decide(size: size, date: date) == decision)
    }

    @Test func headersAlone() {
        #expect(KeepRuleTests.rule("headers").decide(size: 1, date: nil) == .header)
        #expect(KeepRuleTests.rule("headers", since: 10).decide(size: 1, date: 9) == .nothing(reason: "since"))
    }

    @Test func theFoldersOwnDayGoesBeforeThePolicys() {
        #expect(KeepRuleTests.rule("all", since: 1000, folderSince: 10).decide(size: 1, date: 20) == .whole)
        #expect(
            KeepRuleTests.rule("all", since: 10, folderSince: 1000).decide(size: 1, date: 20)
                == .nothing(reason: "since"))
        #expect(KeepRuleTests.rule(folderSince: 1000).since == 1000)
    }
}

extension FolderRow {
    /// A folder in the personal namespace, of which nothing is known.
    static func plain(_ id: Int64, role: String? = nil, syncedAt: Int64? = nil) -> FolderRow {
        FolderRow(
            id: id, account: 1, path: "F\(id)", native: [], delimiter: "/", role: role, selectable: true, cursor: [],
            complete: true, syncedAt: syncedAt, messages: 0, serverMessages: nil, stable: nil, status: nil,
            statusUntil: nil, namespace: "personal", rights: nil, synced: true, mode: nil, intervalMs: nil,
            sinceMs: nil, nextSync: nil, push: nil, refusals: 0, refused: nil, walk: false)
    }
}
