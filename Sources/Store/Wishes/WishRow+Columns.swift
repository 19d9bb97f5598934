import Base

extension WishRow {
    static let columns = """
        w.id, w.account, w.kind, w.place, w.folder, w.message, w.target, w.target_place, w.params, w.body, w.attempts,
        w.begun, w.created_at, (SELECT p.ref FROM place p JOIN folder f ON f.id = p.folder WHERE p.id = w.place AND f.void_places < 2),
        (SELECT message_id FROM message WHERE id = w.message)
        """

    /// Reads the columns above.
    init(_ row: Row) {
        let params = Unpacker.record(row.bytes(8))
        let kind = Kind(rawValue: row.text(2)) ?? .flags
        self.init(
            id: row.int(0), account: row.int(1), kind: kind, place: row.optionalInt(3), folder: row.optionalInt(4),
            message: row.optionalInt(5), target: row.optionalInt(6), targetPlace: row.optionalInt(7),
            flags: FlagDelta(add: params.texts("add"), remove: params.texts("remove")),
            appended: kind == .append
                ? Appended(flags: params.texts("flags"), internalDate: params.int("internal_date") ?? 0) : nil,
            body: row.optionalInt(9), attempts: row.int(10), begun: row.bool(11), createdAt: row.int(12),
            ref: row.optionalText(13), messageID: row.optionalText(14),
            thenDelete: (params["then_delete"]?.list ?? []).compactMap(\.int), send: params.int("send"))
    }

    /// What of it has no column of its own.
    var params: Record {
        var params = Record()
        if !flags.add.isEmpty { params["add"] = .list(flags.add.map(Value.text)) }
        if !flags.remove.isEmpty { params["remove"] = .list(flags.remove.map(Value.text)) }
        if let appended {
            params["flags"] = .list(appended.flags.map(Value.text))
            params.set("internal_date", appended.internalDate)
        }
        params.set("send", send)
        if !thenDelete.isEmpty { params["then_delete"] = .list(thenDelete.map(Value.int)) }
        return params
    }

    /// For people: what it would do.
    /// - Parameters:
    ///   - source: the path of the folder that the message is in.
    ///   - target: of the one that it would come to.
    func summary(_ source: String, _ target: String) -> String {
        switch kind {
        case .flags:
            "flags \((flags.add.map { "+" + $0 } + flags.remove.map { "-" + $0 }).joined(separator: " ")) in \(source)"
        case .move: "move from \(source) to \(target)"
        case .copy: "copy from \(source) to \(target)"
        case .delete: "delete in \(source)"
        case .append: "append to \(target)"
        }
    }
}
