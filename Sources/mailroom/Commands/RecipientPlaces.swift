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
        let words =
            failure.message.hasPrefix(field + ": ") ? failure.message.dropFirst(field.count + 2) : "\(failure.message)"
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
}
