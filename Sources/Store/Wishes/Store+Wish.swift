import Base
import CMailroom

/// Wishes: what shall be changed on the server. Each is stored, durably and in one transaction with what it changes
/// here: from then on the store shows the wished state, whatever the server says meanwhile.
extension Store {
    /// Wishes something of a message or a place.
    /// - Returns: the wishes; none where all is so already.
    /// - Throws: `MR_E_NOT_FOUND` (also where the account has no trash), `MR_E_INVALID` where it is not clear which place
    ///   is meant, `MR_E_REFUSED` where the account is read only, `MR_E_CLOSED` where it is disconnected.
    package func wish(_ wish: NewWish) throws(Failure) -> [Int64] {
        let made = try write { (transaction) throws(Failure) -> [Int64] in
            var places = try transaction.subject(of: wish)
            guard let account = places.first?.account else { return [] }
            try transaction.requireWritable(account)
            var made: [Int64] = []
            if !wish.flags.isEmpty {
                for place in places { made += try transaction.wish(wish.flags, of: place) }
                places = try transaction.subject(of: wish)
            }
            if let folder = wish.folder {
                made += try transaction.wishMove(of: try transaction.movable(places), to: folder)
            } else if let removal = wish.removal {
                made += try transaction.wishRemoval(of: places, removal)
            }
            return made
        }
        if !made.isEmpty { StopPoint.wishStored.reach() }
        return made
    }

    /// Wishes a second place of a message in another folder of the same account.
    /// - Returns: the place; where the folder has the message already that one, and nothing is wished.
    package func wishCopy(_ message: Int64, folder: Int64) throws(Failure) -> Int64 {
        let made = try write { (transaction) throws(Failure) -> (place: Int64, isNew: Bool) in
            let account = try transaction.holder(of: folder)
            try transaction.requireWritable(account)
            let places = try transaction.shownPlaces(of: message, account: account)
            if let there = places.first(where: { $0.folder == folder }) { return (there.id, false) }
            guard let source = places.first(where: { $0.ref != nil }) ?? places.first else {
                guard try transaction.db.exists("SELECT 1 FROM message WHERE id = ?", message) else {
                    throw .notFound("message \(message)")
                }
                throw .invalid("folder", "is of an account that does not have message \(message)")
            }
            return (try transaction.wishCopy(of: source, to: folder), true)
        }
        if made.isNew { StopPoint.wishStored.reach() }
        return made.place
    }

    /// Wishes that a message is put into a folder. It is shown there at once.
    /// - Returns: the message; where the folder has the same one already that one, and nothing is wished.
    package func wishAppend(_ append: NewAppend) throws(Failure) -> Int64 {
        let prepared = PreparedMessage(append.message)
        let made = try write { (transaction) throws(Failure) -> (message: Int64, isNew: Bool) in
            guard try transaction.holder(of: append.folder) == append.account else {
                throw .notFound("folder \(append.folder) of account \(append.account)")
            }
            try transaction.requireWritable(append.account)
            return try transaction.wishAppend(append, prepared)
        }
        if made.isNew { StopPoint.wishStored.reach() }
        return made.message
    }
}

extension Transaction {
    /// The places that a wish is about: of one account, and shown.
    fileprivate func subject(of wish: NewWish) throws(Failure) -> [WishPlace] {
        switch wish.subject {
        case .place(let id):
            guard let place = try wishPlace(id), !place.isLeaving else { throw .notFound("place \(id)") }
            guard wish.account == nil || wish.account == place.account else {
                throw .invalid("account", "place \(id) is of account \(place.account)")
            }
            return [place]
        case .message(let id):
            let places = try shownPlaces(of: id, account: wish.account)
            guard let first = places.first else { throw .notFound("message \(id)") }
            guard places.allSatisfy({ $0.account == first.account }) else {
                throw .invalid("account", "message \(id) is in several accounts: say in which it shall change")
            }
            return places
        }
    }

    /// The account of a folder that can hold messages.
    func holder(of folder: Int64) throws(Failure) -> Int64 {
        let row = try db.first("SELECT account, selectable FROM folder WHERE id = ? AND leaving = 0", folder) {
            (row) throws(Failure) in (row.int(0), row.bool(1))
        }
        guard let row else { throw .notFound("folder \(folder)") }
        guard row.1 else { throw .invalid("folder", "\(folder) holds no messages itself") }
        return row.0
    }

    /// - Throws: `MR_E_REFUSED` where nothing may be changed on the server, `MR_E_CLOSED` where nobody works for it.
    func requireWritable(_ account: Int64) throws(Failure) {
        let state = try db.first(
            """
            SELECT a.state, s.value FROM account a LEFT JOIN setting s ON s.account = a.id AND s.name = 'direction'
            WHERE a.id = ? AND a.erasing = 0
            """, account
        ) { (row) throws(Failure) in (row.text(0), row.optionalText(1)) }
        guard let state else { throw .notFound("account \(account)") }
        guard state.1 != "read_only" else {
            var failure = Failure(
                MR_E_REFUSED, "account \(account) is read only (direction=read_only): nothing of it may be changed")
            failure.account = account
            throw failure
        }
        guard state.0 != "disconnected" else {
            throw Failure(MR_E_CLOSED, "account \(account) is disconnected; reconnect it first")
        }
    }
}
