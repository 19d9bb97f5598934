import ArgumentParser
import Glibc

enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
}

/// What is known about where the output goes.
struct Terminal {
    let outputIsTerminal: Bool
    let errorIsTerminal: Bool
    let colored: Bool
    /// Columns of the terminal; nil where the output goes elsewhere and lines may be as long as they are.
    let width: Int?

    init(color: ColorChoice) {
        outputIsTerminal = isatty(1) == 1
        errorIsTerminal = isatty(2) == 1
        colored =
            switch color {
            case .always: true
            case .never: false
            case .auto: outputIsTerminal && !Self.isSet("NO_COLOR") && Self.environment("TERM") != "dumb"
            }
        width = outputIsTerminal ? Self.columns(1) : Self.environment("COLUMNS").flatMap { Int($0) }
    }

    /// https://no-color.org: set to anything but the empty text.
    private static func isSet(_ name: String) -> Bool { environment(name).map { !$0.isEmpty } ?? false }

    private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    static func columns(_ descriptor: Int32) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

/// A colour or weight of text (ECMA-48, SGR).
enum Style: String {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case grey = "90"
    case plain = ""

    func paint(_ text: String, _ on: Bool) -> String {
        on && self != .plain ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The style of an account's colour.
    init(colour: String) {
        self =
            switch colour {
            case "green": .green
            case "yellow": .yellow
            case "red": .red
            case "grey": .grey
            default: .dim
            }
    }
}
