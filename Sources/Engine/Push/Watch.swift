import Base
import PluginHost
import Store
import Transport

/// One account's watch, as `Watchers` keeps it under its lock.
struct Watch {
    enum Phase {
        /// Until a timer, with its number.
        case waiting
        /// In the line of its server, for a login.
        case queued
        /// On a worker thread: a session is being opened, continued or closed.
        case busy
        /// Being handed to the poller, which may wake it before that has ended.
        case parking
        case parked
        /// Not watched: it cannot be, or nobody wants it. Until something of the account changes.
        case off
    }

    var phase = Phase.queued
    /// Counted up at every step: a timer or a wake of an earlier one finds nobody.
    var number: Int64 = 0
    let host: String
    /// By the boot clock: one that is off is not looked at before, unless something of the account changes.
    var offUntil: Int64 = 0
    /// Tries in a row that came to nothing.
    var tries = 0
    /// While there is a session; used by one thread at a time, as the phase says.
    var session: WatchSession?
    /// What the account looked like when the watch began or was put off.
    var wanted: Wanted?
    /// Interrupts the thread that is at it.
    var interruption: Interruption?
    /// Asked to end while a thread was at it.
    var mustEnd: Ending?
    /// Woken while it was being handed to the poller.
    var early: WakeReason?

    /// What a watch depends on: where that changes, it begins anew.
    struct Wanted: Equatable {
        let settings: [String: String]
        /// Paths of the folders, the most important first.
        let folders: [String]
    }

    enum Ending: Equatable {
        /// Tried again after so many milliseconds.
        case later(Int64)
        /// Not before something of the account changes, or a sync of it goes well after so many milliseconds.
        case off(Int64)
        case forgotten
    }
}

/// A session that watches, and what it was opened with.
struct WatchSession: @unchecked Sendable {
    let session: ProviderSession
    let account: AccountRow
    /// Paths of the folders that it watches, the most important first.
    let folders: [String]
    /// By the boot clock.
    let openedAt: Int64
}
