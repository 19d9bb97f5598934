/// A name of hosts, as it stands in addresses (RFC 1123, section 2.1): with underscores, which are in use, and with whatever is
/// beyond ASCII, whose xn-- form is somebody else's to make.
package enum HostName {
    package static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                && label.allSatisfy {
                    (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20) || $0 == hyphen
                        || $0 == UInt8(ascii: "_") || $0 >= 0x80
                }
        }
    }
}
