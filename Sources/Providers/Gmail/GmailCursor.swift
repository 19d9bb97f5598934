import Base
import CMailroom

/// How far a folder is in step: up to which change of the account, and whether its oldest message has been reached.
struct GmailCursor {
    /// The history id from which the next sync goes on.
    var history: UInt64
    /// Nothing has been left out since a comparison that came to its end.
    var isComplete: Bool

    var bytes: [UInt8] { Array("1 \(history) \(isComplete ? "done" : "open")".utf8) }

    init(history: UInt64, isComplete: Bool) {
        self.history = history
        self.isComplete = isComplete
    }

    /// - Throws: `MR_E_STALE` where it cannot be read.
    init(_ bytes: [UInt8]) throws(Failure) {
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard words.count == 3, words[0] == "1", let history = UInt64(words[1]),
            words[2] == "done" || words[2] == "open"
        else { throw Failure(MR_E_STALE, "the cursor is none of this provider's") }
        self.init(history: history, isComplete: words[2] == "done")
    }
}
