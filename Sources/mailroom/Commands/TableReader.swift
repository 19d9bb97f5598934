/// Cells of a CSV text (RFC 4180), divided by commas, semicolons or tabs, whichever the first line has most of.
struct TableReader {
    private let bytes: [UInt8]
    private var at = 0
    private let divider: UInt8
    /// The number of the line that comes next.
    private(set) var line = 1
    /// The line on which a quote was opened that nothing closes: all behind it was read as one cell.
    private(set) var unclosed: Int?

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
        var opened = line
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
                opened = line
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
        if quoted { unclosed = opened }
        line += 1
        cells.append(String(decoding: cell, as: UTF8.self))
        return cells
    }
}
