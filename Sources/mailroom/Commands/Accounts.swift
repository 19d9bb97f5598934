/// From an ADDRESS argument to an account.
enum Accounts {
    /// The account with this address, or with this id where digits alone were given.
    ///
    /// Domains compare without regard to case. Where one address has several accounts, the one that is not
    /// disconnected is meant; where that leaves several, nothing is guessed.
    static func find(_ room: Room, _ address: String) throws -> Row {
        if !address.isEmpty, address.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let id = Int64(address) {
            return try room.get("account", id)
        }
        var found = try room.find("account") { try $0.text("address", address) }.all()
        if found.isEmpty {
            let wanted = folded(address)
            found = try room.find("account").all().filter { folded($0.text("address")) == wanted }
        }
        let connected = found.filter { $0.text("state") != "disconnected" }
        if connected.count == 1 { return connected[0] }
        guard found.count <= 1 else {
            let list = found.map { "\($0.int("id") ?? 0) (\($0.text("provider")))" }.joined(separator: ", ")
            throw ToolError(
                .usage, "\(address.oneLine) has several accounts: \(list)",
                advice: "Give the account's id in place of the address.")
        }
        guard let account = found.first else {
            throw ToolError(
                .notFound, "no account has the address \(address.oneLine)",
                advice: "mailroom status lists the accounts.")
        }
        return account
    }

    static func id(_ room: Room, _ address: String) throws -> Int64 {
        guard let id = try find(room, address).int("id") else { throw ToolError(.failed, "the account has no id") }
        return id
    }

    /// What a command takes for this very account: its address, or its id where several have that address.
    static func name(_ room: Room, _ account: Row) -> String {
        let address = account.text("address")
        let found = try? find(room, address)
        guard let id = account.int("id"), found?.int("id") != id else { return address.oneLine }
        return String(id)
    }

    /// Every account's address by its id.
    static func addresses(_ room: Room) throws -> [Int64: String] {
        var addresses: [Int64: String] = [:]
        for account in try room.find("account").all() {
            if let id = account.int("id") { addresses[id] = account.text("address") }
        }
        return addresses
    }

    private static func folded(_ address: String) -> String {
        guard let at = address.lastIndex(of: "@") else { return address }
        return address[..<at] + address[at...].lowercased()
    }
}
