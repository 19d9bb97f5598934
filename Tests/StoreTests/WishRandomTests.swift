import Base
import CMailroom
import Glibc
import Testing

@testable import Store

/// Both sides at random: another client on the server, wishes in the store, syncs, and a process that dies at its wishes.
private struct TwoSides {
    let here: WishDesk
    var server: WishServer
    var dice: Dice
    private var made = 1
    private var renumbered: Set<Int64> = []
    private let words = ["\\Seen", "\\Flagged", "\\Answered", "Work", "Unkept"]

    var folders: [Int64] { [here.inbox, here.drafts, here.trash, here.archive] }

    init(seed: UInt64) throws {
        here = try WishDesk()
        dice = Dice(state: seed)
        server = WishServer([here.inbox, here.drafts, here.trash, here.archive])
        server.put(.init(number: 1, flags: []), into: here.inbox)
        server.tellsPlaces = seed % 2 == 0
    }

    private mutating func pick<T>(_ from: [T]) -> T? { from.isEmpty ? nil : from[dice.roll(from.count)] }

    mutating func step() throws {
        switch dice.roll(20) {
        case 0...5: otherClient()
        case 6...12: try wishSomething()
        case 13...15: try carryOut(faults: true)
        case 16...18: try sync(folders[dice.roll(folders.count)])
        default:
            if dice.roll(4) == 0 {
                server.renumber(folders[dice.roll(folders.count)])
                renumbered.formUnion(folders)
            }
        }
    }

    // MARK: the server's side

    private mutating func otherClient() {
        let folder = folders[dice.roll(folders.count)]
        let ref = pick((server.folders[folder] ?? [:]).keys.sorted())
        switch (dice.roll(5), ref) {
        case (0, _), (_, nil):
            made += 1
            server.put(.init(number: made, flags: []), into: folder)
        case (1, let ref?): server.folders[folder]?[ref]?.flags.formSymmetricDifference([words[dice.roll(4)]])
        case (2, let ref?): server.folders[folder]?[ref] = nil
        case (3, let ref?):
            if let mail = server.folders[folder]?[ref] { server.put(mail, into: folders[dice.roll(folders.count)]) }
        case (_, let ref?):
            if let mail = server.folders[folder]?.removeValue(forKey: ref) {
                server.put(mail, into: folders[dice.roll(folders.count)])
            }
        }
    }

    // MARK: the store's side

    private mutating func wishSomething() throws {
        let places = try here.store.find("place", Record(), after: nil, limit: 1000).rows
        let folder = folders[dice.roll(folders.count)]
        guard let place = pick(places), let id = place.int("id"), let message = place.int("message") else { return }
        var wish = NewWish(.place(id))
        switch dice.roll(9) {
        case 0...2:
            let word = words[dice.roll(words.count)]
            wish.flags = dice.roll(3) > 0 ? FlagDelta(add: [word]) : FlagDelta(remove: [word])
        case 3...4: wish.folder = folder
        case 5: wish.removal = .onwards
        case 6: wish.removal = .forever
        case 7:
            _ = try here.store.wishCopy(message, folder: folder)
            return
        default:
            made += 1
            let isDraft = place.int("folder") == here.drafts && dice.roll(2) == 0
            _ = try here.append(made, replaces: isDraft ? message : nil)
            return
        }
        _ = try here.store.wish(wish)
    }

    private func number(of message: Int64?) throws -> Int {
        guard let message, let id = try here.store.get("message", message).text("message_id") else { return 0 }
        return Int(id.dropFirst().prefix { $0 != "@" }) ?? 0
    }

    /// With faults the process may die before or after the server did it, and the server may refuse.
    private mutating func carryOut(faults: Bool) throws {
        for id in try here.ready() {
            let fault = faults ? dice.roll(8) : 9
            // References of another time are noticed by the provider: the folder must be synced first.
            let row = try here.row(id)
            if let folder = row.int("folder"), renumbered.contains(folder) { continue }
            if let target = row.int("target"), renumbered.contains(target) { continue }
            guard let wish = try here.store.beginWish(id, lease: here.desk.lease) else { continue }
            if fault == 0 { continue }
            if fault == 1 {
                try here.store.loseWish(id, Failure(MR_E_REFUSED, "no"), lease: here.desk.lease)
                continue
            }
            let found = server.carryOut(wish, number: try number(of: wish.message))
            if fault == 2 { continue }
            try here.store.finishWish(id, found, lease: here.desk.lease)
        }
    }

    mutating func sync(_ folder: Int64) throws {
        let since = Clock.wall()
        usleep(2_000)
        var held: [String] = []
        var items: [SyncItem] = []
        if renumbered.contains(folder) {
            items = [.reset]
            renumbered.remove(folder)
        } else {
            held = try here.store.known(folder: folder, after: 0, limit: 10_000).items.map(\.ref)
        }
        items += server.difference(folder, held: held)
        try here.desk.commit(items, complete: true, folder: folder)
        try here.store.settlePending(folder: folder, since: since, lease: here.desk.lease)
    }

    /// Nobody disturbs any more: in the end nothing is open, and both sides have the same.
    mutating func settle() throws {
        for _ in 0..<12 {
            try carryOut(faults: false)
            usleep(2_000)
            for folder in folders { try sync(folder) }
        }
        try here.store.sweepAdrift(here.desk.account, before: Clock.wall() + 1, lease: here.desk.lease)
    }

    func check(_ what: String) throws {
        let open = try here.store.find("wish", Record(["state": .text("open")]), after: nil, limit: 1000).rows
        #expect(open.isEmpty, "\(what): \(open.map { JSON.text($0) })")
        for folder in folders {
            let rows = try here.store.find("place", Record(["folder": .int(folder)]), after: nil, limit: 1000).rows
            var ours: [String: String] = [:]
            for row in rows {
                ours[row.text("ref") ?? "none \(row.int("id") ?? 0)"] =
                    "\(try number(of: row.int("message"))) \(row.texts("flags").sorted())"
            }
            var theirs: [String: String] = [:]
            for (ref, mail) in server.folders[folder] ?? [:] {
                theirs[String(ref)] = "\(mail.number) \(mail.flags.sorted())"
            }
            #expect(ours == theirs, "\(what), folder \(folder)")
        }
        let hidden = try here.store.read { (db) throws(Failure) in
            try db.int("SELECT count(*) FROM place WHERE leaving = 1 OR wish IS NOT NULL OR server_bits IS NOT NULL")
        }
        #expect(hidden == 0, "\(what): places that wishes have left behind")
        let stored = try here.store.find("message", Record(), after: nil, limit: 1000).rows.count
        let there = Set(server.folders.values.flatMap { $0.values.map(\.number) }).count
        #expect(stored == there, "\(what)")
        let bodies = try here.store.read { (db) throws(Failure) in try db.int("SELECT sum(holders) FROM body") }
        #expect(bodies ?? 0 == Int64(there), "\(what): bodies are held by messages alone")
    }
}

extension StoreTests {
    @Suite struct RandomWishes {
        @Test func bothSidesEndAsOne() throws {
            let given = getenv("MAILROOM_SEED").flatMap { UInt64(String(cString: $0)) }
            var ends: Set<String> = []
            for seed in given.map({ [$0] }) ?? [1, 2, 3, 4, 5, 6] {
                var run = try TwoSides(seed: seed)
                for step in 0..<150 {
                    try run.step()
                    if step % 10 == 9 { try run.here.checkCounts() }
                }
                try run.settle()
                try run.check("MAILROOM_SEED=\(seed)")
                try run.here.checkCounts()
                for row in try run.here.store.find("wish", Record(), after: nil, limit: 10_000).rows {
                    ends.insert("\(row.text("kind") ?? "") \(row.text("outcome") ?? row.text("state") ?? "")")
                }
            }
            // Each kind was carried out, and lost, and some were wished away before that.
            let kinds = ["flags", "move", "copy", "append"]
            let expected = kinds.flatMap { ["\($0) done", "\($0) conflict"] } + ["delete done", "append withdrawn"]
            #expect(given != nil || ends.isSuperset(of: expected), "\(ends.sorted())")
        }
    }
}
