import Base
import CMailroom
import Mime
import Store

/// What a reply takes from the stored message that it answers, where its own fields do not say otherwise.
struct Answer {
    let message: Int64
    let thread: Int64?
    /// Nil where the message has no Message-ID that can be written into a header.
    let inReplyTo: String?
    let references: [String]
    let subject: String
    let to: [MailAddress]

    /// - Throws: `MR_E_NOT_FOUND` where there is no such message.
    init(_ store: Store, to id: Int64, by account: AccountRow) throws(Failure) {
        let row = try store.get("message", id)
        message = id
        thread = row.int("thread")
        inReplyTo = row.text("message_id").flatMap { MessageID.isClean($0) ? $0 : nil }
        // RFC 5322, section 3.6.4: the References of the parent; where it has none, its In-Reply-To.
        let before = row.texts("references").filter(MessageID.isClean)
        let parent = row.text("in_reply_to").flatMap { MessageID.isClean($0) ? $0 : nil }
        references = before.isEmpty ? [parent].compactMap(\.self) : before
        subject = Answer.subject(row.text("subject") ?? "")
        // What one has written oneself is answered to whom it went to.
        let own = row.text("from").map { Answer.same($0, account.address) } ?? false
        let author = Record([
            "name": row.text("from_name").map(Value.text), "address": row.text("from").map(Value.text),
        ])
        let replyTo = row.records("reply_to")
        to = Answer.addresses(own ? row.records("to") : replyTo.isEmpty ? [author] : replyTo)
    }

    /// The account that a reply leaves from: the one that the message was written to, else the one that wrote it, else the
    /// first that has it.
    /// - Throws: `MR_E_NOT_FOUND` where no account has it; `MR_E_UNSUPPORTED` where none of them sends; `MR_E_CLOSED`
    ///   where those are disconnected.
    static func account(_ store: Store, for message: Int64) throws(Failure) -> AccountRow {
        var having: [AccountRow] = []
        for id in try store.accounts(ofMessage: message) { having.append(try store.account(id)) }
        guard !having.isEmpty else { throw .notFound("an account that has message \(message)") }
        let sending = having.filter(\.sends)
        guard !sending.isEmpty else {
            throw .unsupported(
                "message \(message) is in accounts alone that only receive: name the account that replies")
        }
        let open = sending.filter { $0.health.state != "disconnected" && !$0.erasing }
        guard !open.isEmpty else {
            throw Failure(MR_E_CLOSED, "the account of message \(message) is disconnected; reconnect it first")
        }
        let row = try store.get("message", message)
        let recipients = ["to", "cc", "bcc"].flatMap { row.records($0) }.compactMap { $0.text("address") }
        let writtenTo = open.first { account in recipients.contains { same($0, account.address) } }
        let writtenBy = open.first { account in row.text("from").map { same($0, account.address) } ?? false }
        return writtenTo ?? writtenBy ?? open[0]
    }

    /// "Re: " once, whatever stood there already, in whatever language of mail programs.
    static func subject(_ subject: String) -> String {
        let clean = oneLine(subject)
        var rest = clean[...]
        while true {
            rest = rest.drop { $0 == " " }
            guard let colon = rest.firstIndex(where: { $0 == ":" || $0 == "\u{FF1A}" }) else { break }
            var word = rest[..<colon]
            // "Re[2]" and "Re (3)" count the replies.
            if let last = word.last, last == "]" || last == ")",
                let open = word.lastIndex(where: { $0 == "[" || $0 == "(" }),
                word[word.index(after: open)...].dropLast().allSatisfy(\.isNumber)
            {
                word = word[..<open]
            }
            while word.last == " " { word.removeLast() }
            guard prefixes.contains(word.lowercased()) else { break }
            rest = rest[rest.index(after: colon)...]
        }
        return rest.isEmpty ? "Re:" : "Re: \(rest)"
    }

    private static let prefixes: Set = [
        "re", "aw", "sv", "vs", "antw", "ref", "rif", "odp", "res", "ynt", "\u{56DE}\u{590D}", "\u{56DE}\u{8986}",
        "\u{7B54}\u{590D}",
    ]

    private static func same(_ one: String, _ other: String) -> Bool { one.lowercased() == other.lowercased() }

    /// Those that can be written to.
    private static func addresses(_ rows: [Record]) -> [MailAddress] {
        rows.compactMap { row in
            guard let address = row.text("address"), (try? AddressParser.check(address, field: "to")) != nil else {
                return nil
            }
            return MailAddress(name: row.text("name").map(oneLine), address: address, group: nil)
        }
    }

    /// Without what must not stand in a header field.
    private static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }))
    }
}
