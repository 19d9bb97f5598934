import Base

/// One folder of one account, with what the sync of it needs.
package struct FolderRow: Sendable {
    package var id: Int64
    package var account: Int64
    /// The full name in UTF-8.
    package var path: String
    /// The provider's own spelling.
    package var native: [UInt8]
    package var delimiter: String?
    package var role: String?
    package var selectable: Bool
    /// Where the provider left off; empty at first.
    package var cursor: [UInt8]
    /// True once the first sync has reached the oldest message.
    package var complete: Bool
    package var syncedAt: Int64?
    package var messages: Int64
    package var serverMessages: Int64?
}

/// What one commit of a sync stores, in one transaction and in the order of `items`.
package struct SyncBatch: Sendable {
    package var account: Int64
    package var folder: Int64?
    package var items: [SyncItem] = []
    /// The provider's own notes; nil removes one.
    package var state: [(key: String, value: [UInt8]?)] = []
    /// Nil: the folder's cursor stays.
    package var cursor: [UInt8]?
    /// True: the oldest message has been reached. Messages that a reset left without a place are removed.
    package var complete = false
    package var serverMessages: Int64?
    /// For the account's activity; nil: unchanged.
    package var done: Int64?
    package var total: Int64?

    package init(account: Int64, folder: Int64?) {
        self.account = account
        self.folder = folder
    }
}

package enum SyncItem: Sendable {
    case message(IncomingMessage)
    /// A message that is stored already (`Store.lookup`), found under a reference: its body is not fetched again.
    case known(ref: String, flags: [String], message: Int64)
    /// The flags and keywords of one message of the folder, whole.
    case flags(ref: String, flags: [String])
    case gone(ref: String)
    /// All references of the folder are void (UIDVALIDITY changed).
    case reset
    /// Known, but its body was not fetched.
    case skipped(ref: String, size: Int64, date: Int64, reason: String)
}

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
    /// The Date header in milliseconds since 1970, or the server's date.
    package var date: Int64 = 0
    package var inReplyTo: String?
    package var references: [String] = []
    package var preview = ""
    package var parts: [StoredPart] = []
    package var defects: [String] = []

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
