import Base
import CMailroom
import PluginHost
import Store

/// A call that offers one message: gathers what became of each recipient.
final class SendCall: AccountCall {
    private let attempt: Int64
    private let lease: Lease
    private let spool: SpoolFile
    private(set) var outcomes: [RecipientOutcome] = []
    private(set) var offered = false
    /// Of what is said of one recipient: there may be ten thousand of them.
    private static let longestWords = 2_000

    init(
        core: Core, account: AccountRow, interruption: Interruption, attempt: Int64, lease: Lease, spool: SpoolFile
    ) {
        self.attempt = attempt
        self.lease = lease
        self.spool = spool
        super.init(core: core, account: account, interruption: interruption)
    }

    override var isSending: Bool { true }

    override func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32 {
        switch kind {
        case "offer":
            // The final dot may go out only while nobody else can have taken the account over.
            try interruption.hold()
            try core.store.markOffered(attempt, answered: outcomes, lease: lease)
            offered = true
        case "recipient":
            guard let address = fields.text("address"), let outcome = fields.text("outcome"),
                ["accepted", "refused", "deferred"].contains(outcome)
            else { throw Failure(MR_E_PLUGIN, "the plugin emitted a recipient without an address or an outcome") }
            outcomes.append(self.outcome(address, outcome, fields))
        default: return try super.emit(kind, fields)
        }
        return Int32(MR_OK)
    }

    private func outcome(_ address: String, _ outcome: String, _ fields: Record) -> RecipientOutcome {
        let smtp = fields.int("smtp").map { Int32(truncatingIfNeeded: $0) }
        var row = RecipientOutcome(
            address: address, outcome: outcome, smtp: smtp, enhanced: fields.text("enhanced"),
            serverText: fields.text("text").map { text in
                String(String.UnicodeScalarView(text.unicodeScalars.prefix(SendCall.longestWords)))
            })
        guard outcome != "accepted" else { return row }
        let reply = SendClass.Reply(
            smtp: smtp, enhanced: row.enhanced, text: row.serverText, step: fields.text("step") ?? "rcpt")
        let found = SendClass.of(reply)
        row.failureClass = found.rawValue
        // A daily limit comes with a 5 and passes all the same.
        row.outcome = found.isTemporary(reply) ? "deferred" : "refused"
        return row
    }

    override func progress(done: Int64, total: Int64) { spool.release(upTo: done) }
}
