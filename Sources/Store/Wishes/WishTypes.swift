import Base

/// What is wished of a message that is stored: flags, another folder, or that it goes.
package struct NewWish: Sendable {
    package enum Subject: Sendable {
        /// Every place that it has in the account.
        case message(Int64)
        case place(Int64)
    }

    package enum Removal: Sendable {
        /// Into the folder with the role trash; what is there already stays.
        case trash
        case forever
        /// Into trash, and out of trash for good.
        case onwards
    }

    package var subject: Subject
    /// Whose places; must be given where a message has places in several accounts.
    package var account: Int64?
    package var flags = FlagDelta()
    /// The folder to which it moves.
    package var folder: Int64?
    package var removal: Removal?

    package init(_ subject: Subject, account: Int64? = nil) {
        self.subject = subject
        self.account = account
    }
}

/// A message that shall be put into a folder of the server: a draft, a sent copy.
package struct NewAppend: Sendable {
    package var account: Int64
    package var folder: Int64
    /// With its body in memory or staged; `ref` is not looked at.
    package var message: IncomingMessage
    /// A draft that this one takes the place of: it goes for good once this one is on the server.
    package var replaces: Int64?
    /// The send of which it is the copy.
    package var send: Int64?

    package init(
        account: Int64, folder: Int64, message: IncomingMessage, replaces: Int64? = nil, send: Int64? = nil
    ) {
        self.account = account
        self.folder = folder
        self.message = message
        self.replaces = replaces
        self.send = send
    }
}

/// One wish as the engine carries it out.
package struct WishRow: Sendable {
    package enum Kind: String, Sendable {
        case flags
        case move
        case copy
        case delete
        case append
    }

    package var id: Int64
    package var account: Int64
    package var kind: Kind
    /// The place that it is about; nil for append.
    package var place: Int64?
    /// The folder of that place.
    package var folder: Int64?
    package var message: Int64?
    /// Where it shall be: of move, copy and append.
    package var target: Int64?
    /// The place there, which waits for its reference.
    package var targetPlace: Int64?
    package var flags: FlagDelta
    /// Of append.
    package var appended: Appended?
    /// What an append puts there.
    package var body: Int64?
    package var attempts: Int64
    /// True where an earlier attempt may have been carried out without this process knowing it.
    package var begun: Bool
    package var createdAt: Int64
    /// The place's reference.
    package var ref: String?
    /// Without angle brackets.
    package var messageID: String?
    /// Places that go for good once this one is done.
    var thenDelete: [Int64]
    /// Of append: the send of which it puts the copy into Sent.
    package var send: Int64?

    package struct Appended: Sendable {
        package var flags: [String]
        package var internalDate: Int64
    }
}

/// What a provider found while it carried out a wish.
package struct WishFindings: Sendable {
    /// The flags that the server has now.
    package var flags: [String]?
    /// The folder does not have the message any more.
    package var gone = false
    /// The reference in the target.
    package var placed: String?
    /// The provider's own notes; nil removes one.
    package var state: [(key: String, value: [UInt8]?)] = []

    package init() {}
}
