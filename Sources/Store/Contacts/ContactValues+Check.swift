import Base

extension ContactValues {
    /// - Parameter path: what stands before the names of fields: the contact's place in a list.
    /// - Throws: `MR_E_INVALID` naming the field.
    package func check(path: String = "") throws(Failure) {
        if let key, !(1...998).contains(key.utf8.count) {
            throw .invalid(path + "key", key.isEmpty ? "is empty" : "is longer than 998 bytes")
        }
        let count = max(addresses?.count ?? 0, domains?.count ?? 0)
        guard count <= ContactValues.mostAddresses else {
            throw .invalid(path + "addresses", "\(count) are more than \(ContactValues.mostAddresses)")
        }
        for (index, address) in (addresses ?? []).enumerated() where ContactValues.key(ofAddress: address) == nil {
            throw .invalid("\(path)addresses[\(index)]", "is not a mail address")
        }
        for (index, domain) in (domains ?? []).enumerated() where AddressKey.namedDomain(domain) == nil {
            throw .invalid("\(path)domains[\(index)]", "'\(domain.prefix(100))' is no domain")
        }
    }

    static func key(ofAddress address: String) -> String? {
        guard address.utf8.count <= 1_000 else { return nil }
        let key = AddressKey.of(address)
        guard let at = key.utf8.lastIndex(of: UInt8(ascii: "@")), at > key.startIndex,
            AddressKey.domain(AddressKey.domain(ofKey: key)) != nil,
            key.utf8.allSatisfy({ $0 >= 32 && $0 != 127 })
        else { return nil }
        return key
    }
}
