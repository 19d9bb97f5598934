import Base
import CMailroom
import Store

/// What is kept of the messages of one folder: the account's policy, and the folder's own `since`, which goes before it.
struct KeepRule {
    enum Decision: Equatable {
        case whole
        case header
        case nothing(reason: String)
    }

    private let headersOnly: Bool
    /// Of what was received before, nothing is kept: ms since 1970.
    let since: Int64?
    private let maxSize: Int64?

    init(_ policy: PolicyRow?, _ folder: FolderRow) {
        headersOnly = policy?.keep == "headers"
        since = folder.sinceMs ?? policy?.since
        maxSize = policy?.maxSize
    }

    /// - Parameters:
    ///   - size: bytes of the whole message; nil: not known.
    ///   - date: when the mailbox received it; nil: not known, and then it is not too old.
    func decide(size: Int64?, date: Int64?) -> Decision {
        if let since, let date, date < since { return .nothing(reason: "since") }
        if headersOnly { return .header }
        if let maxSize, let size, size > maxSize { return .header }
        return .whole
    }
}
