import Base
import CMailroom

/// What a provider found. The names of the kinds and their fields: mailroom_plugin.h.
extension Host {
    /// Hands a finding to the host. True: commit as soon as the cursor may be moved (`MR_COMMIT_NOW`).
    @discardableResult
    package func emit(_ kind: String, _ record: Record = Record()) throws(Failure) -> Bool {
        guard let call = table.pointee.emit else { throw Host.missing("emit") }
        let fields = try reused(kind, record)
        return try Host.taken(call(context, kind, fields.pointer)) == mr_result(MR_COMMIT_NOW)
    }

    /// Whether a message is to be fetched: asked before every one, with `ref`, `flags`, `size`, `internal_date` and,
    /// where they are known, `message_id` and `stable`.
    package func want(_ header: Record) throws(Failure) -> Wanted {
        guard let call = table.pointee.want else { return .whole }
        let fields = try reused("want", header)
        switch try Host.taken(call(context, fields.pointer)) {
        case mr_result(MR_SKIP): return .nothing
        case mr_result(MR_HEADER): return .header
        default: return .whole
        }
    }

    /// One page of what the store holds of a folder. `after`: 0, then the page's `next` until that is 0.
    package func known(
        _ folder: Fields, after: Int64
    ) throws(Failure) -> (items: [KnownMessage], next: Int64) {
        guard let call = table.pointee.known else { throw Host.missing("known") }
        var page: OpaquePointer?
        try Host.taken(call(context, folder.pointer, after, &page))
        guard let page else { return ([], 0) }
        let fields = Fields(self, page)
        let items = fields.items("items").map {
            KnownMessage(ref: $0.text("ref") ?? "", flags: $0.text("flags") ?? "", storedAt: $0.int("stored_at"))
        }
        return (items, fields.int("next") ?? 0)
    }

    /// Begins a message whose body follows in pieces. `size`: its octets, or -1 where not known beforehand.
    /// Fields: `ref`, `flags`, `internal_date` (ms), `historical`.
    package func messageBegin(_ record: Record, size: Int64) throws(Failure) {
        guard let call = table.pointee.message_begin else { throw Host.missing("message_begin") }
        let fields = try reused("message", record)
        try Host.taken(call(context, fields.pointer, size))
    }

    /// A piece of the body, of any length. The host copies nothing that it does not keep.
    package func messageData(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        guard let call = table.pointee.message_data else { throw Host.missing("message_data") }
        try Host.taken(call(context, mr_bytes(bytes)))
    }

    /// The body is whole. True: commit as soon as the cursor may be moved.
    package func messageEnd() throws(Failure) -> Bool {
        guard let call = table.pointee.message_end else { throw Host.missing("message_end") }
        return try Host.taken(call(context)) == mr_result(MR_COMMIT_NOW)
    }

    /// Stores all that was emitted since the last commit, and the cursor, in one transaction. Never between
    /// `messageBegin` and `messageEnd`. Afterwards a crash resumes exactly here.
    package func commit(_ cursor: [UInt8]) throws(Failure) {
        guard let call = table.pointee.commit else { throw Host.missing("commit") }
        try Host.taken(cursor.withUnsafeBytes { call(context, mr_bytes($0)) })
    }

    /// A field object for the record: one that was made for the same names before is filled again.
    private func reused(_ kind: String, _ record: Record) throws(Failure) -> Fields {
        var key = kind
        for field in record.fields {
            switch field.value {
            case .list, .record: return try Fields(self, record)
            case .text, .int, .bytes:
                key.append(" ")
                key.append(field.name)
            }
        }
        if let pointer = scratch[key] {
            let fields = Fields(self, pointer)
            try fields.set(record)
            return fields
        }
        let fields = try Fields(self, record)
        scratch[key] = fields.pointer
        return fields
    }
}

/// A message that the store holds of a folder.
package struct KnownMessage: Sendable, Equatable {
    /// The reference under which the provider emitted it.
    package let ref: String
    /// Its flags, separated by spaces, in IMAP's spelling.
    package let flags: String
    /// Since when the store has the whole of it (ms since 1970); nil where it has not, or where that is not told.
    package let storedAt: Int64?

    package init(ref: String, flags: String, storedAt: Int64? = nil) {
        self.ref = ref
        self.flags = flags
        self.storedAt = storedAt
    }
}

/// How much of a message the host keeps.
package enum Wanted: Sendable {
    case whole
    /// The header alone: `message_begin` with `whole`.
    case header
    case nothing
}
