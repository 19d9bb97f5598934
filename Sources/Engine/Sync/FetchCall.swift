import Base
import CMailroom
import PluginHost
import Store

/// A call that fetches one message which was left out before.
final class FetchCall: AccountCall {
    private let folder: FolderRow
    private let ref: String
    private let lease: Lease
    /// It is no news, whenever the server got it.
    private let isOld: Bool
    /// What is not kept for the sake of its people; nil: it is kept, whoever has part in it.
    private let exclusion: Exclusion?
    private var intake: MessageIntake?
    /// What came: the message, or that it is gone.
    private(set) var items: [SyncItem] = []
    private(set) var bytes: Int64 = 0

    init(
        core: Core, account: AccountRow, interruption: Interruption, folder: FolderRow, ref: String, lease: Lease,
        isOld: Bool = false, exclusion: Exclusion? = nil
    ) {
        self.isOld = isOld
        self.exclusion = exclusion
        self.folder = folder
        self.ref = ref
        self.lease = lease
        super.init(core: core, account: account, interruption: interruption)
    }

    override func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32 {
        switch kind {
        case "gone" where fields.text("ref") == ref: items.append(.gone(ref: ref))
        case "refused": throw Failure(MR_E_REFUSED, fields.text("text") ?? "the server does not give the message")
        default: return try super.emit(kind, fields)
        }
        return Int32(MR_OK)
    }

    override func messageBegin(_ fields: Record, size: Int64) throws(Failure) {
        guard fields.text("ref") == ref, items.isEmpty else {
            throw Failure(MR_E_PLUGIN, "the plugin gave another message than the one that was asked for")
        }
        intake = MessageIntake(fields, announced: size, account, core.store)
    }

    override func messageData(_ bytes: UnsafeRawBufferPointer) throws(Failure) { try intake?.take(bytes) }

    override func messageEnd() throws(Failure) -> Int32 {
        guard let intake else { return Int32(MR_OK) }
        self.intake = nil
        let parsed = intake.parsed()
        if let exclusion, exclusion.isAny, let reason = try exclusion.reason(parsed) {
            intake.abandon()
            items.append(.leftOut(intake.leftOut(parsed, reason)))
            return Int32(MR_OK)
        }
        var message = try intake.finish(parsed)
        if isOld { message.historical = true }
        items.append(.message(message))
        bytes += intake.size
        return Int32(MR_OK)
    }

    override func messageAbandoned() {
        intake?.abandon()
        intake = nil
    }

    /// Stores what came.
    func store() throws(Failure) {
        var batch = SyncBatch(account: account.id, folder: folder.id)
        batch.items = items
        batch.state = pendingState.map { (key: $0.0, value: $0.1) }
        try core.store.commit(batch, lease: lease)
    }
}
