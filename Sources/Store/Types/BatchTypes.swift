import Base

/// One template that goes to many.
package struct NewBatch: Sendable {
    package var name: String?
    /// Unique in the store, while the batch exists.
    package var idempotencyKey: String?
    /// Tells whether the same key comes with the same content.
    package var contentDigest: [UInt8]
    /// The message as mr_send takes it; its attachments are sealed bodies.
    package var template: Record
    /// Those bodies: the batch holds them.
    package var bodies: [Int64]
    package var authors: [BatchAuthor]

    package init(template: Record, bodies: [Int64] = [], authors: [BatchAuthor]) {
        self.template = template
        self.bodies = bodies
        self.authors = authors
        contentDigest = []
    }
}

/// Who stands in From where this account sends one of a batch.
package struct BatchAuthor: Sendable, Equatable {
    package var account: Int64
    /// The address.
    package var sender: String
    package var name: String?

    package init(account: Int64, sender: String, name: String?) {
        self.account = account
        self.sender = sender
        self.name = name
    }
}

/// What one of a batch is made of, beside the template.
package struct BatchContent: Sendable {
    package var batch: Int64
    /// Who gets it, and the values: what `NewSend.template` had.
    package var recipient: Record
    package var messageID: String
    package var createdAt: Int64
    package var author: BatchAuthor

    package init(batch: Int64, recipient: Record, messageID: String, createdAt: Int64, author: BatchAuthor) {
        self.batch = batch
        self.recipient = recipient
        self.messageID = messageID
        self.createdAt = createdAt
        self.author = author
    }
}
