import Base
import CMailroom

/// What the plugin found: single findings, streamed messages, commits.
extension HostTable {
    private static let maximumCursor = 64 * 1024

    static func addFindings(_ host: inout mr_host) {
        host.want = { HostTable.want($0, $1) }
        host.known = { HostTable.known($0, $1, $2, $3) }
        host.emit = { HostTable.emit($0, $1, $2) }
        host.message_begin = { HostTable.messageBegin($0, $1, $2) }
        host.message_data = { HostTable.messageData($0, $1) }
        host.message_end = { HostTable.messageEnd($0) }
        host.commit = { HostTable.commit($0, $1) }
    }

    private static func want(_ context: OpaquePointer?, _ header: OpaquePointer?) -> Int32 {
        between(context, "want") { invocation throws(Failure) in
            let header = try invocation.record(header, "header")
            try FindingRule.header(header)
            let answer = try invocation.ask { delegate throws(Failure) in try delegate.want(header) }
            switch Int(answer) {
            case MR_OK, MR_HEADER: return answer
            case MR_SKIP:
                try count(invocation, bytes: 256)
                return answer
            default: throw Failure(MR_E_INTERNAL, "the engine answered \(answer) to want")
            }
        }
    }

    private static func known(
        _ context: OpaquePointer?, _ folder: OpaquePointer?, _ after: Int64,
        _ out: UnsafeMutablePointer<OpaquePointer?>?
    ) -> Int32 {
        working(context) { invocation throws(Failure) in
            guard let out else { throw .invalid("page", "NULL") }
            out.pointee = nil
            try invocation.check()
            let folder = try invocation.record(folder, "folder")
            let page = try invocation.ask { delegate throws(Failure) in try delegate.known(folder, after: after) }
            guard let handle = invocation.page(page) else {
                throw invocation.broken("more records in one call than allowed")
            }
            out.pointee = handle
            return 0
        }
    }

    private static func emit(_ context: OpaquePointer?, _ kind: UnsafePointer<CChar>?, _ fields: OpaquePointer?)
        -> Int32
    {
        working(context) { invocation throws(Failure) in
            guard invocation.message == nil else { throw .invalid("emit", "in the middle of a message") }
            let kind = try text(kind, "kind", limit: 32)
            guard HostText.isName(kind, limit: 32) else { throw .invalid("kind", "no name for a finding") }
            // What a server said to a recipient is a fact, and stands however late it is: without it a message that
            // was taken would count as one whose outcome nobody knows.
            if invocation.kind != .send || kind != "recipient" { try invocation.check() }
            let object = invocation.find(fields)
            var record = try invocation.record(fields, "fields")
            // The server's own words go to the log, and to whoever sent the message.
            for name in ["text", "reason"] where kind == "recipient" || kind == "refused" {
                if let words = record.text(name) { record.set(name, invocation.streams.cut.clean(words)) }
            }
            try FindingRule.check(kind, record, in: invocation.kind)
            if FindingRule.isStored(kind) { try count(invocation, bytes: Int64(object?.bytes ?? 0) + 64) }
            let answer = try invocation.ask { delegate throws(Failure) in try delegate.emit(kind, record) }
            return advise(invocation, answer)
        }
    }

    private static func messageBegin(_ context: OpaquePointer?, _ fields: OpaquePointer?, _ size: Int64) -> Int32 {
        between(context, "message_begin") { invocation throws(Failure) in
            let record = try invocation.record(fields, "fields")
            try FindingRule.message(record, size: size)
            try count(invocation, bytes: 256)
            try invocation.ask { delegate throws(Failure) in try delegate.messageBegin(record, size: size) }
            invocation.message = Invocation.OpenMessage(announced: size, received: 0)
            return 0
        }
    }

    private static func messageData(_ context: OpaquePointer?, _ data: mr_bytes) -> Int32 {
        working(context) { invocation throws(Failure) in
            guard let message = invocation.message else { throw invocation.broken("message_data outside a message") }
            let data = try bytes(data, "bytes", limit: .max)
            guard !data.isEmpty else { return 0 }
            let (received, overflow) = message.received.addingReportingOverflow(Int64(data.count))
            guard !overflow, message.announced < 0 || received <= message.announced else {
                throw invocation.broken("a message of \(message.announced) octets has more than that")
            }
            try invocation.check()
            try invocation.ask { delegate throws(Failure) in try delegate.messageData(data) }
            invocation.message?.received = received
            return 0
        }
    }

    private static func messageEnd(_ context: OpaquePointer?) -> Int32 {
        working(context) { invocation throws(Failure) in
            guard let message = invocation.message else { throw invocation.broken("message_end outside a message") }
            guard message.announced < 0 || message.received == message.announced else {
                throw invocation.broken("a message of \(message.announced) octets has \(message.received)")
            }
            let answer = try invocation.ask { delegate throws(Failure) in try delegate.messageEnd() }
            invocation.message = nil
            invocation.itemBytes &+= message.received
            return advise(invocation, answer)
        }
    }

    private static func commit(_ context: OpaquePointer?, _ cursor: mr_bytes) -> Int32 {
        working(context) { invocation throws(Failure) in
            guard invocation.kind.commits else { throw .invalid("commit", "\(invocation.kind.rawValue) has no cursor") }
            guard invocation.message == nil else { throw .invalid("commit", "in the middle of a message") }
            let cursor = Array(try bytes(cursor, "cursor", limit: maximumCursor))
            try invocation.check()
            try invocation.ask { delegate throws(Failure) in try delegate.commit(cursor) }
            invocation.items = 0
            invocation.itemBytes = 0
            return 0
        }
    }

    /// For what must not stand inside a streamed message.
    private static func between(
        _ context: OpaquePointer?, _ name: String, _ body: (Invocation) throws(Failure) -> Int32
    ) -> Int32 {
        working(context) { invocation throws(Failure) in
            guard invocation.message == nil else { throw .invalid(name, "in the middle of a message") }
            try invocation.check()
            return try body(invocation)
        }
    }

    /// Counts one uncommitted finding.
    private static func count(_ invocation: Invocation, bytes: Int64) throws(Failure) {
        guard invocation.items < Invocation.maximumItems else {
            throw invocation.broken("more than \(Invocation.maximumItems) findings without a commit")
        }
        invocation.items += 1
        invocation.itemBytes &+= bytes
    }

    /// What `emit` and `message_end` answer where a commit is due and possible.
    private static func advise(_ invocation: Invocation, _ answer: Int32) -> Int32 {
        guard answer == 0, invocation.kind.commits else { return answer }
        let due = invocation.items >= Invocation.commitItems || invocation.itemBytes >= Invocation.commitBytes
        return due ? Int32(MR_COMMIT_NOW) : 0
    }
}
