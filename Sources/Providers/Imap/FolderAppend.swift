import Base
import CMailroom
import PluginKit
import Wire

/// Puts one message into a folder, in pieces, so that its size does not matter.
struct FolderAppend {
    /// Octets that are written at one time.
    private static let piece = 256 << 10

    private let host: Host
    private let connection: ImapConnection
    private let what: Fields
    private let message: UnsafeRawBufferPointer
    private let mailbox: [UInt8]

    init(_ host: Host, _ connection: ImapConnection, _ what: Fields, _ message: UnsafeRawBufferPointer) {
        self.host = host
        self.connection = connection
        self.what = what
        self.message = message
        mailbox = connection.name(of: what)
    }

    func run() throws(Failure) {
        let flags = try FlagWish.words(what.text("flags"), "flags").filter { !Imap.Flag.same($0, "\\Recent") }
        guard !message.isEmpty else { throw .invalid("message", "is empty") }
        if what.int("again") == 1, let uid = try earlier(isDraft: FlagWish.has(flags, "\\Draft")) {
            return try placed(uid)
        }
        try checkSize()
        let append = Imap.Append(
            mailbox: mailbox, flags: flags, internalDate: what.int("internal_date"), size: Int64(message.count),
            hasNUL: connection.capabilities.has("BINARY") && message.contains(0))
        var status = try tell(append)
        if status.kind == .no, status.code?.name == "TRYCREATE" {
            try connection.create(host, mailbox)
            status = try tell(append)
        }
        guard status.kind == .ok else { throw ImapConnection.refused(status, "append") }
        if let uid = status.code?.placedUID { return try placed(uid) }
        let found = try MessageLookup(host, connection, what.text("message_id"))?.find(what) ?? []
        if found.count == 1 { try placed(found[0].uid) }
    }

    /// What an earlier try, which was cut off, has left: the newest message with this Message-ID. Versions of a draft
    /// may share theirs, so a draft must have the size, too.
    private func earlier(isDraft: Bool) throws(Failure) -> UInt32? {
        let found = try MessageLookup(host, connection, what.text("message_id"))?.find(what) ?? []
        return found.last { !isDraft || $0.size == Int64(message.count) }?.uid
    }

    private func placed(_ uid: UInt32) throws(Failure) {
        try host.emit("placed", Record(["ref": .text("\(uid)")]))
    }

    // MARK: Size

    /// Refuses a message that the server would refuse (RFC 7889), before it is sent.
    private func checkSize() throws(Failure) {
        var limit = connection.capabilities.appendLimit
        if limit == nil, connection.capabilities.has("APPENDLIMIT") {
            _ = try connection.run(host, .status(mailbox: mailbox, items: ["APPENDLIMIT"])) { response in
                if case .mailboxStatus(let status) = response, let octets = status.counters["APPENDLIMIT"] {
                    limit = Int64(clamping: octets)
                }
            }
        }
        guard let limit, Int64(message.count) > limit else { return }
        var failure = Failure(
            MR_E_REFUSED, "the message has \(message.count) octets, and the server takes \(limit) into this folder")
        failure.step = "append"
        failure.code = "TOOBIG"
        throw failure
    }

    // MARK: The command

    private func tell(_ append: Imap.Append) throws(Failure) -> Imap.Status {
        let tag = try connection.start(host, .append(append))
        if connection.dialogue.mayGo(tag) { try pour(tag) }
        while true {
            switch try connection.next(host) {
            case .event(.goAhead(tag)): try pour(tag)
            case .event(.done(tag, let status)): return status
            case .event, .body: continue
            }
        }
    }

    private func pour(_ tag: Imap.Dialogue.Tag) throws(Failure) {
        let total = Int64(message.count)
        var start = 0
        while start < message.count {
            let end = min(start + Self.piece, message.count)
            try connection.send(host, UnsafeRawBufferPointer(rebasing: message[start..<end]))
            host.progress(done: Int64(end), total: total)
            start = end
        }
        try connection.end(host, tag)
    }
}
