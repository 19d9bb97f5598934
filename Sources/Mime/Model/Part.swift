/// One parameter of Content-Type or Content-Disposition, decoded (RFC 2045, RFC 2231).
package struct Parameter: Sendable, Equatable {
    /// Lower case, without the marks of RFC 2231.
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// One part of a message's structure (RFC 2046).
package struct Part: Sendable {
    /// As in IMAP (RFC 9051, section 6.4.5): `1`, `1.2`. A message's root multipart is the empty string, that of
    /// a message within the message is `N.TEXT`.
    package var number: String
    /// The media type, lower case: `text`, and its subtype: `plain`.
    package var type: String
    package var subtype: String
    /// The parameters of Content-Type.
    package var parameters: [Parameter]
    /// As declared; nil where it is not.
    package var charset: String?
    package var encoding: TransferEncoding
    /// `inline`, `attachment` or another word, lower case; nil where there is none.
    package var disposition: String?
    /// The file name, decoded, without directories and control characters.
    package var filename: String?
    /// Without angle brackets.
    package var contentID: String?
    /// Where the encoded body lies in the raw message, in bytes. The line end before a boundary is not of it.
    package var range: Range<Int>
    /// Where its header lies in the raw message, with the empty line.
    package var headerRange: Range<Int>
    /// Bytes of the body when the transfer encoding is undone; for a multipart the bytes as they stand.
    package var decodedSize: Int
    /// Whether a person would call it an attachment.
    package var isAttachment: Bool
    package var children: [Part]

    /// The value of a parameter of Content-Type, by its lower-case name.
    package func parameter(_ name: String) -> String? {
        parameters.first { $0.name == name }?.value
    }

    /// This part and all within it, in the order of the message.
    package var all: [Part] {
        var out = [self]
        for child in children { out += child.all }
        return out
    }
}
