import Base
import CMailroom
import Store
import Testing

@testable import Engine

@Suite struct FreshnessTests {
    private static let pace = FolderPace(pollMs: 1000, floorMs: 0, canPush: true)

    @Test func theOldestFolderCounts() {
        let folders = [FolderRow.plain(1, role: "inbox", syncedAt: 900), .plain(2, syncedAt: 400)]
        #expect(Freshness(folders).inStepSince == 400)
        #expect(Freshness(folders + [.plain(3)]).inStepSince == nil, "one was never looked at")
        #expect(Freshness([]).inStepSince == nil)
    }

    @Test func foldersThatNobodyLooksAtDoNotCount() {
        var off = FolderRow.plain(2)
        off.synced = false
        var manual = FolderRow.plain(3)
        manual.mode = "manual"
        var parked = FolderRow.plain(4)
        parked.refusals = SyncWork.refusalsBeforeParking
        var bare = FolderRow.plain(5)
        bare.selectable = false
        let folders = [FolderRow.plain(1, syncedAt: 700), off, manual, parked, bare]
        #expect(Freshness(folders).inStepSince == 700)
        // The inbox always counts: without it the mailbox is not in step, whatever the server says.
        var inbox = FolderRow.plain(6, role: "inbox")
        inbox.refusals = 10
        #expect(Freshness(folders + [inbox]).inStepSince == nil)
    }

    @Test func staleIsTwiceTheFoldersOwnTime() {
        var often = FolderRow.plain(1, role: "inbox", syncedAt: 10_000)
        let seldom = FolderRow.plain(2, syncedAt: 10_000)
        let pace = FreshnessTests.pace
        let first = 10_000 + 2 * pace.interval(often)
        #expect(Freshness([often, seldom]).staleSince(pace, beginning: 0, now: first) == nil)
        #expect(Freshness([often, seldom]).staleSince(pace, beginning: 0, now: first + 1) == first)
        often.push = "idle"
        #expect(Freshness([often]).staleSince(pace, beginning: 0, now: first + 1) == nil, "it is watched")
        #expect(
            Freshness([.plain(3)]).staleSince(pace, beginning: 500, now: .max / 2) == 500 + 2 * pace.interval(seldom))
    }

    @Test(arguments: [
        (MR_E_REFUSED, FolderFailure.folder), (MR_E_NOT_FOUND, .folder), (MR_E_CONNECTION, .session),
        (MR_E_PROTOCOL, .session), (MR_E_PLUGIN, .session), (MR_E_AUTH, .account), (MR_E_CANCELLED, .account),
        (MR_E_STORE, .account), (MR_E_BUSY, .account), (MR_E_THROTTLED, .account),
    ])
    func whomAFailureConcerns(_ result: Int, _ whom: FolderFailure) {
        #expect(FolderFailure(Int32(result)) == whom)
    }
}
