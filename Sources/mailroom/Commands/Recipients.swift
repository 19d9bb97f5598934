/// Who gets a batch, from a file: a table with a line of names (CSV, RFC 4180), or a JSON object a line.
struct Recipients {
    /// The column or member that is the address; nil: the first of these that is there.
    let column: String?
    /// True where an empty cell is an empty text; else it is no value at all, and what uses it is refused.
    let allowsEmpty: Bool
    private static let usual = ["to", "email", "e-mail", "address", "mail"]

    /// Adds the file's recipients to the record of a batch.
    /// - Returns: where each of them stands.
    func add(_ path: String, to batch: Fields) throws -> RecipientPlaces {
        let text = try InputFile.text(path)
        let first = text.unicodeScalars.first {
            $0 != "\u{FEFF}" && $0 != " " && $0 != "\n" && $0 != "\r" && $0 != "\t"
        }
        return first == "{" ? try lines(path, text, batch) : try table(path, text, batch)
    }

    private func lines(_ path: String, _ text: String, _ batch: Fields) throws -> RecipientPlaces {
        var places = RecipientPlaces(path: path, columns: nil)
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            guard line.contains(where: { !$0.isWhitespace }) else { continue }
            let place = "\(path) line \(index + 1)"
            guard let row = try? JSONReader.row(String(line.drop { $0 == "\u{FEFF}" })) else {
                throw ToolError(.usage, "\(place): is no JSON object of texts and whole numbers")
            }
            let name = try addressColumn(row.fields.map(\.name), place)
            let values = try Fields()
            for field in row.fields where field.name != name {
                if field.name == "values", case .record(let inner) = field.value {
                    for field in inner.fields { try Self.set(field, values, place) }
                } else {
                    try Self.set(field, values, place)
                }
            }
            try add(row.text(name), values, batch)
            places.lines.append(index + 1)
        }
        return places
    }

    private static func set(_ field: Row.Named, _ values: Fields, _ place: String) throws {
        switch field.value {
        case .text(let text): try values.text(field.name, text)
        case .int(let int): try values.int(field.name, int)
        default: throw ToolError(.usage, "\(place): \(field.name.oneLine) is neither a text nor a number")
        }
    }

    private func table(_ path: String, _ text: String, _ batch: Fields) throws -> RecipientPlaces {
        var reader = TableReader(text)
        guard let names = reader.next() else { throw ToolError(.usage, "\(path): is empty") }
        try Self.whole(reader, path)
        let place = "\(path) line 1"
        let column = try addressColumn(names, place)
        guard Set(names).count == names.count else {
            throw ToolError(.usage, "\(place): two columns have the same name")
        }
        guard let at = names.firstIndex(of: column) else {
            throw ToolError(.usage, "\(place): has no column \(column)")
        }
        var places = RecipientPlaces(path: path, columns: names)
        while true {
            let line = reader.line
            guard let cells = reader.next() else { return places }
            try Self.whole(reader, path)
            if cells == [""] { continue }
            guard cells.count == names.count else {
                throw ToolError(
                    .usage, "\(path) line \(line): has \(cells.count) cells, and the first line \(names.count)")
            }
            let values = try Fields()
            for (name, cell) in zip(names, cells) where name != column && !name.isEmpty {
                if allowsEmpty || !cell.isEmpty { try values.text(name, cell) }
            }
            try add(cells[at], values, batch)
            places.lines.append(line)
        }
    }

    /// A quote that nothing closes would take the lines behind it for one cell, and their recipients with them.
    private static func whole(_ reader: TableReader, _ path: String) throws {
        guard let line = reader.unclosed else { return }
        throw ToolError(
            .usage, "\(path) line \(line): a quote is opened and not closed",
            advice: "Close it with another \". A quote within quotes is written twice.")
    }

    private func add(_ address: String, _ values: Fields, _ batch: Fields) throws {
        let recipient = try Fields()
        try recipient.text("to", address)
        try recipient.put("values", values)
        try batch.add("recipients", recipient)
    }

    private func addressColumn(_ names: [String], _ place: String) throws -> String {
        if let column {
            guard names.contains(column) else { throw ToolError(.usage, "\(place): has no column \(column.oneLine)") }
            return column
        }
        for usual in Self.usual { if let name = names.first(where: { $0.lowercased() == usual }) { return name } }
        throw ToolError(
            .usage, "\(place): no column is the address",
            advice: "Call one of them to or email, or name it: --column NAME.")
    }
}
