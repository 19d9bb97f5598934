import Wire

/// A folder's counters as the host keeps them: while they do not move, the folder need not be opened.
enum FolderStatus {
    /// Nil where the server said too little. `believedFor`: ms; nil: for as long as it does not move, because MODSEQs tell
    /// of every change.
    static func text(
        _ status: Imap.MailboxStatus, condStore: Bool
    ) -> (text: [UInt8], believedFor: Int64?)? {
        guard let validity = status.counters["UIDVALIDITY"], let messages = status.counters["MESSAGES"],
            let next = status.counters["UIDNEXT"], next > 0
        else { return nil }
        let modSeq = condStore ? status.counters["HIGHESTMODSEQ"] ?? 0 : 0
        var text = "imap \(validity) \(next) \(messages)"
        if modSeq > 0 { return (Array("\(text) \(modSeq)".utf8), nil) }
        if let unseen = status.counters["UNSEEN"] { text += " u\(unseen)" }
        return (Array(text.utf8), FolderSync.walkInterval)
    }
}
