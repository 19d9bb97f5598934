import Base
import CMailroom

/// One write transaction: the connection, and the changes that it will tell of.
final class Transaction {
    let db: Connection
    let store: Store
    let now = Clock.wall()
    private(set) var changes: [Change] = []
    private var counters: Counters?
    private var countersMoved = false
    /// Threads in which somebody else may have spoken last: found out once for each, when the transaction ends.
    var untold: Set<Int64> = []

    var hasChanges: Bool { !changes.isEmpty }

    init(db: Connection, store: Store) {
        self.db = db
        self.store = store
    }

    /// A run of rows with ids and numbers that follow each other, all changed alike.
    struct Change {
        let kind: StaticString
        var row: Int64
        var count: Int64
        let account: Int64?
        let what: StaticString
        let detail: String?
    }

    /// The one row of `counter`.
    struct Counters {
        var nextChange: Int64
        var reservedChange: Int64
        var boot: String
        var nextMessage: Int64
        var nextBody: Int64
        var addressEpoch: Int64
    }

    /// Adds a row to the change feed. It gets its number when the transaction ends.
    func change(
        _ kind: StaticString, _ row: Int64, account: Int64?, _ what: StaticString, _ detail: String? = nil
    ) {
        if let last = changes.indices.last {
            let before = changes[last]
            let alike =
                before.kind.utf8Start == kind.utf8Start && before.what.utf8Start == what.utf8Start
                && before.account == account && before.detail == detail
            if alike, before.row &+ before.count == row {
                changes[last].count += 1
                return
            }
            if alike, before.row == row, before.count == 1 { return }
        }
        changes.append(Change(kind: kind, row: row, count: 1, account: account, what: what, detail: detail))
    }

    func loadCounters() throws(Failure) -> Counters {
        if let counters { return counters }
        let loaded = try db.first(
            "SELECT next_change, reserved_change, boot, next_message, next_body, address_epoch FROM counter WHERE id = 1"
        ) { (row) throws(Failure) in
            Counters(
                nextChange: row.int(0), reservedChange: row.int(1), boot: row.text(2), nextMessage: row.int(3),
                nextBody: row.int(4), addressEpoch: row.int(5))
        }
        guard let loaded else { throw Failure(MR_E_STORE, "the store is damaged: it has no counters") }
        counters = loaded
        return loaded
    }

    func newMessageID() throws(Failure) -> Int64 {
        let id = try loadCounters().nextMessage
        counters?.nextMessage = id &+ 1
        countersMoved = true
        return id
    }

    func newBodyID() throws(Failure) -> Int64 {
        let id = try loadCounters().nextBody
        counters?.nextBody = id &+ 1
        countersMoved = true
        return id
    }

    /// Tells every process that addresses were removed: what it remembers of them is void.
    func addressesRemoved() throws(Failure) {
        let epoch = try loadCounters().addressEpoch
        counters?.addressEpoch = epoch &+ 1
        countersMoved = true
    }

    /// Finds out who waits in which thread, gives the changes their numbers, and writes them and the counters.
    /// - Parameter mayReserve: the transaction is durable, so that it can reserve numbers for itself.
    /// - Returns: 0 when done; else how many numbers are missing: the transaction must be given up, the numbers be
    ///   reserved durably, and the work be done again.
    func flush(mayReserve: Bool) throws(Failure) -> Int64 {
        try tellUntold()
        let wanted = changes.reduce(0) { $0 + $1.count }
        if wanted > 0 {
            var counters = try loadCounters()
            if counters.boot != store.bootID || counters.nextChange &+ wanted > counters.reservedChange {
                guard mayReserve else { return wanted }
                counters.reserve(wanted, boot: store.bootID)
            }
            for change in changes {
                try db.run(
                    "INSERT INTO change(number, count, kind, row, account, what, detail, at) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
                    counters.nextChange, change.count, change.kind.description, change.row, change.account,
                    change.what.description, change.detail, now)
                counters.nextChange &+= change.count
            }
            self.counters = counters
            countersMoved = true
            try store.pruneChanges(self)
        }
        if countersMoved, let counters {
            try db.run(
                """
                UPDATE counter SET next_change = ?, reserved_change = ?, boot = ?, next_message = ?, next_body = ?,
                  address_epoch = ? WHERE id = 1
                """, counters.nextChange, counters.reservedChange, counters.boot, counters.nextMessage,
                counters.nextBody, counters.addressEpoch)
        }
        return 0
    }
}

extension Transaction.Counters {
    static let block: Int64 = 65_536

    /// After a start of the machine the rest of the old block is skipped: commits that were not on the disk when the
    /// power went may have given numbers of it to readers.
    mutating func reserve(_ wanted: Int64, boot: String) {
        if self.boot != boot {
            nextChange = max(nextChange, reservedChange)
            self.boot = boot
        }
        reservedChange = nextChange &+ wanted &+ Transaction.Counters.block
    }
}
