import Base
import CMailroom
import PluginHost

extension AccountCall {
    /// Has `body` done on a session of the account: one that was kept open, else a new one; it is kept open again where it
    /// is sound. A kept one may have been ended by its server without a word: then `body` is begun once more, on a new one.
    func withSession(_ scheme: String, _ body: (ProviderSession) throws(Failure) -> Void) throws(Failure) {
        if let kept = core.sessions?.take(account, scheme) {
            do throws(Failure) {
                try body(kept)
                return giveBack(kept, scheme)
            } catch {
                let isOver = error.result == Int32(MR_E_CONNECTION) && interruption.reason == .none
                giveBack(kept, scheme)
                guard isOver else { throw error }
            }
        }
        let session = try open(scheme)
        defer { giveBack(session, scheme) }
        try body(session)
    }
}
