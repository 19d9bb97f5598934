import Base
import CMailroom
import PluginHost
import Store

/// mr_update, mr_put and mr_remove of messages and places: wishes, stored and made true on the server later.
extension Engine {
    func updateMessage(_ id: Int64, _ values: Record) throws(Failure) {
        try RecordSpec.wanted.check(values)
        try requireChanges(of: try holders(ofMessage: id), values.int("account"), "apply")
        _ = try core.store.wish(try Engine.wish(.message(id), values))
    }

    func updatePlace(_ id: Int64, _ values: Record) throws(Failure) {
        try RecordSpec.wanted.check(values)
        try requireChanges(of: [try holder(ofPlace: id)], values.int("account"), "apply")
        _ = try core.store.wish(try Engine.wish(.place(id), values))
    }

    func removeMessage(_ id: Int64) throws(Failure) {
        try requireChanges(of: try holders(ofMessage: id), nil, "apply")
        var wish = NewWish(.message(id))
        wish.removal = .onwards
        _ = try core.store.wish(wish)
    }

    func removePlace(_ id: Int64) throws(Failure) {
        try requireChanges(of: [try holder(ofPlace: id)], nil, "apply")
        var wish = NewWish(.place(id))
        wish.removal = .onwards
        _ = try core.store.wish(wish)
    }

    /// A copy.
    func putPlace(_ values: Record) throws(Failure) -> Int64 {
        try RecordSpec.copy.check(values)
        guard let message = values.int("message") else { throw .invalid("message", "is missing") }
        guard let folder = values.int("folder") else { throw .invalid("folder", "is missing") }
        let account = try known("folder", folder).int("account") ?? 0
        try requireChanges(of: [account], nil, "apply")
        return try core.store.wishCopy(message, folder: folder)
    }

    /// A draft, or any message that shall be put into a folder.
    func putMessage(_ values: Record) throws(Failure) -> Int64 {
        try RecordSpec.draft.check(values)
        guard let id = values.int("account") else { throw .invalid("account", "is missing") }
        let account = try core.store.account(id)
        try requireChanges(of: [id], nil, "append")
        return try core.store.wishAppend(try DraftComposer(store: core.store, account: account).compose(values))
    }

    // MARK: checks

    private func holders(ofMessage id: Int64) throws(Failure) -> Set<Int64> {
        let places = try core.store.find("place", Record(["message": .int(id)]), after: nil, limit: 1000).rows
        guard !places.isEmpty else { throw .notFound("message \(id)") }
        return Set(places.compactMap { $0.int("account") })
    }

    private func holder(ofPlace id: Int64) throws(Failure) -> Int64 {
        try core.store.get("place", id).int("account") ?? 0
    }

    /// - Throws: `MR_E_REFUSED` for an account that is read only, `MR_E_CLOSED` for one that is disconnected,
    ///   `MR_E_UNSUPPORTED` where its provider cannot change anything.
    private func requireChanges(
        of accounts: Set<Int64>, _ chosen: Int64?, _ capability: String
    ) throws(Failure) {
        for id in accounts where chosen == nil || chosen == id {
            let account = try core.store.account(id)
            guard account.settings["direction"] != "read_only" else {
                var failure = Failure(
                    MR_E_REFUSED, "\(account.address) is read only (direction=read_only): nothing of it may be changed")
                failure.account = id
                failure.advice = "To change its mail from here, reconnect it with direction=two_way."
                throw failure
            }
            let manifest = try core.registry.manifest(account.provider)
            guard account.receives, manifest.can(capability) else {
                throw .unsupported("provider \(account.provider) cannot change what is on the server (\(capability))")
            }
        }
    }

    // MARK: reading what is wished

    private static func wish(_ subject: NewWish.Subject, _ values: Record) throws(Failure) -> NewWish {
        var wish = NewWish(subject, account: values.int("account"))
        var add = try flags(values, "add")
        var remove = try flags(values, "remove")
        for (name, flag) in [("seen", "\\Seen"), ("flagged", "\\Flagged"), ("answered", "\\Answered")] {
            guard let value = values.int(name) else { continue }
            guard (0...1).contains(value) else { throw .invalid(name, "is neither 0 nor 1") }
            if value == 1 { add.append(flag) } else { remove.append(flag) }
        }
        if let both = add.first(where: { flag in remove.contains { $0.lowercased() == flag.lowercased() } }) {
            throw .invalid("remove", "\(both) is to be added as well")
        }
        wish.flags = FlagDelta(add: add, remove: remove)
        wish.folder = values.int("folder")
        switch values.text("delete") {
        case nil: break
        case "trash": wish.removal = .trash
        case "forever": wish.removal = .forever
        default: throw .invalid("delete", "is neither trash nor forever")
        }
        guard wish.folder == nil || wish.removal == nil else { throw .invalid("delete", "cannot stand beside folder") }
        return wish
    }

    /// Flags as IMAP spells them (RFC 9051, section 9: `flag`), at most 100.
    static func flags(_ values: Record, _ field: String) throws(Failure) -> [String] {
        let given = values[field]?.text.map { [$0] } ?? values.texts(field)
        guard given.count <= 100 else { throw .invalid(field, "has more than 100 flags") }
        for (index, flag) in given.enumerated() {
            let name = "\(field)[\(index)]"
            if flag.utf8.first == UInt8(ascii: "\\") {
                let known = ["\\seen", "\\answered", "\\flagged", "\\draft"].contains(flag.lowercased())
                guard known else { throw .invalid(name, "'\(flag.prefix(40))' is not a flag that can be set") }
                continue
            }
            let isAtom = flag.utf8.allSatisfy {
                $0 > 32 && $0 < 127 && !"(){%*\"\\]".utf8.contains($0)
            }
            guard (1...100).contains(flag.utf8.count), isAtom else {
                throw .invalid(name, "'\(flag.prefix(40))' is not a keyword: letters, digits and $-_ of ASCII")
            }
        }
        return given
    }
}
