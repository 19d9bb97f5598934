import Base

/// A long operation to be done by whichever process takes it.
package struct NewJob: Sendable {
    /// What a dead process means for the job.
    package enum OnDeath: String, Sendable {
        /// Done again from the start by whoever comes next.
        case `repeat`
        /// Taken up where it stopped.
        case resume
        /// Ends as failed: a second try could do harm.
        case fail
    }

    package var kind: String
    package var account: Int64?
    package var params: Record
    /// Stored encrypted, and removed when the job ends.
    package var secretParams: [String: [UInt8]]
    package var onDeath: OnDeath

    package init(
        kind: String, account: Int64? = nil, params: Record = Record(), secretParams: [String: [UInt8]] = [:],
        onDeath: OnDeath = .repeat
    ) {
        self.kind = kind
        self.account = account
        self.params = params
        self.secretParams = secretParams
        self.onDeath = onDeath
    }
}

package struct JobRow: Sendable {
    package var id: Int64
    package var kind: String
    package var account: Int64?
    /// queued, running, done, failed or cancelled.
    package var state: String
    package var params: Record
    /// Only in what `claimJob` gives.
    package var secretParams: [String: [UInt8]]
    package var onDeath: NewJob.OnDeath
    package var done: Int64
    package var total: Int64?
    package var note: String?
    package var createdAt: Int64
    package var startedAt: Int64?
    package var finishedAt: Int64?
    package var result: Record?
    /// Why it failed, as thrown by what did it.
    package var failure: Failure?
    package var cancelRequested: Bool
    /// How often a process took it.
    package var claims: Int64

    package var ended: Bool { state == "done" || state == "failed" || state == "cancelled" }
}
