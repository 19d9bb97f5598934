import Base
import PluginHost
import Store

/// Sends what is due of one account: on one session, and on more of them beside it where much waits and no limit stands
/// against it.
struct SendWork {
    let core: Core
    let account: AccountRow
    let interruption: Interruption
    let lease: Lease
    /// Only this send.
    var only: Int64?

    /// - Returns: how many sends were tried, and why there are no more.
    func run() throws(Failure) -> (tried: Int, rest: SendQueue.Rest) {
        let turn = try SendTurn(core, account, lease, only: only)
        do throws(Failure) {
            try SendLane(turn, interruption).run()
        } catch {
            turn.end(error)
        }
        return try turn.join(interruption)
    }
}
