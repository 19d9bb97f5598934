/// A table for people: aligned columns, wide characters counted as wide, cut where a terminal ends.
struct Table {
    struct Column {
        let title: String
        var right = false
        /// The one column that gives way where the terminal is narrow.
        var gives = false
        /// Left out where the giving column would be cut too short otherwise; the last one first.
        var drops = false
    }

    struct Cell {
        let text: String
        var style: Style = .plain

        init(_ text: String, _ style: Style = .plain) {
            self.text = text.oneLine
            self.style = style
        }
    }

    private let columns: [Column]
    private var rows: [(cells: [Cell], beneath: [Cell])] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// - Parameter beneath: lines that stand indented under the row.
    mutating func add(_ cells: [Cell], beneath: [Cell] = []) { rows.append((cells, beneath)) }

    func print(_ output: Output) {
        let widths = widths(output.terminal.width)
        output.line(lineOf(columns.map { Cell($0.title, .bold) }, widths, output))
        for row in rows {
            output.line(lineOf(row.cells, widths, output))
            for cell in row.beneath { Self.wrap(cell, output) }
        }
    }

    private func lineOf(_ cells: [Cell], _ widths: [Int], _ output: Output) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() where widths[index] > 0 {
            let fitted = cell.text.fitted(widths[index])
            let last = index == cells.count - 1 && !columns[index].right
            let padded = last ? fitted : fitted.padded(widths[index], right: columns[index].right)
            line += (line.isEmpty ? "" : "  ") + output.paint(padded, cell.style)
        }
        return line
    }

    /// Each column as wide as its widest cell; on a terminal the giving column shrinks to what is left, at least 8.
    private func widths(_ limit: Int?) -> [Int] {
        var widths = columns.indices.map { index in
            max(columns[index].title.columns, rows.map { $0.cells[index].text.columns }.max() ?? 0)
        }
        guard let limit, let giving = columns.firstIndex(where: \.gives) else { return widths }
        func over() -> Int { widths.reduce(-2) { $1 > 0 ? $0 + $1 + 2 : $0 } - limit }
        let enough = min(widths[giving], 24)
        for index in columns.indices.reversed() where columns[index].drops && widths[giving] - over() < enough {
            widths[index] = 0
        }
        if over() > 0 { widths[giving] = max(8, widths[giving] - over()) }
        let still = over()
        if still > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }) {
            widths[widest] = max(8, widths[widest] - still)
        }
        return widths
    }

    /// A sentence under a row, broken at blanks so that nothing of it is cut off.
    private static func wrap(_ cell: Cell, _ output: Output) {
        let indent = "    "
        let width = max(20, (output.terminal.width ?? Int.max / 2) - indent.count)
        var line = ""
        for word in cell.text.split(separator: " ") {
            if !line.isEmpty, line.columns + 1 + word.columns > width {
                output.line(indent + output.paint(line, cell.style))
                line = "  "
            }
            line += (line.isEmpty || line == "  " ? "" : " ") + word
        }
        if !line.isEmpty { output.line(indent + output.paint(line, cell.style)) }
    }
}
