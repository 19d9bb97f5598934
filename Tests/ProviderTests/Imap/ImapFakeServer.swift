/// A server with one mailbox, which understands what the provider says, and has a real server's peculiarities.
final class ImapFakeServer: ImapFakePeer {
    struct Message {
        var uid: UInt32
        var flags: String
        var body: [UInt8]
        var modSeq: UInt64
        /// ms since 1970
        var date: Int64 = 837_596_665_000
    }

    enum Quirk: String, CaseIterable, Sendable {
        case noUIDNext, bodyFirst, quoted, numberZero, noSize, noDate, flagsLast, unsolicited, nonsense
        /// One bad message makes it refuse the range; alone it is given.
        case refusesRange
        /// The body is empty in a range; alone it is given.
        case emptyInRange
        /// It says NO where messages were expunged meanwhile.
        case missingIsNo
        /// It says so of one message, and gives none of those behind it.
        case missingEndsIt
        /// One row of headers cannot be read.
        case damagedHeader
        /// One row of headers is left out, once.
        case leavesOutHeader
        /// One body is not in a range, and nothing is said of it.
        case leavesOut
        /// It calls messages vanished that are there.
        case liesAboutVanished
    }

    var capabilities = "IMAP4rev1 CONDSTORE ESEARCH"
    var quirks: Set<Quirk> = []
    /// The message that the quirks are about.
    var badUID: UInt32 = 0
    /// It can never be given.
    var isHopeless = false
    var messages: [Message] = []
    var uidValidity: UInt32 = 77
    var uidNext: UInt32 = 1
    var modSeq: UInt64 = 1
    /// An answer in place of its own, for commands that begin so.
    var instead: [String: String] = [:]
    /// Called with each command, before it is answered.
    var before: (ImapFakeServer, String) -> Void = { _, _ in }

    /// What was expunged, and at which MODSEQ.
    private var expunged: [(uid: UInt32, modSeq: UInt64)] = []
    private(set) var isResyncEnabled = false
    private(set) var commands: [String] = []
    private(set) var longestCommand = 0
    private var held: [UInt8] = []

    func forget() { commands = [] }

    /// Every `step`-th UID from the next one on.
    func add(_ count: Int, step: UInt32 = 1, flags: String = "", size: Int = 40) {
        for _ in 0..<count {
            modSeq += 1
            let text = "Subject: \(uidNext)\r\n\r\n" + String(repeating: "x", count: size) + "\r\n"
            messages.append(Message(uid: uidNext, flags: flags, body: Array(text.utf8), modSeq: modSeq))
            uidNext += step
        }
    }

    func setFlags(_ uids: Set<UInt32>, _ flags: String) {
        modSeq += 1
        for index in messages.indices where uids.contains(messages[index].uid) {
            messages[index].flags = flags
            messages[index].modSeq = modSeq
        }
    }

    func expunge(_ uids: Set<UInt32>) {
        modSeq += 1
        expunged += messages.filter { uids.contains($0.uid) }.map { ($0.uid, modSeq) }
        messages.removeAll { uids.contains($0.uid) }
    }

    func greet() -> [UInt8] {
        isResyncEnabled = false
        return Array("* PREAUTH [CAPABILITY \(capabilities)] hi\r\n".utf8)
    }

    func secure() {}

    func hear(_ bytes: [UInt8]) -> [UInt8] {
        held += bytes
        var out: [UInt8] = []
        while let end = held.firstIndex(of: 10) {
            longestCommand = max(longestCommand, end)
            let line = String(decoding: held[..<end].filter { $0 != 13 }, as: UTF8.self)
            held.removeSubrange(...end)
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            if words.count == 2 { answer(words[0], words[1], &out) }
        }
        return out
    }

    private func answer(_ tag: String, _ command: String, _ out: inout [UInt8]) {
        commands.append(command)
        before(self, command)
        func say(_ text: String) { out += Array((text + "\r\n").utf8) }
        if let answer = instead.first(where: { command.hasPrefix($0.key) })?.value { return say("\(tag) \(answer)") }
        let words = command.split(separator: " ").map(String.init)
        switch words[0] {
        case "EXAMINE":
            say("* \(messages.count) EXISTS")
            say("* OK [UIDVALIDITY \(uidValidity)] x")
            if !quirks.contains(.noUIDNext) { say("* OK [UIDNEXT \(uidNext)] x") }
            if command.hasSuffix("(CONDSTORE)") || command.contains("(QRESYNC") {
                say("* OK [HIGHESTMODSEQ \(modSeq)] x")
            }
            if command.contains("(QRESYNC"), !resync(command, &out) { return say("\(tag) BAD not enabled") }
            say("\(tag) OK [READ-ONLY] done")
        case "FETCH":
            let numbers = Self.numbers(words[1])
            for (index, message) in messages.enumerated()
            where numbers.contains(where: { $0.contains(UInt32(index + 1)) }) {
                say("* \(quirks.contains(.numberZero) ? 0 : index + 1) FETCH (UID \(message.uid))")
            }
            say("\(tag) OK done")
        case "UID" where words[1] == "SEARCH":
            let region = words.last { $0.first?.isNumber == true && !$0.contains("-") } ?? "1:4294967295"
            let since = command.contains("SINCE ") ? self.since : 0
            let ranges = Self.numbers(region)
            let found = messages.filter { message in
                message.date >= since && ranges.contains { $0.contains(message.uid) }
            }.map { "\($0.uid)" }
            if command.contains("RETURN (ALL)") {
                let set = found.joined(separator: ",")
                say("* ESEARCH (TAG \"\(tag)\") UID" + (set.isEmpty ? "" : " ALL \(set)"))
            } else {
                say("* SEARCH " + found.joined(separator: " "))
            }
            say("\(tag) OK done")
        case "ENABLE":
            isResyncEnabled = command.contains("QRESYNC")
            say("* ENABLED \(words.dropFirst().joined(separator: " "))\r\n\(tag) OK done")
        case "UID" where words[1] == "FETCH": fetch(tag, words[2], command, &out)
        case "LOGOUT": say("* BYE bye\r\n\(tag) OK done")
        default: say("\(tag) BAD unknown")
        }
    }

    /// The message that makes it hang up; 0: none.
    var hangUpAt: UInt32 = 0

    /// What SINCE is answered by: ms since 1970.
    var since: Int64 = 0

    /// Tells what changed since the last visit: false where QRESYNC was not enabled.
    private func resync(_ command: String, _ out: inout [UInt8]) -> Bool {
        guard isResyncEnabled, let part = command.split(separator: "(").last else { return false }
        let words = part.split(separator: " ").map { $0.filter { $0 != ")" } }
        guard words.count == 3, let validity = UInt32(words[0]), let since = UInt64(words[1]) else { return false }
        guard validity == uidValidity else { return true }
        let known = Self.numbers(words[2])
        var gone = expunged.filter { row in row.modSeq > since && known.contains { $0.contains(row.uid) } }
            .map { "\($0.uid)" }
        if quirks.contains(.liesAboutVanished) { gone += messages.prefix(3).map { "\($0.uid)" } }
        func say(_ text: String) { out += Array((text + "\r\n").utf8) }
        if !gone.isEmpty { say("* VANISHED (EARLIER) \(gone.joined(separator: ","))") }
        for (index, message) in messages.enumerated()
        where message.modSeq > since && known.contains(where: { $0.contains(message.uid) }) {
            say("* \(index + 1) FETCH (UID \(message.uid) FLAGS (\(message.flags)) MODSEQ (\(message.modSeq)))")
        }
        return true
    }

    private func fetch(_ tag: String, _ set: String, _ command: String, _ out: inout [UInt8]) {
        let ranges = Self.numbers(set)
        let isHead = command.contains("BODY.PEEK[HEADER]")
        let isBody = command.contains("BODY.PEEK[]") || isHead
        let since = command.split(separator: " ").last.flatMap { UInt64($0.dropLast()) } ?? 0
        let isSingle = !set.contains(":") && !set.contains(",")
        func say(_ text: String) { out += Array((text + "\r\n").utf8) }
        for (index, message) in messages.enumerated() {
            guard ranges.contains(where: { $0.contains(message.uid) }), message.modSeq > since else { continue }
            if isBody, message.uid == hangUpAt { return }
            let isBad = message.uid == badUID && isBody && (!isSingle || isHopeless)
            if isBad, quirks.contains(.refusesRange) {
                return say("\(tag) NO Some messages could not be FETCHed (Failure)")
            }
            if isBad, quirks.contains(.missingEndsIt) {
                return say("\(tag) NO Some of the requested messages no longer exist")
            }
            if isBad, quirks.contains(.leavesOut) { continue }
            if !isBody, message.uid == badUID, quirks.remove(.leavesOutHeader) != nil { continue }
            if !isBody, message.uid == badUID, quirks.contains(.damagedHeader) {
                say("* \(index + 1) FETCH (UID \(message.uid) FLAGS (\\Seen")
                continue
            }
            if quirks.contains(.unsolicited) { say("* \(index + 1) FETCH (FLAGS (\\Seen))\r\n* 1 RECENT") }
            if quirks.contains(.nonsense) { say("* LIST garbage\r\n* OK [ALERT] hear hear\r\n* 5 FETCH (X \"") }
            var body = isBad && quirks.contains(.emptyInRange) ? [] : message.body
            if isHead, let end = body.firstIndex(of: 10) { body = Array(body[...end]) + [13, 10] }
            let name = isHead ? "BODY[HEADER]" : "BODY[]"
            out += Array("* \(quirks.contains(.numberZero) ? 0 : index + 1) FETCH (".utf8)
            let uid = "UID \(message.uid)"
            let flags = "FLAGS (\(message.flags) \\Recent)"
            let date = quirks.contains(.noDate) ? "" : "INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" "
            let content =
                quirks.contains(.quoted)
                ? Array("\(name) \"".utf8) + body.flatMap { $0 == 13 || $0 == 10 ? [0x20] : [$0] } + [0x22]
                : Array("\(name) {\(body.count)}\r\n".utf8) + body
            if !isBody {
                let size = quirks.contains(.noSize) ? "RFC822.SIZE -1" : "RFC822.SIZE \(message.body.count)"
                out += Array("\(uid) \(flags) \(date)\(size)".utf8)
                if command.contains("EMAILID") { out += Array(" EMAILID (M\(message.uid))".utf8) }
                if command.contains("HEADER.FIELDS") {
                    let field = "Message-ID:\r\n <\(message.uid)@example.com>\r\n\r\n"
                    out += Array(" BODY[HEADER.FIELDS (\"MESSAGE-ID\")] {\(field.utf8.count)}\r\n\(field)".utf8)
                }
            } else if quirks.contains(.bodyFirst) {
                out += content + Array(" \(flags) \(date)\(uid)".utf8)
            } else if quirks.contains(.flagsLast) {
                out += Array("\(uid) ".utf8) + content + Array(" \(flags)".utf8)
            } else {
                out += Array("\(uid) \(flags) \(date)".utf8) + content
            }
            say(")")
        }
        let isMissing = ranges.contains { range in range.contains { uid in !messages.contains { $0.uid == uid } } }
        if quirks.contains(.missingIsNo), isBody, isMissing {
            return say("\(tag) NO Some of the requested messages no longer exist")
        }
        say("\(tag) OK done")
    }

    private static func numbers(_ set: String) -> [ClosedRange<UInt32>] {
        set.split(separator: ",").compactMap { part in
            let ends = part.split(separator: ":").compactMap { UInt32($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { return nil }
            return first...last
        }
    }
}
