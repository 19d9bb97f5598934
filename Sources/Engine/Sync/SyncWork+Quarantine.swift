import Base
import CMailroom
import PluginHost
import Store

/// Messages that the server did not give: one after the other is asked for again, when its time has come.
extension SyncWork {
    private static let mostInOneRound = 20

    func retryQuarantine(_ session: ProviderSession, _ totals: inout Totals) throws(Failure) {
        guard scope.isWhole else { return }
        let due = try core.store.dueQuarantine(account.id, now: Clock.wall(), limit: SyncWork.mostInOneRound)
        guard !due.isEmpty else { return }
        let folders = try core.store.folders(account.id)
        for row in due {
            guard let folder = folders.first(where: { $0.id == row.folder }), folder.selectable, folder.synced else {
                continue
            }
            guard try retry(row, folder, session, &totals) else { return }
        }
    }

    /// - Returns: false where the session is of no use any more: the folders have gone well, the rest has time.
    private func retry(
        _ row: QuarantineRow, _ folder: FolderRow, _ session: ProviderSession, _ totals: inout Totals
    ) throws(Failure) -> Bool {
        let call = FetchCall(
            core: core, account: account, interruption: interruption, folder: folder, ref: row.ref, lease: lease)
        var what = folder.asFields
        what.set("ref", row.ref)
        do throws(Failure) {
            try session.fetch(call.options(account.provider), call, what: what)
            guard !call.items.isEmpty else { throw Failure(MR_E_REFUSED, "the server gave nothing") }
            try call.store()
            totals.counts.messages += call.bytes > 0 ? 1 : 0
            totals.counts.bytes += call.bytes
            return true
        } catch {
            if error.result == Int32(MR_E_UNSUPPORTED) { return false }
            let kind = FolderFailure(error.result)
            guard kind != .account, interruption.reason == .none else { throw error }
            try core.store.quarantineTried(row.place, text: error.serverText ?? error.message, lease: lease)
            return kind == .folder
        }
    }
}
