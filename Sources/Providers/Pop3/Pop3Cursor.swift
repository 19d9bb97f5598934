import Base
import CMailroom

/// How far the sync of a maildrop is: a line of text, the version first. What has been fetched is not in it: that the
/// store's own references say, each of which is a unique-id.
///
///     pop3 1 first|whole tries ref
struct Pop3Cursor: Equatable {
    /// Whether the oldest message has been reached.
    var isComplete = false
    /// The message that a sync was to fetch first, and how many syncs before that one ended without it.
    var stuck: String?
    var tries = 0

    init() {}

    var bytes: [UInt8] { Array("pop3 1 \(isComplete ? "whole" : "first") \(tries) \(stuck ?? "")".utf8) }

    /// Empty: the first time. `MR_E_STALE` where it is no such line: the host begins again.
    init(_ bytes: [UInt8]) throws(Failure) {
        if bytes.isEmpty { return }
        let words = String(decoding: bytes, as: UTF8.self)
            .split(separator: " ", maxSplits: 4, omittingEmptySubsequences: false)
        guard words.count == 5, words[0] == "pop3", words[1] == "1", words[2] == "first" || words[2] == "whole",
            let tries = Int(words[3]), tries >= 0, tries < 1_000_000
        else { throw Failure(MR_E_STALE, "the cursor is not one of this provider") }
        isComplete = words[2] == "whole"
        self.tries = tries
        stuck = words[4].isEmpty ? nil : String(words[4])
    }
}
