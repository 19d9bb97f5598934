import Base

/// Address lists (RFC 5322, section 3.4, with the obsolete syntax; RFC 6532).
package enum AddressParser {
    /// The addresses of a list as they stand in a header field, by the best reading. Groups are taken apart; empty
    /// ones give nothing.
    package static func list(_ text: String) -> [MailAddress] {
        var defects = Defects()
        let bytes = Array(text.utf8)
        return list(bytes, 0..<bytes.count, limit: Limits().addresses, hint: nil, &defects).addresses
    }

    /// - Returns: also whether the list has a group without members.
    static func list(
        _ bytes: [UInt8], _ range: Range<Int>, limit: Int, hint: String?, _ defects: inout Defects
    ) -> (addresses: [MailAddress], hasEmptyGroup: Bool) {
        var reader = AddressReader(bytes, range, hint: hint)
        var out: [MailAddress] = []
        while let address = reader.next(&defects) {
            guard out.count < limit else {
                defects.note(.addressesTooMany)
                break
            }
            out.append(address)
        }
        if reader.isDamaged { defects.note(.addressMalformed) }
        return (out, reader.hasEmptyGroup)
    }

    /// One address that a caller gives, `local@domain` or `Name <local@domain>`: strictly one, and a valid one.
    /// - Parameter field: the name of the record field, for the failure.
    /// - Throws: `MR_E_INVALID` naming the field.
    package static func one(_ text: String, field: String = "address") throws(Failure) -> MailAddress {
        if text.utf8.contains(where: \.isControl) {
            throw .invalid(field, "a control character in an address")
        }
        if text.utf8.count > 2000 { throw .invalid(field, "longer than 2000 octets") }
        var defects = Defects()
        let bytes = Array(text.utf8)
        let found = list(bytes, 0..<bytes.count, limit: 2, hint: nil, &defects).addresses
        guard found.count == 1, let address = found.first, address.group == nil else {
            throw .invalid(field, found.isEmpty ? "no address" : "not one single address")
        }
        guard !defects.list.contains(.addressMalformed), bytes.last != UInt8(ascii: ","),
            bytes.last != UInt8(ascii: ";")
        else { throw .invalid(field, "not an address (RFC 5322, section 3.4)") }
        try check(address.address, field: field)
        return address
    }

    /// Whether `address` is `local@domain` as SMTP takes it (RFC 5321, section 4.1.2; RFC 6531 for UTF-8).
    /// - Throws: `MR_E_INVALID` naming the field.
    package static func check(_ address: String, field: String) throws(Failure) {
        let bytes = Array(address.utf8)
        guard bytes.count <= 254 else { throw .invalid(field, "longer than 254 octets") }
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { throw .invalid(field, "no @ in the address") }
        let local = bytes[..<at]
        let domain = bytes[(at + 1)...]
        guard (1...64).contains(local.count) else { throw .invalid(field, "the part before @ has not 1 to 64 octets") }
        guard isDotAtom(local) || isQuoted(local) else {
            throw .invalid(field, "a character before @ that is not allowed there")
        }
        guard isDomain(domain) else { throw .invalid(field, "the part after @ is no domain") }
    }

    static func isDotAtom(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isAtom) }
    }

    private static func isQuoted(_ bytes: ArraySlice<UInt8>) -> Bool {
        let quote = UInt8(ascii: "\"")
        guard bytes.count > 2, bytes.first == quote, bytes.last == quote else { return false }
        var escaped = false
        for byte in bytes.dropFirst().dropLast() {
            if byte.isControl || (byte == quote && !escaped) { return false }
            escaped = byte == UInt8(ascii: "\\") && !escaped
        }
        return !escaped
    }

    private static func isDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
        if bytes.first == UInt8(ascii: "[") {
            return bytes.count > 2 && bytes.last == UInt8(ascii: "]")
                && bytes.dropFirst().dropLast().allSatisfy {
                    $0.isAlphanumeric || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":")
                }
        }
        return HostName.isValid(bytes)
    }
}
