import CMailroom

/// The doorbell of the change feed.
final class Events {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { mr_events_free(pointer) }

    /// - Returns: the latest change's number, or nil where the time ran out.
    func wait(timeoutMs: Int32) throws -> Int64? {
        var latest: Int64 = 0
        let result = try checked { mr_events_wait(pointer, timeoutMs, &latest, &$0) }
        return result == MR_TIMEOUT ? nil : latest
    }
}
