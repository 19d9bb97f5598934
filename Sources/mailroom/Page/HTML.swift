/// A piece of an HTML document. What is written in the code is markup; what is put in between is text, and stays text:
///
///     let piece: HTML = "<p>\(subject)</p>"
struct HTML: ExpressibleByStringInterpolation {
    private(set) var markup: String

    init(stringLiteral markup: String) { self.markup = markup }

    init(stringInterpolation pieces: StringInterpolation) { markup = pieces.markup }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var markup = ""

        init(literalCapacity: Int, interpolationCount: Int) {}

        mutating func appendLiteral(_ literal: String) { markup += literal }

        /// Text of whoever, on one line, with nothing in it that a browser would obey.
        mutating func appendInterpolation(_ text: String) {
            for scalar in text.oneLine.unicodeScalars {
                switch scalar {
                case "&": markup += "&amp;"
                case "<": markup += "&lt;"
                case ">": markup += "&gt;"
                case "\"": markup += "&quot;"
                case "'": markup += "&#39;"
                default: markup.unicodeScalars.append(scalar)
                }
            }
        }

        mutating func appendInterpolation(_ number: Int64) { markup += String(number) }

        mutating func appendInterpolation(_ number: Int) { markup += String(number) }

        /// Nothing where there is nothing.
        mutating func appendInterpolation(_ piece: HTML?) { markup += piece?.markup ?? "" }

        mutating func appendInterpolation(_ pieces: [HTML]) { for piece in pieces { markup += piece.markup } }
    }

    static func += (left: inout HTML, right: HTML) { left.markup += right.markup }
}

extension HTML {
    /// A time as people read it, and how long ago or how long still; what programs read is in UTC.
    static func time(_ milliseconds: Int64) -> HTML {
        let from = milliseconds - Moment.now()
        let distance = abs(from) < 1000 ? "now" : from > 0 ? "in \(Moment.span(from))" : "\(Moment.span(from)) ago"
        return "<time datetime=\"\(Moment.utc(milliseconds))\">\(Moment.text(milliseconds))</time> (\(distance))"
    }

    /// Steps in their order; nothing where there are none.
    static func steps(_ advice: String) -> HTML? {
        let lines = advice.cleanLines
        guard !lines.isEmpty else { return nil }
        return "<ol class=\"steps\">\(lines.map { "<li>\($0)</li>" as HTML })</ol>"
    }

    /// The server's own words; nothing where there are none.
    static func serverText(_ text: String?) -> HTML? {
        text.map { "<p class=\"server\">The server said: <q dir=\"auto\">\($0)</q></p>" }
    }
}
