import Base

import Testing

@testable import Engine
@testable import Store

@Suite struct FolderPaceTests {
    private let now: Int64 = 1_000_000_000_000
    private static let minute: Int64 = 60_000

    private func pace(floor: Int64 = 0, canPush: Bool = true) -> FolderPace {
        FolderPace(pollMs: 5 * FolderPaceTests.minute, floorMs: floor, canPush: canPush)
    }

    @Test(
        arguments: [
            ("inbox", nil, nil, "push"), ("sent", nil, nil, "push"), ("drafts", nil, nil, "interval"),
            (nil, nil, nil, "interval"), ("inbox", "manual", nil, "manual"), (nil, "push", nil, "push"),
            ("inbox", "interval", 60_000, "interval"), ("inbox", "nonsense", nil, "push"),
        ] as [(String?, String?, Int64?, String)])
    func theModeIsTheUsersElseTheRoles(_ role: String?, _ mode: String?, _ interval: Int64?, _ expected: String) {
        #expect(pace().mode(.made(role: role, mode: mode, intervalMs: interval)).rawValue == expected)
    }

    /// Minutes until the next look: role, mode, interval, watched, floor.
    @Test(
        arguments: [
            ("inbox", nil, nil, nil, 0, 5), ("inbox", nil, nil, "idle", 0, 30), ("sent", nil, nil, nil, 0, 5),
            ("sent", nil, nil, "notify", 0, 30), ("drafts", nil, nil, nil, 0, 30), (nil, nil, 2, nil, 0, 2),
            ("inbox", nil, nil, nil, 10, 10), (nil, nil, 1, nil, 10, 10), ("inbox", "push", 45, "idle", 0, 45),
            ("drafts", nil, nil, nil, 60, 60), (nil, "interval", Int64.max / 60_000, nil, 0, 30 * 24 * 60),
        ] as [(String?, String?, Int64?, String?, Int64, Int64)])
    func theNextLook(
        _ role: String?, _ mode: String?, _ interval: Int64?, _ push: String?, _ floor: Int64, _ expected: Int64
    ) {
        let folder = FolderRow.made(role: role, mode: mode, intervalMs: interval.map { $0 * 60_000 }, push: push)
        let wait = expected * FolderPaceTests.minute
        for _ in 0..<50 {
            let next = pace(floor: floor * FolderPaceTests.minute).next(after: now, folder)
            #expect(next >= now + wait)
            #expect(next <= now + wait + wait / 10)
        }
    }

    @Test func manualMeansNever() {
        let folder = FolderRow.made(role: "inbox", mode: "manual")
        #expect(pace().next(after: now, folder) == .max)
        #expect(!pace().isDue(folder, now))
        #expect(pace().toWatch([folder]).isEmpty)
    }

    @Test func theAccountIsDueWithItsFirstFolder() {
        var early = FolderRow.made(role: "inbox")
        early.nextSync = now + 1_000
        var never = FolderRow.made(mode: "manual")
        never.nextSync = .max
        var off = FolderRow.made()
        off.synced = false
        #expect(pace().next([never, early, off], after: now) == now + 1_000)
        // It is asked for new folders all the same.
        #expect(pace().next([never], after: now) == now + 6 * 3_600_000)
        #expect(pace().next([FolderRow.made()], after: now) == now)
    }

    @Test func theInboxIsWatchedFirst() {
        let folders = [
            FolderRow.made(id: 1, role: "sent"), FolderRow.made(id: 2, mode: "push"), FolderRow.made(id: 3),
            FolderRow.made(id: 4, role: "inbox"), FolderRow.made(id: 5, role: "sent", mode: "push"),
        ]
        #expect(pace().toWatch(folders).map(\.id) == [4, 2, 5, 1])
        #expect(pace(canPush: false).toWatch(folders).isEmpty)
    }
}

extension FolderRow {
    /// A folder with nothing in it.
    static func made(
        id: Int64 = 1, role: String? = nil, mode: String? = nil, intervalMs: Int64? = nil, push: String? = nil
    ) -> FolderRow {
        FolderRow(
            id: id, account: 1, path: "folder\(id)", native: [], delimiter: "/", role: role, selectable: true,
            cursor: [],
            complete: true, syncedAt: nil, messages: 0, serverMessages: nil, stable: nil, status: nil, statusUntil: nil,
            namespace: "personal", rights: nil, synced: true, mode: mode, intervalMs: intervalMs, sinceMs: nil,
            nextSync: nil, push: push, refusals: 0, refused: nil, walk: false)
    }
}
