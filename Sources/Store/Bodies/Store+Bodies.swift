import Base
import CMailroom
import CSystem

extension Store {
    package func bodyBegin() throws(Failure) -> BodyWriter {
        try checkFork()
        return BodyWriter(store: self)
    }

    /// Reads from a sealed body.
    /// - Returns: how many bytes were read; 0 at the end.
    /// - Throws: `MR_E_NOT_FOUND` where there is no such body.
    package func bodyRead(
        _ body: Int64, offset: Int64, into: UnsafeMutableRawBufferPointer
    ) throws(Failure) -> Int {
        guard offset >= 0 else { throw .invalid("offset", "is negative") }
        return try read { (db) throws(Failure) -> Int in
            let row = try db.first("SELECT size, bytes IS NOT NULL FROM body WHERE id = ? AND sealed = 1", body) {
                (row) throws(Failure) in (size: row.int(0), inline: row.bool(1))
            }
            guard let row else { throw .notFound("body \(body)") }
            let wanted = Int(clamping: min(Int64(into.count), max(0, row.size - offset)))
            var done = 0
            while done < wanted {
                let at = offset + Int64(done)
                let rest = UnsafeMutableRawBufferPointer(rebasing: into[done..<wanted])
                let start = row.inline ? Int(at) : Int(at % Int64(ChunkID.size))
                let copy = { (row: Row) throws(Failure) -> Int in
                    row.withBytes(0) { bytes in
                        guard start < bytes.count else { return 0 }
                        let piece = UnsafeRawBufferPointer(
                            rebasing: bytes[start..<min(bytes.count, start + rest.count)])
                        rest.copyMemory(from: piece)
                        return piece.count
                    }
                }
                let got =
                    row.inline
                    ? try db.first("SELECT bytes FROM body WHERE id = ?", body, read: copy)
                    : try db.first(
                        "SELECT bytes FROM chunk WHERE id = ?",
                        ChunkID.make(body: body, number: at / Int64(ChunkID.size)), read: copy)
                guard let got, got > 0 else { throw Failure(MR_E_STORE, "the store is damaged: a body lacks a piece") }
                done += got
            }
            return done
        }
    }

    /// - Throws: `MR_E_NOT_FOUND`.
    package func bodySize(_ body: Int64) throws(Failure) -> Int64 {
        let size = try read { (db) throws(Failure) in
            try db.int("SELECT size FROM body WHERE id = ? AND sealed = 1", body)
        }
        guard let size else { throw .notFound("body \(body)") }
        return size
    }

    /// Nil where the message is there and its body was not kept.
    /// - Throws: `MR_E_NOT_FOUND` where there is no such message.
    package func messageBody(_ message: Int64) throws(Failure) -> (body: Int64, size: Int64)? {
        try read { (db) throws(Failure) -> (body: Int64, size: Int64)? in
            guard try db.exists("SELECT 1 FROM message WHERE id = ?", message) else {
                throw .notFound("message \(message)")
            }
            return try db.first(
                "SELECT b.id, b.size FROM message m JOIN body b ON b.id = m.body WHERE m.id = ?", message
            ) { (row) throws(Failure) in (body: row.int(0), size: row.int(1)) }
        }
    }

    /// Removes bodies that nobody holds: those of dead processes that were never sealed, and sealed ones after a day.
    package func sweepOrphans() throws(Failure) {
        let old = Clock.wall() - Transaction.stagedKeepMs
        let orphans = try read { (db) throws(Failure) in
            try db.all(
                """
                SELECT id, sealed, owner, staged_at FROM body WHERE holders = 0 AND (sealed = 0 OR staged_at < ?) LIMIT 1000
                """, old
            ) { (row) throws(Failure) in
                (id: row.int(0), sealed: row.bool(1), owner: row.optionalText(2), staged: row.int(3))
            }
        }
        for orphan in orphans {
            let left = orphan.sealed ? orphan.staged < old : !run.isAlive(orphan.owner ?? "")
            guard left else { continue }
            try write(.normal) { (transaction) throws(Failure) in
                guard
                    try transaction.db.exists(
                        "SELECT 1 FROM body WHERE id = ? AND holders = 0 AND sealed = ? AND staged_at = ?", orphan.id,
                        orphan.sealed, orphan.staged)
                else { return }
                try transaction.dropBody(orphan.id)
            }
        }
    }
}
