/// The id of a place: its folder's id, and a number within the folder that is never used twice. So the places of a
/// folder lie together in the table, in the order in which they were stored.
enum PlaceID {
    private static let bits: Int64 = 40

    static func make(folder: Int64, number: Int64) -> Int64 { folder << bits | number }
    static func number(_ id: Int64) -> Int64 { id & ((1 << bits) - 1) }
    static func first(_ folder: Int64) -> Int64 { folder << bits }
    static func last(_ folder: Int64) -> Int64 { folder << bits | ((1 << bits) - 1) }
}

/// What a transaction adds to the counts of a folder and its account.
struct FolderCounts {
    var messages: Int64 = 0
    var unseen: Int64 = 0
    var accountMessages: Int64 = 0
    var accountUnseen: Int64 = 0
    /// Messages that the server shows with other flags than before.
    var flags: Int64 = 0
    /// The dates between which lie the messages that came into the folder; oldest above newest: none came.
    var oldest = Int64.max
    var newest = Int64.min

    mutating func came(_ date: Int64) {
        oldest = min(oldest, date)
        newest = max(newest, date)
    }
}

/// In how many folders of one account a message is, and whether it is seen in any of them.
struct Presence {
    var places: Int64 = 0
    var seen = false

    var isUnseen: Bool { places > 0 && !seen }
}

extension FolderCounts {
    /// Counts what a message's presence in the account became.
    mutating func add(_ now: Presence, after before: Presence, inFolder: Bool) {
        accountMessages += (now.places > 0 ? 1 : 0) - (before.places > 0 ? 1 : 0)
        accountUnseen += (now.isUnseen ? 1 : 0) - (before.isUnseen ? 1 : 0)
        if inFolder {
            messages += now.places - before.places
            unseen += (now.isUnseen ? 1 : 0) - (before.isUnseen ? 1 : 0)
        }
    }
}
