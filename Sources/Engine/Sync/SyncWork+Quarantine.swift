import Base
import PluginHost
import Store

/// Messages that the server did not give: one after the other is asked for again, when its time has come.
extension SyncWork {
    private static let mostInOneRound = 20

    func retryQuarantine(_ session: ProviderSession, _ totals: inout Totals) throws(Failure) {
        guard scope.isWhole else { return }
        let due = try core.store.dueQuarantine(account.id, now: Clock.wall(), limit: SyncWork.mostInOneRound)
        guard !due.isEmpty else { return }
        let folders = try foldersToFetchIn()
        let exclusion = try Exclusion(core.store, account, core.store.policy(account.id))
        for row in due {
            guard let folder = folders[row.folder] else { continue }
            switch try fetch(row.ref, in: folder, isOld: false, session, &totals, exclusion: exclusion) {
            case .stored: continue
            case .unsupported: return
            case .refused(let failure):
                try core.store.quarantineTried(row.place, text: failure.serverText ?? failure.message, lease: lease)
                // Where the session is of no use any more: the folders have gone well, the rest has time.
                guard FolderFailure(failure.result) == .folder else { return }
            }
        }
    }
}
