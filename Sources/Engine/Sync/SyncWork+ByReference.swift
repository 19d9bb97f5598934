import Base
import CMailroom
import PluginHost
import Store

/// Messages that are on the server and not here, fetched one by one by their reference.
extension SyncWork {
    /// What became of one of them.
    enum Fetched {
        case stored
        /// The server did not give it: this message, or the session, is at fault.
        case refused(Failure)
        /// The provider fetches nothing by its reference.
        case unsupported
    }

    /// - Parameters:
    ///   - isOld: it is no news, whenever the server got it.
    ///   - exclusion: what is not kept, where that could not be asked before.
    /// - Throws: what is wrong with the account and not with the message.
    func fetch(
        _ ref: String, in folder: FolderRow, isOld: Bool, _ session: ProviderSession, _ totals: inout Totals,
        exclusion: Exclusion? = nil
    ) throws(Failure) -> Fetched {
        let call = FetchCall(
            core: core, account: account, interruption: interruption, folder: folder, ref: ref, lease: lease,
            isOld: isOld, exclusion: exclusion)
        var what = folder.asFields
        what.set("ref", ref)
        do throws(Failure) {
            try session.fetch(call.options(account.provider), call, what: what)
            guard !call.items.isEmpty else { throw Failure(MR_E_REFUSED, "the server gave nothing") }
            try call.store()
            totals.counts.messages += call.bytes > 0 ? 1 : 0
            totals.counts.bytes += call.bytes
            return .stored
        } catch {
            if error.result == Int32(MR_E_UNSUPPORTED) { return .unsupported }
            guard FolderFailure(error.result) != .account, interruption.reason == .none else { throw error }
            return .refused(error)
        }
    }

    /// The account's folders in which messages are fetched, by their ids.
    func foldersToFetchIn() throws(Failure) -> [Int64: FolderRow] {
        var folders: [Int64: FolderRow] = [:]
        for folder in try core.store.folders(account.id) where folder.selectable && folder.synced {
            folders[folder.id] = folder
        }
        return folders
    }
}
