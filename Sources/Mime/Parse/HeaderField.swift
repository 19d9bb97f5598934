/// One field of a header. It shares the bytes of its header; strings are made when asked for.
package struct HeaderField: Sendable {
    let block: [UInt8]
    let known: KnownField
    private let start: Int32
    private let nameLength: Int32
    private let valueStart: Int32
    private let valueEnd: Int32

    init(block: [UInt8], name: Range<Int>, value: Range<Int>) {
        self.block = block
        known = KnownField(block, name)
        start = Int32(truncatingIfNeeded: name.lowerBound)
        nameLength = Int32(truncatingIfNeeded: name.count)
        valueStart = Int32(truncatingIfNeeded: value.lowerBound)
        valueEnd = Int32(truncatingIfNeeded: value.upperBound)
    }

    var nameRange: Range<Int> { Int(start)..<(Int(start) + Int(nameLength)) }
    var valueRange: Range<Int> { Int(valueStart)..<Int(valueEnd) }

    /// As it is spelled in the message.
    package var name: String { String(decoding: block[nameRange], as: UTF8.self) }

    /// The value as it stands, unfolded to one line; bytes that are not UTF-8 are U+FFFD.
    package var value: String { HeaderText.unfolded(block, valueRange) }

    /// The value with its encoded words decoded.
    package var text: String {
        var defects = Defects()
        return HeaderText.decode(block, valueRange, &defects)
    }

    /// Whether it is the field `name`, in any case.
    package func isNamed(_ name: String) -> Bool {
        guard name.utf8.count == Int(nameLength) else { return false }
        var at = Int(start)
        for byte in name.utf8 {
            if byte.lowercased != block[at].lowercased { return false }
            at += 1
        }
        return true
    }
}
