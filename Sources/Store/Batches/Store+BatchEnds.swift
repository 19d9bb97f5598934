import Base
import CMailroom

/// How a batch ends before its time: cancelled, removed, or left in the making by a process that died. Each goes on in
/// slices, and is finished by `sweepBatches` where a process dies in between.
extension Store {
    /// What has not gone yet never goes; what is on the wire ends as it ends.
    /// - Throws: `MR_E_NOT_FOUND`; `MR_E_INVALID` where nothing of it waits any more.
    package func cancelBatch(_ batch: Int64) throws(Failure) {
        let owner = try ownerID()
        let goesOn = try write { (transaction) throws(Failure) -> Bool in
            switch try transaction.batchState(batch) {
            case "cancelled": return false
            case "cancelling": break
            case "running":
                try transaction.db.run("UPDATE batch SET state = 'cancelling', owner = ? WHERE id = ?", owner, batch)
                transaction.change("batch", batch, account: nil, "changed", "cancelled")
            case "done": throw .invalid("state", "batch \(batch) is done: nothing of it waits any more")
            default: throw .notFound("batch \(batch)")
            }
            return true
        }
        if goesOn { try finishCancelling(batch) }
    }

    private func finishCancelling(_ batch: Int64) throws(Failure) {
        while true {
            StopPoint.slice.reach()
            let done = try write { (transaction) throws(Failure) -> Bool in
                let some = try transaction.db.all(
                    "SELECT id FROM send WHERE batch = ? AND state IN ('queued', 'retry_wait') LIMIT ?", batch,
                    Transaction.sliceOfSends
                ) { (row) throws(Failure) in row.int(0) }
                for id in some { try transaction.cancel(try SendRow.load(transaction.db, id)) }
                guard some.isEmpty else { return false }
                try transaction.db.run(
                    "UPDATE batch SET state = 'cancelled', owner = NULL WHERE id = ? AND state = 'cancelling'", batch)
                try transaction.batchMoved(batch)
                return true
            }
            if done { return }
        }
    }

    /// Removes a batch with all of its sends and their content.
    /// - Throws: `MR_E_NOT_FOUND`; `MR_E_BUSY` while something of it waits or is being sent.
    package func removeBatch(_ batch: Int64) throws(Failure) {
        let owner = try ownerID()
        try write { (transaction) throws(Failure) in
            let state = try transaction.batchState(batch)
            guard let state, state != "making" else { throw .notFound("batch \(batch)") }
            let waits = try transaction.db.exists(
                "SELECT 1 FROM send WHERE batch = ? AND state IN ('queued', 'sending', 'retry_wait')", batch)
            guard !waits else { throw Failure(MR_E_BUSY, "batch \(batch) is \(state): cancel it first") }
            try transaction.db.run("UPDATE batch SET state = 'removing', owner = ? WHERE id = ?", owner, batch)
        }
        try dropBatch(batch, erase: false)
    }

    /// Gives up a batch that is in the making.
    package func abandonBatch(_ batch: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            try transaction.db.run("UPDATE batch SET state = 'removing' WHERE id = ? AND state = 'making'", batch)
        }
        try dropBatch(batch, erase: false)
    }

    /// Goes on with what dead processes have left: what was in the making goes, what was being cancelled is cancelled.
    package func sweepBatches() throws(Failure) {
        let left = try read { (db) throws(Failure) in
            try db.all(
                """
                SELECT id, state, owner FROM batch WHERE state NOT IN ('done', 'cancelled')
                  AND state IN ('making', 'cancelling', 'removing') ORDER BY id
                """
            ) { (row) throws(Failure) in (id: row.int(0), state: row.text(1), owner: row.optionalText(2) ?? "") }
        }
        for batch in left where !run.isAlive(batch.owner) {
            switch batch.state {
            case "cancelling": try finishCancelling(batch.id)
            case "making": try abandonBatch(batch.id)
            default: try dropBatch(batch.id, erase: false)
            }
        }
    }

    private func dropBatch(_ batch: Int64, erase: Bool) throws(Failure) {
        while true {
            StopPoint.slice.reach()
            let done = try slice(erase: erase) { (transaction) throws(Failure) -> Bool in
                let db = transaction.db
                let some = try db.all(
                    "SELECT id, body, account FROM send WHERE batch = ? LIMIT ?", batch,
                    Transaction.sliceOfSends
                ) { (row) throws(Failure) in (id: row.int(0), body: row.optionalInt(1), account: row.int(2)) }
                for send in some {
                    try transaction.delete(send: send.id, body: send.body, account: send.account, erase: erase)
                }
                guard some.isEmpty else { return false }
                let packed = try db.first("SELECT template FROM batch WHERE id = ?", batch) {
                    (row) throws(Failure) in row.bytes(0)
                }
                guard let packed else { return true }
                for body in Unpacker.batch(packed).bodies { try transaction.releaseBody(body, erase: erase) }
                try db.run("DELETE FROM batch_account WHERE batch = ?", batch)
                try db.run("DELETE FROM batch WHERE id = ?", batch)
                transaction.change("batch", batch, account: nil, "removed")
                return true
            }
            if done { return }
        }
    }

    private func slice<T>(erase: Bool, _ body: (Transaction) throws(Failure) -> T) throws(Failure) -> T {
        erase ? try erasing(body) : try write(.full, body)
    }

    /// The account's part in its batches; those that it alone sent go.
    func eraseBatches(of account: Int64) throws(Failure) {
        let alone = try erasing { (transaction) throws(Failure) -> [Int64] in
            let batches = try transaction.db.all("SELECT batch FROM batch_account WHERE account = ?", account) {
                (row) throws(Failure) in row.int(0)
            }
            var alone: [Int64] = []
            for batch in batches {
                let others = try transaction.db.exists(
                    "SELECT 1 FROM batch_account WHERE batch = ? AND account <> ?", batch, account)
                if others {
                    try transaction.db.run("DELETE FROM batch_account WHERE batch = ? AND account = ?", batch, account)
                    try transaction.batchMoved(batch)
                } else {
                    alone.append(batch)
                }
            }
            return alone
        }
        for batch in alone { try dropBatch(batch, erase: true) }
    }
}

extension Transaction {
    fileprivate func batchState(_ batch: Int64) throws(Failure) -> String? {
        try db.first("SELECT state FROM batch WHERE id = ?", batch) { (row) throws(Failure) in row.text(0) }
    }

    /// True where the batch was cancelled: what could not be sent of it waits for nothing.
    func isCancelled(_ batch: Int64?) throws(Failure) -> Bool {
        guard let batch else { return false }
        return ["cancelling", "cancelled"].contains(try batchState(batch) ?? "")
    }
}
