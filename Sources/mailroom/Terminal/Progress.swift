/// A bar on the last line of standard error; silent where that is no terminal.
struct Progress {
    private let output: Output
    private let title: String
    private var shown = false

    init(_ output: Output, _ title: String) {
        self.output = output
        self.title = title.oneLine
    }

    mutating func show(_ done: Int, of total: Int) {
        var row = Row()
        row["done"] = .int(Int64(done))
        row["total"] = .int(Int64(total))
        show(row)
    }

    mutating func show(_ job: Row) {
        guard output.terminal.errorIsTerminal, !output.json else { return }
        let done = job.int("done") ?? 0
        let note = job.text("note").oneLine
        let width = Terminal.columns(2)
        var line = title
        if let total = job.int("total"), total > 0 {
            let cells = max(10, min(30, width / 3))
            let filled = Int(min(done, total) * Int64(cells) / total)
            line += "  [" + String(repeating: "#", count: filled) + String(repeating: ".", count: cells - filled)
            line += "]  \(done) of \(total)"
        } else if done > 0 {
            line += "  \(done)"
        }
        if !note.isEmpty { line += "  \(note)" }
        Output.write(2, "\r\u{1B}[K" + line.fitted(width - 1))
        shown = true
    }

    mutating func clear() {
        guard shown else { return }
        Output.write(2, "\r\u{1B}[K")
        shown = false
    }
}
