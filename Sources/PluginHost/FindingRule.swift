import Base
import CMailroom

/// What the host checks of a finding before the engine sees it: that its kind belongs to the function that runs, and
/// the fields that name something. Kinds that are not known here are left to the engine.
enum FindingRule {
    private static let maximumName = 255
    private static let maximumPath = 4096

    /// In which functions a kind may be emitted.
    private static func functions(of kind: String) -> [Invocation.Kind]? {
        switch kind {
        case "folder": [.folders]
        case "flags": [.sync, .apply]
        case "gone": [.sync, .apply, .fetch]
        case "reset", "refused", "durable", "complete": [.sync]
        case "listed": [.list]
        case "placed": [.apply, .append]
        case "changed", "unwatched": [.watch, .wake]
        case "server": [.open]
        case "recipient", "offer": [.send]
        case "sent": [.findSent]
        case "result": [.operation]
        default: nil
        }
    }

    /// Whether it waits for a commit. What an audit reads does not: there may be a million of it.
    static func isStored(_ kind: String) -> Bool { kind != "listed" }

    /// - Throws: `MR_E_INVALID` naming what is wrong.
    static func check(_ kind: String, _ record: Record, in function: Invocation.Kind) throws(Failure) {
        if let functions = functions(of: kind), !functions.contains(function) {
            throw .invalid("kind", "\(kind) cannot be found by \(function.rawValue)")
        }
        switch kind {
        case "flags", "gone", "placed", "sent": try ref(record)
        case "refused", "listed":
            try ref(record)
            try size(record, "size")
            try stable(record)
        case "server":
            try size(record, "size")
            if let words = record["capabilities"] {
                guard let words = words.text, words.utf8.count <= 16_384 else {
                    throw .invalid("capabilities", "is no text of at most 16384 octets")
                }
            }
        case "changed", "unwatched", "folder":
            guard let path = record.text("path"), !path.isEmpty, path.utf8.count <= maximumPath else {
                throw .invalid("path", "is missing, empty or longer than \(maximumPath) octets")
            }
            if kind == "folder" { try stable(record) }
        default: break
        }
    }

    /// A message's header, as `want` and `message_begin` get it.
    static func header(_ record: Record) throws(Failure) {
        try ref(record)
        try size(record, "size")
        try stable(record)
    }

    /// A message that begins. `size`: what follows, or -1.
    static func message(_ record: Record, size announced: Int64) throws(Failure) {
        try header(record)
        guard announced >= -1 else { throw .invalid("size", "\(announced)") }
        try size(record, "whole")
        if let whole = record.int("whole"), announced > whole {
            throw .invalid("whole", "a header of \(announced) octets in a message of \(whole)")
        }
    }

    /// Every message has a name within its folder, of at most 255 octets.
    private static func ref(_ record: Record) throws(Failure) {
        guard let ref = record.text("ref") else { throw .invalid("ref", "is missing or not a text") }
        guard !ref.isEmpty, ref.utf8.count <= maximumName else {
            throw .invalid("ref", "is empty or longer than 255 octets")
        }
    }

    private static func stable(_ record: Record) throws(Failure) {
        for field in ["stable", "thread"] {
            guard let value = record[field] else { continue }
            guard let name = value.text, !name.isEmpty, name.utf8.count <= maximumName else {
                throw .invalid(field, "is no text of 1 to 255 octets")
            }
        }
    }

    private static func size(_ record: Record, _ name: String) throws(Failure) {
        guard let value = record[name] else { return }
        guard let size = value.int, size >= 0 else { throw .invalid(name, "is no size") }
    }
}
