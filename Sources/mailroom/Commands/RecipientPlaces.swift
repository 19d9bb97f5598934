/// Where each recipient stands in the file that it came from, so that what is wrong with one is found there.
struct RecipientPlaces {
    let path: String
    /// The names in the first line of a table; nil where every line has its own.
    let columns: [String]?
    /// The line of each recipient, in their order.
    var lines: [Int] = []

    /// The library's failure about `recipients[7].values.name` as one about a line of the file, or about a column that it lacks.
    func spelled(_ failure: LibraryError) -> LibraryError {
        guard let field = failure.field("field"), field.hasPrefix("recipients["),
            let index = Int(field.dropFirst("recipients[".count).prefix { $0 != "]" }), lines.indices.contains(index)
        else { return failure }
        let place = "\(path) line \(lines[index])"
        let message = lined(failure.message)
        let words = message.hasPrefix(field + ": ") ? message.dropFirst(field.count + 2) : "\(message)"
        guard let name = field.split(separator: ".", maxSplits: 2).dropFirst(2).first.map(String.init) else {
            return failure.saying("\(place): \(words)")
        }
        guard words.hasPrefix("is missing: ") else { return failure.saying("\(place): \(name) \(words)") }
        if let columns, !columns.contains(name) {
            return failure.saying("\(path): has no column \(name), which the message uses as {{\(name)}}")
                .advising("Its columns are \(columns.joined(separator: ", ")). Capitals count.")
        }
        return failure.saying("\(place): \(words.dropFirst("is missing: ".count))")
            .advising(
                columns == nil
                    ? "Give it one, or leave the line out."
                    : "Fill it in, or leave the line out; with --allow-empty an empty cell is an empty text.")
    }

    /// The library names the first ten that are wrong: those behind the first one by their lines.
    private func lined(_ message: String) -> String {
        let mark = Array("; recipients[".utf8)
        var rest = Array(message.utf8)[...]
        var lined: [UInt8] = []
        while let first = rest.first {
            guard rest.starts(with: mark) else {
                lined.append(first)
                rest = rest.dropFirst()
                continue
            }
            let digits = rest.dropFirst(mark.count).prefix { $0 != UInt8(ascii: "]") }
            guard let index = Int(String(decoding: digits, as: UTF8.self)), lines.indices.contains(index) else {
                lined.append(first)
                rest = rest.dropFirst()
                continue
            }
            lined += Array("; line \(lines[index])".utf8)
            rest = rest.dropFirst(mark.count + digits.count + 1)
            for part in [".values", ".to", ".", ": is missing"] where rest.starts(with: Array(part.utf8)) {
                rest = rest.dropFirst(part == "." ? 0 : part.utf8.count)
                if part == ".", let colon = rest.firstIndex(of: UInt8(ascii: ":")) { rest = rest[colon...] }
            }
        }
        return String(decoding: lined, as: UTF8.self)
    }
}
