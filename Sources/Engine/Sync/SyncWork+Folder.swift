import Base
import CMailroom
import PluginHost
import Store

/// One folder of a round.
extension SyncWork {
    /// A folder that the server refuses so often in a row is tried a few times a day only.
    static let refusalsBeforeParking: Int64 = 3
    static let parkedMs: Int64 = 6 * 3_600_000
    /// References from wishes that a sync confirms one by one; with more, it compares everything.
    private static let mostPlaced = 1000

    /// Brings the folder up to date. Where it fails for a reason of its own, that is noted and the others go on.
    /// - Returns: false where the session is of no use any more.
    func sync(
        _ folder: FolderRow, _ rule: KeepRule, _ status: FolderCall.Status?, _ session: ProviderSession,
        _ totals: inout Totals
    ) throws(Failure) -> Bool {
        let begun = Clock.wall()
        let before = totals.before
        var last: Int64 = 0
        let call = try SyncCall(
            core: core, account: account, interruption: interruption, folder: folder, rule: rule, lease: lease
        ) { done, total in
            last = total
            report(before + done, before + total, folder.path)
        }
        defer {
            totals.counts += call.counts
            totals.before += last
        }
        do throws(Failure) {
            try sync(folder, call, session)
            try core.store.settlePending(folder: folder.id, since: begun, lease: lease)
            // Equal to what the server had when it began: what came since then may not have been seen.
            try core.store.setFolderSynced(
                folder.id, at: begun, status: status?.bytes, statusUntil: status?.milliseconds.map { begun + $0 },
                nextSync: pace.next(after: begun, folder), lease: lease)
            totals.folders += 1
            return true
        } catch {
            return try failed(folder, error, progressed: call.commits > 0, &totals)
        }
    }

    private func sync(_ folder: FolderRow, _ call: SyncCall, _ session: ProviderSession) throws(Failure) {
        var fields = folder.asFields
        if try asks(folder) { fields.set("ask", 1) }
        // Where all is asked about anew, what was stored by a wider rule must be found again.
        if !folder.cursor.isEmpty || folder.messages == 0 { fields.set("since", call.rule.since) }
        let placed = try core.store.placedRefs(
            folder: folder.id, since: folder.syncedAt ?? 0, limit: SyncWork.mostPlaced + 1)
        fields["placed"] = .list(placed.map { .record(Record(["ref": .text($0)])) })
        if walk || folder.walk || placed.count > SyncWork.mostPlaced { fields.set("walk", 1) }
        do throws(Failure) {
            try session.sync(call.options(account.provider), call, folder: fields, cursor: folder.cursor)
        } catch  where error.result == Int32(MR_E_STALE) && !folder.cursor.isEmpty {
            call.dropUncommitted()
            try session.sync(call.options(account.provider), call, folder: fields, cursor: [])
        }
    }

    /// Whether a message of this folder may be stored already: not in a first sync, where asking would cost more than it
    /// saves.
    private func asks(_ folder: FolderRow) throws(Failure) -> Bool {
        guard account.lastSync != nil || folder.complete || folder.cursor.isEmpty && folder.messages > 0 else {
            return false
        }
        return try core.store.mayKnowMessages(of: account.id)
    }

    // MARK: failing

    /// Puts down that a folder failed.
    /// - Parameter progressed: something of it was stored before that.
    /// - Returns: whether the session may go on with other folders.
    private func failed(
        _ folder: FolderRow, _ error: Failure, progressed: Bool, _ totals: inout Totals
    ) throws(Failure) -> Bool {
        let kind = FolderFailure(error.result)
        guard kind != .account, interruption.reason == .none else { throw error }
        var failure = error
        failure.message = "folder '\(folder.path)': \(error.message)"
        // A connection that breaks on the way says nothing of the folder.
        if kind == .session, progressed { throw failure }
        let now = Clock.wall()
        let isParked = folder.refusals + 1 >= SyncWork.refusalsBeforeParking && !folder.isInbox
        try core.store.setFolderRefused(
            folder.id, text: error.serverText ?? error.message,
            until: isParked ? now + SyncWork.parkedMs : pace.next(after: now, folder), lease: lease)
        if kind == .session, !isParked { throw failure }
        totals.failed += 1
        totals.failure = totals.failure ?? failure
        try core.store.addLog(NewLog(failure.explained(), account: account.id, what: "sync"))
        return kind == .folder
    }
}

/// Whom a failure in a folder concerns.
enum FolderFailure {
    /// The server refuses this folder; the session goes on.
    case folder
    /// It broke off: the folder may be at fault, where it happens again and again.
    case session
    /// Everything.
    case account

    init(_ result: Int32) {
        switch Int(result) {
        case MR_E_REFUSED, MR_E_NOT_FOUND: self = .folder
        case MR_E_CONNECTION, MR_E_PROTOCOL, MR_E_PLUGIN: self = .session
        default: self = .account
        }
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
    init(_ failure: Failure, account: Int64?, what: String, send: Int64? = nil) {
        self.init(account: account, level: "error", what: what, message: failure.message, send: send)
        cause = failure.cause
        failureClass = failure.failureClass
        code = Failure.name(of: failure.result)
        step = failure.step
        serverText = failure.serverText
        advice = failure.advice
    }
}
