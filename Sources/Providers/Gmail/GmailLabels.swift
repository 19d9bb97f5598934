/// What the labels of a message mean: in which folders it lies, and what its flags are.
///
/// A label is a folder, but for those that are marks (unread, starred, important, the inbox's categories). What lies in Trash or
/// Spam lies nowhere else, whatever labels it has besides; what has no label that is a folder lies in All Mail.
enum GmailLabels {
    /// The folder of what has no other; the interface has no label of this name.
    static let all = "ALL"

    /// The system's labels that are folders, with their paths (those that Gmail's IMAP has) and roles.
    static let folders: [(label: String, path: String, role: String)] = [
        ("INBOX", "INBOX", "inbox"), ("SENT", "[Gmail]/Sent Mail", "sent"), ("DRAFT", "[Gmail]/Drafts", "drafts"),
        (all, "[Gmail]/All Mail", "all"), ("SPAM", "[Gmail]/Spam", "junk"), ("TRASH", "[Gmail]/Trash", "trash"),
    ]

    /// A label that the user made: the system's names are in capitals.
    static func isUsers(_ label: String) -> Bool {
        label.utf8.contains { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    }

    /// Whether messages with that label lie in a folder of its own, where nothing hides it.
    static func isFolder(_ label: String) -> Bool {
        label != all && (isUsers(label) || folders.contains { $0.label == label })
    }

    /// The folders, as labels, in which a message with these labels lies.
    static func places(_ labels: [String]) -> [String] {
        if labels.contains("TRASH") { return ["TRASH"] }
        if labels.contains("SPAM") { return ["SPAM"] }
        // Conversations of the chat, which are no mail.
        if labels.contains("CHAT") { return [] }
        let own = labels.filter(isFolder)
        return own.isEmpty ? [all] : own
    }

    /// Labels that the server puts on and takes off by itself, and nobody else may.
    static func isFixed(_ label: String) -> Bool { label == "SENT" || label == "DRAFT" }

    // MARK: flags

    /// Flags beside `\Seen`, which is the absence of a label, with the labels that they are.
    private static let marks = [("\\Flagged", "STARRED"), ("\\Draft", "DRAFT"), ("$Important", "IMPORTANT")]

    /// The flags, in IMAP's spelling.
    static func flags(_ labels: [String]) -> String {
        var flags = labels.contains("UNREAD") ? [] : ["\\Seen"]
        for (flag, label) in marks where labels.contains(label) { flags.append(flag) }
        return flags.joined(separator: " ")
    }

    /// The label of a flag, and whether the flag is that label's absence; nil where Gmail keeps no such flag, or nobody
    /// may set it.
    static func label(of flag: String) -> (name: String, isInverse: Bool)? {
        switch flag.lowercased() {
        case "\\seen": ("UNREAD", true)
        case "\\flagged": ("STARRED", false)
        case "$important": ("IMPORTANT", false)
        default: nil
        }
    }
}
