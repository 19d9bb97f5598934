/// Flags as the host keeps them: separated by blanks, system flags in the RFC's spelling, without `\Recent`.
enum FlagText {
    static func join(_ flags: [String]) -> String {
        var out = ""
        for flag in flags {
            let spelled = spelling(flag)
            if spelled == "\\Recent" || spelled.isEmpty { continue }
            if !out.isEmpty { out.append(" ") }
            out.append(spelled)
        }
        return out
    }

    private static func spelling(_ flag: String) -> String {
        guard flag.utf8.first == 0x5c else { return flag }
        switch flag {
        case "\\Seen", "\\Answered", "\\Flagged", "\\Draft", "\\Deleted", "\\Recent": return flag
        default: break
        }
        let lower = flag.lowercased()
        for known in ["\\Seen", "\\Answered", "\\Flagged", "\\Draft", "\\Deleted", "\\Recent"]
        where known.lowercased() == lower {
            return known
        }
        return flag
    }

    /// Whether two texts have the same flags, in whatever order.
    static func same(_ first: String, _ second: String) -> Bool {
        first == second || Set(first.split(separator: " ")) == Set(second.split(separator: " "))
    }
}
