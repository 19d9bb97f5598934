import Base

/// Bounces in the formats that came before RFC 3464, or pass it by: Exim, qmail, Exchange, Domino, GroupWise and many
/// more, which say in words what became of the message.
struct BounceText {
    /// Whether the words say that something did not arrive, or not yet.
    private(set) var isOne = false
    /// Whether the title says so.
    private(set) var isTitled = false
    private(set) var action = MailReport.Action.failed
    private(set) var recipients: [MailReport.Recipient] = []
    private(set) var originals: [String] = []
    private(set) var subject: String?

    /// What was written before the returned message, from the first words of a bounce on.
    private var lines: [Substring] = []
    private var lower: [String] = []

    /// Those of them with a code in them, and those that name the server they were said by.
    private var coded: [Int] = []
    private var naming: [String] = []

    private static let mostLines = 2_000
    /// Fewer than of a report for machines: each is looked for in the whole text.
    private static let mostRecipients = 100

    /// - Parameters:
    ///   - text: what the report says to people.
    ///   - title: its subject.
    ///   - failed: recipients that its header names.
    init(_ text: String, title: String, failed: [String]) {
        var all: [Substring] = []
        for line in ReportLines.split(text).prefix(Self.mostLines) { all.append(Self.unquoted(line)) }
        let lowered = all.map { ReportLines.cut(ReportLines.trimmed($0), 1_000).lowercased() }
        let end = Self.returnedStart(all, lowered)
        takeReturned(all, lowered, from: end)
        let said = title.lowercased()
        guard let start = Self.introduction(lowered[..<end], said) else { return }
        isOne = true
        isTitled = Self.phrases.contains { said.has($0) }
        lines = Array(all[start..<end])
        lower = Array(lowered[start..<end])
        coded = lower.indices.filter { !lower[$0].hasPrefix(">>>") && !ReportCodes(lower[$0]).isEmpty }
        naming = lower.filter { $0.has("while talking to") || $0.has("recipient domain") }
        let begin = lowered[..<end].joined(separator: " ")
        let isDelayed = BouncePhrases.delayed.contains { begin.has($0) || said.has($0) }
        action = isDelayed && !BouncePhrases.final.contains(where: begin.has) ? .delayed : .failed
        readRecipients(failed)
    }

    // MARK: the returned message

    private static func unquoted(_ line: Substring) -> Substring {
        var line = line
        while line.utf8.first == UInt8(ascii: ">"), !line.hasPrefix(">>>") {
            line = Substring(line.utf8.dropFirst())
            if line.utf8.first == 32 { line = Substring(line.utf8.dropFirst()) }
        }
        return line
    }

    /// Where the returned message begins, or its header; the end where it does not.
    private static func returnedStart(_ lines: [Substring], _ lower: [String]) -> Int {
        for (index, line) in lower.enumerated() {
            if headers.contains(where: line.hasPrefix), lines[index].utf8.first.map({ !$0.isSpace }) == true {
                return index
            }
            if index > 0, BouncePhrases.returned.contains(where: line.has) { return index }
        }
        return lines.count
    }

    private static let headers = ["received:", "return-path:", "message-id:", "delivered-to:"]

    private mutating func takeReturned(_ lines: [Substring], _ lower: [String], from end: Int) {
        for index in lines.indices {
            let line = lower[index]
            // Before the returned message a subject may be told; a Message-ID alone is told anywhere.
            if line.hasPrefix("message-id:") || line.hasPrefix("message id:"), originals.count < 20 {
                var value = String(lines[index])
                // Folded after the name.
                if !value.has("@"), index + 1 < lines.count { value += " " + lines[index + 1] }
                for id in ReturnedMessage.ids(Self.value(value[...])) where !originals.contains(id) {
                    originals.append(id)
                }
            } else if subject == nil {
                for name in ["subject:", "the subject of the message is:"] where line.hasPrefix(name) {
                    let value = Array(ReportLines.trimmed(Self.value(lines[index][...])[...]).utf8)
                    var defects = Defects()
                    subject = HeaderText.decode(value, 0..<value.count, &defects)
                }
            }
        }
    }

    /// What stands after the first colon.
    private static func value(_ line: Substring) -> String {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return "" }
        return String(line[line.utf8.index(after: colon)...])
    }

    // MARK: recipients

    private static let phrases = BouncePhrases.failed + BouncePhrases.delayed

    /// The first line that speaks of a bounce, or that is continued so by the next; 0 where the title alone does.
    private static func introduction(_ lower: ArraySlice<String>, _ title: String) -> Int? {
        for index in lower.indices where !lower[index].isEmpty {
            let next = index + 1 < lower.endIndex ? lower[index + 1] : ""
            let words = next.isEmpty ? lower[index] : lower[index] + " " + next
            if phrases.contains(where: words.has) { return index }
        }
        return phrases.contains(where: title.has) ? 0 : nil
    }

    private mutating func readRecipients(_ failed: [String]) {
        var heads: [(line: Int, address: String, rest: Substring)] = []
        for index in lines.indices where heads.count < Self.mostRecipients {
            guard let (address, rest) = Self.head(ReportLines.trimmed(lines[index])) else { continue }
            if heads.contains(where: { $0.address.lowercased() == address.lowercased() }) { continue }
            heads.append((index, address, rest))
        }
        // Whom the header names did not get it; other addresses in the text are only told of.
        let named = failed.map { $0.lowercased() }
        if !named.isEmpty { heads = heads.filter { named.contains($0.address.lowercased()) } }
        for (place, head) in heads.enumerated() {
            let end = place + 1 < heads.count ? heads[place + 1].line : lines.count
            recipients.append(recipient(head, until: end, isOnly: heads.count == 1))
        }
        for address in failed.prefix(Self.mostRecipients)
        where !heads.contains(where: { $0.address.lowercased() == address.lowercased() }) {
            let words = codedWords(address, isOnly: failed.count == 1) ?? (failed.count == 1 ? announced : "")
            recipients.append(Self.made([address], action, words))
        }
    }

    private func recipient(
        _ head: (line: Int, address: String, rest: Substring), until end: Int, isOnly: Bool
    ) -> MailReport.Recipient {
        var addresses = [head.address]
        var words = String(head.rest)
        var at = head.line + 1
        while at < end, !lower[at].isEmpty, words.utf8.count < 1_000 {
            let line = ReportLines.trimmed(lines[at])
            // Exim: the address that the sender wrote, of which this one was made.
            if let from = Self.generatedFrom(line) {
                addresses.insert(from, at: 0)
            } else {
                words += (words.isEmpty ? "" : " ") + line
            }
            at += 1
        }
        if ReportCodes(words).isEmpty {
            words = codedWords(head.address, isOnly: isOnly) ?? (words.isEmpty ? paragraph(at, end) : words)
        }
        return Self.made(addresses, action, words, remote: remote(words))
    }

    /// The words with a code in them that speak of this address, or, where it is the only one, the first with a code.
    private func codedWords(_ address: String, isOnly: Bool) -> String? {
        let key = address.lowercased()
        var found: Int?
        for index in coded {
            if lower[index].has(key) {
                found = index
                break
            }
            if isOnly, found == nil { found = index }
        }
        guard var at = found else { return nil }
        var words = ""
        repeat {
            words += (words.isEmpty ? "" : " ") + Self.unmarked(ReportLines.trimmed(lines[at]))
            at += 1
        } while at < lines.count && !lower[at].isEmpty && words.utf8.count < 1_000 && !lower[at].hasPrefix("<<<")
            && !lower[at].hasPrefix(">>>")
        return words
    }

    private func paragraph(_ start: Int, _ end: Int) -> String {
        let told = announced
        return told.isEmpty ? following(start, end) : told
    }

    /// The paragraph after a recipient of whom nothing is said in the same one; after a line that announces the reason, that.
    private func following(_ start: Int, _ end: Int) -> String {
        var words = ""
        for index in start..<max(start, end) {
            let line = lower[index]
            if line.isEmpty {
                if !words.isEmpty { break }
            } else if line.hasSuffix(":") {
                words = ""
            } else if words.utf8.count < 500 {
                words += (words.isEmpty ? "" : " ") + ReportLines.trimmed(lines[index])
            }
        }
        return words
    }

    /// What is said after a line that announces it: "The response was:", "because:".
    private var announced: String {
        let marks = ["response", "reason", "error", "because", "said"]
        guard let line = lower.firstIndex(where: { line in line.hasSuffix(":") && marks.contains(where: line.has) })
        else {
            return ""
        }
        return following(line + 1, lines.count)
    }

    /// The server that is named before its answer.
    private func remote(_ words: String) -> String? {
        for text in [words.lowercased()] + naming {
            for mark in ["while talking to ", "host ", "remote server ", " by "] {
                var rest = text[...]
                while let start = rest.end(of: mark) {
                    rest = rest[start...]
                    let name = rest.utf8.prefix { $0.isAlphanumeric || ".-_".utf8.contains($0) }
                    var host = Substring(name)
                    while host.hasSuffix(".") { host = host.dropLast() }
                    if host.utf8.contains(UInt8(ascii: ".")), host.utf8.count <= 255 { return String(host) }
                }
            }
        }
        return nil
    }

    // MARK: one line

    /// A line that begins with an address, or names one after the words of `BouncePhrases.before`.
    private static func head(_ line: Substring) -> (address: String, rest: Substring)? {
        guard line.utf8.contains(UInt8(ascii: "@")) else { return nil }
        var rest = line
        while let first = rest.utf8.first, "'\"*-".utf8.contains(first) || first == 32 {
            rest = Substring(rest.utf8.dropFirst())
        }
        if let found = leading(rest) { return found }
        let lower = rest.lowercased()
        for words in BouncePhrases.before where lower.hasPrefix(words) {
            var after = Substring(rest.utf8.dropFirst(words.utf8.count))
            while let first = after.utf8.first, first.isSpace || first == 39 || first == 34 {
                after = Substring(after.utf8.dropFirst())
            }
            if let found = leading(after) { return found }
        }
        return nil
    }

    private static func leading(_ line: Substring) -> (address: String, rest: Substring)? {
        let bytes = line.utf8
        var end: Substring.Index
        if bytes.first == UInt8(ascii: "<") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: ">")) else { return nil }
            end = bytes.index(after: close)
        } else {
            end =
                bytes.firstIndex {
                    $0 <= 32 || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ":")
                }
                ?? bytes.endIndex
        }
        guard let address = ReportAddress.bare(line[..<end]) else { return nil }
        // `host <...>: said` and the like are no recipients.
        var rest = ReportLines.trimmed(line[end...])
        while let first = rest.utf8.first, ":,;'\"-.".utf8.contains(first) || first == 32 {
            rest = Substring(rest.utf8.dropFirst())
        }
        if rest.lowercased().hasPrefix("wrote") { return nil }
        return (address, rest)
    }

    private static func generatedFrom(_ line: Substring) -> String? {
        let lower = line.lowercased()
        guard lower.hasPrefix("(generated from ") || lower.hasPrefix("(ultimately generated from ") else { return nil }
        return line.split(separator: " ").last.flatMap(ReportAddress.bare)
    }

    /// Without the marks of a transcript.
    private static func unmarked(_ line: Substring) -> Substring {
        line.hasPrefix("<<<") ? ReportLines.trimmed(line.dropFirst(3)) : line
    }

    private static func made(
        _ addresses: [String], _ action: MailReport.Action, _ words: String, remote: String? = nil
    ) -> MailReport.Recipient {
        let codes = ReportCodes(words)
        let line = ReportLines.cut(ReportLines.trimmed(words[...]), 1_000)
        return MailReport.Recipient(
            addresses: addresses, action: action, smtp: codes.smtp, enhanced: codes.enhanced,
            words: line.isEmpty ? nil : line, remote: remote, step: step(line))
    }

    /// The command that was answered, where the words name it as Postfix and Exim do.
    static func step(_ words: String) -> String? {
        let lower = words.lowercased()
        if ["in reply to rcpt", "after rcpt to", "reply to rcpt to"].contains(where: lower.has) { return "rcpt" }
        if ["in reply to end of data", "after end of data", "in reply to data", "after data"].contains(where: lower.has)
        {
            return "data"
        }
        return nil
    }
}

extension Substring {
    /// Where the first `words` ends.
    fileprivate func end(of words: String) -> String.Index? {
        let key = Array(words.utf8)
        var at = utf8.startIndex
        while at < utf8.endIndex {
            if utf8[at] == key[0], utf8[at...].starts(with: key) { return utf8.index(at, offsetBy: key.count) }
            at = utf8.index(after: at)
        }
        return nil
    }
}
