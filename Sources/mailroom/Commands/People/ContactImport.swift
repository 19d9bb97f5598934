import ArgumentParser

struct ContactImport: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make or change many contacts from a file.",
        discussion: """
            FILE is a table with a line of names (CSV), or a JSON object a line; - is standard input. The columns are key (or id), \
            name, addresses (or email, address), domains (or domain) and exact; several addresses in one cell are divided by \
            blanks, commas or semicolons. Other columns are passed over. All of it is read and checked before anything is stored: a \
            line that is wrong is named, and nothing is changed. Of a file of more than 100,000 contacts each 100,000 are checked \
            and stored in turn: where a line behind them is wrong, the status is 1, and it is said how many are in; importing the \
            mended file again changes nothing of those.
            """)

    @ParentCommand var parent: Contact
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The file.") var file: String
    @Option(help: ArgumentHelp("The company whose contacts they are, by its key or id.", valueName: "key"))
    var company: String?

    var root: Mailroom { parent.root }

    /// So many the library checks at once, before it stores the first of them: the most that it takes.
    private static let step = 100_000

    func run(_ room: Room, _ output: Output) throws {
        let company = try company.map { try Companies.id(room, $0) }
        let lines = try ContactFile(path: file).lines()
        var progress = Progress(output, "Importing \(file)")
        defer { progress.clear() }
        for from in stride(from: 0, to: lines.count, by: Self.step) {
            let piece = lines[from..<min(from + Self.step, lines.count)]
            let values = try Fields()
            try values.int("company", company)
            for line in piece { try values.add("contacts", line.contact) }
            do { _ = try room.put("contacts", values) } catch let failure as LibraryError {
                throw spelled(failure, Array(piece), done: from)
            }
            var shown = Row()
            shown["done"] = .int(Int64(from + piece.count))
            shown["total"] = .int(Int64(lines.count))
            progress.show(shown)
        }
        progress.clear()
        if output.json {
            var row = Row()
            row["contacts"] = .int(Int64(lines.count))
            return output.row(row)
        }
        output.line(
            "\(output.paint("\u{2713}", .green)) \(Moment.count(Int64(lines.count), "contact")) from \(file.oneLine)")
    }

    /// The library's failure about `contacts[7].addresses[0]` as one about a line of the file.
    private func spelled(_ failure: LibraryError, _ piece: [ContactFile.Line], done: Int) -> Error {
        guard let field = failure.field("field"), field.hasPrefix("contacts["),
            let index = Int(field.dropFirst("contacts[".count).prefix { $0 != "]" }), piece.indices.contains(index)
        else { return failure }
        let words =
            failure.message.hasPrefix(field + ": ") ? failure.message.dropFirst(field.count + 2) : "\(failure.message)"
        let name = field.split(separator: ".").dropFirst().joined(separator: ".")
        let told = "\(file) line \(piece[index].number): \(name) \(words)"
        guard done > 0 else { return failure.saying(told) }
        return ToolError(
            .failed, told,
            advice: """
                \(Moment.count(Int64(done), "contact")) that stand before it are in the store.
                Mend the line and import the file again: what is in stays as it is.
                """)
    }
}

/// Contacts in a file: a table with a line of names (CSV, RFC 4180), or a JSON object a line.
struct ContactFile {
    struct Line {
        let number: Int
        let contact: Fields
    }

    let path: String
    private static let columns = [
        "key": "key", "id": "key", "name": "name", "address": "addresses", "addresses": "addresses",
        "email": "addresses", "e-mail": "addresses", "emails": "addresses", "mail": "addresses",
        "domain": "domains", "domains": "domains", "exact": "exact",
    ]

    init(path: String) { self.path = path }

    func lines() throws -> [Line] {
        let text = try InputFile.text(path)
        let first = text.unicodeScalars.first {
            $0 != "\u{FEFF}" && $0 != " " && $0 != "\n" && $0 != "\r" && $0 != "\t"
        }
        let lines = first == "{" ? try objects(text) : try table(text)
        guard !lines.isEmpty else { throw ToolError(.usage, "\(path): has no contact") }
        return lines
    }

    private func objects(_ text: String) throws -> [Line] {
        var lines: [Line] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            guard line.contains(where: { !$0.isWhitespace }) else { continue }
            guard let row = try? JSONReader.row(String(line.drop { $0 == "\u{FEFF}" })) else {
                throw wrong(index + 1, "is no JSON object")
            }
            let contact = try Fields()
            for field in row.fields {
                guard let name = Self.columns[field.name.lowercased()] else { continue }
                switch field.value {
                case .text(let text): try set(name, text, contact, index + 1)
                case .int(let int):
                    name == "exact" ? try contact.int(name, int) : try set(name, String(int), contact, index + 1)
                case .list: try contact.texts(name, row.texts(field.name))
                case .record: throw wrong(index + 1, "\(field.name.oneLine) is neither a text nor a list")
                }
            }
            lines.append(Line(number: index + 1, contact: contact))
        }
        return lines
    }

    private func table(_ text: String) throws -> [Line] {
        var reader = TableReader(text)
        guard let names = reader.next() else { throw ToolError(.usage, "\(path): is empty") }
        let columns = names.map { Self.columns[$0.trimmedBlanks.lowercased()] }
        guard columns.contains("key") else {
            throw ToolError(
                .usage, "\(path) line 1: no column is the key",
                advice:
                    "Call one of them key: the CRM's own key of the contact. The others are name, addresses, domains and exact."
            )
        }
        var lines: [Line] = []
        while true {
            let number = reader.line
            guard let cells = reader.next() else { return lines }
            if let line = reader.unclosed { throw wrong(line, "a quote is opened and not closed") }
            if cells == [""] { continue }
            guard cells.count == names.count else {
                throw wrong(number, "has \(cells.count) cells, and the first line \(names.count)")
            }
            let contact = try Fields()
            for (name, cell) in zip(columns, cells) {
                if let name, !cell.isEmpty { try set(name, cell, contact, number) }
            }
            lines.append(Line(number: number, contact: contact))
        }
    }

    private func set(_ name: String, _ text: String, _ contact: Fields, _ line: Int) throws {
        switch name {
        case "addresses", "domains":
            try contact.texts(name, text.split(whereSeparator: { " ,;\t\n".contains($0) }).map(String.init))
        case "exact":
            let words: [String: Int64] = ["1": 1, "yes": 1, "true": 1, "0": 0, "no": 0, "false": 0]
            guard let exact = words[text.lowercased()] else { throw wrong(line, "exact is neither yes nor no") }
            try contact.int(name, exact)
        default: try contact.text(name, text.trimmedBlanks)
        }
    }

    private func wrong(_ line: Int, _ words: String) -> ToolError {
        ToolError(.usage, "\(path) line \(line): \(words)")
    }
}
