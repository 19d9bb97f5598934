import Base
import CMailroom
import PluginHost
import Store

/// A call that brings one folder up to date: gathers what the plugin found until it commits.
final class SyncCall: AccountCall {
    /// What a sync brought, for the job's result.
    struct Counts {
        var messages: Int64 = 0
        var flags: Int64 = 0
        var gone: Int64 = 0
        var bytes: Int64 = 0
    }

    static let commitItems = 500
    static let commitBytes: Int64 = 16 << 20

    private let folder: FolderRow
    private let lease: Lease
    private let report: (_ done: Int64, _ total: Int64) -> Void
    private var batch: SyncBatch
    private var batchBytes: Int64 = 0
    private var intake: MessageIntake?
    private var reader: FolderReader?
    private(set) var counts = Counts()

    init(
        core: Core, account: AccountRow, interruption: Interruption, folder: FolderRow, lease: Lease,
        report: @escaping (_ done: Int64, _ total: Int64) -> Void
    ) {
        self.folder = folder
        self.lease = lease
        self.report = report
        batch = SyncBatch(account: account.id, folder: folder.id)
        super.init(core: core, account: account, interruption: interruption)
    }

    override func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32 {
        switch kind {
        case "flags":
            batch.items.append(.flags(ref: try ref(fields), flags: MessageFlags.split(fields.text("flags"))))
        case "gone": batch.items.append(.gone(ref: try ref(fields)))
        case "reset":
            batch.items.append(.reset)
            try heldReferences().noteReset()
        case "complete": batch.complete = true
        case "durable": batch.durable = true
        default: return try super.emit(kind, fields)
        }
        return answer
    }

    private func ref(_ fields: Record) throws(Failure) -> String {
        guard let ref = fields.text("ref"), !ref.isEmpty, ref.utf8.count <= 1024 else {
            throw Failure(MR_E_PLUGIN, "the plugin emitted a message without a ref")
        }
        return ref
    }

    private var answer: Int32 {
        let full = batch.items.count >= SyncCall.commitItems || batchBytes >= SyncCall.commitBytes
        return Int32(full ? MR_COMMIT_NOW : MR_OK)
    }

    override func want(_ header: Record) throws(Failure) -> Int32 {
        Int32(try heldReferences().has(try ref(header)) ? MR_SKIP : MR_OK)
    }

    /// What the folder has, made at the first question.
    private func heldReferences() throws(Failure) -> FolderReader {
        if let reader { return reader }
        let made = try core.store.folderReader(folder.id)
        reader = made
        return made
    }

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
        intake = MessageIntake(fields, announced: size, account, core.store)
    }

    override func messageData(_ bytes: UnsafeRawBufferPointer) throws(Failure) { try intake?.take(bytes) }

    override func messageEnd() throws(Failure) -> Int32 {
        guard let intake else { return Int32(MR_OK) }
        self.intake = nil
        batch.items.append(.message(try intake.finish()))
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
        try core.store.commit(batch, lease: lease)
        for item in batch.items {
            switch item {
            case .message(let message):
                counts.messages += 1
                reader?.noted(message.ref)
            case .flags: counts.flags += 1
            case .gone: counts.gone += 1
            case .reset, .skipped, .refused, .known: break
            }
        }
        batch = SyncBatch(account: account.id, folder: folder.id)
        batchBytes = 0
        pendingState = []
        try interruption.check()
    }
}
