import CMailroom

/// A long operation. Letting go of it does not cancel it.
final class Job {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { mr_job_free(pointer) }

    var id: Int64 { mr_job_id(pointer) }

    /// - Returns: the job's result and true, or what is known so far and false where the time ran out.
    func wait(timeoutMs: Int32) throws -> (row: Row, ended: Bool) {
        var record: OpaquePointer?
        let result = try checked { mr_job_wait(pointer, timeoutMs, &record, &$0) }
        return (try Row(taking: record), result != MR_TIMEOUT)
    }

    func progress() throws -> Row {
        var record: OpaquePointer?
        try checked { mr_job_progress(pointer, &record, &$0) }
        return try Row(taking: record)
    }

    func cancel() { mr_job_cancel(pointer) }
}
