import Base
import CMailroom
import PluginHost
import Store

/// A call that brings one folder up to date: gathers what the plugin found until it commits.
final class SyncCall: AccountCall {
    /// What a sync brought, for the job's result.
    struct Counts {
        var messages: Int64 = 0
        /// Found under a new reference, and not fetched again.
        var known: Int64 = 0
        var flags: Int64 = 0
        var gone: Int64 = 0
        var bytes: Int64 = 0

        var isNothing: Bool { messages + known + flags + gone == 0 }

        static func += (left: inout Counts, right: Counts) {
            left.messages += right.messages
            left.known += right.known
            left.flags += right.flags
            left.gone += right.gone
            left.bytes += right.bytes
        }
    }

    static let commitItems = 500
    static let commitBytes: Int64 = 16 << 20
    /// Why a place is not stored whose message the server did not give.
    static let quarantine = "quarantine"

    let folder: FolderRow
    let rule: KeepRule
    let exclusion: Exclusion
    let reader: FolderReader
    private let lease: Lease
    private let report: (_ done: Int64, _ total: Int64) -> Void
    private var batch: SyncBatch
    private var batchBytes: Int64 = 0
    private var intake: MessageIntake?
    private(set) var counts = Counts()
    /// How often something was stored.
    private(set) var commits = 0

    init(
        core: Core, account: AccountRow, interruption: Interruption, folder: FolderRow, rule: KeepRule,
        exclusion: Exclusion, lease: Lease, report: @escaping (_ done: Int64, _ total: Int64) -> Void
    ) throws(Failure) {
        self.folder = folder
        self.rule = rule
        self.exclusion = exclusion
        self.lease = lease
        self.report = report
        reader = try core.store.folderReader(folder.id)
        batch = SyncBatch(account: account.id, folder: folder.id)
        super.init(core: core, account: account, interruption: interruption)
    }

    override func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32 {
        switch kind {
        case "flags":
            add(.flags(ref: try ref(fields), flags: MessageFlags.split(fields.text("flags"))))
        case "gone": add(.gone(ref: try ref(fields)))
        case "refused":
            add(
                .refused(
                    ref: try ref(fields), flags: MessageFlags.split(fields.text("flags")),
                    size: max(fields.int("size") ?? 0, 0), date: fields.int("internal_date") ?? 0,
                    text: SyncCall.line(fields.text("text") ?? "")))
        case "reset":
            add(.reset)
            reader.noteReset()
        case "durable": batch.durable = true
        case "complete": batch.complete = true
        default: return try super.emit(kind, fields)
        }
        return answer
    }

    func ref(_ fields: Record) throws(Failure) -> String {
        guard let ref = fields.text("ref"), !ref.isEmpty, ref.utf8.count <= 1024 else {
            throw Failure(MR_E_PLUGIN, "the plugin emitted a message without a ref")
        }
        return ref
    }

    /// One finding more for the next commit.
    func add(_ item: SyncItem) { batch.items.append(item) }

    /// A server's words, short enough for a row.
    private static func line(_ text: String) -> String {
        text.utf8.count <= 1000 ? text : String(decoding: text.utf8.prefix(1000), as: UTF8.self)
    }

    private var answer: Int32 {
        let full = batch.items.count >= SyncCall.commitItems || batchBytes >= SyncCall.commitBytes
        return Int32(full ? MR_COMMIT_NOW : MR_OK)
    }

    override func want(_ header: Record) throws(Failure) -> Int32 { try answer(header) }

    override func known(_ folder: Record, after: Int64) throws(Failure) -> Record {
        let page = try core.store.known(folder: self.folder.id, after: after, limit: 1000)
        // A provider that removes what was fetched must know what is whole.
        let drops = try core.registry.manifest(account.provider).can("drop")
        let stored = drops ? try core.store.storedWhole(folder: self.folder.id, after: after, to: page.next) : [:]
        var record = Record()
        record["items"] = .list(
            page.items.map {
                var item = Record(["ref": .text($0.ref), "flags": .text($0.flags.joined(separator: " "))])
                item.set("stored_at", stored[$0.ref])
                return .record(item)
            })
        record["next"] = .int(page.next)
        return record
    }

    override func messageBegin(_ fields: Record, size: Int64) throws(Failure) {
        _ = try ref(fields)
        // Where all is asked about anew, what the folder had at its last sync was left out then.
        intake = MessageIntake(
            fields, announced: size, account, core.store, oldBefore: folder.cursor.isEmpty ? folder.syncedAt ?? 0 : 0)
    }

    override func messageData(_ bytes: UnsafeRawBufferPointer) throws(Failure) { try intake?.take(bytes) }

    override func messageEnd() throws(Failure) -> Int32 {
        guard let intake else { return Int32(MR_OK) }
        self.intake = nil
        let parsed = intake.parsed()
        if exclusion.isAny, let reason = try exclusion.reason(parsed) {
            intake.abandon()
            add(.leftOut(intake.leftOut(parsed, reason)))
            return answer
        }
        add(.message(try intake.finish(parsed)))
        batchBytes += min(intake.size, Int64(MessageIntake.memoryLimit))
        counts.bytes += intake.size
        return answer
    }

    override func messageAbandoned() {
        intake?.abandon()
        intake = nil
    }

    override func progress(done: Int64, total: Int64) {
        batch.done = done
        batch.total = total
        batch.serverMessages = total
        report(done, total)
    }

    override func commit(_ cursor: [UInt8]) throws(Failure) {
        batch.cursor = cursor
        batch.state = pendingState.map { (key: $0.0, value: $0.1) }
        counts.flags += try core.store.commit(batch, lease: lease)
        commits += 1
        for item in batch.items { count(item) }
        batch = SyncBatch(account: account.id, folder: folder.id)
        batchBytes = 0
        pendingState = []
        try interruption.check()
        guard !interruption.isGivingWay else { throw Failure(MR_E_CANCELLED, "news of the account comes first") }
    }

    /// Begins anew: what was found and not committed is void.
    func dropUncommitted() {
        messageAbandoned()
        batch = SyncBatch(account: account.id, folder: folder.id)
        batchBytes = 0
        pendingState = []
    }

    private func count(_ item: SyncItem) {
        switch item {
        case .message(let message):
            counts.messages += 1
            reader.noted(message.ref)
        case .known(let ref, _, _, _):
            counts.known += 1
            reader.noted(ref)
        case .skipped(let ref, _, _, _, _, _), .refused(let ref, _, _, _, _): reader.noted(ref)
        case .leftOut(let message): reader.noted(message.ref)
        case .gone: counts.gone += 1
        case .flags, .reset: break
        }
    }
}
