/// Why a parked stream wakes: `MR_WAKE_*` of mailroom_plugin.h.
package enum WakeReason: Int32, Sendable {
    /// A line came, or so many octets that they are worth a look.
    case data = 1
    /// The time that was given with `park` is over.
    case timer = 2
    /// The machine slept, or its clock was set.
    case clock = 3
    /// The work stops. Only the engine says so, never the poller.
    case stop = 4
    /// The other side ended the stream, or it broke.
    case hungUp = 5
}
