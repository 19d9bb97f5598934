import Base
import CMailroom

/// How each kind of wish is stored, with what it changes here.
extension Transaction {
    /// Stores a wish and says that it is there.
    func insert(
        _ kind: WishRow.Kind, account: Int64, place: WishPlace?, message: Int64, target: Int64? = nil,
        params: Record = Record(), body: Int64? = nil
    ) throws(Failure) -> Int64 {
        try db.run(
            """
            INSERT INTO wish(account, kind, place, folder, message, target, params, body, state, created_at)
            VALUES(?, ?, ?, ?, ?, ?, ?, ?, 'open', ?)
            """, account, kind.rawValue, place?.id, place?.folder, message, target, Packer.record(params), body, now)
        let id = db.lastRowID
        if let place { try db.run("UPDATE place SET wish = ? WHERE id = ?", id, place.id) }
        change("wish", id, account: account, "added", kind.rawValue)
        return id
    }

    private func setTarget(_ wish: Int64, _ place: Int64, folder: Int64) throws(Failure) {
        try db.run("UPDATE wish SET target = ?, target_place = ? WHERE id = ?", folder, place, wish)
    }

    /// The open wish that made a place that still waits for its reference, while nobody has begun it.
    private func unbegunMaker(of place: WishPlace) throws(Failure) -> WishRow? {
        guard place.ref == nil else { return nil }
        return try db.all(
            composed:
                "SELECT \(WishRow.columns) FROM wish w WHERE w.target_place = ? AND w.state = 'open' AND w.begun = 0",
            [.int(place.id)]
        ) { (row) throws(Failure) in WishRow(row) }.first
    }

    /// Wishes about one place are about another from now on.
    func handOver(_ place: Int64, to other: WishPlace) throws(Failure) {
        try db.run(
            "UPDATE wish SET place = ?, folder = ? WHERE place = ? AND state = 'open'", other.id, other.folder, place)
    }

    // MARK: flags

    func wish(_ delta: FlagDelta, of place: WishPlace) throws(Failure) -> [Int64] {
        let wished = delta.applied(to: place.flags)
        // A wish may be open that says the opposite: only what is shown counts.
        guard wished != place.flags else { return [] }
        try show(wished, at: place, server: place.server ?? place.flags)
        let youngest = try db.first(
            "SELECT id, kind, params, begun FROM wish WHERE place = ? AND state = 'open' ORDER BY id DESC LIMIT 1",
            place.id
        ) { (row) throws(Failure) in
            (id: row.int(0), kind: row.text(1), params: Unpacker.record(row.bytes(2)), begun: row.bool(3))
        }
        if let youngest, youngest.kind == WishRow.Kind.flags.rawValue, !youngest.begun {
            let before = FlagDelta(add: youngest.params.texts("add"), remove: youngest.params.texts("remove"))
            try db.run(
                "UPDATE wish SET params = ? WHERE id = ?",
                Packer.record(Transaction.params(before.followed(by: delta))),
                youngest.id)
            return [youngest.id]
        }
        return [
            try insert(
                .flags, account: place.account, place: place, message: place.message, params: Transaction.params(delta))
        ]
    }

    private static func params(_ delta: FlagDelta) -> Record {
        Record([
            "add": delta.add.isEmpty ? nil : .list(delta.add.map(Value.text)),
            "remove": delta.remove.isEmpty ? nil : .list(delta.remove.map(Value.text)),
        ])
    }

    // MARK: move

    /// The one place that a message moves out of.
    func movable(_ places: [WishPlace]) throws(Failure) -> WishPlace {
        let real = places.filter { !$0.isView }
        guard let first = real.first ?? places.first, real.count <= 1 else {
            throw .invalid("folder", "the message is in several folders: move one of its places")
        }
        return first
    }

    func wishMove(of place: WishPlace, to folder: Int64, thenDelete: [WishPlace] = []) throws(Failure) -> [Int64] {
        guard try holder(of: folder) == place.account else {
            throw .invalid("folder", "\(folder) is of another account")
        }
        guard folder != place.folder else { return [] }
        if let maker = try unbegunMaker(of: place) {
            return try redirect(maker, place, to: folder, thenDelete: thenDelete)
        }
        let wish = try insert(
            .move, account: place.account, place: place, message: place.message, target: folder,
            params: Transaction.params(thenDelete))
        let target = try pend(
            place.message, folder: folder, account: place.account, flags: place.flags, stable: place.stable, wish: wish)
        try setTarget(wish, target, folder: folder)
        try setLeaving(place, true)
        for other in thenDelete { try hold(other, for: wish) }
        return [wish]
    }

    private static func params(_ thenDelete: [WishPlace]) -> Record {
        thenDelete.isEmpty ? Record() : Record(["then_delete": .list(thenDelete.map { .int($0.id) })])
    }

    /// Hides a place that goes once another wish is done.
    private func hold(_ place: WishPlace, for wish: Int64) throws(Failure) {
        try setLeaving(place, true)
        try db.run("UPDATE place SET wish = ? WHERE id = ?", wish, place.id)
    }

    /// The server does not know of the place yet: what would make it makes it elsewhere.
    private func redirect(
        _ maker: WishRow, _ place: WishPlace, to folder: Int64, thenDelete: [WishPlace]
    ) throws(Failure) -> [Int64] {
        if maker.kind == .move, maker.folder == folder,
            let source = try maker.place.flatMap({ (id) throws(Failure) in try wishPlace(id) })
        {
            // Back to where it came from: nothing has to move.
            try handOver(place.id, to: source)
            try end(maker, "done", outcome: "withdrawn")
            try dropPlace(place)
            try setLeaving(source, false)
            if let back = try wishPlace(source.id) { try setServerFlags(back.server ?? back.flags, at: back) }
            var made = [maker.id]
            for id in maker.thenDelete { if let other = try wishPlace(id) { made += try wishDelete(ofHidden: other) } }
            for other in thenDelete { made += try wishDelete(of: other) }
            return made
        }
        let target = try pend(
            place.message, folder: folder, account: place.account, flags: place.flags, stable: place.stable,
            wish: maker.id)
        var changed = maker
        changed.thenDelete += thenDelete.map(\.id)
        try db.run("UPDATE wish SET params = ? WHERE id = ?", Packer.record(changed.params), maker.id)
        try setTarget(maker.id, target, folder: folder)
        if let target = try wishPlace(target) { try handOver(place.id, to: target) }
        try dropPlace(place)
        for other in thenDelete { try hold(other, for: maker.id) }
        return [maker.id]
    }

    // MARK: copy

    func wishCopy(of place: WishPlace, to folder: Int64) throws(Failure) -> Int64 {
        let wish = try insert(
            .copy, account: place.account, place: place, message: place.message, target: folder)
        let target = try pend(
            place.message, folder: folder, account: place.account, flags: place.flags, stable: place.stable, wish: wish)
        try setTarget(wish, target, folder: folder)
        change("message", place.message, account: place.account, "changed", "place")
        return target
    }

    // MARK: delete

    func wishRemoval(of places: [WishPlace], _ removal: NewWish.Removal) throws(Failure) -> [Int64] {
        let inTrash = places.filter { $0.role == "trash" }
        let real = places.filter { !$0.isView && $0.role != "trash" }
        let others = real.isEmpty && inTrash.isEmpty ? places : real
        var made: [Int64] = []
        if removal == .forever || removal == .onwards && others.isEmpty {
            for place in inTrash + others { made += try wishDelete(of: place) }
            return made
        }
        guard let first = others.first else { return [] }
        guard inTrash.isEmpty else {
            // It is in trash as well: what lies elsewhere can go.
            for place in others { made += try wishDelete(of: place) }
            return made
        }
        let trash = try FolderRow.load(db, account: first.account)
            .filter { $0.role == "trash" && $0.selectable }.map(\.id).min()
        guard let trash else {
            throw Failure(
                MR_E_NOT_FOUND,
                "account \(first.account) has no folder with the role trash: give one that role, or delete for good")
        }
        return try wishMove(of: first, to: trash, thenDelete: Array(others.dropFirst()))
    }

    func wishDelete(of place: WishPlace) throws(Failure) -> [Int64] {
        guard let maker = try unbegunMaker(of: place) else {
            let wish = try insert(.delete, account: place.account, place: place, message: place.message)
            try setLeaving(place, true)
            return [wish]
        }
        // The server does not know of the place: nothing has to be made, and of a move only the source must go.
        let source = try maker.place.flatMap { (id) throws(Failure) in try wishPlace(id) }
        let held = maker.thenDelete
        try end(maker, "done", outcome: "withdrawn")
        var made = [maker.id]
        if maker.kind == .move, let source { made += try wishDelete(ofHidden: source) }
        for id in held { if let other = try wishPlace(id) { made += try wishDelete(ofHidden: other) } }
        try withdraw(from: place)
        return made
    }

    /// Of a place that is hidden already.
    func wishDelete(ofHidden place: WishPlace) throws(Failure) -> [Int64] {
        [try insert(.delete, account: place.account, place: place, message: place.message)]
    }

    // MARK: append

    func wishAppend(
        _ append: NewAppend, _ prepared: PreparedMessage
    ) throws(Failure) -> (message: Int64, isNew: Bool) {
        let there = try db.int("SELECT id FROM message WHERE identity = ?", append.message.summary.identity)
        if let there,
            try shownPlaces(of: there, account: append.account).contains(where: { $0.folder == append.folder })
        {
            return (there, false)
        }
        let replaced: [WishPlace] =
            if let old = append.replaces {
                try shownPlaces(of: old, account: append.account).filter { !$0.isView }
            } else {
                []
            }
        if let old = append.replaces, replaced.isEmpty { throw .notFound("message \(old)") }
        var held: [WishPlace] = []
        for old in replaced { held += try replace(old) }
        let message: Int64
        if let there {
            _ = try addBody(of: prepared, to: there)
            message = there
        } else {
            message = try insert(
                prepared, account: append.account, role: try role(of: append.folder), hasSends: false)
            change("message", message, account: append.account, "added", "own")
        }
        guard let body = try db.int("SELECT body FROM message WHERE id = ?", message) else {
            throw Failure(MR_E_NOT_FOUND, "the body of message \(message) was not kept")
        }
        try holdBody(body)
        var params = Record(["flags": .list(append.message.flags.map(Value.text))])
        params.set("internal_date", append.message.internalDate)
        params.set("send", append.send)
        if !held.isEmpty { params["then_delete"] = .list(held.map { .int($0.id) }) }
        let wish = try insert(
            .append, account: append.account, place: nil, message: message, target: append.folder, params: params,
            body: body)
        let target = try pend(
            message, folder: append.folder, account: append.account, flags: prepared.flags, stable: nil, wish: wish)
        try setTarget(wish, target, folder: append.folder)
        if there != nil { change("message", message, account: append.account, "changed", "place") }
        for old in held { try hold(old, for: wish) }
        return (message, true)
    }

    /// What must go from the server once another draft is there in place of this one. One that never got there goes now.
    private func replace(_ place: WishPlace) throws(Failure) -> [WishPlace] {
        guard let maker = try unbegunMaker(of: place), maker.kind == .append else { return [place] }
        try end(maker, "done", outcome: "withdrawn")
        var left: [WishPlace] = []
        for id in maker.thenDelete { if let older = try wishPlace(id) { left.append(older) } }
        try withdraw(from: place)
        return left
    }
}
