/// One message found in a folder.
package struct IncomingMessage: Sendable {
    package enum Body: Sendable {
        case memory([UInt8])
        /// A body sealed by `BodyWriter`.
        case staged(Int64)
        case none
    }

    package var ref: String
    package var flags: [String]
    /// The server's date, in milliseconds since 1970.
    package var internalDate: Int64
    /// Bytes of the raw message.
    package var size: Int64
    package var historical: Bool
    package var summary: MessageSummary
    package var body: Body
    /// The server's own name of the message, the same in whatever folder of the account (EMAILID, X-GM-MSGID).
    package var stable: String?
    /// The server's own name of its thread, within the account (THREADID, X-GM-THRID).
    package var threadName: String?
    /// Not nil: the header alone was fetched, and the whole message has so many bytes. `body` is `none` then.
    package var whole: Int64?

    package init(
        ref: String, flags: [String], internalDate: Int64, size: Int64, historical: Bool, summary: MessageSummary,
        body: Body
    ) {
        self.ref = ref
        self.flags = flags
        self.internalDate = internalDate
        self.size = size
        self.historical = historical
        self.summary = summary
        self.body = body
    }
}

/// What is kept of a message beside its bytes.
package struct MessageSummary: Sendable {
    /// 32 bytes that are the same for the same mail by whatever way it came (design, section 6).
    package var identity: [UInt8]
    package var messageID: String?
    package var subject = ""
    package var from: [StoredAddress] = []
    package var to: [StoredAddress] = []
    package var cc: [StoredAddress] = []
    package var bcc: [StoredAddress] = []
    package var replyTo: [StoredAddress] = []
    /// Where author or recipients are missing: who is named beside From, To, Cc and Bcc.
    package var traced: [TracedAddress] = []
    /// The Date header in milliseconds since 1970, or the server's date.
    package var date: Int64 = 0
    package var inReplyTo: String?
    package var references: [String] = []
    package var preview = ""
    package var parts: [StoredPart] = []
    package var defects: [String] = []
    /// What it tells about a message that was sent; nil of most.
    package var report: IncomingReport?

    package init(identity: [UInt8]) { self.identity = identity }
}

package struct StoredAddress: Sendable, Equatable {
    package var name: String?
    package var address: String
    package var group: String?

    package init(name: String? = nil, address: String, group: String? = nil) {
        self.name = name
        self.address = address
        self.group = group
    }
}

/// One part of a message's MIME structure, and where it stands in the raw message.
package struct StoredPart: Sendable, Equatable {
    /// As in IMAP: 1, 1.2 ... (RFC 9051, section 6.4.5).
    package var number: String
    /// type/subtype, lower case.
    package var type: String
    package var charset: String?
    package var encoding: String
    package var disposition: String?
    package var name: String?
    package var contentID: String?
    /// Bytes when decoded.
    package var size: Int64
    package var attachment: Bool
    /// Of the encoded body in the raw message.
    package var offset: Int64
    package var length: Int64

    package init(
        number: String, type: String, charset: String? = nil, encoding: String = "7bit", disposition: String? = nil,
        name: String? = nil, contentID: String? = nil, size: Int64 = 0, attachment: Bool = false, offset: Int64 = 0,
        length: Int64 = 0
    ) {
        self.number = number
        self.type = type
        self.charset = charset
        self.encoding = encoding
        self.disposition = disposition
        self.name = name
        self.contentID = contentID
        self.size = size
        self.attachment = attachment
        self.offset = offset
        self.length = length
    }
}
