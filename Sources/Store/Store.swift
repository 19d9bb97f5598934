import Base
import CMailroom
import Synchronization

/// One store file in one process: every verb may be called from any thread, and says `MR_E_FORKED` in a child that
/// was forked after it was opened.
///
/// Verbs are grouped by noun in the folders beside this file. Each writes in one short transaction; unless its comment
/// says otherwise that transaction is durable (on the disk) when the verb returns.
package final class Store: Sendable {
    /// The file, absolute and without symbolic links.
    package let path: String
    let gate: Gate
    let run: RunDirectory
    let identity: Registry.Identity
    let generation: Int
    let bootID: String
    let leaseMs: Int64
    let writeDeadlineMs: Int64
    let changesKeepMs: Int64
    /// Written under the writer's gate alone, but for the key.
    let memory = WriterMemory()
    private let box = Lock<SecretBox?>(nil)
    /// Opens less closes; counted under the registry's lock.
    let users = Atomic<Int>(0)

    init(
        path: String, identity: Registry.Identity, run: RunDirectory, bootID: String, options: StoreOptions
    ) {
        self.path = path
        self.identity = identity
        self.run = run
        self.bootID = bootID
        gate = Gate(path: path)
        generation = Fork.generation
        leaseMs = max(options.leaseMs, 1_000)
        writeDeadlineMs = max(min(options.writeDeadlineMs, leaseMs / 2), 0)
        changesKeepMs = Int64(max(options.changesKeepDays, 1)) * 86_400_000
    }

    /// True where secrets can be read and written.
    package var hasKey: Bool { box.withLock { $0 != nil } }

    /// - Throws: `MR_E_KEY` where the store was opened without its key.
    func secretBox() throws(Failure) -> SecretBox {
        guard let box = box.withLock({ $0 }) else {
            throw Failure(MR_E_KEY, "the store was opened without its key: secrets cannot be read or written")
        }
        return box
    }

    func setSecretBox(_ box: SecretBox) { self.box.withLock { $0 = box } }

    /// - Throws: `MR_E_FORKED` in a child of the process that opened the store.
    package func checkFork() throws(Failure) {
        guard generation == Fork.generation else {
            throw Failure(MR_E_FORKED, "the store was opened before the process forked: open it anew")
        }
    }

    /// Reads within one snapshot.
    // One copy for all: a copy made for each of its hundreds of callers would be a tenth of the library.
    @_semantics("optimize.sil.specialize.generic.never")
    func read<T>(_ body: (Connection) throws(Failure) -> T) throws(Failure) -> T {
        try checkFork()
        return try gate.read(body)
    }

    enum Durability { case normal, full }

    /// One transaction, or a part of one that durable verbs share (`WriteGroup`). Where it fails, nothing of it is stored;
    /// where it made changes, the bells are rung.
    ///
    /// `body` may run twice (see `Transaction.flush`): it must have no effect but through the transaction.
    /// - Parameter rings: false: nobody need look before the next ring.
    @_semantics("optimize.sil.specialize.generic.never")
    func write<T>(
        _ durability: Durability = .full, rings: Bool = true, _ body: (Transaction) throws(Failure) -> T
    ) throws(Failure) -> T {
        var result: T?
        try transact(durable: durability == .full, rings: rings) { (transaction) throws(Failure) in
            result = try body(transaction)
        }
        guard let result else { throw Failure(MR_E_INTERNAL, "a transaction did nothing") }
        return result
    }

    private func transact(durable: Bool, rings: Bool, _ body: (Transaction) throws(Failure) -> Void) throws(Failure) {
        try checkFork()
        let group = try gate.enter(joining: durable)
        do throws(Failure) {
            try add(to: group, durable: durable, rings: rings, body)
        } catch {
            memory.forget()
            if group.verbs > 0, group.db.rollbackPart() {
                try? end(group)  // what the others did stands
            } else {
                group.db.rollback()
                gate.end(group, error)
            }
            throw error
        }
        group.verbs += 1
        try end(group)
    }

    /// Does the work of one verb in the group's transaction, which it begins where it is the first.
    private func add(
        to group: WriteGroup, durable: Bool, rings: Bool, _ body: (Transaction) throws(Failure) -> Void
    ) throws(Failure) {
        let db = group.db
        guard group.verbs == 0 else {
            try db.beginPart()
            let transaction = Transaction(db: db, store: self)
            try body(transaction)
            _ = try transaction.flush(mayReserve: true)
            try db.endPart()
            if rings, transaction.hasChanges { group.hasChanges = true }
            return
        }
        var shortage: Int64 = 0
        repeat {
            if shortage > 0 {
                db.rollback()
                memory.forget()
                try reserveChangeNumbers(db, shortage)
            }
            try run.inTurn { () throws(Failure) in try db.begin(durable: durable) }
            let transaction = Transaction(db: db, store: self)
            try body(transaction)
            shortage = try transaction.flush(mayReserve: durable)
            group.hasChanges = rings && transaction.hasChanges
        } while shortage > 0
    }

    /// Commits what is in the group, unless another thread goes on with it and does so.
    private func end(_ group: WriteGroup) throws(Failure) {
        if try gate.pass(group) { return }
        do throws(Failure) {
            try group.db.commit()
            memory.keep()
        } catch {
            group.db.rollback()
            memory.forget()
            gate.end(group, error)
            throw error
        }
        gate.end(group)
        if group.hasChanges { run.ring() }
    }
}
