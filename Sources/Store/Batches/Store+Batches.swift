import Base
import CMailroom

/// Batches: one template, kept once, and a send for each of its recipients, whose content is made when its turn comes.
extension Store {
    /// Begins a batch: it is in the making until `openBatch`, and nothing of it goes or is shown before.
    /// - Returns: `existed` where a batch of the same key and content is there already: then its id.
    /// - Throws: `MR_E_EXISTS` where the key came with other content; `MR_E_BUSY` where a batch of that key is in the
    ///   making; `MR_E_NOT_FOUND` for an account or a body.
    package func beginBatch(_ batch: NewBatch) throws(Failure) -> (id: Int64, existed: Bool) {
        try sweepBatches()
        let owner = try ownerID()
        let begun = try write { (transaction) throws(Failure) -> (id: Int64, existed: Bool) in
            let db = transaction.db
            if let key = batch.idempotencyKey {
                let there = try db.first("SELECT id, digest, state FROM batch WHERE idempotency_key = ?", key) {
                    (row) throws(Failure) in (id: row.int(0), digest: row.bytes(1), state: row.text(2))
                }
                if let there {
                    guard !["making", "removing"].contains(there.state) else {
                        throw Failure(MR_E_BUSY, "a batch with the same idempotency_key is \(there.state) just now")
                    }
                    if there.digest == batch.contentDigest { return (there.id, true) }
                    throw Failure(MR_E_EXISTS, "batch \(there.id) has the same idempotency_key and other content")
                }
            }
            for author in batch.authors { try transaction.requireAccount(author.account) }
            for body in batch.bodies { try transaction.holdBody(body) }
            try db.run(
                """
                INSERT INTO batch(name, idempotency_key, digest, template, state, owner, created_at)
                VALUES(?, ?, ?, ?, 'making', ?, ?)
                """, batch.name, batch.idempotencyKey, batch.contentDigest,
                Packer.batch(batch.template, batch.bodies), owner, transaction.now)
            let id = db.lastRowID
            for author in batch.authors {
                try db.run(
                    "INSERT INTO batch_account(batch, account, sender, name) VALUES(?, ?, ?, ?)", id, author.account,
                    author.sender, author.name)
            }
            return (id, false)
        }
        if !begun.existed { StopPoint.batchBegun.reach() }
        return begun
    }

    /// Some of its sends. They are durable once the batch is opened, and nobody is woken for them before: whoever looked for
    /// what is due would pass by all of them each time.
    package func addToBatch(_ batch: Int64, _ sends: [NewSend]) throws(Failure) {
        try write(.normal, rings: false) { (transaction) throws(Failure) in
            for send in sends { _ = try transaction.insert(send, send.recipients, batch: batch) }
        }
        StopPoint.batchSlice.reach()
    }

    /// Lets it go: durable when it returns.
    package func openBatch(_ batch: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            try transaction.db.run(
                "UPDATE batch SET state = 'running', owner = NULL WHERE id = ? AND state = 'making'", batch)
            guard transaction.db.changedRows > 0 else { throw Failure(MR_E_CLOSED, "batch \(batch) is gone") }
            transaction.change("batch", batch, account: nil, "added")
        }
        StopPoint.batchOpened.reach()
    }

    /// The template of a batch, as it was given.
    /// - Throws: `MR_E_NOT_FOUND`.
    package func batchTemplate(_ batch: Int64) throws(Failure) -> Record {
        let packed = try read { (db) throws(Failure) in
            try db.first("SELECT template FROM batch WHERE id = ?", batch) { (row) throws(Failure) in row.bytes(0) }
        }
        guard let packed else { throw .notFound("batch \(batch)") }
        return Unpacker.batch(packed).template
    }

    /// - Throws: `MR_E_NOT_FOUND` where the send is gone, or none of a batch, or has content of its own by now.
    package func batchContent(_ send: Int64) throws(Failure) -> BatchContent {
        let found = try read { (db) throws(Failure) in
            try db.first(
                """
                SELECT s.batch, s.template, s.message_id, s.created_at, s.account, s.sender, a.name FROM send s
                LEFT JOIN batch_account a ON a.batch = s.batch AND a.account = s.account
                WHERE s.id = ? AND s.batch IS NOT NULL AND s.template IS NOT NULL
                """, send
            ) { (row) throws(Failure) in
                BatchContent(
                    batch: row.int(0), recipient: Unpacker.record(row.bytes(1)), messageID: row.text(2),
                    createdAt: row.int(3),
                    author: BatchAuthor(account: row.int(4), sender: row.text(5), name: row.optionalText(6)))
            }
        }
        guard let found else { throw .notFound("the content of send \(send)") }
        return found
    }

    /// - Throws: `MR_E_NOT_FOUND`.
    package func renameBatch(_ batch: Int64, _ name: String?) throws(Failure) {
        try write { (transaction) throws(Failure) in
            try transaction.db.run(
                "UPDATE batch SET name = ? WHERE id = ? AND state NOT IN ('making', 'removing')", name, batch)
            guard transaction.db.changedRows > 0 else { throw .notFound("batch \(batch)") }
            transaction.change("batch", batch, account: nil, "changed")
        }
    }

    /// Sets the time before which nothing goes that was never tried; below 1: at once.
    /// - Throws: `MR_E_NOT_FOUND`; `MR_E_INVALID` where nothing of it waits any more.
    package func postponeBatch(_ batch: Int64, until time: Int64) throws(Failure) {
        try requireBatch(batch, in: ["running"])
        var after: Int64 = 0
        while true {
            let from = after
            let last = try write { (transaction) throws(Failure) -> Int64? in
                let some = try transaction.db.all(
                    """
                    SELECT id, account FROM send WHERE batch = ? AND state = 'queued' AND attempts = 0 AND id > ?
                    ORDER BY id LIMIT ?
                    """, batch, from, Transaction.sliceOfSends
                ) { (row) throws(Failure) in (id: row.int(0), account: row.int(1)) }
                for send in some {
                    try transaction.db.run(
                        "UPDATE send SET send_at = ?, due = ? WHERE id = ?", time > 0 ? time : nil, max(time, 0),
                        send.id)
                    transaction.change("send", send.id, account: send.account, "changed", "queued")
                }
                return some.last?.id
            }
            guard let last else { return }
            after = last
        }
    }

    /// - Throws: `MR_E_NOT_FOUND`; `MR_E_INVALID` where it is in another state.
    func requireBatch(_ batch: Int64, in states: [String]) throws(Failure) {
        let state = try read { (db) throws(Failure) in
            try db.first("SELECT state FROM batch WHERE id = ? AND state NOT IN ('making', 'removing')", batch) {
                (row) throws(Failure) in row.text(0)
            }
        }
        guard let state else { throw .notFound("batch \(batch)") }
        guard states.contains(state) else {
            throw .invalid("state", "batch \(batch) is \(state): nothing of it waits any more")
        }
    }
}

extension Packer {
    /// A template, and the bodies that it holds.
    fileprivate static func batch(_ template: Record, _ bodies: [Int64]) -> [UInt8] {
        var packer = Packer()
        packer.int(Int64(bodies.count))
        for body in bodies { packer.int(body) }
        packer.blob(record(template))
        return packer.bytes
    }
}

extension Unpacker {
    static func batch(_ bytes: [UInt8]) -> (template: Record, bodies: [Int64]) {
        var unpacker = Unpacker(bytes)
        var bodies: [Int64] = []
        for _ in 0..<unpacker.count() {
            guard let body = unpacker.int() else { break }
            bodies.append(body)
        }
        return (record(unpacker.blob() ?? []), bodies)
    }
}
