import Base
import Mime
import Store

/// What is not kept of an account's mail for the sake of its people: mail among colleagues, and mail that is nobody's who
/// is a contact. In doubt a message is kept.
struct Exclusion {
    private let store: Store
    private let account: Int64
    /// The company's own domains; nil: mail among them is kept.
    private let domains: [String]?
    private let onlyContacts: Bool
    private let hasErased: Bool

    init(_ store: Store, _ account: AccountRow, _ policy: PolicyRow?) throws(Failure) {
        self.store = store
        self.account = account.id
        domains = account.company == nil ? nil : try store.excludedDomains(account.id)
        onlyContacts = policy?.keep == "contacts"
        hasErased = try store.hasErased()
    }

    /// False: everything is kept, and nobody has to be asked.
    var isAny: Bool { domains != nil || onlyContacts || hasErased }

    /// Why the message is not kept; nil: it is.
    /// - Parameter message: of which the header is read.
    func reason(_ message: ParsedMessage) throws(Failure) -> LeftOut.Reason? {
        if hasErased, try store.isErased(Exclusion.people(message), account: account) { return .erased }
        let isInside = domains.map { Exclusion.isInside(message, $0) } ?? false
        guard isInside || onlyContacts else { return nil }
        // What was sent from here is kept: its send shows it.
        if let id = message.messageID, !id.isEmpty, try store.hasSend(messageID: id) { return nil }
        if isInside { return .inside }
        if try store.isAnyContact(Exclusion.people(message), account: account) { return nil }
        return Exclusion.isKnown(message) ? .contacts : nil
    }

    /// All who have part in the message, and are named.
    static func people(_ message: ParsedMessage) -> [String] {
        let named = message.from + message.sender + message.replyTo + message.to + message.cc + message.bcc
        return named.map(\.address) + message.traced.map(\.address)
    }

    /// Those of them that are kept with its place: who was erased is not named again.
    static func people(_ message: ParsedMessage, _ reason: LeftOut.Reason) -> [String] {
        reason == .erased ? [] : people(message)
    }

    /// Whether the message says who wrote it, and to whom.
    private static func isKnown(_ message: ParsedMessage) -> Bool {
        let traced = message.traced.reduce(into: ParticipantSource()) { $0.formUnion($1.source) }
        let hasAuthor = message.hasAuthor || !message.replyTo.isEmpty || !traced.isDisjoint(with: .authors)
        return hasAuthor && (message.hasRecipient || !traced.isDisjoint(with: .recipients))
    }

    /// Whether its author and all its recipients are named, readable, and in those domains or below them.
    static func isInside(_ message: ParsedMessage, _ domains: [String]) -> Bool {
        guard message.hasAuthor, message.hasRecipient, !message.defects.contains(.addressMalformed),
            !message.defects.contains(.addressesTooMany), !message.hasEmptyGroup,
            !(message.hasBccHeader && message.bcc.isEmpty)
        else { return false }
        let people = message.from + message.sender + message.replyTo + message.to + message.cc + message.bcc
        return people.allSatisfy { person in
            let domain = AddressKey.domain(ofKey: AddressKey.of(person.address))
            return !domain.isEmpty && AddressKey.isDomain(domain, within: domains)
        }
    }
}
