import CSystem

/// What mail addresses are compared by. Two spellings of one address have the same key.
package enum AddressKey {
    /// Lower case, without blanks around it, the domain in ASCII (IDNA 2008) and without a dot at its end.
    package static func of(_ address: String) -> String {
        let bytes = address.utf8
        if bytes.allSatisfy({ $0 > 32 && $0 < 127 && !($0 >= 65 && $0 <= 90) }), bytes.last != UInt8(ascii: ".") {
            return address
        }
        let folded = fold(address)
        guard let at = folded.utf8.lastIndex(of: UInt8(ascii: "@")) else { return folded }
        guard let domain = domain(String(folded[folded.utf8.index(after: at)...])) else { return folded }
        return "\(folded[..<at])@\(domain)"
    }

    /// Lower case, without blanks around it.
    package static func fold(_ text: String) -> String {
        var folded = text.lowercased()
        while let last = folded.utf8.last, last <= 32 { folded.unicodeScalars.removeLast() }
        while let first = folded.utf8.first, first <= 32 { folded.unicodeScalars.removeFirst() }
        return folded
    }

    /// The key of a domain, as it stands in the key of an address; nil where it is none.
    package static func domain(_ domain: String) -> String? {
        var name = fold(domain)
        while name.utf8.last == UInt8(ascii: ".") { name.removeLast() }
        guard (1...1_000).contains(name.utf8.count), name.utf8.allSatisfy({ $0 > 32 && $0 != 127 && $0 != 64 }) else {
            return nil
        }
        if name.utf8.allSatisfy({ $0 < 128 }) { return name }
        var ascii = [CChar](repeating: 0, count: 256)
        let length = csystem_idn_ascii(name, &ascii, ascii.count)
        guard length > 0 else { return name }
        return String(decoding: ascii[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The key of a domain that somebody names as a company's or a contact's, with or without an @ before it; nil where no address
    /// can have it: it is no name of hosts (RFC 1123, section 2.1; underscores are in use).
    package static func namedDomain(_ text: String) -> String? {
        let folded = fold(text)
        guard let key = domain(folded.utf8.first == UInt8(ascii: "@") ? String(folded.dropFirst()) : folded) else {
            return nil
        }
        let bytes = Array(key.utf8)
        return bytes.count <= 253 && bytes.allSatisfy { $0 < 0x80 } && HostName.isValid(bytes[...]) ? key : nil
    }

    /// The domain of a key; empty where it has none.
    package static func domain(ofKey key: String) -> String {
        key.utf8.lastIndex(of: UInt8(ascii: "@")).map { String(key[key.utf8.index(after: $0)...]) } ?? ""
    }

    /// What a key is without plus tag, and for Gmail's addresses without dots; nil where that is the key itself.
    package static func loose(ofKey key: String) -> String? {
        guard let at = key.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        var local = key[..<at]
        var domain = key[key.utf8.index(after: at)...]
        // A quoted local part is one name, whatever is in it.
        guard local.utf8.first != UInt8(ascii: "\"") else { return nil }
        if let plus = local.utf8.firstIndex(of: UInt8(ascii: "+")), plus > local.startIndex { local = local[..<plus] }
        var name = String(local)
        if domain == "gmail.com" || domain == "googlemail.com" {
            let plain = name.utf8.filter { $0 != UInt8(ascii: ".") }
            if !plain.isEmpty { name = String(decoding: plain, as: UTF8.self) }
            domain = "gmail.com"
        }
        let loose = "\(name)@\(domain)"
        return loose == key ? nil : loose
    }

    /// Whether a domain is one of those, or below one of them.
    package static func isDomain(_ domain: String, within domains: [String]) -> Bool {
        domains.contains { own in
            domain == own || domain.utf8.count > own.utf8.count && domain.hasSuffix("." + own)
        }
    }
}
