import Wire

/// What the server told when the mailbox was opened with QRESYNC (RFC 7162, section 3.2.5): flags that changed, and messages that
/// are gone.
struct ToldChanges {
    /// Changes that are kept; where there are more, they are asked for afterwards.
    private static let most = 20_000

    /// What the store knows: nil where that says nothing of what changed.
    let resync: Imap.Resync?
    private let region: Imap.NumberSet
    private(set) var flags: [(uid: UInt32, flags: String)] = []
    private(set) var vanished = Imap.NumberSet()
    /// Something was too much, or could not be read.
    private(set) var isIncomplete = false

    init(_ cursor: SyncCursor?) {
        guard let cursor, cursor.modSeq > 0, cursor.uidValidity > 0, cursor.high > 0, cursor.low <= UInt64(cursor.high)
        else {
            resync = nil
            region = Imap.NumberSet()
            return
        }
        region = Imap.NumberSet(UInt32(max(cursor.low, 1))...cursor.high)
        resync = Imap.Resync(uidValidity: cursor.uidValidity, modSeq: cursor.modSeq, known: region)
    }

    mutating func take(_ response: Imap.Response) {
        switch response {
        case .fetch(let data):
            guard let uid = data.uid, region.contains(uid), let told = data.flags else { return }
            if flags.count < Self.most { flags.append((uid, FlagText.join(told))) } else { isIncomplete = true }
        case .vanished(let answer):
            for range in answer.uids.ranges {
                for part in region.ranges where part.overlaps(range) { vanished.insert(range.clamped(to: part)) }
            }
        case .damaged: isIncomplete = true
        default: break
        }
    }
}
