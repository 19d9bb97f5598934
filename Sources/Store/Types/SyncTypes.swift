import Base

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
    /// True: the commit is on the disk when the verb returns, with all before it (POP3 before DELE).
    package var durable = false
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
    case known(ref: String, flags: [String], message: Int64, stable: String?)
    /// The flags and keywords of one message of the folder, whole.
    case flags(ref: String, flags: [String])
    case gone(ref: String)
    /// All references of the folder are void (UIDVALIDITY changed).
    case reset
    /// Known, and by a rule not kept. `reason` says by which: since, size, contacts.
    case skipped(ref: String, flags: [String], size: Int64, date: Int64, reason: String, stable: String?)
    /// As `skipped`, for the sake of its people (`LeftOut.reason`): their addresses are kept, so that it is fetched when
    /// one of them becomes a contact.
    case leftOut(LeftOut)
    /// The server has it and does not give it: quarantine, from which it is fetched again from time to time. `text` says
    /// what the server answered.
    case refused(ref: String, flags: [String], size: Int64, date: Int64, text: String)
}
