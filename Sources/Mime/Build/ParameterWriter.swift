/// Writes the parameters of Content-Type and Content-Disposition (RFC 2045, section 5.1; RFC 2231).
struct ParameterWriter {
    private(set) var bytes: [UInt8]
    private var column: Int

    init(_ name: String, _ value: String) {
        bytes = Array("\(name): \(value)".utf8)
        column = bytes.count
    }

    /// The field with its line end.
    var line: [UInt8] { bytes + [13, 10] }

    /// The value as a token, quoted, or where ASCII or a line does not hold it, by RFC 2231.
    mutating func add(_ name: String, _ value: String) {
        let text = Array(value.utf8)
        let isPlain = text.allSatisfy { $0 >= 32 && $0 < 127 }
        if isPlain, text.count <= 60 {
            let isToken = !text.isEmpty && text.allSatisfy(\.isToken)
            piece(Array("\(name)=".utf8) + (isToken ? text : HeaderWriter.quoted(text)))
        } else {
            extended(name, text)
        }
    }

    private mutating func extended(_ name: String, _ text: [UInt8]) {
        var sections: [[UInt8]] = [Array("UTF-8''".utf8)]
        for byte in text {
            let means =
                byte.isAlphanumeric || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: "_")
            let written = means ? [byte] : [UInt8(ascii: "%"), hexDigit(byte >> 4), hexDigit(byte & 15)]
            if sections[sections.count - 1].count + written.count > 54 { sections.append([]) }
            sections[sections.count - 1] += written
        }
        for (index, section) in sections.enumerated() {
            let mark = sections.count == 1 ? "\(name)*=" : "\(name)*\(index)*="
            piece(Array(mark.utf8) + section)
        }
    }

    private mutating func piece(_ piece: [UInt8]) {
        bytes.append(UInt8(ascii: ";"))
        column += 1
        if column + 1 + piece.count > 77 {
            bytes += [13, 10]
            column = 0
        }
        bytes.append(32)
        bytes += piece
        column += 1 + piece.count
    }
}
