import Base
import CMailroom
import Glibc
import Store

/// The connections that this process has open, counted by account and server, by server, and in all, so that none of
/// their limits is passed. (Two processes do not have the same account open: its lease is with one of them.)
final class Connections: Sendable {
    /// One account's side at one server: sending and receiving have limits of their own, also at the same host.
    struct Key: Hashable, Sendable {
        let account: Int64
        let scheme: String
        let host: String
    }

    enum Purpose: Sendable {
        /// Somebody is at it, or will be within minutes.
        case work
        /// It waits for news. It leaves room for work: one connection of the account, some of the process.
        case watch
    }

    /// The right to one connection, given back by `end`, at the latest with the last reference.
    final class Slot: Sendable {
        let key: Key
        private let open: Monitor<State>
        private let ended = Monitor(false)

        fileprivate init(_ key: Key, _ open: Monitor<State>) {
            self.key = key
            self.open = open
        }

        deinit { end() }

        func end() {
            let first = ended.withLock { ended in
                defer { ended = true }
                return !ended
            }
            guard first else { return }
            let key = key
            open.signal { $0.remove(key) }
        }
    }

    fileprivate struct State {
        var ofAccount: [Key: Int] = [:]
        var ofHost: [String: Int] = [:]
        var all = 0

        mutating func add(_ key: Key) {
            ofAccount[key, default: 0] += 1
            ofHost[key.host, default: 0] += 1
            all += 1
        }

        mutating func remove(_ key: Key) {
            let left = (ofAccount[key] ?? 1) - 1
            ofAccount[key] = left > 0 ? left : nil
            let leftOfHost = (ofHost[key.host] ?? 1) - 1
            ofHost[key.host] = leftOfHost > 0 ? leftOfHost : nil
            all -= 1
        }
    }

    /// In all, and with one server: `EngineOptions`, else what the process's limit of open files leaves.
    let ofProcess: Int
    let ofHost: Int
    private let open = Monitor(State())

    init(ofProcess: Int?, ofHost: Int?) {
        self.ofProcess = ofProcess ?? Connections.affordable()
        self.ofHost = ofHost ?? self.ofProcess
    }

    /// - Parameter limit: how many the account may have with this server.
    /// - Returns: nil where a limit stands against it now.
    func take(_ key: Key, limit: Int, for purpose: Purpose) -> Slot? {
        let spare = purpose == .watch ? 1 : 0
        let reserve = purpose == .watch ? min(32, ofProcess / 4) : 0
        let taken = open.withLock { open in
            guard (open.ofAccount[key] ?? 0) < limit - spare, (open.ofHost[key.host] ?? 0) < ofHost - reserve,
                open.all < ofProcess - reserve
            else { return false }
            open.add(key)
            return true
        }
        return taken ? Slot(key, self.open) : nil
    }

    func count(_ key: Key) -> Int { open.withLock { $0.ofAccount[key] ?? 0 } }
    var count: Int { open.withLock(\.all) }

    /// Waits a little for a connection to be given back.
    func pause(_ milliseconds: Int64) {
        let before = count
        _ = open.wait(milliseconds: milliseconds) { $0.all < before ? true : nil }
    }

    /// What the files that the process may open leave for connections: some are the store's and the host program's own.
    private static func affordable() -> Int {
        let files = sysconf(Int32(_SC_OPEN_MAX))
        guard files > 0 else { return 256 }
        let own = max(128, files / 8)
        return Int(clamping: min(max(files - own, 16), 100_000))
    }
}
