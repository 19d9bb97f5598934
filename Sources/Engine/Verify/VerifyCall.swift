import Base
import CMailroom
import PluginHost

/// A call of the verification on its own session, as another client's: it gathers where the server says the message is.
final class VerifyCall: AccountCall {
    /// The reference that the server gave, where it did.
    private(set) var placed: String?

    override func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32 {
        switch kind {
        case "placed": placed = fields.text("ref")
        case "flags", "gone": break
        default: return try super.emit(kind, fields)
        }
        return Int32(MR_OK)
    }
}
