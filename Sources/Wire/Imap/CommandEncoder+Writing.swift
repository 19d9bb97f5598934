/// Commands that change mailboxes, and those that wait for changes.
extension CommandEncoder {
    /// Words, and a mailbox's name or another string behind them.
    mutating func verb(_ words: String, _ name: [UInt8]) {
        say("\(words) ")
        string(name)
    }

    /// Up to the literal's first octet (RFC 9051, section 6.3.12; RFC 3516 for octets of value 0).
    mutating func append(_ append: Imap.Append) {
        verb("APPEND", append.mailbox)
        if !append.flags.isEmpty { say(" (\(append.flags.joined(separator: " ")))") }
        if let date = append.internalDate.flatMap(Imap.InternalDate.text) { say(" \"\(date)\"") }
        let waits = append.size > Int64(min(capabilities.literalWithoutWaiting, Imap.Append.sentWithoutWaiting))
        say(" \(append.hasNUL ? "~" : ""){\(append.size)\(waits ? "" : "+")}\r\n")
        if waits { wait() }
    }

    /// RFC 5465, section 8: event-groups.
    mutating func notify(_ notify: Imap.Notify) {
        let events = "(\(notify.events.joined(separator: " ")))"
        say("NOTIFY SET")
        if notify.selected { say(" (selected \(events))") }
        guard !notify.mailboxes.isEmpty else { return }
        say(" (mailboxes (")
        for (index, name) in notify.mailboxes.enumerated() {
            if index > 0 { say(" ") }
            string(name)
        }
        say(") \(events))")
    }
}
