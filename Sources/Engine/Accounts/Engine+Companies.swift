import Base
import Store

/// The customers of the host: their limits of mailboxes, and their own domains.
extension Engine {
    private static let mostMailboxes: Int64 = 1_000_000_000
    private static let mostDomains = 1000

    func putCompany(_ values: Record) throws(Failure) -> Int64 {
        let company = try Engine.company(values)
        guard company.key != nil else { throw .invalid("key", "is missing") }
        return try core.store.insertCompany(company)
    }

    func updateCompany(_ id: Int64, _ values: Record) throws(Failure) {
        try core.store.updateCompany(id, try Engine.company(values))
    }

    private static func company(_ record: Record) throws(Failure) -> CompanyValues {
        try RecordSpec.named("company")?.check(record)
        var values = CompanyValues()
        values.key = try line(record, "key")
        guard values.key != "" else { throw .invalid("key", "is empty") }
        values.name = try line(record, "name")
        if let mailboxes = record.int("mailboxes") {
            guard (-1...mostMailboxes).contains(mailboxes) else {
                throw .invalid("mailboxes", "\(mailboxes) is neither a number of mailboxes nor -1 (all)")
            }
            values.mailboxes = .some(mailboxes < 0 ? nil : mailboxes)
        }
        if record["domains"] != nil { values.domains = try domains(record) }
        try flag(record, "exclude_internal")
        values.excludeInternal = record.int("exclude_internal").map { $0 == 1 }
        return values
    }

    /// As they stand in the keys of addresses, each once.
    private static func domains(_ record: Record) throws(Failure) -> [String] {
        let given = record["domains"]?.text.map { [$0] } ?? record.texts("domains")
        guard given.count <= mostDomains else { throw .invalid("domains", "there are more than \(mostDomains)") }
        var domains: [String] = []
        for (index, domain) in given.enumerated() where !(domain.isEmpty && given.count == 1) {
            guard let key = AddressKey.namedDomain(domain) else {
                throw .invalid("domains[\(index)]", "'\(domain.prefix(100))' is no domain")
            }
            if !domains.contains(key) { domains.append(key) }
        }
        return domains
    }
}
