import Base
import CMailroom

/// How far the sync of one folder is: a line of text, the version first.
///
/// Every message with a UID of `low...high` is in the store, or was there and is gone, or was skipped. Newer ones
/// are above, and those that the first sync has not reached yet below. The counters are those of the mailbox when
/// `low...high` was last known to be as the server has it.
struct SyncCursor: Equatable {
    var uidValidity: UInt32
    var high: UInt32
    /// `high + 1` while nothing is done; 1 once the oldest message has been reached.
    var low: UInt64
    var exists: UInt32
    /// 0 where the server has no CONDSTORE.
    var modSeq: UInt64
    /// When flags were last compared one by one: ms since 1970.
    var walkedAt: Int64
    /// What was received before was not asked for: ms since 1970; 0: all was.
    var since: Int64 = 0
    /// The message at which the connection was lost the last time; 0: none. And how many times in a row.
    var suspect: UInt32 = 0
    var losses: UInt32 = 0

    var isComplete: Bool { low <= 1 }

    init(uidValidity: UInt32, high: UInt32, exists: UInt32, modSeq: UInt64, walkedAt: Int64) {
        self.uidValidity = uidValidity
        self.high = high
        low = UInt64(high) + 1
        self.exists = exists
        self.modSeq = modSeq
        self.walkedAt = walkedAt
    }

    var bytes: [UInt8] {
        Array("imap2 \(uidValidity) \(high) \(low) \(exists) \(modSeq) \(walkedAt) \(since) \(suspect) \(losses)".utf8)
    }

    /// `MR_E_STALE` where it is not such a line: the host begins again. The line of version 1 ends before `since`.
    init(_ bytes: [UInt8]) throws(Failure) {
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
        guard words.first == "imap1" && words.count == 7 || words.first == "imap2" && words.count == 10,
            let uidValidity = UInt32(words[1]), let high = UInt32(words[2]), let low = UInt64(words[3]),
            let exists = UInt32(words[4]), let modSeq = UInt64(words[5]), let walkedAt = Int64(words[6]),
            let since = words.count == 10 ? Int64(words[7]) : 0, let suspect = words.count == 10 ? UInt32(words[8]) : 0,
            let losses = words.count == 10 ? UInt32(words[9]) : 0, low <= UInt64(high) + 1, since >= 0
        else { throw Failure(MR_E_STALE, "the cursor is not one of this provider") }
        self.init(uidValidity: uidValidity, high: high, exists: exists, modSeq: modSeq, walkedAt: walkedAt)
        self.low = low
        self.since = since
        self.suspect = suspect
        self.losses = losses
    }
}
