import Base
import CSystem

/// A `SyncItem` with what can be computed before the transaction begins, so that it holds the write lock for less.
enum PreparedItem {
    case message(PreparedMessage)
    case other(SyncItem)

    init(_ item: SyncItem) {
        if case .message(let message) = item {
            self = .message(PreparedMessage(message))
        } else {
            self = .other(item)
        }
    }
}

struct PreparedMessage {
    let incoming: IncomingMessage
    /// The summary's; of a header alone that of all that it shows, which no whole message has.
    let identity: [UInt8]
    let flags: FlagSet
    let participants: [(key: String, source: Int64)]
    /// It names no author, or no recipient.
    let isLacking: Bool
    let detail: [UInt8]
    let attachments: Int64
    /// Of its own Message-ID, where it has one.
    let key: Int64?
    /// Of In-Reply-To and References.
    let relatives: [Int64]
    /// SHA-256 of a body in memory.
    let digest: [UInt8]?

    private static let mostRelatives = 100

    init(_ incoming: IncomingMessage) {
        self.incoming = incoming
        let summary = incoming.summary
        let detail = MessageDetail(summary)
        flags = FlagSet(incoming.flags)
        participants = detail.participants(with: summary.traced)
        isLacking = detail.isLacking
        self.detail = detail.packed
        if let whole = incoming.whole {
            var digest = SHA256()
            digest.update(summary.identity)
            digest.update(Array("\(whole) \(summary.subject)".utf8))
            digest.update(self.detail)
            identity = digest.finish()
        } else {
            identity = summary.identity
        }
        attachments = Int64(summary.parts.count { $0.attachment })
        key = summary.messageID.flatMap { $0.isEmpty ? nil : messageKey($0) }
        var relatives: [Int64] = []
        for id in summary.references.suffix(PreparedMessage.mostRelatives) + [summary.inReplyTo].compactMap(\.self)
        where !id.isEmpty {
            let key = messageKey(id)
            if key != self.key, !relatives.contains(key) { relatives.append(key) }
        }
        self.relatives = relatives
        if case .memory(let bytes) = incoming.body { digest = bodyDigest(bytes) } else { digest = nil }
    }
}

/// The SHA-256 of a body in memory.
func bodyDigest(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let done = bytes.withUnsafeBytes { csystem_sha256($0.baseAddress, $0.count, &digest) }
    return done == 1 ? digest : SHA256.of(bytes)
}
