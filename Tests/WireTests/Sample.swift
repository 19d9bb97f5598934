import Testing

/// A text as the argument of a test. The log shows its begin, in one line.
struct Sample: ExpressibleByStringInterpolation, CustomTestStringConvertible, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    init(stringLiteral text: String) { self.text = text }

    var utf8: String.UTF8View { text.utf8 }

    var testDescription: String {
        let shown = String(text.unicodeScalars.prefix(60))
        let left = text.utf8.count - shown.utf8.count
        return left > 0 ? "\(shown.debugDescription) and \(left) more" : shown.debugDescription
    }
}
