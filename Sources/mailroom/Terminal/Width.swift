extension Character {
    /// The columns that a terminal gives it: 0, 1 or 2.
    ///
    /// From the scalars' own properties, so that neither locale nor the C library's table matters.
    var columns: Int {
        var columns = 0
        for scalar in unicodeScalars {
            if scalar == "\u{FE0F}" { return 2 }
            columns = max(columns, scalar.columns)
        }
        return columns
    }
}

extension Unicode.Scalar {
    fileprivate var columns: Int {
        if value < 0x300 { return value < 0x20 || (value >= 0x7F && value < 0xA0) || value == 0xAD ? 0 : 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        switch value {
        case 0x1160...0x11FF: return 0
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x17000...0x18AFF, 0x1B000...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD:
            return 2
        default: return properties.isEmojiPresentation ? 2 : 1
        }
    }
}

extension StringProtocol {
    var columns: Int { reduce(0) { $0 + $1.columns } }

    /// Cut to at most so many columns, with an ellipsis where something was cut.
    func fitted(_ width: Int) -> String {
        guard columns > width else { return String(self) }
        var cut = ""
        var used = 0
        for character in self {
            guard used + character.columns <= width - 1 else { break }
            cut.append(character)
            used += character.columns
        }
        return width > 0 ? cut + "\u{2026}" : ""
    }

    /// Filled with blanks to so many columns.
    func padded(_ width: Int, right: Bool = false) -> String {
        let blanks = String(repeating: " ", count: Swift.max(0, width - columns))
        return right ? blanks + self : self + blanks
    }
}
