import Base
import CMailroom
import CSystem
import Glibc

/// SQLite's primary result code (the extended ones are above the low byte).
func primaryCode(_ code: Int32) -> Int32 { code & 0xff }

/// True where another connection or process stands in the way for a moment.
func isBusy(_ code: Int32) -> Bool {
    switch primaryCode(code) {
    case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: true
    default: false
    }
}

/// The failure for what SQLite answered: `MR_E_STORE` with its own words, and no path in them.
func sqliteFailure(_ code: Int32, _ handle: OpaquePointer?) -> Failure {
    let words = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
    let line =
        switch primaryCode(code) {
        case SQLITE_FULL: "the disk is full"
        case SQLITE_NOTADB: "the file is not a Mailroom store"
        case SQLITE_CORRUPT: "the store is damaged"
        case SQLITE_READONLY, SQLITE_PERM: "the store cannot be written: no permission"
        case SQLITE_CANTOPEN: "the store cannot be opened"
        case SQLITE_IOERR: "the disk answered with an error"
        case SQLITE_NOMEM: "out of memory"
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: "another process has kept the store busy for too long"
        default: "the store failed"
        }
    // What the system said of a file that it did not open, read or write: too many open files, no space ...
    let system = handle.map(sqlite3_system_errno) ?? 0
    let isOfFile = [SQLITE_CANTOPEN, SQLITE_IOERR].contains(primaryCode(code)) && system != 0
    let detail = isOfFile ? "\(words), \(code): \(String(cString: strerror(system)))" : "\(words), \(code)"
    var failure = Failure(isBusy(code) ? MR_E_BUSY : MR_E_STORE, "\(line) (\(detail))")
    failure.code = String(cString: sqlite3_errstr(code))
    return failure
}

extension Failure {
    private static let busyCodes = [SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL].map {
        String(cString: sqlite3_errstr($0))
    }

    /// What went wrong is this machine's affair, and says nothing of a mailbox or its server: the store's file fails,
    /// others kept it busy for too long, or the lease is lost. (A plugin may answer `MR_E_BUSY` as well.)
    package var isOfTheStore: Bool {
        if result == Int32(MR_E_STORE) || isLeaseLost { return true }
        return result == Int32(MR_E_BUSY) && code.map(Failure.busyCodes.contains) == true
    }
}
