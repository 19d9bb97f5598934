import CMailroom

/// One opened store. Every call goes straight to `mailroom.h`.
final class Room {
    let pointer: OpaquePointer
    let path: String

    init(_ path: String, _ options: Fields) throws {
        var engine: OpaquePointer?
        try checked { mr_open(path, options.pointer, &engine, &$0) }
        guard let engine else { throw ToolError(.failed, "the library opened no store") }
        pointer = engine
        self.path = path
    }

    deinit { mr_close(pointer) }

    func start() throws { try checked { mr_start(pointer, &$0) } }
    func stop() throws { try checked { mr_stop(pointer, &$0) } }

    // MARK: Accounts

    func discover(_ address: String) throws -> Job { try job { mr_discover(pointer, address, &$0, &$1) } }

    func connect(_ account: Fields) throws -> Job { try job { mr_connect(pointer, account.pointer, &$0, &$1) } }

    func reconnect(_ account: Int64, _ changes: Fields) throws -> Job {
        try job { mr_reconnect(pointer, account, changes.pointer, &$0, &$1) }
    }

    func disconnect(_ account: Int64, erase: Bool) throws {
        let options = try Fields()
        if erase { try options.int("erase", 1) }
        try checked { mr_disconnect(pointer, account, options.pointer, &$0) }
    }

    func status(_ account: Int64) throws -> Row { try row { mr_status(pointer, account, &$0, &$1) } }

    // MARK: Mail

    func sync(_ account: Int64, folder: String?) throws -> Job {
        let options = try Fields()
        try options.text("folder", folder)
        return try job { mr_sync(pointer, account, options.pointer, &$0, &$1) }
    }

    func audit(_ account: Int64, folder: String?, heal: Bool) throws -> Job {
        let options = try Fields()
        try options.text("folder", folder)
        if heal { try options.int("heal", 1) }
        return try job { mr_audit(pointer, account, options.pointer, &$0, &$1) }
    }

    func verify(_ account: Int64, folder: String?, withinMs: Int64) throws -> Job {
        let arguments = try Fields()
        try arguments.int("account", account)
        try arguments.text("folder", folder)
        try arguments.int("timeout_ms", withinMs)
        return try check("verify", arguments)
    }

    /// Whether a worker showed life within the last half minute; it does every ten seconds.
    func hasWorker() throws -> Bool {
        let seen = try find("account") { try $0.int("limit", 1) }.first()?.int("worker_seen_at")
        return seen.map { Moment.now() - $0 < 30_000 } ?? false
    }

    /// - Parameter domain: nil where the account's is meant.
    func checkDomain(
        _ domain: String?, account: Int64?, selectors: [String], resolver: String?, timeoutMs: Int64
    ) throws -> Job {
        let arguments = try Fields()
        try arguments.text("domain", domain)
        try arguments.int("account", account)
        try arguments.texts("selectors", selectors)
        try arguments.text("resolver", resolver)
        try arguments.int("timeout_ms", timeoutMs)
        return try check("domain", arguments)
    }

    /// - Parameter what: doctor, verify or domain.
    func check(_ what: String, _ arguments: Fields) throws -> Job {
        try job { mr_check(pointer, what, arguments.pointer, &$0, &$1) }
    }

    func find(_ kind: String, _ fill: (Fields) throws -> Void = { _ in }) throws -> Rows {
        let query = try Fields()
        try fill(query)
        var cursor: OpaquePointer?
        try checked { mr_find(pointer, kind, query.pointer, &cursor, &$0) }
        return try Rows(cursor)
    }

    func get(_ kind: String, _ id: Int64) throws -> Row { try row { mr_get(pointer, kind, id, &$0, &$1) } }

    /// - Parameter part: a part's number as IMAP counts, or nil for the whole message as it came.
    func blob(_ message: Int64, part: String?) throws -> Blob {
        var blob: OpaquePointer?
        try checked { mr_blob_open(pointer, message, part, &blob, &$0) }
        return try Blob(blob)
    }

    func newBlob() throws -> Blob {
        var blob: OpaquePointer?
        try checked { mr_blob_new(pointer, &blob, &$0) }
        return try Blob(blob)
    }

    // MARK: Sending

    func send(_ account: Int64, _ message: Fields) throws -> Int64 {
        var id: Int64 = 0
        try checked { mr_send(pointer, account, message.pointer, &id, &$0) }
        return id
    }

    func resend(_ send: Int64, _ options: Fields) throws {
        try checked { mr_resend(pointer, send, options.pointer, &$0) }
    }

    /// - Returns: how many were queued again.
    func resendAll(_ query: Fields) throws -> Int64 {
        var count: Int64 = 0
        try checked { mr_resend_all(pointer, query.pointer, &count, &$0) }
        return count
    }

    func cancel(_ send: Int64) throws { try checked { mr_cancel(pointer, send, &$0) } }

    /// - Returns: the finished send, or nil where the time ran out, with what is known about the worker.
    func sendWait(_ send: Int64, timeoutMs: Int32) throws -> (row: Row, ended: Bool) {
        var record: OpaquePointer?
        let result = try checked { mr_send_wait(pointer, send, timeoutMs, &record, &$0) }
        return (try Row(taking: record), result != MR_TIMEOUT)
    }

    // MARK: The feed

    func events() throws -> Events {
        var events: OpaquePointer?
        try checked { mr_events_open(pointer, &events, &$0) }
        guard let events else { throw ToolError(.failed, "the library gave no events") }
        return Events(events)
    }

    /// - Parameter kind: of rows of this kind alone.
    func changes(after: Int64, kind: String? = nil) throws -> Rows {
        let query = try Fields()
        try query.text("kind", kind)
        var cursor: OpaquePointer?
        try checked { mr_changes(pointer, after, query.pointer, &cursor, &$0) }
        return try Rows(cursor)
    }

    // MARK: Helpers

    private func job(_ call: (inout OpaquePointer?, inout OpaquePointer?) -> mr_result) throws -> Job {
        var job: OpaquePointer?
        try checked { call(&job, &$0) }
        guard let job else { throw ToolError(.failed, "the library gave no job") }
        return Job(job)
    }

    private func row(_ call: (inout OpaquePointer?, inout OpaquePointer?) -> mr_result) throws -> Row {
        var record: OpaquePointer?
        try checked { call(&record, &$0) }
        return try Row(taking: record)
    }
}

extension Row {
    /// Copies a record that is ours and frees it; nothing at all reads as an empty row.
    init(taking record: OpaquePointer?) throws {
        defer { mr_record_free(record) }
        self = try Row(copying: record)
    }

    init(copying record: OpaquePointer?) throws {
        guard let record else {
            self.init()
            return
        }
        guard let json = mr_record_json(record) else {
            throw ToolError(.failed, "the library wrote no JSON for a row")
        }
        self = try JSONReader.row(String(cString: json))
    }
}
