import Base
import CMailroom
import Glibc
import Testing

@testable import Store

/// A sequence of numbers that a seed repeats (SplitMix64).
struct Dice {
    var state: UInt64

    mutating func roll(_ sides: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ (mixed >> 31)) % UInt64(max(sides, 1)))
    }
}

/// What a server would say of one folder, and what was told to the store.
private struct Folder {
    var id: Int64
    var stable: String
    var path: String
    /// ref to message number, whether seen, and how it is kept.
    var mail: [String: (number: Int, seen: Bool, kept: Bool)] = [:]
    var nextUID = 1
}

extension StoreTests {
    @Suite struct RandomVerbs {
        /// Two accounts with folders among which messages come, go, move, are copied, flagged, skipped, refused; folders are
        /// renamed, removed, made again, reset. After each step all that is counted is right; at the end the store has
        /// exactly what the folders have.
        @Test func whateverHappensTheCountsAreRight() throws {
            let seed = getenv("MAILROOM_SEED").flatMap { UInt64(String(cString: $0)) } ?? 20_261_121
            print("MAILROOM_SEED=\(seed)")
            var dice = Dice(state: seed)
            let first = try Desk()
            let desks = [first, try first.second()]
            var folders: [[Folder]] = []
            for desk in desks {
                let rows = try desk.apply(["A", "B", "C"].map { listed($0, stable: "s\($0)") })
                folders.append(rows.map { Folder(id: $0.id, stable: $0.stable ?? "", path: $0.path) })
            }
            var made = 3
            for step in 0..<400 {
                let side = dice.roll(2)
                let desk = desks[side]
                let which = dice.roll(folders[side].count)
                try takeStep(&dice, desk, &folders[side], which, &made)
                if step % 20 == 19 { try checkWhole(first.store, "step \(step), seed \(seed)") }
            }
            for desk in desks { try desk.sweep() }
            try checkWhole(first.store, "the end, seed \(seed)")
            for (desk, own) in zip(desks, folders) {
                for folder in own {
                    let known = try desk.store.known(folder: folder.id, after: 0, limit: 10_000).items
                    #expect(Set(known.map(\.ref)) == Set(folder.mail.keys), "\(folder.path), seed \(seed)")
                    let reader = try desk.store.folderReader(folder.id)
                    for (ref, mail) in folder.mail where mail.kept {
                        guard case .message(let id) = try reader.held(ref) else {
                            Issue.record("\(folder.path) \(ref) is not stored, seed \(seed)")
                            continue
                        }
                        #expect(try desk.store.get("message", id).text("message_id") == "m\(mail.number)@example.com")
                    }
                }
            }
            let numbers = Set(folders.joined().flatMap { $0.mail.values.filter(\.kept).map(\.number) })
            #expect(try first.messages().count == numbers.count, "seed \(seed)")
            #expect(numbers.count > 10, "the run has left next to nothing, seed \(seed)")
            for desk in desks { try desk.store.disconnectAccount(desk.account, erase: true) }
            let left = try first.store.read { (db) throws(Failure) in
                try db.int(
                    """
                    SELECT (SELECT count(*) FROM message) + (SELECT count(*) FROM place) + (SELECT count(*) FROM body)
                      + (SELECT count(*) FROM adrift) + (SELECT count(*) FROM quarantine) + (SELECT count(*) FROM folder)
                      + (SELECT count(*) FROM thread) + (SELECT count(*) FROM thread_ref)
                      + (SELECT count(*) FROM address) + (SELECT count(*) FROM participant)
                    """)
            }
            #expect(left == 0, "seed \(seed)")
        }

        private func takeStep(
            _ dice: inout Dice, _ desk: Desk, _ folders: inout [Folder], _ which: Int, _ made: inout Int
        ) throws {
            var folder = folders[which]
            let ref = folder.mail.keys.sorted().dropFirst(dice.roll(folder.mail.count)).first
            var items: [SyncItem] = []
            switch dice.roll(20) {
            case 0...5:
                for _ in 0...dice.roll(4) {
                    let number = dice.roll(60)
                    let seen = dice.roll(2) == 1
                    items.append(.message(incoming(number, "\(folder.nextUID)", seen)))
                    folder.mail["\(folder.nextUID)"] = (number, seen, true)
                    folder.nextUID += 1
                }
            case 6...7:
                items.append(
                    .skipped(ref: "\(folder.nextUID)", flags: [], size: 1, date: 1, reason: "size", stable: nil))
                folder.mail["\(folder.nextUID)"] = (0, false, false)
                folder.nextUID += 1
            case 8:
                items.append(.refused(ref: "\(folder.nextUID)", flags: [], size: 1, date: 1, text: "NO"))
                folder.mail["\(folder.nextUID)"] = (0, false, false)
                folder.nextUID += 1
            case 9...11:
                guard let ref, var mail = folder.mail[ref] else { return }
                mail.seen.toggle()
                items.append(.flags(ref: ref, flags: mail.seen ? ["\\Seen"] : []))
                folder.mail[ref] = mail
            case 12...13:
                guard let ref else { return }
                items.append(.gone(ref: ref))
                folder.mail[ref] = nil
            case 14...15:
                // Moved, or copied: the store finds it by what a server tells of it.
                let target = (which + 1) % folders.count
                guard let ref, let mail = folder.mail[ref], mail.kept, target != which else { return }
                if dice.roll(2) == 0 {
                    try desk.commit([.gone(ref: ref)], folder: folder.id)
                    folder.mail[ref] = nil
                }
                var other = folders[target]
                let found = try desk.lookup(mail.number, at: dateOf(mail.number))
                let there = "\(other.nextUID)"
                other.nextUID += 1
                other.mail[there] = mail
                let flags = mail.seen ? ["\\Seen"] : []
                let item: SyncItem =
                    found.map { .known(ref: there, flags: flags, message: $0, stable: nil) }
                    ?? .message(incoming(mail.number, there, mail.seen))
                try desk.commit([item], folder: other.id)
                folders[target] = other
            case 16: try desk.sweep()
            case 17:
                folder.path = "F\(dice.roll(1_000))-\(folder.stable)"
                folders[which] = folder
                _ = try desk.apply(folders.map { listed($0.path, stable: $0.stable) })
                return
            case 18:
                // Removed, and another one made in its place.
                made += 1
                let kept = folders.enumerated().filter { $0.offset != which }.map(\.element)
                let rows = try desk.apply(
                    kept.map { listed($0.path, stable: $0.stable) } + [listed(folder.path, stable: "s\(made)")])
                guard let row = rows.first(where: { $0.stable == "s\(made)" }) else { return }
                folders[which] = Folder(id: row.id, stable: "s\(made)", path: folder.path)
                return
            default:
                // UIDVALIDITY changed: all comes again, but for what is lost, some of it by lookup.
                items.append(.reset)
                let before = folder.mail
                folder.mail = [:]
                folder.nextUID = 1
                for ref in before.keys.sorted() {
                    guard let mail = before[ref], mail.kept, dice.roll(5) != 0 else { continue }
                    let there = "\(folder.nextUID)"
                    folder.nextUID += 1
                    folder.mail[there] = mail
                    let found =
                        dice.roll(2) == 0 ? try desk.lookup(mail.number, at: dateOf(mail.number)) : nil
                    let flags = mail.seen ? ["\\Seen"] : []
                    items.append(
                        found.map { .known(ref: there, flags: flags, message: $0, stable: nil) }
                            ?? .message(incoming(mail.number, there, mail.seen)))
                }
                try desk.commit(items, complete: true, folder: folder.id)
                folders[which] = folder
                return
            }
            if !items.isEmpty { try desk.commit(items, folder: folder.id) }
            folders[which] = folder
        }

        private func dateOf(_ number: Int) -> Int64 { mail(number).internalDate }

        private func incoming(_ number: Int, _ ref: String, _ seen: Bool) -> IncomingMessage {
            mail(
                number, ref: ref, flags: seen ? ["\\Seen"] : [],
                inReplyTo: number % 3 == 0 ? nil : "m\(number / 3)@example.com", from: "p\(number % 7)@example.com",
                body: "body \(number % 20)")
        }
    }
}
