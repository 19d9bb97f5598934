import Base
import CMailroom
import PluginHost
import Store

/// Messages that were left out for the sake of their people, of whom one is a contact by now: each is fetched by its
/// reference.
extension SyncWork {
    private static let mostInOneRound = 200
    /// With more in a folder, asking about the folder anew is cheaper.
    private static let mostInFolder = 100

    /// Asked for before the folders are: one that has many of them is asked about anew in this very round.
    func wantedPlaces() throws(Failure) -> [WantedRow] {
        guard scope.isWhole else { return [] }
        return try core.store.wantedPlaces(
            account.id, limit: SyncWork.mostInOneRound, mostInFolder: SyncWork.mostInFolder)
    }

    func fetch(_ wanted: [WantedRow], _ session: ProviderSession, _ totals: inout Totals) throws(Failure) {
        guard !wanted.isEmpty else { return }
        let folders = try core.store.folders(account.id)
        for row in wanted {
            guard let folder = folders.first(where: { $0.id == row.folder }), folder.selectable, folder.synced else {
                continue
            }
            guard try fetch(row, folder, session, &totals) else { return }
        }
    }

    /// - Returns: false where the session is of no use any more.
    private func fetch(
        _ row: WantedRow, _ folder: FolderRow, _ session: ProviderSession, _ totals: inout Totals
    ) throws(Failure) -> Bool {
        let call = FetchCall(
            core: core, account: account, interruption: interruption, folder: folder, ref: row.ref, lease: lease,
            isOld: true)
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
            if kind == .session { return false }
            if error.result == Int32(MR_E_NOT_FOUND) {
                // It is gone: the next sync of the folder says so.
                try core.store.forgetWanted(row.place, lease: lease)
                return true
            }
            var batch = SyncBatch(account: account.id, folder: folder.id)
            batch.items = [
                .refused(
                    ref: row.ref, flags: [], size: row.size, date: row.date, text: error.serverText ?? error.message)
            ]
            try core.store.commit(batch, lease: lease)
            return true
        }
    }
}
