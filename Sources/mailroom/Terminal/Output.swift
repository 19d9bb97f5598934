import Glibc

/// Everything that the tool prints. Standard output carries the result alone; words about the work go to standard error.
final class Output {
    let json: Bool
    let terminal: Terminal

    init(json: Bool, color: ColorChoice) {
        self.json = json
        terminal = Terminal(color: color)
    }

    func line(_ text: String = "") { Self.write(1, text + "\n") }

    func note(_ text: String) { Self.write(2, text + "\n") }

    func paint(_ text: String, _ style: Style) -> String { style.paint(text, terminal.colored) }

    /// Rows as one JSON list, a row a line, while they come.
    func list(_ rows: Rows) throws {
        Self.write(1, "[")
        var first = true
        for row in rows {
            Self.write(1, (first ? "\n" : ",\n") + row.json)
            first = false
        }
        Self.write(1, first ? "]\n" : "\n]\n")
        if let failure = rows.failure { throw failure }
    }

    func list(_ rows: [Row]) {
        line(rows.isEmpty ? "[]" : "[\n" + rows.map(\.json).joined(separator: ",\n") + "\n]")
    }

    func row(_ row: Row) { line(row.json) }

    /// Writes everything. A reader that has gone away ends the tool as it ends any other, and so does a full disk: what
    /// was asked for is not there.
    static func write(_ descriptor: Int32, _ text: String) {
        var text = text
        let done = text.withUTF8 { write(descriptor, UnsafeRawBufferPointer($0)) }
        guard !done, descriptor == 1 else { return }
        write(2, "mailroom: standard output: \(String(cString: strerror(errno)))\n")
        exit(Exit.failed.rawValue)
    }

    @discardableResult
    static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }
}
