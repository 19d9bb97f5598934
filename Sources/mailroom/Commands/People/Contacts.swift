/// From a --contact option, or an argument, to a contact.
enum Contacts {
    /// The contact with this key of the CRM's, else the one with this address, else with this id.
    ///
    /// A key is unique within a company: where several have it, nothing is guessed.
    static func find(_ room: Room, _ word: String, company: Int64? = nil) throws -> Row {
        for field in ["key", "address"] {
            let rows = try room.find("contact") { query in
                try query.text(field, word)
                try query.int("company", company)
            }.all()
            if rows.count == 1 { return rows[0] }
            guard rows.isEmpty else {
                let ids = rows.map { String($0.int("id") ?? 0) }.joined(separator: ", ")
                throw ToolError(
                    .usage, "\(word.oneLine) stands for several contacts: \(ids)",
                    advice: "Give the contact's id, or name its company: --company KEY.")
            }
        }
        if !word.isEmpty, word.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let id = Int64(word),
            let row = try room.find("contact", { try $0.int("id", id) }).first()
        {
            return row
        }
        if let row = try matched(room, word, company) { return row }
        throw ToolError(
            .notFound, "there is no contact \(word.oneLine)",
            advice: "mailroom contact list shows them with their keys.")
    }

    /// The one contact that stored mail of this address belongs to: but for plus tag and dots, or by its domain.
    private static func matched(_ room: Room, _ word: String, _ company: Int64?) throws -> Row? {
        guard word.contains("@") else { return nil }
        let messages = try room.find("message") { query in
            try query.text("participant", word)
            try query.texts("fields", ["contacts"])
            try query.int("limit", 20)
        }.all()
        let matches = messages.flatMap { $0.rows("contacts") }.filter {
            $0.text("address").lowercased() == word.lowercased()
        }
        let rows = try Set(matches.compactMap { $0.int("contact") }).map { try room.get("contact", $0) }.filter {
            company == nil || $0.int("company") == company
        }
        return rows.count == 1 ? rows[0] : nil
    }

    static func id(_ room: Room, _ word: String, company: Int64? = nil) throws -> Int64 {
        guard let id = try find(room, word, company: company).int("id") else {
            throw ToolError(.failed, "the contact has no id")
        }
        return id
    }

    /// The keys, else the ids, of a message's contacts.
    static func words(_ message: Row) -> String {
        var words: [String] = []
        for match in message.rows("contacts") {
            let word = match.said("key") ?? match.int("contact").map(String.init) ?? ""
            if !words.contains(word) { words.append(word) }
        }
        return words.joined(separator: " ")
    }
}
