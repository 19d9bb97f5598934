/// Who gets a batch, from a file: a table with a line of names (CSV, RFC 4180), or a JSON object a line.
struct Recipients {
    /// The column or member that is the address; nil: the first of these that is there.
    let column: String?
    private static let usual = ["to", "email", "e-mail", "address", "mail"]

    init(column: String?) { self.column = column }

    /// Adds the file's recipients to the record of a batch.
    /// - Returns: how many there are.
    func add(_ path: String, to batch: Fields) throws -> Int {
        let text = try InputFile.text(path)
        let first = text.unicodeScalars.first {
            $0 != "\u{FEFF}" && $0 != " " && $0 != "\n" && $0 != "\r" && $0 != "\t"
        }
        return first == "{" ? try lines(path, text, batch) : try table(path, text, batch)
    }

    private func lines(_ path: String, _ text: String, _ batch: Fields) throws -> Int {
        var count = 0
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
            count += 1
        }
        return count
    }

    private static func set(_ field: Row.Named, _ values: Fields, _ place: String) throws {
        switch field.value {
        case .text(let text): try values.text(field.name, text)
        case .int(let int): try values.int(field.name, int)
        default: throw ToolError(.usage, "\(place): \(field.name.oneLine) is neither a text nor a number")
        }
    }

    private func table(_ path: String, _ text: String, _ batch: Fields) throws -> Int {
        var reader = TableReader(text)
        guard let names = reader.next() else { throw ToolError(.usage, "\(path): is empty") }
        let place = "\(path) line 1"
        let column = try addressColumn(names, place)
        guard Set(names).count == names.count else {
            throw ToolError(.usage, "\(place): two columns have the same name")
        }
        guard let at = names.firstIndex(of: column) else {
            throw ToolError(.usage, "\(place): has no column \(column)")
        }
        var count = 0
        while true {
            let line = reader.line
            guard let cells = reader.next() else { return count }
            if cells == [""] { continue }
            guard cells.count == names.count else {
                throw ToolError(
                    .usage, "\(path) line \(line): has \(cells.count) cells, and the first line \(names.count)")
            }
            let values = try Fields()
            for (name, cell) in zip(names, cells) where name != column && !name.isEmpty { try values.text(name, cell) }
            try add(cells[at], values, batch)
            count += 1
        }
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

/// Cells of a CSV text (RFC 4180), divided by commas, semicolons or tabs, whichever the first line has most of.
struct TableReader {
    private let bytes: [UInt8]
    private var at = 0
    private let divider: UInt8
    /// The number of the line that comes next.
    private(set) var line = 1

    init(_ text: String) {
        var bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        self.bytes = bytes
        let first = bytes.prefix { $0 != 10 && $0 != 13 }
        let counts = [UInt8(ascii: ","), UInt8(ascii: ";"), 9].map { mark in (mark, first.count { $0 == mark }) }
        divider = counts.max { $0.1 < $1.1 }.flatMap { $0.1 > 0 ? $0.0 : nil } ?? UInt8(ascii: ",")
    }

    /// The cells of the next line; nil at the end.
    mutating func next() -> [String]? {
        guard at < bytes.count else { return nil }
        var cells: [String] = []
        var cell: [UInt8] = []
        var quoted = false
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if quoted {
                if byte == 0x22, at < bytes.count, bytes[at] == 0x22 {
                    cell.append(0x22)
                    at += 1
                } else if byte == 0x22 {
                    quoted = false
                } else {
                    if byte == 10 { line += 1 }
                    cell.append(byte)
                }
            } else if byte == 0x22, cell.isEmpty {
                quoted = true
            } else if byte == divider {
                cells.append(String(decoding: cell, as: UTF8.self))
                cell = []
            } else if byte == 10 || byte == 13 {
                if byte == 13, at < bytes.count, bytes[at] == 10 { at += 1 }
                break
            } else {
                cell.append(byte)
            }
        }
        line += 1
        cells.append(String(decoding: cell, as: UTF8.self))
        return cells
    }
}
