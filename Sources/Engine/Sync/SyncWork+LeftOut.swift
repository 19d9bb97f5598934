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
        let folders = try foldersToFetchIn()
        for row in wanted {
            guard let folder = folders[row.folder] else { continue }
            switch try fetch(row.ref, in: folder, isOld: true, session, &totals) {
            case .stored: continue
            case .unsupported: return
            case .refused(let failure):
                guard FolderFailure(failure.result) == .folder else { return }
                try notGiven(row, folder, failure)
            }
        }
    }

    private func notGiven(_ row: WantedRow, _ folder: FolderRow, _ failure: Failure) throws(Failure) {
        // It is gone: the next sync of the folder says so.
        if failure.result == Int32(MR_E_NOT_FOUND) { return try core.store.forgetWanted(row.place, lease: lease) }
        var batch = SyncBatch(account: account.id, folder: folder.id)
        batch.items = [
            .refused(
                ref: row.ref, flags: [], size: row.size, date: row.date, text: failure.serverText ?? failure.message)
        ]
        try core.store.commit(batch, lease: lease)
    }
}
