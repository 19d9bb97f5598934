import Base
import PluginKit

/// The flags of all messages of a folder, by a list of ids for each flag: for a folder of thousands that is a few calls, where asking each
/// message would be thousands.
struct FlagSets {
    /// Those flags that Gmail keeps.
    struct Flags: OptionSet {
        let rawValue: UInt8
        static let seen = Flags(rawValue: 1)
        static let flagged = Flags(rawValue: 2)
        static let important = Flags(rawValue: 4)
        static let draft = Flags(rawValue: 8)
        /// One that Gmail does not keep: never equal to what Gmail says.
        static let other = Flags(rawValue: 128)

        init(rawValue: UInt8) { self.rawValue = rawValue }

        init(_ text: String) {
            self = []
            for word in text.split(separator: " ") {
                insert(FlagSets.names.first { $0.name.lowercased() == word.lowercased() }?.flag ?? .other)
            }
        }
    }

    private static let names: [(name: String, flag: Flags)] = [
        ("\\Seen", .seen), ("\\Flagged", .flagged), ("$Important", .important), ("\\Draft", .draft),
    ]

    private var unread: Set<String> = []
    private var starred: Set<String> = []
    private var important: Set<String> = []
    private var drafts: Set<String> = []

    init(_ host: Host, _ api: GmailApi, _ place: FolderPlace) throws(Failure) {
        unread = try Self.ids(host, api, place, "UNREAD")
        starred = try Self.ids(host, api, place, "STARRED")
        important = try Self.ids(host, api, place, "IMPORTANT")
        if place.label != "DRAFT", place.label != GmailLabels.all { drafts = try Self.ids(host, api, place, "DRAFT") }
    }

    private static func ids(
        _ host: Host, _ api: GmailApi, _ place: FolderPlace, _ mark: String
    ) throws(Failure) -> Set<String> {
        var found: Set<String> = []
        let (labels, search) = place.question
        try api.list(host, labels: labels + [mark], search: search) { (ids, _) throws(Failure) in found.formUnion(ids) }
        return found
    }

    func flags(of id: String, in label: String) -> Flags {
        var flags: Flags = unread.contains(id) ? [] : .seen
        if starred.contains(id) { flags.insert(.flagged) }
        if important.contains(id) { flags.insert(.important) }
        if label == "DRAFT" || drafts.contains(id) { flags.insert(.draft) }
        return flags
    }

    static func text(_ flags: Flags) -> String {
        names.filter { flags.contains($0.flag) }.map(\.name).joined(separator: " ")
    }
}
