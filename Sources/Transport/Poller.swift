import Base
import CMailroom

/// Watches quiet streams for all of the process, on one thread that exists while there are any (docs/transport.md).
///
/// A stream that is parked belongs to the poller: nobody else may use it until it wakes or was taken back. It wakes once.
package enum Poller {
    private static let process = PerProcess { PollerCore() }

    /// Parks a stream.
    /// - Parameters:
    ///   - wakeAfterMs: by the boot clock; it may wake a sixteenth earlier, so that many that began together do not end
    ///     together.
    ///   - minimumLine: wakes for a whole line (or 8 KiB without one); false: for any octet.
    ///   - onWake: called once, on the poller's thread, which it must not keep: it hands the work on. It may come before
    ///     this function has returned. By then the stream is the caller's again.
    /// - Throws: `MR_E_INTERNAL` where the system gives no thread or no descriptor: the stream is not parked then.
    package static func park(
        _ connection: any Parkable, wakeAfterMs: Int64, minimumLine: Bool = true,
        onWake: @escaping @Sendable (WakeReason) -> Void
    ) throws(Failure) -> ParkTicket {
        try process.current.park(Parked(connection, wakeAfterMs, minimumLine, onWake))
    }

    /// Takes a stream back. Afterwards the poller does not touch it.
    /// - Returns: true where `onWake` will not be called; false where it was, or is about to be.
    @discardableResult
    package static func cancel(_ ticket: ParkTicket) -> Bool {
        // A child made by fork(2) has its parent's tickets, and none of its streams.
        guard ticket.core === process.current else { return false }
        return ticket.core.cancel(ticket.key)
    }

    /// How many streams are parked.
    package static var count: Int { process.current.count }
}

/// Names one parking of a stream, for `Poller.cancel`.
package struct ParkTicket: Sendable {
    let core: PollerCore
    let key: ParkKey
}

/// A place among the parked and how often it was given out, so that an old event or ticket finds nobody: neither the number
/// of a descriptor nor that of a place says who is meant.
struct ParkKey: Sendable, Equatable {
    let slot: UInt32
    let generation: UInt32

    init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    init(_ bits: UInt64) {
        slot = UInt32(truncatingIfNeeded: bits)
        generation = UInt32(truncatingIfNeeded: bits >> 32)
    }

    var bits: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
}
