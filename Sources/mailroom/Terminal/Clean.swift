extension Unicode.Scalar {
    /// True for what a terminal would obey instead of showing: control characters, and the marks that reorder text.
    var isHarmfulOnTerminal: Bool {
        switch value {
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFF9...0xFFFB: true
        case 0xE0000...0xE007F: true
        default: false
        }
    }

    /// What is shown in its place.
    fileprivate var shown: Unicode.Scalar {
        switch value {
        case 0x00...0x1F: Unicode.Scalar(0x2400 + value) ?? "\u{FFFD}"
        case 0x7F: "\u{2421}"
        default: "\u{FFFD}"
        }
    }
}

extension String {
    /// Text of a stranger made harmless for a terminal, on one line: line ends and tabs become blanks.
    var oneLine: String {
        var clean = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar {
            case "\n", "\t": clean.append(" ")
            case "\r": continue
            default: clean.append(scalar.isHarmfulOnTerminal ? scalar.shown : scalar)
            }
        }
        return String(clean)
    }

    /// The same, with its lines kept and tabs as they are.
    var manyLines: String {
        var clean = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar {
            case "\n", "\t": clean.append(scalar)
            case "\r": continue
            default: clean.append(scalar.isHarmfulOnTerminal ? scalar.shown : scalar)
            }
        }
        return String(clean)
    }

    /// The lines of an advice, each harmless, with settings as the tool's options spell them.
    var cleanLines: [String] {
        manyLines.split(separator: "\n").map { OptionNames.spelled($0.trimmedBlanks) }.filter { !$0.isEmpty }
    }
}

extension StringProtocol {
    /// Without blanks and line ends around it.
    var trimmedBlanks: String {
        var text = Substring(self)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
