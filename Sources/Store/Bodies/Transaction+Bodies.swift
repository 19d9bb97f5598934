import Base
import CMailroom

/// Where the pieces of a body are.
enum ChunkID {
    /// Bytes of one row.
    static let size = 256 * 1024
    private static let bits: Int64 = 20

    static func make(body: Int64, number: Int64) -> Int64 { body << bits | number }
    static func first(_ body: Int64) -> Int64 { body << bits }
    static func last(_ body: Int64) -> Int64 { body << bits | ((1 << bits) - 1) }
    /// A body has no more pieces than that: 256 GiB.
    static let most: Int64 = 1 << bits
}

/// Bodies are kept once by their SHA-256 and counted by who holds them: messages and sends.
extension Transaction {
    /// A staged body without a holder is kept for so long after it was sealed.
    static let stagedKeepMs: Int64 = 86_400_000

    /// Stores a whole body, or takes the same one that is there, and holds it.
    func putBody(_ bytes: [UInt8], digest: [UInt8]) throws(Failure) -> Int64 {
        let inline = bytes.count <= ChunkID.size
        let id = try loadCounters().nextBody
        try db.run(
            "INSERT OR IGNORE INTO body(id, sha, size, holders, sealed, staged_at, owner, bytes) VALUES(?, ?, ?, 1, 1, 0, NULL, ?)",
            id, digest, bytes.count, inline ? bytes : nil)
        if db.changedRows == 0 {
            guard let there = try db.int("SELECT id FROM body WHERE sha = ?", digest) else {
                throw Failure(MR_E_STORE, "the store is damaged: a body's number is in use")
            }
            try holdBody(there)
            return there
        }
        _ = try newBodyID()
        if !inline {
            var start = 0
            var number: Int64 = 0
            while start < bytes.count {
                let end = min(start + ChunkID.size, bytes.count)
                try db.run(
                    "INSERT INTO chunk(id, bytes) VALUES(?, ?)", ChunkID.make(body: id, number: number),
                    Array(bytes[start..<end]))
                start = end
                number += 1
            }
        }
        return id
    }

    /// Holds the body of a send, which is stored now where it is a small one.
    func holdBody(of send: NewSend) throws(Failure) -> Int64? {
        if let small = send.small { return try putBody(small.bytes, digest: small.sha) }
        if let body = send.body { try holdBody(body) }
        return send.body
    }

    /// - Throws: `MR_E_NOT_FOUND` where there is no such body, or it is not sealed.
    func holdBody(_ id: Int64) throws(Failure) {
        try db.run("UPDATE body SET holders = holders + 1 WHERE id = ? AND sealed = 1", id)
        guard db.changedRows > 0 else { throw .notFound("body \(id)") }
    }

    /// Lets a body go; it is removed where nobody holds it, and it was not staged a short while ago.
    func releaseBody(_ id: Int64, erase: Bool) throws(Failure) {
        try db.run("UPDATE body SET holders = holders - 1 WHERE id = ?", id)
        let staged = try db.int("SELECT staged_at FROM body WHERE id = ? AND holders <= 0", id)
        if let staged, erase || staged < now - Transaction.stagedKeepMs { try dropBody(id) }
    }

    func dropBody(_ id: Int64) throws(Failure) {
        try db.run("DELETE FROM chunk WHERE id BETWEEN ? AND ?", ChunkID.first(id), ChunkID.last(id))
        try db.run("DELETE FROM body WHERE id = ?", id)
    }
}
