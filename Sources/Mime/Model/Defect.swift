/// What was damaged in a message. Damage never fails: it gives the best reading, and one of these.
/// The raw value is the name that the store and the caller of the library see.
package enum Defect: String, Sendable, CaseIterable {
    /// More header bytes, or a longer line, than the limits allow: the rest was left out.
    case headerTooLarge = "header_too_large"
    /// More header fields than the limits allow.
    case headersTooMany = "headers_too_many"
    /// A line in the header that is no field (no colon), between fields: it was skipped.
    case headerMalformed = "header_malformed"
    /// The empty line after the header is missing: the body begins at the first line that is no field.
    case headerEndMissing = "header_end_missing"
    /// A field that may stand once stands more than once: the first was read.
    case headerRepeated = "header_repeated"
    /// Bytes above 127 in a header that are not UTF-8 (RFC 6532): read as the body's charset or windows-1252.
    case headerNotText = "header_not_text"
    /// The line of an mbox file (`From ...`) stands in the header: it was skipped.
    case mboxLine = "mbox_line"
    /// An encoded word (RFC 2047) without its end, or with text that its encoding does not allow.
    case encodedWordDamaged = "encoded_word_damaged"
    /// Text that is not what its charset says, or a charset that is not known.
    case charsetWrong = "charset_wrong"
    /// An address that does not follow RFC 5322, section 3.4.
    case addressMalformed = "address_malformed"
    /// More addresses than the limits allow: the rest was left out.
    case addressesTooMany = "addresses_too_many"
    /// More Message-IDs in References than the limits allow: the last ones were kept.
    case referencesTooMany = "references_too_many"
    /// A Message-ID without angle brackets or of another form than RFC 5322, section 3.6.4.
    case messageIDMalformed = "message_id_malformed"
    /// The message has no Date.
    case dateMissing = "date_missing"
    /// The Date could not be read.
    case dateMalformed = "date_malformed"
    /// The message has no From.
    case fromMissing = "from_missing"
    /// A Content-Type that is no media type (RFC 2045, section 5.1).
    case contentTypeMalformed = "content_type_malformed"
    /// A multipart without a boundary parameter: the first line that looks like one was taken.
    case boundaryMissing = "boundary_missing"
    /// A multipart in which its boundary never stands.
    case boundaryNotFound = "boundary_not_found"
    /// A multipart without its end line.
    case boundaryEndMissing = "boundary_end_missing"
    /// A Content-Transfer-Encoding that is not known: read as it stands.
    case encodingUnknown = "encoding_unknown"
    /// A multipart or message with a transfer encoding that RFC 2045, section 6.4, forbids.
    case encodingForbidden = "encoding_forbidden"
    /// Base64 with foreign characters or an unfinished group.
    case base64Damaged = "base64_damaged"
    /// Quoted-printable with an equals sign that starts nothing.
    case quotedPrintableDamaged = "quoted_printable_damaged"
    /// Parts within parts beyond the limits: the innermost is shown as one part.
    case nestingTooDeep = "nesting_too_deep"
    /// More parts than the limits allow: the rest is not listed.
    case partsTooMany = "parts_too_many"
}

/// The defects found so far, each once, in the order in which they were found.
struct Defects: Sendable {
    private(set) var list: [Defect] = []

    mutating func note(_ defect: Defect) {
        if !list.contains(defect) { list.append(defect) }
    }
}
