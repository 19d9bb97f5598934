import Base
import CMailroom
import Store

/// mr_put, mr_update and mr_remove of contacts (docs/contacts.md).
extension Engine {
    private static let mostContacts = 100_000

    /// A contact whose key is there already is changed.
    func putContact(_ values: Record) throws(Failure) -> Int64 {
        try RecordSpec.named("contact")?.check(values)
        let contact = try Engine.contact(values)
        guard contact.key != nil else { throw .invalid("key", "is missing") }
        try contact.check()
        return try core.store.putContacts([(values.int("company"), contact)])[0]
    }

    /// Many at once.
    /// - Returns: how many.
    func putContacts(_ values: Record) throws(Failure) -> Int64 {
        try RecordSpec.contacts.check(values)
        let records = values.records("contacts")
        guard records.count <= Engine.mostContacts else {
            throw .invalid("contacts", "has \(records.count) contacts, at most \(Engine.mostContacts)")
        }
        let company = values.int("company")
        var contacts: [(company: Int64?, values: ContactValues)] = []
        contacts.reserveCapacity(records.count)
        for (index, record) in records.enumerated() {
            let path = "contacts[\(index)]."
            let contact = try Engine.contact(record, path: path)
            guard contact.key != nil else { throw .invalid("\(path)key", "is missing") }
            try contact.check(path: path)
            contacts.append((record.int("company") ?? company, contact))
        }
        return Int64(try core.store.putContacts(contacts).count)
    }

    func updateContact(_ id: Int64, _ values: Record) throws(Failure) {
        try RecordSpec.named("contact")?.check(values)
        if values["erase"] != nil {
            guard values.int("erase") == 1, values.fields.count == 1 else {
                throw .invalid("erase", "is 1, and stands alone")
            }
            return try core.store.eraseContact(id)
        }
        guard values["company"] == nil else { throw .invalid("company", "a contact stays with its company") }
        let contact = try Engine.contact(values)
        try contact.check()
        try core.store.updateContact(id, contact)
    }

    private static func contact(_ values: Record, path: String = "") throws(Failure) -> ContactValues {
        var contact = ContactValues()
        guard values["erase"] == nil else { throw .invalid(path + "erase", "is taken by mr_update alone") }
        do throws(Failure) {
            contact.key = try line(values, "key")
            contact.name = try line(values, "name")
        } catch {
            throw .invalid(path + (error.field ?? "key"), "is not one line of at most 998 bytes")
        }
        contact.addresses = texts(values["addresses"])
        contact.domains = texts(values["domains"])
        if values["exact"] != nil {
            try flag(values, "exact")
            contact.exact = values.int("exact") == 1
        }
        return contact
    }

    /// One text stands for a list of one.
    private static func texts(_ value: Value?) -> [String]? {
        value?.list?.compactMap(\.text) ?? value?.text.map { [$0] }
    }
}
