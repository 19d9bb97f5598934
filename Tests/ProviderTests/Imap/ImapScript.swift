/// A server that follows a script: for each command that is expected, the answer. `%` in it is the command's tag.
final class ImapScript: ImapFakePeer {
    private let greeting: String
    private var steps: [(expected: String, answer: String)]
    private var held: [UInt8] = []
    private(set) var isSecure = false
    /// The client's lines without their tags; "TLS " before those that went through TLS.
    private(set) var lines: [String] = []
    /// Where the script and the client did not agree.
    private(set) var surprises: [String] = []
    private var hasEnded = false

    init(_ greeting: String, _ steps: [(String, String)]) {
        self.greeting = greeting
        self.steps = steps.map { ($0.0, $0.1) }
    }

    var isDone: Bool { steps.isEmpty && surprises.isEmpty }

    func greet() -> [UInt8] { Array(greeting.utf8) }
    func secure() { isSecure = true }

    func hear(_ bytes: [UInt8]) -> [UInt8] {
        held += bytes
        var out: [UInt8] = []
        while let end = held.firstIndex(of: 10) {
            let line = String(decoding: held[..<end].filter { $0 != 13 }, as: UTF8.self)
            held.removeSubrange(...end)
            out += answer(line)
        }
        return out
    }

    private var tag = ""

    private func answer(_ line: String) -> [UInt8] {
        let words = line.split(separator: " ", maxSplits: 1)
        let isCommand = words.count == 2 && words[0].first == "m" && words[0].dropFirst().allSatisfy(\.isNumber)
        if isCommand { tag = String(words[0]) }
        let said = isCommand ? String(words[1]) : line
        if said == "LOGOUT" { return [] }
        lines.append((isSecure ? "TLS " : "") + said)
        guard !steps.isEmpty else {
            surprises.append("unexpected: \(said)")
            return []
        }
        let step = steps.removeFirst()
        if !said.hasPrefix(step.expected) { surprises.append("\(said) instead of \(step.expected)") }
        return Array(step.answer.split(separator: "%", omittingEmptySubsequences: false).joined(separator: tag).utf8)
    }
}
