import Base
import CMailroom
import PluginHost
import Store

/// One sync of one account: its folders, then each of them, the inbox first.
struct SyncWork {
    let core: Core
    let account: AccountRow
    let interruption: Interruption
    let lease: Lease
    /// Only these folders, by their paths.
    var only: [String]?
    /// Told what has been done of all that is known to be done.
    var report: (_ done: Int64, _ total: Int64?, _ note: String) -> Void = { _, _, _ in }

    private struct Totals {
        var counts = SyncCall.Counts()
        var folders: Int64 = 0
        var failed: Int64 = 0
        /// Messages of the folders before the present one.
        var before: Int64 = 0
    }

    /// - Returns: messages, flags, gone, bytes, folders, failed_folders.
    func run() throws(Failure) -> Record {
        let opening = AccountCall(core: core, account: account, interruption: interruption)
        let session = try opening.open(account.provider, reuse: true)
        defer { opening.giveBack(session, account.provider) }
        let wishes = WishWork(core: core, account: account, interruption: interruption, lease: lease)
        try wishes.run(session)
        let listing = FolderCall(core: core, account: account, interruption: interruption)
        try session.folders(listing.options(account.provider), listing)
        let folders = try core.store.applyFolders(account.id, listing.folders, lease: lease)
        let chosen = try chosen(folders)
        let first = chosen.contains { !$0.complete }
        try core.store.setActivity(
            account.id, activity: first ? "first_sync" : "syncing", done: 0, total: nil, lease: lease)
        var totals = Totals()
        for folder in chosen {
            try sync(folder, session, &totals)
            try wishes.run(session)
        }
        var result = Record()
        result.set("messages", totals.counts.messages)
        result.set("flags", totals.counts.flags)
        result.set("gone", totals.counts.gone)
        result.set("bytes", totals.counts.bytes)
        result.set("folders", totals.folders)
        result.set("failed_folders", totals.failed)
        return result
    }

    private func sync(_ folder: FolderRow, _ session: ProviderSession, _ totals: inout Totals) throws(Failure) {
        let since = Clock.wall()
        let before = totals.before
        var last: Int64 = 0
        let call = SyncCall(
            core: core, account: account, interruption: interruption, folder: folder, lease: lease
        ) { done, total in
            last = total
            report(before + done, before + total, folder.path)
        }
        defer {
            totals.counts.messages += call.counts.messages
            totals.counts.flags += call.counts.flags
            totals.counts.gone += call.counts.gone
            totals.counts.bytes += call.counts.bytes
            totals.before += last
        }
        do throws(Failure) {
            try session.sync(
                call.options(account.provider), call, folder: folder.asFields, cursor: folder.cursor)
            try core.store.settlePending(folder: folder.id, since: since, lease: lease)
            try core.store.setFolderSynced(
                folder.id, at: Clock.wall(), status: nil, statusUntil: nil, nextSync: nil, lease: lease)
            totals.folders += 1
        } catch {
            // One folder that the server refuses does not keep the others from being synced.
            guard error.result == Int32(MR_E_REFUSED) || error.result == Int32(MR_E_NOT_FOUND) else { throw error }
            totals.failed += 1
            var failure = error
            failure.message = "folder '\(folder.path)': \(error.message)"
            try core.store.addLog(NewLog(failure.explained(), account: account.id, what: "sync"))
        }
    }

    /// The folders in the order in which people miss them: inbox, sent, drafts, others, then junk and trash.
    private func chosen(_ folders: [FolderRow]) throws(Failure) -> [FolderRow] {
        let order = ["inbox": 0, "sent": 1, "drafts": 2, "junk": 4, "trash": 5, "all": 6]
        let sorted = folders.filter(\.selectable).sorted { left, right in
            let (a, b) = (order[left.role ?? ""] ?? 3, order[right.role ?? ""] ?? 3)
            return (a, left.path) < (b, right.path)
        }
        guard let only else { return sorted }
        let asked = sorted.filter { only.contains($0.path) }
        guard !asked.isEmpty else {
            throw .invalid("folder", "the account has no folder '\(only.first ?? "")' that holds messages")
        }
        return asked
    }
}

extension FolderRow {
    /// What a plugin is told of the folder (mailroom_plugin.h).
    var asFields: Record {
        var fields = Record()
        fields.set("id", id)
        fields.set("path", path)
        fields["native"] = .bytes(native)
        fields.set("role", role)
        fields.set("delimiter", delimiter)
        return fields
    }
}

extension NewLog {
    /// An error as a row of the log.
    init(_ failure: Failure, account: Int64?, what: String) {
        self.init(account: account, level: "error", what: what, message: failure.message)
        cause = failure.cause
        failureClass = failure.failureClass
        code = Failure.name(of: failure.result)
        step = failure.step
        serverText = failure.serverText
        advice = failure.advice
    }
}
