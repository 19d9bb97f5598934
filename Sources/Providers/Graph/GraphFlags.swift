import Base

/// Flags in IMAP's spelling, and what Graph has in their place.
///
/// `\Seen` is isRead, `\Flagged` the flag, `\Draft` isDraft; keywords are categories; `\Answered` and `$Forwarded` are what
/// was done with the message last (the property PR_LAST_VERB_EXECUTED), so that a message has one of the two at a time.
struct GraphFlags: Equatable {
    static let lastVerb = "Integer 0x1081"
    private static let replied: Set<String> = ["102", "103"]
    private static let forwarded = "104"

    var seen: Bool
    var flagged: Bool
    let draft: Bool
    /// As Graph has it; empty: nothing was done.
    var verb: String
    var categories: [String]

    /// Nil where the answer leaves them out.
    init?(_ message: Record) {
        guard let seen = message.int("isRead") else { return nil }
        self.seen = seen == 1
        flagged = message["flag"]?.record?.text("flagStatus") == "flagged"
        draft = message.int("isDraft") == 1
        verb = GraphMessage.extended(message, Self.lastVerb) ?? ""
        categories = message.texts("categories")
    }

    var isAnswered: Bool { Self.replied.contains(verb) }
    var isForwarded: Bool { verb == Self.forwarded }

    var text: String {
        var words: [String] = []
        if seen { words.append("\\Seen") }
        if isAnswered { words.append("\\Answered") }
        if flagged { words.append("\\Flagged") }
        if draft { words.append("\\Draft") }
        if isForwarded { words.append("$Forwarded") }
        for category in categories {
            if let word = Self.keyword(category), !words.contains(word) { words.append(word) }
        }
        return words.joined(separator: " ")
    }

    /// A category as a keyword: a blank in it becomes `_`. Nil where it cannot be one.
    static func keyword(_ category: String) -> String? {
        guard !category.isEmpty, category.utf8.count <= 255, !category.hasPrefix("\\"), !same(category, "$Forwarded"),
            !category.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 })
        else { return nil }
        return String(category.map { $0 == " " ? "_" : $0 })
    }

    private static func isNamed(_ category: String, _ keyword: String) -> Bool {
        self.keyword(category).map { same($0, keyword) } ?? false
    }

    private static func same(_ first: String, _ second: String) -> Bool { first.lowercased() == second.lowercased() }

    /// Sets or takes away one flag. False where Graph has no such flag, or nobody may set it.
    mutating func set(_ flag: String, _ isSet: Bool) -> Bool {
        switch flag.lowercased() {
        case "\\seen": seen = isSet
        case "\\flagged": flagged = isSet
        case "\\answered": if isSet != isAnswered { verb = isSet ? "102" : "0" }
        case "$forwarded": if isSet != isForwarded { verb = isSet ? Self.forwarded : "0" }
        case "\\draft": return isSet == draft
        case let name where name.hasPrefix("\\"): return !isSet
        default:
            if !isSet {
                categories.removeAll { Self.isNamed($0, flag) }
            } else if !categories.contains(where: { Self.isNamed($0, flag) }) {
                categories.append(flag)
            }
        }
        return true
    }

    /// What a message must be told for these in the place of others.
    func patch(from before: GraphFlags) -> [(String, JsonText)] {
        var fields: [(String, JsonText)] = []
        if seen != before.seen { fields.append(("isRead", .flag(seen))) }
        if flagged != before.flagged {
            fields.append(("flag", .object([("flagStatus", .text(flagged ? "flagged" : "notFlagged"))])))
        }
        if categories != before.categories { fields.append(("categories", .list(categories.map(JsonText.text)))) }
        if verb != before.verb {
            let property = JsonText.object([("id", .text(Self.lastVerb)), ("value", .text(verb))])
            fields.append(("singleValueExtendedProperties", .list([property])))
        }
        return fields
    }
}
