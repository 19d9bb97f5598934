/// Dates as they are found: RFC 5322 with its obsolete zones, asctime, ISO 8601, RFC 850, and what is near them.
package enum DateParser {
    /// Milliseconds since 1970 UTC; nil where no date can be read. A missing zone is UTC.
    package static func parse(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        return parse(bytes, 0..<bytes.count)
    }

    /// A field longer than this is no date.
    private static let lengthLimit = 400

    static func parse(_ bytes: [UInt8], _ range: Range<Int>) -> Int64? {
        guard range.count <= lengthLimit else { return nil }
        var reading = DateReading()
        for word in words(bytes, range) { reading.take(bytes[word]) }
        return reading.milliseconds
    }

    /// The words, without comments and commas. ISO 8601's `T` between digits counts as a space.
    private static func words(_ bytes: [UInt8], _ range: Range<Int>) -> [Range<Int>] {
        var out: [Range<Int>] = []
        var start: Int?
        var depth = 0
        var at = range.lowerBound
        func isDigit(_ index: Int) -> Bool { range.contains(index) && bytes[index].isDigit }
        while at < range.upperBound {
            let byte = bytes[at]
            if byte == UInt8(ascii: "(") { depth += 1 }
            let isT = byte.lowercased == UInt8(ascii: "t") && isDigit(at - 1) && isDigit(at + 1)
            let separates = byte.isSpace || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || isT || depth > 0
            if separates {
                if let begin = start { out.append(begin..<at) }
                start = nil
            } else if start == nil {
                start = at
            }
            if byte == UInt8(ascii: ")"), depth > 0 { depth -= 1 }
            at += 1
        }
        if let begin = start { out.append(begin..<range.upperBound) }
        return out
    }
}
