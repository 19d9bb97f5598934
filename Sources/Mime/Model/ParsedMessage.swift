/// What one message says, by the best reading of it.
package struct ParsedMessage: Sendable {
    /// The top-level header, field by field.
    package var headers: [HeaderField] = []
    /// Decoded, in one line; empty where there is none.
    package var subject = ""
    package var from: [MailAddress] = []
    package var sender: [MailAddress] = []
    package var replyTo: [MailAddress] = []
    package var to: [MailAddress] = []
    package var cc: [MailAddress] = []
    package var bcc: [MailAddress] = []
    /// Without angle brackets, as all of these.
    package var messageID: String?
    package var inReplyTo: [String] = []
    /// Oldest first.
    package var references: [String] = []
    /// Milliseconds since 1970 UTC; nil where Date is missing or unreadable.
    package var date: Int64?
    /// The structure.
    package var root: Part
    /// The beginning of the text in one line, at most 200 characters: of text/plain, else of text/html.
    package var preview = ""
    /// What was damaged, each once.
    package var defects: [Defect] = []
    /// Bytes of the raw message.
    package var size = 0
    /// Whether the header has a Bcc, even an empty one.
    package var hasBccHeader = false
    /// Whether To, Cc or Bcc says that there are recipients whom it does not name: a group without members, as "undisclosed
    /// recipients:;" (RFC 5322, section 3.4).
    package var hasEmptyGroup = false
    /// SHA-256 of all bytes after the header without CR, LF, space and tab: the same for the same mail, whichever way
    /// it came.
    package var bodyDigest: [UInt8] = []
    /// What a program tells by it about a message that was sent; nil of most.
    package var report: MailReport?

    /// The first field of that name (any case).
    package func header(_ name: String) -> HeaderField? {
        headers.first { $0.isNamed(name) }
    }

    /// The Date field, unfolded and not decoded; empty where there is none.
    package var rawDate: String { header("Date")?.value ?? "" }

    /// The From field, unfolded and not decoded; empty where there is none.
    package var rawFrom: String { header("From")?.value ?? "" }

    /// All parts, in the order of the message.
    package var parts: [Part] { root.all }
}
