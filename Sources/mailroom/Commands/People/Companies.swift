/// From a --company option to a company.
enum Companies {
    /// The company with this key of the CRM's, or with this id where no key is like it.
    static func find(_ room: Room, _ key: String) throws -> Row {
        if let row = try room.find("company", { try $0.text("key", key) }).first() { return row }
        if !key.isEmpty, key.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let id = Int64(key),
            let row = try room.find("company", { try $0.int("id", id) }).first()
        {
            return row
        }
        throw ToolError(
            .notFound, "there is no company \(key.oneLine)", advice: "mailroom company lists them with their keys.")
    }

    static func id(_ room: Room, _ key: String) throws -> Int64 {
        guard let id = try find(room, key).int("id") else { throw ToolError(.failed, "the company has no id") }
        return id
    }
}
