import Base
import CMailroom

/// Why a wish was lost: the server's state holds.
struct WishLoss {
    var reason: String
    var cause: String?
    var serverText: String?
}

/// How wishes end, and what that means for the places.
extension Transaction {
    func wishRow(_ id: Int64) throws(Failure) -> WishRow? {
        try openWishes("w.id = ?", id).first
    }

    private func openWishes(_ condition: String, _ value: Int64) throws(Failure) -> [WishRow] {
        try db.all(
            composed:
                "SELECT \(WishRow.columns) FROM wish w WHERE \(condition) AND w.state = 'open' ORDER BY w.id",
            [.int(value)]
        ) { (row) throws(Failure) in WishRow(row) }
    }

    private func place(_ id: Int64?) throws(Failure) -> WishPlace? {
        guard let id else { return nil }
        return try wishPlace(id)
    }

    /// Ends the row. What it means for places is the caller's.
    func end(_ wish: WishRow, _ state: String, outcome: String?, _ loss: WishLoss? = nil) throws(Failure) {
        try db.run(
            """
            UPDATE wish SET state = ?, outcome = ?, reason = ?, cause = ?, server_text = ?, ended_at = ?,
              next_attempt = NULL, body = NULL WHERE id = ?
            """, state, outcome, loss?.reason, loss?.cause, loss?.serverText, now, wish.id)
        if let body = wish.body { try releaseBody(body, erase: false) }
        if let send = wish.send {
            try setCopy(outcome == "withdrawn" ? nil : state, of: send, account: wish.account)
        }
        change("wish", wish.id, account: wish.account, "changed", state)
    }

    // MARK: carried out

    /// The server has taken a wish, or its message was not there.
    func finish(_ wish: WishRow, _ found: WishFindings) throws(Failure) {
        switch wish.kind {
        case .flags: try finishFlags(wish, found)
        case .copy where found.gone && found.placed == nil:
            try lose(wish, WishLoss(reason: "the message is not in its folder any more"))
            if let source = try place(wish.place) { try dropPlace(source) }
        case .move, .copy, .delete, .append:
            try end(wish, "done", outcome: nil)
            if wish.kind == .move || wish.kind == .delete, let source = try place(wish.place) { try dropPlace(source) }
            if let ref = found.placed {
                try setReference(wish, ref)
            } else if let target = try place(wish.targetPlace), target.ref == nil {
                try makeDue(target.folder, of: wish.account)
            }
            for id in wish.thenDelete {
                if let other = try wishPlace(id) { _ = try wishDelete(ofHidden: other) }
            }
        }
    }

    private func finishFlags(_ wish: WishRow, _ found: WishFindings) throws(Failure) {
        guard let place = try place(wish.place) else { return try lose(wish, WishLoss(reason: "its place is gone")) }
        guard !found.gone else { return try dropPlace(place) }  // which ends all that is wished of it
        let server = found.flags.map { FlagSet($0) } ?? wish.flags.applied(to: place.server ?? place.flags)
        let missed = wish.flags.missed(in: server)
        if missed.isEmpty {
            try end(wish, "done", outcome: nil)
            return try setServerFlags(server, at: place)
        }
        try db.run(
            "UPDATE place SET server_bits = ?, server_flags = ? WHERE id = ?", server.bits, server.keywordText,
            place.id)
        try lose(wish, WishLoss(reason: "the server did not keep it: \(missed.joined(separator: " "))"))
    }

    /// The place that a wish made has its reference now.
    private func setReference(_ wish: WishRow, _ ref: String) throws(Failure) {
        guard let target = try place(wish.targetPlace), target.ref != ref else { return }
        if let there = try db.int("SELECT id FROM place WHERE folder = ? AND ref = ?", target.folder, ref) {
            // A sync was faster, or the server took what it had already.
            if let other = try wishPlace(there) { try handOver(target.id, to: other) }
            if target.ref == nil { try dropPlace(target) }
            return
        }
        guard target.ref == nil else { return }  // another copy of it: the next sync brings it
        try db.run("UPDATE place SET ref = ? WHERE id = ?", ref, target.id)
        try forgetEndedWish(target.id)
    }

    /// The folder must be synced, whatever the server says of its contents.
    func makeDue(_ folder: Int64, of account: Int64) throws(Failure) {
        try db.run("UPDATE folder SET next_sync = NULL, status = NULL WHERE id = ?", folder)
        try db.run("UPDATE account SET next_sync = NULL WHERE id = ? AND next_sync > ?", account, now)
    }

    // MARK: lost

    /// The server's state holds: what the wish changed here is taken back, and whoever reads the feed hears of it.
    func lose(_ wish: WishRow, _ loss: WishLoss) throws(Failure) {
        try end(wish, "lost", outcome: "conflict", loss)
        if let target = try place(wish.targetPlace), target.ref == nil { try dropPlace(target) }
        if let source = try place(wish.place) {
            if wish.kind == .move || wish.kind == .delete { try restore(source) }
            if wish.kind == .flags { try setServerFlags(source.server ?? source.flags, at: source) }
        }
        for id in wish.thenDelete { if let other = try wishPlace(id) { try restore(other) } }
        try tellConflict(wish, loss)
    }

    private func tellConflict(_ wish: WishRow, _ loss: WishLoss) throws(Failure) {
        if let message = wish.message {
            change("message", message, account: wish.account, "changed", "conflict")
        }
        let summary = wish.summary(try path(wish.folder), try path(wish.target))
        var log = NewLog(
            account: wish.account, level: "notice", what: "wish", message: "\(summary) was given up: \(loss.reason)")
        log.cause = loss.cause ?? "wish.conflict"
        log.serverText = loss.serverText
        log.send = wish.send
        try addLog(log, of: wish.message)
    }

    private func path(_ folder: Int64?) throws(Failure) -> String {
        guard let folder else { return "no folder" }
        return try db.first("SELECT path FROM folder WHERE id = ?", folder) { (row) throws(Failure) in row.text(0) }
            ?? "a folder that is gone"
    }

    /// A place that was wished away stays.
    private func restore(_ place: WishPlace) throws(Failure) {
        let still = try db.exists(
            "SELECT 1 FROM wish WHERE place = ? AND state = 'open' AND kind IN ('move', 'delete')", place.id)
        guard !still else { return }
        try setLeaving(place, false)
        if let back = try wishPlace(place.id) { try setServerFlags(back.server ?? back.flags, at: back) }
    }

    // MARK: places that go

    /// A place was removed: what was wished of it ends.
    func settleWishes(of place: Int64) throws(Failure) {
        for wish in try openWishes("w.place = ?", place) {
            let seen = try self.place(wish.targetPlace)?.ref != nil
            switch wish.kind {
            case .delete: try end(wish, "done", outcome: "gone")
            case .move where wish.begun || seen, .copy where wish.begun || seen:
                // An attempt may have gone through: then the next sync of the target finds it.
                try end(wish, "done", outcome: "gone")
                if !seen, let target = wish.target { try makeDue(target, of: wish.account) }
            case .move, .copy, .flags, .append:
                try lose(wish, WishLoss(reason: "the message is not in its folder any more"))
            }
        }
        for wish in try openWishes("w.target_place = ?", place) {
            try lose(wish, WishLoss(reason: "the folder in which it should be is gone"))
        }
    }

    /// Takes back a place that the server never knew, with what was wished of it.
    func withdraw(from place: WishPlace) throws(Failure) {
        for wish in try openWishes("w.place = ?", place.id) {
            if wish.kind == .flags || wish.kind == .delete {
                try end(wish, "done", outcome: "withdrawn")
            } else {
                try lose(wish, WishLoss(reason: "the message was removed before it was on the server"))
            }
        }
        try dropPlace(place)
    }

    /// Places of a folder that have no reference although a whole sync, begun at `before`, could have found them: wishes
    /// that ended before that made them, or something is wished of them, and they were lost by a reset. The server does
    /// not have them.
    func dropUnfound(in folder: Int64, before: Int64) throws(Failure) {
        let left = try db.all(
            """
            SELECT p.id, (SELECT max(w.id) FROM wish w WHERE w.target_place = p.id) FROM place p
            WHERE p.folder = ?1 AND p.ref IS NULL AND p.wish IS NOT NULL AND NOT EXISTS (SELECT 1 FROM wish w
              WHERE w.target_place = p.id AND (w.state = 'open' OR w.ended_at > ?2))
            """, folder, before
        ) { (row) throws(Failure) in (place: row.int(0), wish: row.optionalInt(1)) }
        for (id, wish) in left {
            guard let place = try wishPlace(id) else { continue }
            let maker = try db.all(
                composed: "SELECT \(WishRow.columns) FROM wish w WHERE w.id = ?", [.int(wish ?? 0)]
            ) { (row) throws(Failure) in WishRow(row) }.first
            try dropPlace(place)
            guard let maker else { continue }
            let loss = WishLoss(reason: "the message is not in the folder in which it should be")
            try end(maker, "lost", outcome: "conflict", loss)
            try tellConflict(maker, loss)
        }
    }
}
