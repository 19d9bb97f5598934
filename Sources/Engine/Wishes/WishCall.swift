import Base
import CMailroom
import PluginHost
import Store

/// A call that carries out one wish: gathers what the server says of the message.
final class WishCall: AccountCall {
    private let ref: String?
    private let spool: SpoolFile?
    private(set) var found = WishFindings()

    init(core: Core, account: AccountRow, interruption: Interruption, ref: String?, spool: SpoolFile? = nil) {
        self.ref = ref
        self.spool = spool
        super.init(core: core, account: account, interruption: interruption)
    }

    override func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32 {
        let ref = fields.text("ref")
        switch kind {
        // What it says of other messages the next sync brings.
        case "flags": if ref == self.ref { found.flags = MessageFlags.split(fields.text("flags")) }
        case "gone": if ref == self.ref { found.gone = true }
        case "placed":
            guard let ref, (1...255).contains(ref.utf8.count) else {
                throw Failure(MR_E_PLUGIN, "the plugin placed a message without a ref")
            }
            found.placed = ref
        default: return try super.emit(kind, fields)
        }
        return Int32(MR_OK)
    }

    override func progress(done: Int64, total: Int64) { spool?.release(upTo: done) }

    /// All that it came to, with the state that the provider put.
    var findings: WishFindings {
        var all = found
        all.state = pendingState.map { (key: $0.0, value: $0.1) }
        return all
    }
}
