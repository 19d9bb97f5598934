import Base
import CMailroom
import PluginKit
import Wire

/// One message on its way to the host: its header is held back until it is whole, because the date stands in it.
final class Pop3Delivery {
    private let host: Host
    private let connection: Pop3Connection
    private let ref: String
    private let isFirst: Bool?
    /// Asked once the header is there: is the message wanted? Nil: it is.
    var ask: ((Pop3Header) throws(Failure) -> Wanted)?
    /// The octets of the whole message, where only its header is delivered.
    var whole: Int64?

    private var catcher = Pop3HeaderCatcher()
    private var hasBegun = false
    private var isOver = false
    private(set) var wanted = Wanted.whole
    /// The host wants a commit.
    private(set) var commitNow = false

    /// - Parameter isFirst: whether it comes with the first sync; nil: a message that was known.
    init(_ host: Host, _ connection: Pop3Connection, ref: String, isFirst: Bool?) {
        self.host = host
        self.connection = connection
        self.ref = ref
        self.isFirst = isFirst
    }

    /// A piece of the message.
    func take(_ piece: UnsafeRawBufferPointer) throws(Failure) {
        var taken = 0
        if !hasBegun, !isOver {
            taken = catcher.take(piece)
            guard catcher.isWhole else { return }
            try begin()
        }
        guard hasBegun, !isOver, taken < piece.count else { return }
        try host.messageData(UnsafeRawBufferPointer(rebasing: piece[taken...]))
    }

    /// The message is whole.
    func end() throws(Failure) {
        // A message that is all header, without the empty line.
        if !hasBegun, !isOver { try begin() }
        guard hasBegun, !isOver else { return }
        commitNow = try host.messageEnd()
        isOver = true
    }

    private func begin() throws(Failure) {
        let header = Pop3Header(catcher.bytes)
        wanted = try ask?(header) ?? .whole
        if wanted == .nothing {
            isOver = true
            return
        }
        var record = Record(["ref": .text(ref), "flags": .text("")])
        record.set("internal_date", header.date)
        // Some servers show old mail bit by bit, over many sessions: what was received before the account was connected
        // is old, whenever it comes. The host compares the dates.
        record.set("historical", isFirst.map { $0 || header.isReceived ? 1 : 0 })
        if wanted == .header, whole == nil { whole = Int64(catcher.bytes.count) }
        record.set("whole", wanted == .header || isHeaderOnly ? whole : nil)
        try host.messageBegin(record, size: -1)
        hasBegun = true
        try catcher.bytes.withBytes { (bytes) throws(Failure) in try host.messageData(bytes) }
        if wanted == .header {
            commitNow = try host.messageEnd()
            isOver = true
        }
    }

    /// What comes is the header, as TOP gives it.
    var isHeaderOnly = false

    /// Fetches the message alone, and delivers it.
    /// - Throws: `MR_E_NOT_FOUND` or what the server says where it does not give it.
    func fetch(_ number: UInt32) throws(Failure) {
        var refused: Pop3.Reply?
        try connection.run(
            host, [.retr(number)], content: { (piece) throws(Failure) in try self.take(piece) },
            reply: { _, reply in if !reply.isOK { refused = reply } })
        if let refused { throw connection.refusal(refused, "fetch") }
        try end()
    }
}
