import Base
import CMailroom
import PluginKit

/// What becomes of a message on the server once the store has it.
enum Pop3Leave: Equatable {
    case forever
    /// It is removed when the store has had it for so many days; 0: at once.
    case days(Int64)

    /// `forever`, `fetched`, or a number of days.
    /// - Throws: `MR_E_INVALID` naming the setting.
    init(_ host: Host) throws(Failure) {
        switch try host.setting("pop3_leave") ?? "" {
        case "", "forever": self = .forever
        case "fetched": self = .days(0)
        case let text:
            guard text.utf8.count <= 5, let days = Int64(text), days >= 0 else {
                throw .invalid("pop3_leave", "is neither forever, fetched nor a number of days")
            }
            self = .days(days)
        }
    }
}
