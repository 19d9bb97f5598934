import Base
import CMailroom
import PluginHost
import Store

/// One round over the folders of one account, the inbox first: each is found equal to the server, made so, or left with
/// its reason.
struct SyncWork {
    let core: Core
    let account: AccountRow
    let interruption: Interruption
    let lease: Lease
    let scope: SyncScope
    let pace: FolderPace
    /// Believes no counters and compares everything.
    var walk = false
    /// Told what has been done of all that is known to be done.
    var report: (_ done: Int64, _ total: Int64?, _ note: String) -> Void = { _, _, _ in }

    struct Totals {
        var counts = SyncCall.Counts()
        /// Brought up to date.
        var folders: Int64 = 0
        /// Equal to the server as it said itself, and not asked any further.
        var unchanged: Int64 = 0
        var failed: Int64 = 0
        /// What the first of those that failed said.
        var failure: Failure?
        /// Messages of the folders before the present one.
        var before: Int64 = 0
    }

    /// - Returns: messages, known, flags, gone, bytes, folders, unchanged_folders, failed_folders.
    func run() throws(Failure) -> Record {
        var totals = Totals()
        let call = AccountCall(core: core, account: account, interruption: interruption)
        try call.withSession(account.provider) { (session) throws(Failure) in
            try wishes.run(session)
            let wanted = try wantedPlaces()
            let (folders, listing) = try list(session)
            try round(folders, listing, session, &totals)
            try retryQuarantine(session, &totals)
            try fetch(wanted, session, &totals)
            call.foundNothing = scope.isWhole && totals.counts.isNothing
        }
        if totals.folders + totals.unchanged == 0, let failure = totals.failure { throw failure }
        if scope.isWhole { try sweepAdrift() }
        var result = Record()
        result.set("messages", totals.counts.messages)
        result.set("known", totals.counts.known)
        result.set("flags", totals.counts.flags)
        result.set("gone", totals.counts.gone)
        result.set("bytes", totals.counts.bytes)
        result.set("folders", totals.folders + totals.unchanged)
        result.set("unchanged_folders", totals.unchanged)
        result.set("failed_folders", totals.failed)
        return result
    }

    /// What is wished goes to the server first, and between two folders.
    private var wishes: WishWork {
        WishWork(core: core, account: account, interruption: interruption, lease: lease)
    }

    /// The folders, as the server lists them now. Where only some are meant, and known, it is not asked: news is to be seen
    /// quickly.
    private func list(_ session: ProviderSession) throws(Failure) -> (folders: [FolderRow], listing: FolderCall?) {
        if case .only(let paths) = scope {
            let folders = try core.store.folders(account.id)
            let known = folders.filter(\.selectable)
            if paths.allSatisfy({ path in known.contains { $0.isNamed(path) } }) { return (folders, nil) }
        }
        let listing = FolderCall(core: core, account: account, interruption: interruption)
        try session.folders(listing.options(account.provider), listing)
        return (try core.store.applyFolders(account.id, listing.folders, state: listing.state, lease: lease), listing)
    }

    // MARK: the round

    private func round(
        _ folders: [FolderRow], _ listing: FolderCall?, _ session: ProviderSession, _ totals: inout Totals
    ) throws(Failure) {
        let now = Clock.wall()
        let policy = try core.store.policy(account.id)
        let exclusion = try Exclusion(core.store, account, policy)
        var equal: [FolderSynced] = []
        var chosen: [FolderRow] = []
        for folder in try wanted(folders) {
            let status = listing?.status(of: folder)
            if isUnchanged(folder, status, now) {
                equal.append(
                    FolderSynced(
                        folder: folder.id, at: now, status: folder.status, statusUntil: folder.statusUntil,
                        nextSync: pace.next(after: now, folder)))
            } else if isTime(folder, status, now) {
                chosen.append(folder)
            }
        }
        try core.store.setFoldersSynced(equal, lease: lease)
        totals.unchanged = Int64(equal.count)
        let first = chosen.contains { !$0.complete }
        // News that takes a moment is no activity worth a row in the feed.
        if scope.isWhole || first {
            try core.store.setActivity(
                account.id, activity: first ? "first_sync" : "syncing", done: 0, total: nil, lease: lease)
        }
        for folder in chosen {
            let rule = KeepRule(policy, folder)
            guard try sync(folder, rule, exclusion, listing?.status(of: folder), session, &totals) else { break }
            try wishes.run(session)
        }
    }

    /// Whether the server says of the folder what it said before its last sync.
    private func isUnchanged(_ folder: FolderRow, _ status: FolderCall.Status?, _ now: Int64) -> Bool {
        guard let status, let before = folder.status, status.bytes == before else { return false }
        return folder.complete && !folder.walk && !walk && (folder.statusUntil.map { now < $0 } ?? true)
    }

    private func isTime(_ folder: FolderRow, _ status: FolderCall.Status?, _ now: Int64) -> Bool {
        if case .only = scope { return true }
        if folder.refusals >= SyncWork.refusalsBeforeParking, !folder.isInbox { return (folder.nextSync ?? 0) <= now }
        if case .all = scope { return true }
        return status != nil || pace.isDue(folder, now)
    }

    /// The folders of the scope in the order in which people miss them: inbox, sent, drafts, others, then junk and trash;
    /// those that failed the last time after all others, so that they keep none of them from being looked at.
    private func wanted(_ folders: [FolderRow]) throws(Failure) -> [FolderRow] {
        let order = ["inbox": 0, "sent": 1, "drafts": 2, "junk": 4, "trash": 5, "all": 6]
        let sorted = folders.filter(\.selectable).sorted { left, right in
            let (a, b) = (order[left.role ?? ""] ?? 3, order[right.role ?? ""] ?? 3)
            return (left.refusals, a, left.path) < (right.refusals, b, right.path)
        }
        switch scope {
        case .all: return sorted.filter(\.synced)
        case .due: return sorted.filter { $0.synced && $0.mode != "manual" }
        case .only(let paths):
            let found = sorted.filter { folder in paths.contains(where: folder.isNamed) }
            if let missing = paths.first(where: { path in !found.contains { $0.isNamed(path) } }) {
                throw .noFolder(missing, of: account)
            }
            return found
        }
    }

    /// Messages that were in no folder any more when every folder was looked at after that are removed.
    private func sweepAdrift() throws(Failure) {
        var since = Int64.max
        for folder in try core.store.folders(account.id) where folder.isWatchedOver {
            guard let at = folder.syncedAt else { return }
            since = min(since, at)
        }
        guard since != .max else { return }
        try core.store.sweepAdrift(account.id, before: since, lease: lease)
    }
}

extension FolderRow {
    var isInbox: Bool { role == "inbox" }

    /// Whether a caller means it: by its path, and INBOX in any case (RFC 9051, section 5.1).
    func isNamed(_ name: String) -> Bool { Self.isPath(path, named: name) }

    static func isPath(_ path: String, named name: String) -> Bool {
        path.utf8.elementsEqual(name.utf8) || (path == "INBOX" && name.lowercased() == "inbox")
    }

    /// Whether it is looked at by itself: of the others nobody can say that they are in step.
    var isWatchedOver: Bool {
        selectable && synced && mode != "manual"
            && (refusals < SyncWork.refusalsBeforeParking || isInbox)
    }
}

extension Failure {
    /// A folder that was asked for by its path.
    static func noFolder(_ path: String, of account: AccountRow) -> Failure {
        var failure = Failure(MR_E_NOT_FOUND, "\(account.address) has no folder '\(path)' that holds messages")
        failure.field = "folder"
        failure.account = account.id
        failure.advice = "Name the folder by its path, as the list of the account's folders has it."
        return failure
    }
}
