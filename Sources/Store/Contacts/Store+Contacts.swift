import Base
import CMailroom

/// The CRM's contacts. Nothing of them is written to messages: who has part in what is found when it is asked for, by the
/// addresses. So a contact that is put is matched at once with all that is stored.
extension Store {
    private static let slice = 500

    /// Puts contacts, a few in each transaction: one whose key the company has already is changed, another is new. What a
    /// process that died had put is found again by its key.
    /// - Parameters:
    ///   - company: of contacts that name none; nil: they are everybody's.
    /// - Returns: their ids, in order.
    /// - Throws: `MR_E_INVALID` naming the field, before anything is stored; `MR_E_NOT_FOUND` where a company is not there.
    package func putContacts(
        _ contacts: [(company: Int64?, values: ContactValues)]
    ) throws(Failure) -> [Int64] {
        for company in Set(contacts.compactMap(\.company)) {
            let isThere = try read { (db) throws(Failure) in
                try db.exists("SELECT 1 FROM company WHERE id = ?", company)
            }
            guard isThere else { throw .notFound("company \(company)") }
        }
        var ids: [Int64] = []
        ids.reserveCapacity(contacts.count)
        var rest = contacts[...]
        while !rest.isEmpty {
            let some = rest.prefix(Store.slice)
            ids += try write { (transaction) throws(Failure) in
                var ids: [Int64] = []
                for company in Set(some.compactMap(\.company)) {
                    let isThere = try transaction.db.exists("SELECT 1 FROM company WHERE id = ?", company)
                    guard isThere else { throw .notFound("company \(company)") }
                }
                for (company, values) in some { ids.append(try transaction.put(values, company: company ?? 0)) }
                return ids
            }
            rest = rest.dropFirst(some.count)
        }
        return ids
    }

    /// - Throws: `MR_E_NOT_FOUND`; `MR_E_EXISTS` where the company has another contact of that key.
    package func updateContact(_ id: Int64, _ values: ContactValues) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let db = transaction.db
            guard let company = try db.int("SELECT company FROM contact WHERE id = ?", id) else {
                throw .notFound("contact \(id)")
            }
            if let key = values.key {
                let other = try db.int(
                    "SELECT id FROM contact WHERE company = ? AND key = ? AND id <> ?", company, key, id)
                if let other { throw Failure(MR_E_EXISTS, "contact \(other) has that key") }
            }
            try transaction.change(contact: id, values)
        }
    }

    /// Its mail stays.
    /// - Throws: `MR_E_NOT_FOUND`.
    package func removeContact(_ id: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            guard try transaction.db.exists("SELECT 1 FROM contact WHERE id = ?", id) else {
                throw .notFound("contact \(id)")
            }
            try transaction.remove(contact: id)
        }
    }
}

extension Transaction {
    fileprivate func put(_ values: ContactValues, company: Int64) throws(Failure) -> Int64 {
        let key = values.key ?? ""
        if let there = try db.int("SELECT id FROM contact WHERE company = ? AND key = ?", company, key) {
            try change(contact: there, values)
            return there
        }
        try db.run(
            "INSERT INTO contact(company, key, name, exact, created_at, changed_at) VALUES(?, ?, ?, ?, ?, ?)", company,
            key, values.name, values.exact ?? false, now, now)
        let id = db.lastRowID
        try insertAddresses(id, values.addresses ?? [], exact: values.exact ?? false)
        try insertDomains(id, values.domains ?? [])
        change("contact", id, account: nil, "added")
        try wantLeftOut(of: id)
        return id
    }

    /// Changes what is given and differs.
    fileprivate func change(contact id: Int64, _ values: ContactValues) throws(Failure) {
        let row = try db.first("SELECT key, name, exact FROM contact WHERE id = ?", id) { (row) throws(Failure) in
            (key: row.text(0), name: row.optionalText(1), exact: row.bool(2))
        }
        guard let row else { throw .notFound("contact \(id)") }
        let addresses = try db.all("SELECT address FROM contact_address WHERE contact = ? ORDER BY key", id) {
            (row) throws(Failure) in row.text(0)
        }
        let domains = try db.all("SELECT domain FROM contact_domain WHERE contact = ? ORDER BY domain", id) {
            (row) throws(Failure) in row.text(0)
        }
        let exact = values.exact ?? row.exact
        var isOther = exact != row.exact || values.key != nil && values.key != row.key
        if let name = values.name, name != (row.name ?? "") { isOther = true }
        let others = values.addresses.map { Set($0) != Set(addresses) } ?? false
        if others || exact != row.exact {
            try db.run("DELETE FROM contact_address WHERE contact = ?", id)
            try insertAddresses(id, values.addresses ?? addresses, exact: exact)
            isOther = true
        }
        if let given = values.domains, Set(given.compactMap(AddressKey.namedDomain)) != Set(domains) {
            try db.run("DELETE FROM contact_domain WHERE contact = ?", id)
            try insertDomains(id, given)
            isOther = true
        }
        guard isOther else { return }
        let name = values.name.map { $0.isEmpty ? nil : $0 } ?? row.name
        try db.run(
            "UPDATE contact SET key = ?, name = ?, exact = ?, changed_at = ? WHERE id = ?", values.key ?? row.key, name,
            exact, now, id)
        change("contact", id, account: nil, "changed")
        try wantLeftOut(of: id)
    }

    private func insertAddresses(_ id: Int64, _ addresses: [String], exact: Bool) throws(Failure) {
        for address in addresses {
            guard let key = ContactValues.key(ofAddress: address) else { continue }
            try db.run(
                "INSERT OR IGNORE INTO contact_address(contact, key, loose, address) VALUES(?, ?, ?, ?)", id, key,
                exact ? nil : AddressKey.loose(ofKey: key) ?? key, address)
            try unban([key, AddressKey.loose(ofKey: key) ?? key], of: id)
        }
    }

    private func insertDomains(_ id: Int64, _ domains: [String]) throws(Failure) {
        for domain in domains.compactMap(AddressKey.namedDomain) {
            try db.run("INSERT OR IGNORE INTO contact_domain(contact, domain) VALUES(?, ?)", id, domain)
            try unban(["@" + domain], of: id)
        }
    }

    func remove(contact id: Int64) throws(Failure) {
        try db.run("DELETE FROM contact_address WHERE contact = ?", id)
        try db.run("DELETE FROM contact_domain WHERE contact = ?", id)
        try db.run("DELETE FROM contact WHERE id = ?", id)
        change("contact", id, account: nil, "removed")
    }
}
