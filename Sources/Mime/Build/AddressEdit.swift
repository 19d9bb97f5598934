import Base

/// Puts other recipients into the header of a message that was built here: the new ones stand where the first of the old ones
/// stood, in To or Cc. Where none of the old ones stands in the header (they were blind copies), it stays as it is.
package struct AddressEdit {
    /// Header sections beyond that are left alone.
    package static let longestHeader = 1 << 20

    private let header: [UInt8]
    /// How many bytes of the message the old header has, with the empty line.
    package let oldCount: Int
    /// The header as it is to be, with the empty line.
    package private(set) var bytes: [UInt8] = []

    /// - Parameters:
    ///   - start: the message's first bytes, at least its whole header.
    ///   - dropped: who is not to stand there any more.
    ///   - added: who stands there instead, each a valid address.
    /// - Returns: nil where nothing is to be changed.
    package init?(_ start: [UInt8], dropped: [String], added: [String]) {
        guard let end = AddressEdit.end(start) else { return nil }
        header = Array(start[..<end])
        oldCount = end
        let gone = Set(dropped.map { $0.lowercased() })
        var missing: [String]? = added
        var changed = false
        for field in AddressEdit.fields(header) {
            guard let name = AddressEdit.name(field), name == "To" || name == "Cc" else {
                bytes += field
                continue
            }
            let text = AddressEdit.unfolded(field.dropFirst(name.utf8.count + 1))
            let there = AddressParser.list(text)
            var kept = there.filter { !gone.contains($0.address.lowercased()) }
            if kept.count == there.count || there.contains(where: { $0.group != nil }) {
                bytes += field
                continue
            }
            changed = true
            let known = Set(kept.map { $0.address.lowercased() })
            kept += (missing ?? []).filter { !known.contains($0.lowercased()) }.map { MailAddress(address: $0) }
            missing = nil
            if !kept.isEmpty { bytes += AddressEdit.line(name, kept) }
        }
        guard changed else { return nil }
    }

    /// Where the body begins.
    private static func end(_ bytes: [UInt8]) -> Int? {
        var at = 0
        while at + 3 < bytes.count {
            if bytes[at] == 13, bytes[at + 1] == 10, bytes[at + 2] == 13, bytes[at + 3] == 10 { return at + 4 }
            at += 1
        }
        return nil
    }

    /// The fields with their line ends, and the empty line as the last of them.
    private static func fields(_ header: [UInt8]) -> [[UInt8]] {
        var fields: [[UInt8]] = []
        for line in header.split(separator: 10, omittingEmptySubsequences: false).dropLast() {
            if let first = line.first, first == 32 || first == 9, !fields.isEmpty {
                fields[fields.count - 1] += line + [10]
            } else {
                fields.append(line + [10])
            }
        }
        return fields
    }

    private static func name(_ field: [UInt8]) -> String? {
        field.firstIndex(of: UInt8(ascii: ":")).map { String(decoding: field[..<$0], as: UTF8.self) }
    }

    private static func unfolded(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.filter { $0 != 13 && $0 != 10 }, as: UTF8.self)
    }

    private static func line(_ name: String, _ addresses: [MailAddress]) -> [UInt8] {
        var writer = HeaderWriter(name)
        for (index, address) in addresses.enumerated() {
            writer.address(address)
            if index + 1 < addresses.count { writer.glued(UInt8(ascii: ",")) }
        }
        return writer.line
    }
}
