import Base

/// What a sync finds at places of which something is wished.
extension FolderCommit {
    /// The flags to be shown at a place: those of the server with what is wished above them.
    func shown(_ server: FlagSet, at place: Int64) throws(Failure) -> FlagSet {
        let open = try transaction.openFlagWishes(on: place)
        try db.run(
            "UPDATE place SET server_bits = ?, server_flags = ? WHERE id = ?", open.isEmpty ? nil : server.bits,
            open.isEmpty ? nil : server.keywordText, place)
        if open.isEmpty { try transaction.forgetEndedWish(place) }
        return open.reduce(server) { $1.applied(to: $0) }
    }

    /// A place that a wish made has been found under a reference. What put it there has come true.
    func adopted(_ place: Int64) throws(Failure) {
        let makers = try db.all(
            composed:
                "SELECT \(WishRow.columns) FROM wish w WHERE w.target_place = ? AND w.state = 'open'", [.int(place)]
        ) { (row) throws(Failure) in WishRow(row) }
        for maker in makers where maker.kind == .append || maker.kind == .copy {
            try transaction.finish(maker, WishFindings())
            // Nobody had begun to put the copy there: the server did.
            if let send = maker.send, !maker.begun {
                try transaction.setCopy("server", of: send, account: maker.account)
                try transaction.noteCopyHabit(server: true, of: maker.account)
            }
        }
        try transaction.forgetEndedWish(place)
    }
}
