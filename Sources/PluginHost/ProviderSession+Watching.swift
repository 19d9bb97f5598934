import Base
import CMailroom
import Transport

/// What became of a beginning to watch.
package enum WatchOutcome: Sendable, Equatable {
    /// The session waits: `parked` is there.
    case parked
    /// It waits, and `changed` was emitted already.
    case changed
    /// The provider has nothing to wait for.
    case ended
}

/// Waiting for changes without a thread.
extension ProviderSession {
    /// Begins to watch these folders, the most important first. What cannot be watched is emitted as `unwatched`.
    /// Afterwards `parked` is to be given to the poller (`ParkedStream.wait`), and the session is used for nothing but `wake`
    /// and `close`.
    /// - Throws: `MR_E_UNSUPPORTED` where the provider or the server has no push.
    package func watch(
        _ options: CallOptions, _ delegate: any CallDelegate, folders: [Record]
    ) throws(Failure) -> WatchOutcome {
        let answer = try call(.watch, options, delegate, provider.functions.table.watch) {
            (function, session, invocation) throws(Failure) in
            guard let fields = invocation.fields(Record(["items": .list(folders.map { .record($0) })])) else {
                throw .invalid("folders", "no memory left in this call")
            }
            return invocation.run { function(session, $0, fields) }
        }
        return answer == MR_CHANGED ? .changed : parked == nil ? .ended : .parked
    }

    /// Goes on after a wake. Where `parked` is nil afterwards, the watching is over.
    /// - Returns: whether there is news: `changed` was emitted for each folder.
    /// - Throws: the failure that ended the watching.
    package func wake(
        _ options: CallOptions, _ delegate: any CallDelegate, reason: Int32
    ) throws(Failure) -> Bool {
        let answer = try call(.wake, options, delegate, provider.functions.table.wake, reason: reason) {
            function, session, invocation in
            invocation.run { function(session, $0, reason) }
        }
        return answer == MR_CHANGED
    }
}
