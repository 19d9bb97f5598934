import Base
import CMailroom
import PluginHost
import Store

/// A call that lists a folder as the server has it, and compares a page at a time with the store.
final class AuditCall: AccountCall {
    private static let page = 1000

    /// What was found of one folder.
    struct Findings {
        var counts = AuditCounts()
        /// The first differences, in the server's order; then what the store has beyond it.
        var items: [AuditDifference] = []
    }

    private let reader: AuditReader?
    private let since: Int64?
    private var waiting: [AuditItem] = []
    /// Of those that wait, what was received before the folder keeps anything.
    private var old: Set<String> = []
    /// Of those that wait, what the server did not tell the flags of.
    private var flagless: Set<String> = []
    /// How many differences may still be told one by one.
    private let room: Int
    private let report: (Int64) -> Void
    /// Messages that are missing by the folder's rule.
    private var keptOut: Int64 = 0
    private var unknownFlags: Int64 = 0
    private(set) var findings = Findings()

    /// - Parameters:
    ///   - reader: nil for a folder that the store does not know: then all is missing.
    ///   - since: what was received before is not kept.
    ///   - room: at most so many differences are told one by one.
    init(
        core: Core, account: AccountRow, interruption: Interruption, reader: AuditReader?, since: Int64?, room: Int,
        report: @escaping (Int64) -> Void
    ) {
        self.reader = reader
        self.since = since
        self.room = room
        self.report = report
        super.init(core: core, account: account, interruption: interruption)
    }

    override func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32 {
        guard kind == "listed" else { return try super.emit(kind, fields) }
        guard let ref = fields.text("ref"), !ref.isEmpty, ref.utf8.count <= 255 else {
            throw Failure(MR_E_PLUGIN, "the plugin listed a message without a ref")
        }
        waiting.append(
            AuditItem(
                ref: ref, flags: MessageFlags.split(fields.text("flags")),
                messageID: fields.text("message_id").flatMap { $0.isEmpty ? nil : $0 },
                stable: MessageFlags.stable(fields)))
        if let since, let date = fields.int("internal_date"), date < since { old.insert(ref) }
        if fields.text("flags") == nil { flagless.insert(ref) }
        if waiting.count >= AuditCall.page { try compare() }
        return Int32(MR_OK)
    }

    private func compare() throws(Failure) {
        defer {
            waiting = []
            old = []
            flagless = []
        }
        guard let reader else {
            findings.counts.server += Int64(waiting.count)
            findings.counts.missing += Int64(waiting.count)
            for item in waiting {
                tell(
                    AuditDifference(
                        what: .missing, ref: item.ref, messageID: item.messageID, serverFlags: item.flags,
                        storeFlags: []))
            }
            return report(findings.counts.server)
        }
        for difference in try reader.compare(waiting) {
            if difference.what == .missing, old.contains(difference.ref) {
                keptOut += 1
            } else if difference.what == .flags, flagless.contains(difference.ref) {
                unknownFlags += 1
            } else {
                tell(difference)
            }
        }
        report(reader.counts.server)
        try interruption.check()
    }

    private func tell(_ difference: AuditDifference) {
        if findings.items.count < room { findings.items.append(difference) }
    }

    /// After the whole list.
    func finish() throws(Failure) -> Findings {
        try compare()
        if let reader {
            // What was fetched and is gone from the server is kept where the provider is of that kind: nothing is extra.
            if try !core.registry.manifest(account.provider).can("drop") {
                for extra in try reader.finish(limit: max(room - findings.items.count, 0)) { tell(extra) }
            }
            findings.counts = reader.counts
            findings.counts.missing -= keptOut
            findings.counts.skipped += keptOut
            findings.counts.flags -= unknownFlags
        }
        return findings
    }
}
