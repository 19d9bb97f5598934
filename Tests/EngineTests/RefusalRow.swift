import Base
import Testing

@testable import Engine
@testable import Wire

/// One answer of a server, as it came over the wire, and what is to follow from it (docs/sending.md).
struct RefusalRow: Sendable, CustomTestStringConvertible {
    enum Wait: Sendable, Equatable {
        /// Failed: no attempt follows by itself.
        case none
        /// The first step of the backoff.
        case minute
        case hour
        case day
        case named(Int64)

        var milliseconds: Int64? {
            switch self {
            case .none: nil
            case .minute: 60_000
            case .hour: 3_600_000
            case .day: 86_400_000
            case .named(let milliseconds): milliseconds
            }
        }
    }

    /// The lines of a reply, with blanks for CRLF and `|` between lines.
    let reply: String
    var step = "dot"
    let found: SendClass
    var wait = Wait.none
    var cause: String?
    /// Whether the words alone say it: then it is the same without an enhanced code, or with the code in the text.
    var byWords = true

    var testDescription: String { reply }

    init(
        _ reply: String, _ found: SendClass, _ wait: Wait = .none, step: String = "dot", cause: String? = nil,
        byWords: Bool = true
    ) {
        self.reply = reply
        self.found = found
        self.wait = wait
        self.step = step
        self.cause = cause
        self.byWords = byWords
    }

    /// The same answer as other servers would spell it.
    var spellings: [String] {
        let lines = reply.split(separator: "|").map(String.init)
        var spelled = [reply, lines.map { $0.uppercased() }.joined(separator: "|")]
        guard lines.count == 1, let blank = reply.firstIndex(of: " ") else { return spelled }
        let code = String(reply[..<blank].prefix(3))
        let rest = String(reply[reply.index(after: blank)...])
        let words = rest.split(separator: " ").map(String.init)
        let isCoded = words[0].split(separator: ".").count == 3 && words[0].first?.isNumber == true
        let text = (isCoded ? Array(words.dropFirst()) : words)
        let enhanced = isCoded ? words[0] + " " : ""
        if text.count > 1 {
            // A line a word, as no server does, and two lines, as Google does.
            let each = text.enumerated().map { index, word in
                "\(code)\(index == text.count - 1 ? " " : "-")\(enhanced)\(word)"
            }
            let half = text.count / 2
            let first = "\(code)-\(enhanced)\(text[..<half].joined(separator: " "))"
            let second = "\(code) \(enhanced)\(text[half...].joined(separator: " "))"
            spelled += [each.joined(separator: "|"), first + "|" + second]
        }
        if isCoded {
            spelled.append("\(code) \(text.joined(separator: " ")) (#\(words[0]))")
            if byWords { spelled.append("\(code) \(text.joined(separator: " "))") }
        }
        return spelled
    }

    /// What the parser of the wire makes of it.
    static func parsed(_ reply: String) throws -> SmtpReply {
        var parser = SmtpReplyParser()
        for line in reply.split(separator: "|") {
            let bytes = Array(line.utf8)
            let whole = try bytes.withUnsafeBytes { raw in try parser.feed(raw) }
            if let whole { return whole }
        }
        throw Failure(-1, "the reply does not end: \(reply)")
    }

    static func failure(_ reply: SmtpReply, _ step: String) -> Failure {
        var failure = Failure(reply.isTransient ? -24 : -25, "the server refused")
        failure.step = step
        failure.smtp = reply.code
        failure.enhanced = reply.enhanced?.description
        failure.serverText = reply.text
        return failure
    }
}
