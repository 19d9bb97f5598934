import Base

/// One transaction in which durable verbs of several threads follow each other: whoever finds no other waiting behind it
/// commits, and the disk is waited for once for all of them. Each returns when that is done.
///
/// Used by one thread at a time: by whoever has the gate; what `end` sets is read behind the gate's lock.
final class WriteGroup {
    /// So many verbs: other processes wait for the same lock.
    private static let most = 64

    let db: Connection
    let isShared: Bool
    private let until: Int64
    /// Verbs whose work is in the transaction.
    var verbs = 0
    var hasChanges = false
    /// Set when the transaction is over.
    var isOver = false
    var failure: Failure?

    /// - Parameter until: by the boot clock; nobody begins another verb after that.
    init(_ db: Connection, isShared: Bool, until: Int64) {
        self.db = db
        self.isShared = isShared
        self.until = until
    }

    /// Whether another verb may go on with it.
    var isOpen: Bool { isShared && verbs < WriteGroup.most && Clock.boot() < until }
}
