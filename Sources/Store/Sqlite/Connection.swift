import Base
import CMailroom
import CSystem
import Glibc

/// One SQLite connection with its prepared statements. Used by one thread at a time: by whoever holds the writer's
/// gate, or took it from the pool of readers.
final class Connection {
    enum Role { case writer, reader }

    /// How long a statement or transaction waits for other processes before it gives up.
    static let patienceMs: Int64 = 60_000

    private(set) var handle: OpaquePointer?
    /// By the address of the SQL text: texts in the code are constants.
    private var statements: [UInt: OpaquePointer] = [:]
    /// Queries that were put together, by their text.
    private var composed: [String: OpaquePointer] = [:]
    private var synchronous = ""

    init(path: String, role: Role) throws(Failure) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        var code = sqlite3_open_v2(path, &opened, flags, nil)
        // As in `patiently`, where the file is there.
        let until = Clock.boot() &+ 5_000
        while code & 0xff == SQLITE_CANTOPEN, access(path, F_OK) == 0, Clock.boot() < until {
            sqlite3_close_v2(opened)
            usleep(2_000)
            code = sqlite3_open_v2(path, &opened, flags, nil)
        }
        guard code == SQLITE_OK, let opened else {
            let failure = sqliteFailure(code, opened)
            sqlite3_close_v2(opened)
            throw failure
        }
        handle = opened
        sqlite3_busy_timeout(opened, 5_000)
        do throws(Failure) {
            try execute("PRAGMA trusted_schema=OFF")
            try execute("PRAGMA temp_store=MEMORY")
            switch role {
            case .writer:
                try execute("PRAGMA cache_size=-8000")
                try execute("PRAGMA wal_autocheckpoint=2000")
                try execute("PRAGMA journal_size_limit=16777216")
                // What an ordinary change frees within a page is overwritten there and then, at no cost of the disk: else old
                // copies of a row would outlive its erasure.
                try execute("PRAGMA secure_delete=FAST")
            case .reader:
                try execute("PRAGMA cache_size=-2000")
                try execute("PRAGMA query_only=1")
            }
        } catch {
            close()
            throw error
        }
    }

    deinit { close() }

    func close() {
        guard let open = handle else { return }
        for statement in statements.values { sqlite3_finalize(statement) }
        for statement in composed.values { sqlite3_finalize(statement) }
        statements = [:]
        composed = [:]
        sqlite3_close_v2(open)
        handle = nil
    }

    /// Waits with growing pauses while `work` answers that something is busy, up to the bound; and for a moment where a
    /// file cannot be opened: a process that closes the store as the last one takes the files beside it away just then.
    private func patiently(_ work: () -> Int32) -> Int32 {
        var code = work()
        guard let bound = patience(code) else { return code }
        var until = Clock.boot() &+ bound
        var pause: useconds_t = 1_000
        while let bound = patience(code), Clock.boot() < until {
            usleep(pause)
            pause = min(pause * 2, 50_000)
            code = work()
            until = min(until, Clock.boot() &+ bound)
        }
        return code
    }

    /// How long what failed with this code is tried again; nil: not at all.
    private func patience(_ code: Int32) -> Int64? {
        if isBusy(code) { return Connection.patienceMs }
        return code & 0xff == SQLITE_CANTOPEN ? 5_000 : nil
    }

    /// Statements without values and rows that are run rarely.
    func execute(_ sql: String) throws(Failure) {
        let code = patiently { sqlite3_exec(handle, sql, nil, nil, nil) }
        guard code == SQLITE_OK else { throw sqliteFailure(code, handle) }
    }

    private func prepare(_ sql: UnsafePointer<CChar>, _ length: Int) throws(Failure) -> OpaquePointer {
        var made: OpaquePointer?
        let code = patiently {
            sqlite3_prepare_v3(handle, sql, Int32(length), UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
        }
        guard code == SQLITE_OK, let made else { throw sqliteFailure(code, handle) }
        return made
    }

    private func cached(_ sql: StaticString) throws(Failure) -> OpaquePointer {
        let key = UInt(bitPattern: sql.utf8Start)
        if let known = statements[key] { return known }
        let made = try sql.utf8Start.withMemoryRebound(to: CChar.self, capacity: sql.utf8CodeUnitCount) {
            (text) throws(Failure) -> OpaquePointer in
            try prepare(text, sql.utf8CodeUnitCount)
        }
        statements[key] = made
        return made
    }

    private func cached(composed sql: String) throws(Failure) -> OpaquePointer {
        if let known = composed[sql] { return known }
        if composed.count >= 64 {
            for statement in composed.values { sqlite3_finalize(statement) }
            composed = [:]
        }
        let bytes = sql.utf8CString
        var failure: Failure?
        let made = bytes.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            do throws(Failure) {
                guard let base = buffer.baseAddress else { return nil }
                return try prepare(base, buffer.count - 1)
            } catch {
                failure = error
                return nil
            }
        }
        guard let made else { throw failure ?? Failure(MR_E_STORE, "a statement could not be prepared") }
        composed[sql] = made
        return made
    }

    /// The first step, which is where a lock is taken; then each further row.
    private func rows(_ statement: OpaquePointer, _ read: (Row) throws(Failure) -> Bool) throws(Failure) {
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        var code = patiently {
            let code = sqlite3_step(statement)
            if isBusy(code) { sqlite3_reset(statement) }
            return code
        }
        while code == SQLITE_ROW {
            guard try read(Row(statement: statement)) else { return }
            code = sqlite3_step(statement)
        }
        guard code == SQLITE_DONE else { throw sqliteFailure(code, handle) }
    }

    private func bind<each V: Bindable>(_ statement: OpaquePointer, _ values: repeat each V) throws(Failure) {
        var index: Int32 = 0
        var code = SQLITE_OK
        for value in repeat each values {
            index += 1
            let answer = value.bind(statement, index)
            if answer != SQLITE_OK { code = answer }
        }
        guard code == SQLITE_OK else { throw sqliteFailure(code, handle) }
    }

    /// Runs a statement whose rows, if any, are of no interest.
    func run<each V: Bindable>(_ sql: StaticString, _ values: repeat each V) throws(Failure) {
        let statement = try cached(sql)
        try bind(statement, repeat each values)
        try rows(statement) { (_) throws(Failure) in true }
    }

    /// The first row, read by `read`; nil where there is none.
    @_semantics("optimize.sil.specialize.generic.never")
    func first<T, each V: Bindable>(
        _ sql: StaticString, _ values: repeat each V, read: (Row) throws(Failure) -> T
    ) throws(Failure) -> T? {
        let statement = try cached(sql)
        try bind(statement, repeat each values)
        var found: T?
        try rows(statement) { (row) throws(Failure) in
            found = try read(row)
            return false
        }
        return found
    }

    @_semantics("optimize.sil.specialize.generic.never")
    func all<T, each V: Bindable>(
        _ sql: StaticString, _ values: repeat each V, read: (Row) throws(Failure) -> T
    ) throws(Failure) -> [T] {
        let statement = try cached(sql)
        try bind(statement, repeat each values)
        var found: [T] = []
        try rows(statement) { (row) throws(Failure) in
            found.append(try read(row))
            return true
        }
        return found
    }

    /// As `all`, for a query that was put together.
    @_semantics("optimize.sil.specialize.generic.never")
    func all<T>(composed sql: String, _ values: [SQLValue], read: (Row) throws(Failure) -> T) throws(Failure) -> [T] {
        let statement = try cached(composed: sql)
        for (index, value) in values.enumerated() {
            let code = value.bind(statement, Int32(index + 1))
            guard code == SQLITE_OK else { throw sqliteFailure(code, handle) }
        }
        var found: [T] = []
        try rows(statement) { (row) throws(Failure) in
            found.append(try read(row))
            return true
        }
        return found
    }

    @_semantics("optimize.sil.specialize.generic.never")
    func int<each V: Bindable>(_ sql: StaticString, _ values: repeat each V) throws(Failure) -> Int64? {
        try first(sql, repeat each values) { (row) throws(Failure) in row.optionalInt(0) } ?? nil
    }

    @_semantics("optimize.sil.specialize.generic.never")
    func exists<each V: Bindable>(_ sql: StaticString, _ values: repeat each V) throws(Failure) -> Bool {
        try first(sql, repeat each values) { (_) throws(Failure) in true } ?? false
    }

    /// Rows that the last statement changed.
    var changedRows: Int64 { sqlite3_changes64(handle) }
    var lastRowID: Int64 { sqlite3_last_insert_rowid(handle) }

    // MARK: transactions

    /// Takes the write lock at once, so that a transaction never has to be upgraded.
    /// - Parameter durable: true: COMMIT returns when the disk has it (synchronous=FULL).
    func begin(durable: Bool) throws(Failure) {
        let wanted = durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"
        if wanted != synchronous {
            try execute(wanted)
            synchronous = wanted
        }
        try run("BEGIN IMMEDIATE")
    }

    func commit() throws(Failure) { try run("COMMIT") }

    func rollback() {
        guard let handle, sqlite3_get_autocommit(handle) == 0 else { return }
        sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
    }

    /// A part of a transaction that can be taken back by itself.
    func beginPart() throws(Failure) { try run("SAVEPOINT part") }

    func endPart() throws(Failure) { try run("RELEASE part") }

    /// - Returns: false where the whole transaction is lost.
    func rollbackPart() -> Bool {
        guard let handle, sqlite3_get_autocommit(handle) == 0 else { return false }
        return sqlite3_exec(handle, "ROLLBACK TO part; RELEASE part", nil, nil, nil) == SQLITE_OK
    }

    /// A snapshot for several reading statements.
    // One copy for all: a copy made for each of its hundreds of callers would be a tenth of the library.
    @_semantics("optimize.sil.specialize.generic.never")
    func snapshot<T>(_ body: (Connection) throws(Failure) -> T) throws(Failure) -> T {
        try run("BEGIN")
        do throws(Failure) {
            let result = try body(self)
            try run("COMMIT")
            return result
        } catch {
            rollback()
            throw error
        }
    }
}
