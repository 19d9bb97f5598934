/// What the top-level header says about a program having written the message. Most messages show no sign at all, and
/// nothing more is done for them.
struct ReportSigns {
    /// multipart/report, or a report by itself (RFC 6522).
    var isReport = false
    /// The author is a mail system: `mailer-daemon` and the like.
    var isDaemon = false
    /// The author may be one, or a person who looks after it: `postmaster`.
    var mayBeDaemon = false
    /// The message was sent from nobody: `Return-Path: <>`.
    var isFromNobody = false
    /// X-Failed-Recipients, as Exim and Gmail write it.
    var failed: [String] = []
    /// The word of Auto-Submitted (RFC 3834, section 5): lower case; nil where the field is missing.
    var autoSubmitted: String?
    /// A field that only programs which answer put into their mail.
    var answersByItself = false
    /// Precedence: bulk, junk or list.
    var isBulk = false
    /// X-Auto-Response-Suppress: Exchange and Outlook put it on what a program wrote.
    var suppressesAnswers = false
    /// Written by way of a mailing list, or to be unsubscribed from.
    var isList = false
    /// Whoever is on the list can write to it.
    var isDiscussion = false
    /// In-Reply-To or References.
    var answers = false

    /// Whether the body is worth looking at.
    var mayReport: Bool {
        isReport || isDaemon || mayBeDaemon || isFromNobody || !failed.isEmpty || isAutomatic
    }

    var isAutomatic: Bool { autoSubmitted != nil && autoSubmitted != "no" }

    /// Sent to many by a list that only its owner writes to, and no answer in a conversation.
    var isNewsletter: Bool { (isList || isBulk) && !isDiscussion && !answers }

    private var isAny: Bool {
        mayReport || answersByItself || isBulk || isList || suppressesAnswers || autoSubmitted != nil
    }

    /// Nil where there is no sign.
    init?(_ header: HeaderBlock, _ content: PartContent) {
        isReport =
            content.type == "multipart" && content.subtype == "report"
            || content.type == "message" && ReportParts.reports[content.subtype] != nil
        for field in header.fields { take(field) }
        guard isAny else { return nil }
    }

    private mutating func take(_ field: HeaderField) {
        let bytes = field.block
        let value = field.valueRange
        switch field.known {
        case .from: takeAuthor(bytes, value)
        case .inReplyTo, .references: answers = true
        case .other: takeOther(field, bytes, value)
        default: break
        }
    }

    /// One pass, because every message has an author: a name can begin with one of five letters alone.
    private mutating func takeAuthor(_ bytes: [UInt8], _ value: Range<Int>) {
        for start in value where Self.initials[Int(bytes[start])] {
            let rest = start..<value.upperBound
            if !isDaemon { isDaemon = Self.daemons.contains { bytes.begins($0, in: rest) } }
            if !mayBeDaemon { mayBeDaemon = Self.suspects.contains { bytes.begins($0, in: rest) } }
        }
    }

    private mutating func takeOther(_ field: HeaderField, _ bytes: [UInt8], _ value: Range<Int>) {
        func named(_ word: StaticString) -> Bool { bytes.matches(field.nameRange, word) }
        switch field.nameRange.count {
        case 7: if named("list-id") { isList = true }
        case 9:
            if named("list-help") { isList = true }
            if named("list-post") {
                isList = true
                // NO stands for: nobody but its owner (RFC 2369, section 3.4).
                isDiscussion = bytes.has(value, "mailto:")
            }
        case 10:
            if named("precedence") { takePrecedence(bytes, value) }
            if named("preference"), bytes.has(value, "auto_reply") { answersByItself = true }
        case 11:
            if named("return-path") {
                let path = bytes.trimmed(value)
                if path.isEmpty || bytes.matches(path, "<>") { isFromNobody = true }
            } else if named("x-autoreply") {
                answersByItself = !bytes.matches(bytes.trimmed(value), "no")
            }
        case 12:
            if named("x-auto-reply") { answersByItself = !bytes.matches(bytes.trimmed(value), "no") }
            if named("x-precedence") { takePrecedence(bytes, value) }
            if named("delivered-to"), bytes.matches(bytes.trimmed(value), "autoresponder") { answersByItself = true }
        case 13: if named("x-autorespond") { answersByItself = true }
        case 14:
            if named("auto-submitted"), autoSubmitted == nil {
                let text = bytes.trimmed(value)
                let end = bytes[text].firstIndex { !$0.isAlphanumeric && $0 != UInt8(ascii: "-") } ?? text.upperBound
                autoSubmitted = bytes.lowercasedText(text.lowerBound..<end)
            }
        case 15: if named("x-autoresponder") { answersByItself = true }
        case 16:
            if named("list-unsubscribe") { isList = true }
            if named("x-mail-autoreply") || named("x-autoreply-from") { answersByItself = true }
        case 19: if named("x-failed-recipients") { takeFailed(field) }
        case 24: if named("x-auto-response-suppress") { suppressesAnswers = true }
        default: break
        }
    }

    private mutating func takePrecedence(_ bytes: [UInt8], _ value: Range<Int>) {
        let word = bytes.trimmed(value)
        if bytes.matches(word, "auto_reply") || bytes.matches(word, "auto-reply") { answersByItself = true }
        if bytes.matches(word, "bulk") || bytes.matches(word, "junk") { isBulk = true }
        if bytes.matches(word, "list") { isList = true }
    }

    private mutating func takeFailed(_ field: HeaderField) {
        for word in field.value.split(whereSeparator: { $0 == "," || $0 == ";" || $0 == " " })
        where failed.count < ReportReader.mostRecipients {
            if let address = ReportAddress.bare(word), !failed.contains(address) { failed.append(address) }
        }
    }

    /// Whether a program wrote it, and no person by any reading.
    var isCertain: Bool { isReport || isDaemon || isFromNobody || !failed.isEmpty || isAutomatic }

    /// Names of mail systems in From; the long one is Exchange's.
    private static let daemons: [StaticString] = [
        "mailer-daemon", "mailerdaemon", "mailer_daemon", "mail-daemon", "maildaemon", "mail delivery s",
        "mail.daemon", "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e", "mdaemon@", "delivery subsystem",
        "mail router", "internet mail delivery",
    ]

    private static let suspects: [StaticString] = ["postmaster", "mail administrator", "postoffice", "bounce"]

    /// Whether one of those names begins with the byte.
    private static let initials: [Bool] = (0..<256).map { byte in
        (daemons + suspects).contains { $0.utf8Start[0] == UInt8(byte).lowercased }
    }
}

extension [UInt8] {
    /// Whether `range` begins with `word` (lower case), in any case.
    fileprivate func begins(_ word: StaticString, in range: Range<Int>) -> Bool {
        let length = word.utf8CodeUnitCount
        return range.count >= length && matches(range.lowerBound..<(range.lowerBound + length), word)
    }

    /// Whether `word` (lower case) stands anywhere in `range`, in any case.
    func has(_ range: Range<Int>, _ word: StaticString) -> Bool {
        range.contains { begins(word, in: $0..<range.upperBound) }
    }
}
