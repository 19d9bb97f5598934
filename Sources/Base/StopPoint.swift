import Glibc

/// The steps between which a crash must do no harm, by name. In the build for tests a process can be told to
/// kill itself at one of them (`mr_test_stop_at`); in the shipped build reaching one does nothing.
package enum StopPoint: String, CaseIterable, Sendable {
    case accountStored = "account.stored"
    case foldersStored = "folders.stored"
    /// Between two transactions of what goes in slices: emptying a folder, a reset, sweeping, erasing.
    case slice = "store.slice"
    case bodyStaged = "body.staged"
    case commitBefore = "commit.before"
    case commitAfter = "commit.after"
    case sendQueued = "send.queued"
    case batchBegun = "batch.begun"
    case batchSlice = "batch.slice"
    case batchOpened = "batch.opened"
    case sendAttemptStored = "send.attempt_stored"
    case sendBeforeDot = "send.before_dot"
    case sendBeforeResult = "send.before_result"
    case sendAfterResult = "send.after_result"
    /// A send whose outcome was unknown has got it.
    case sendSettled = "send.settled"
    /// The wish is stored that puts the copy of a sent message into Sent.
    case sendCopyWished = "send.copy_wished"
    case wishStored = "wish.stored"
    case wishBegun = "wish.begun"
    case wishApplied = "wish.applied"
    case wishFinished = "wish.finished"
    /// A one-time code is about to be sent to its issuer.
    case codeSpent = "code.spent"
    /// A token has come, and is not stored yet.
    case tokenFetched = "token.fetched"
    /// It is stored, and was not used yet.
    case tokenStored = "token.stored"
    /// The provider's limits have room for a request, which is about to go out.
    case requestTaken = "request.taken"
    case jobClaimed = "job.claimed"
    case jobBeforeFinish = "job.before_finish"

    #if MAILROOM_TEST
        private struct Watch: Sendable {
            var reached: [StopPoint: Int64] = [:]
            var stopAt: [StopPoint: Int64] = [:]
        }
        private static let watch = Lock(Watch())

        /// At the nth time from now that this point is reached, the process gets SIGKILL.
        package func stop(at nth: Int64) {
            StopPoint.watch.withLock { $0.stopAt[self] = ($0.reached[self] ?? 0) + nth }
        }

        /// How often the point was reached in this process.
        package var reached: Int64 { StopPoint.watch.withLock { $0.reached[self] ?? 0 } }
    #endif

    @inline(__always) package func reach() {
        #if MAILROOM_TEST
            let stop = StopPoint.watch.withLock { watch in
                watch.reached[self, default: 0] += 1
                return watch.reached[self] == watch.stopAt[self]
            }
            if stop { kill(getpid(), SIGKILL) }
        #endif
    }
}
