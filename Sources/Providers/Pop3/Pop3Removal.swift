import Base
import PluginKit
import Wire

/// Takes messages off the server that the store has had for as long as the account's policy says.
///
/// Nothing is lost on the way: what is marked was written to the disk for good before, by the commit that goes with
/// `durable`; the server removes nothing before it has answered QUIT; and what it did not remove has a
/// unique-id that the store knows.
struct Pop3Removal {
    private static let batch = 100

    private let sync: Pop3Sync

    init(_ sync: Pop3Sync) { self.sync = sync }

    func run() throws(Failure) {
        guard case .days(let days) = sync.leave else { return }
        let limit = sync.host.now(wall: true) - days * 86_400_000
        // Of two messages with one unique-id nobody knows which one the store has.
        let chosen = sync.stored.filter { $0.since <= limit && !sync.maildrop.isShared($0.index) }.map(\.index)
        if chosen.isEmpty { return }
        try sync.emit("durable")
        try sync.commit()
        var left = 0
        var start = 0
        while start < chosen.count {
            let some = chosen[start..<min(start + Self.batch, chosen.count)]
            start += some.count
            try sync.connection.run(
                sync.host, some.map { .dele(sync.maildrop.number($0)) },
                reply: { _, reply in if !reply.isOK { left += 1 } })
        }
        let reply = try sync.connection.quit(sync.host)
        if !reply.isOK || left > 0 {
            sync.host.log(
                4, "the server did not remove everything that was fetched (\(left) refused): \(reply.words)")
        }
    }
}
