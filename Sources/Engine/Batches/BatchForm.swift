import Base
import CMailroom
import Mime
import Store

/// What mr_put was given for a batch, checked as a whole before anything is stored.
struct BatchForm {
    let values: Record
    let accounts: [AccountRow]
    let authors: [BatchAuthor]
    let template: BatchTemplate
    let message: Record
    let recipients: [Value]
    private let sendAt: Int64?
    private let priority: Int64
    private let autoRetry: Bool
    private let wantsCopy: Bool
    /// Those who get every message of it, beside its recipient.
    private let copies: [MailAddress]

    static let mostRecipients = 100_000
    static let mostAccounts = 100
    /// Of those that are wrong so many are named at once.
    private static let mostNamed = 10

    /// What belongs to the batch, or to one of its messages alone.
    private static let notOfTemplate = [
        "to", "raw", "recipients", "message_id", "reply_to_message", "idempotency_key", "send_at", "priority",
        "auto_retry",
    ]

    init(_ values: Record, _ core: Core) throws(Failure) {
        try RecordSpec.bulk.check(values)
        self.values = values
        accounts = try BatchForm.accounts(values, core.store)
        guard let message = values["message"]?.record else { throw .invalid("message", "is missing") }
        if let name = BatchForm.notOfTemplate.first(where: { message[$0] != nil }) {
            throw .invalid("message.\(name)", "cannot stand in the message of a batch")
        }
        self.message = message
        template = try BatchTemplate(message)
        sendAt = Composer.sendAt(values)
        priority = try Composer.priority(values) ?? -1
        autoRetry = try Composer.truth(values, "auto_retry") ?? true
        do throws(Failure) {
            wantsCopy = try Composer.truth(message, "sent_copy") ?? true
        } catch {
            throw error.within("message")
        }
        recipients = values["recipients"]?.list ?? []
        guard (1...BatchForm.mostRecipients).contains(recipients.count) else {
            throw .invalid(
                "recipients", recipients.isEmpty ? "there are none" : "are more than \(BatchForm.mostRecipients)")
        }
        var authors: [BatchAuthor] = []
        var copies: [MailAddress] = []
        for account in accounts {
            try Engine.requireSending(account)
            let composer = Composer(store: core.store, account: account)
            do throws(Failure) {
                let author = try composer.author(message)
                authors.append(BatchAuthor(account: account.id, sender: author.address, name: author.name))
                copies = try composer.addresses(message, "cc") + composer.addresses(message, "bcc")
            } catch {
                throw error.within("message")
            }
        }
        self.authors = authors
        self.copies = copies
    }

    var key: String? { values.key("idempotency_key") }

    /// The same for the same content, whoever calls it what.
    var digest: [UInt8] {
        Composer.digest(values, without: ["idempotency_key", "name", "send_at", "priority", "auto_retry"])
    }

    /// - Throws: `MR_E_INVALID` for the first recipient with a bad address or without a value; its message names the first ten.
    func checkRecipients() throws(Failure) {
        var first: Failure?
        var named: [String] = []
        var count = 0
        for index in recipients.indices {
            do throws(Failure) {
                _ = try recipient(index)
            } catch {
                if first == nil { first = error }
                count += 1
                if named.count < BatchForm.mostNamed { named.append(error.message) }
            }
        }
        guard var failure = first else { return }
        if count > named.count { named.append("and \(count - named.count) more") }
        failure.message = named.joined(separator: "; ")
        throw failure
    }

    /// One recipient: the address as given, and the values that the template uses.
    private func recipient(_ index: Int) throws(Failure) -> (to: String, address: MailAddress, values: Record) {
        let field = "recipients[\(index)]"
        guard let given = recipients[index].record, let to = given.text("to") else {
            throw .invalid("\(field).to", "is missing")
        }
        let address: MailAddress
        do throws(Failure) {
            address = try AddressParser.one(to)
            try AddressParser.check(address.address, field: "\(field).to")
        } catch {
            throw .invalid("\(field).to", "'\(to.prefix(200))' is not an address")
        }
        let values = try template.values(given["values"]?.record ?? Record(), of: address.address, field)
        return (to, address, values)
    }

    /// The send for one recipient.
    func send(_ index: Int, by author: BatchAuthor, about size: Int64) throws(Failure) -> NewSend {
        let (to, address, values) = try recipient(index)
        var seen: Set<String> = []
        let recipients = ([address] + copies).map(\.address).filter { seen.insert($0.lowercased()).inserted }
        var send = NewSend(
            account: author.account, body: nil, from: author.sender, recipients: recipients,
            subject: try template.subject(values), messageID: MessageID.make(domain: author.sender.domain), size: size,
            utf8: Composer.needsUTF8([author.sender] + recipients), params: Record(["eight_bit": .int(0)]))
        if !wantsCopy { send.params.set("sent_copy", 0) }
        send.sendAt = sendAt
        send.priority = priority
        send.autoRetry = autoRetry
        send.template = Record(["to": .text(to), "values": values.fields.isEmpty ? nil : .record(values)])
        return send
    }

    /// How large the message of the first recipient is. Whatever cannot be written into a message is found here.
    func sizeOfFirst(_ message: Record, _ core: Core) throws(Failure) -> Int64 {
        let first = try send(0, by: authors[0], about: 0)
        let content = BatchContent(
            batch: 0, recipient: first.template ?? Record(), messageID: first.messageID, createdAt: Clock.wall(),
            author: authors[0])
        do throws(Failure) {
            let builder = try BatchTemplate(message).builder(
                content, Composer(store: core.store, account: accounts[0]))
            var size: Int64 = 0
            try builder.write { size += Int64($0.count) }
            return size
        } catch {
            throw error.within("message")
        }
    }

    /// - Throws: what makes it pointless to send from one of the accounts: its size, its sender.
    func precheck(_ size: Int64, _ core: Core) throws(Failure) {
        for (account, author) in zip(accounts, authors) {
            let first = try send(0, by: author, about: size)
            do throws(Failure) {
                try core.precheck(account, first)
            } catch {
                throw error.within("message")
            }
        }
    }

    private static func accounts(_ values: Record, _ store: Store) throws(Failure) -> [AccountRow] {
        var ids = (values["accounts"]?.list ?? []).compactMap(\.int)
        if let one = values.int("account") {
            guard values["accounts"] == nil else { throw .invalid("accounts", "cannot stand beside account") }
            ids = [one]
        }
        guard (1...mostAccounts).contains(ids.count) else {
            throw .invalid("accounts", ids.isEmpty ? "is missing, and so is account" : "are more than \(mostAccounts)")
        }
        var rows: [AccountRow] = []
        for id in ids where !rows.contains(where: { $0.id == id }) { rows.append(try store.account(id)) }
        return rows
    }
}

extension Failure {
    /// The same, about a field of a record that stands in `name`.
    func within(_ name: String) -> Failure {
        var named = self
        named.field = field.map { "\(name).\($0)" }
        return named
    }
}
