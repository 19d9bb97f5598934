import Base
import CMailroom

/// Stores a body piece by piece, in small transactions, with the memory of one piece. It is visible once sealed; what
/// was not sealed when the process dies is removed by the next open. One thread at a time.
package final class BodyWriter: Sendable {
    private struct State {
        var buffer: [UInt8] = []
        var id: Int64?
        var size: Int64 = 0
        var pieces: Int64 = 0
        var ended = false
    }

    private let store: Store
    private let state = Lock(State())
    /// On the heap by hand: in a forked child it is left alone, because freeing it would call OpenSSL.
    nonisolated(unsafe) private let digest: UnsafeMutablePointer<SHA256>

    init(store: Store) {
        self.store = store
        digest = .allocate(capacity: 1)
        digest.initialize(to: SHA256())
    }

    deinit {
        guard (try? store.checkFork()) != nil else { return }
        abandon()
        digest.deinitialize(count: 1)
        digest.deallocate()
    }

    /// - Throws: `MR_E_CLOSED` after `seal` or `abandon`.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        try store.checkFork()
        try state.withLock { (state) throws(Failure) in
            guard !state.ended else { throw Failure(MR_E_CLOSED, "the body is sealed or abandoned already") }
            digest.pointee.update(bytes)
            var rest = bytes[...]
            while !rest.isEmpty {
                let room = ChunkID.size - state.buffer.count
                state.buffer.append(contentsOf: rest.prefix(room))
                rest = rest.dropFirst(room)
                // The last piece is kept back: a small body goes into its row whole.
                if state.buffer.count == ChunkID.size, !rest.isEmpty || state.id != nil { try flush(&state) }
            }
        }
    }

    private func flush(_ state: inout State) throws(Failure) {
        guard !state.buffer.isEmpty else { return }
        guard state.pieces < ChunkID.most else { throw Failure(MR_E_STORE, "the body is too large") }
        let known = state.id
        let owner = try store.ownerID()
        let (buffer, number) = (state.buffer, state.pieces)
        let id = try store.write(.normal) { (transaction) throws(Failure) -> Int64 in
            let db = transaction.db
            let id: Int64
            if let known {
                id = known
            } else {
                id = try transaction.newBodyID()
                try db.run(
                    "INSERT INTO body(id, sha, size, holders, sealed, staged_at, owner, bytes) VALUES(?, NULL, 0, 0, 0, ?, ?, NULL)",
                    id, transaction.now, owner)
            }
            try db.run("INSERT INTO chunk(id, bytes) VALUES(?, ?)", ChunkID.make(body: id, number: number), buffer)
            return id
        }
        state.id = id
        state.pieces += 1
        state.size += Int64(buffer.count)
        state.buffer.removeAll(keepingCapacity: true)
    }

    /// Ends what fits in one row without storing it: whoever holds it stores it in its own transaction.
    /// - Returns: nil where it is larger: then it is to be sealed.
    package func takeSmall() throws(Failure) -> SmallBody? {
        try state.withLock { (state) throws(Failure) in
            guard !state.ended else { throw Failure(MR_E_CLOSED, "the body is sealed or abandoned already") }
            guard state.id == nil else { return nil }
            state.ended = true
            return SmallBody(bytes: state.buffer, sha: digest.pointee.finish())
        }
    }

    /// Makes the body visible.
    /// - Returns: its id; that of a body with the same bytes, where there is one. Until a message or a send holds it,
    ///   it is kept for a day.
    package func seal() throws(Failure) -> Int64 {
        try store.checkFork()
        let id = try state.withLock { (state) throws(Failure) -> Int64 in
            guard !state.ended else { throw Failure(MR_E_CLOSED, "the body is sealed or abandoned already") }
            if state.id != nil { try flush(&state) }
            let sha = digest.pointee.finish()
            let (staged, size, buffer) = (state.id, state.size, state.buffer)
            let id = try store.write(.normal) { (transaction) throws(Failure) -> Int64 in
                let db = transaction.db
                if let there = try db.int("SELECT id FROM body WHERE sha = ?", sha) {
                    try db.run("UPDATE body SET staged_at = ? WHERE id = ?", transaction.now, there)
                    if let staged { try transaction.dropBody(staged) }
                    return there
                }
                if let staged {
                    try db.run(
                        "UPDATE body SET sha = ?, size = ?, sealed = 1, staged_at = ? WHERE id = ?", sha, size,
                        transaction.now, staged)
                    return staged
                }
                let id = try transaction.newBodyID()
                try db.run(
                    "INSERT INTO body(id, sha, size, holders, sealed, staged_at, owner, bytes) VALUES(?, ?, ?, 0, 1, ?, NULL, ?)",
                    id, sha, buffer.count, transaction.now, buffer)
                return id
            }
            state.ended = true
            state.buffer = []
            return id
        }
        StopPoint.bodyStaged.reach()
        return id
    }

    /// Removes what was written. After `seal` it does nothing.
    package func abandon() {
        guard (try? store.checkFork()) != nil else { return }
        state.withLock { state in
            guard !state.ended else { return }
            state.ended = true
            state.buffer = []
            guard let id = state.id else { return }
            // Where this fails, the next open finds it.
            _ = try? store.write(.normal) { (transaction) throws(Failure) in try transaction.dropBody(id) }
        }
    }
}

/// A body that is not stored yet, and fits in one row.
package struct SmallBody: Sendable {
    package let bytes: [UInt8]
    let sha: [UInt8]
}
