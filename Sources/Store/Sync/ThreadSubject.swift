import Base

/// A subject without what mail programs put before it, for finding what a message answers where it does not say so.
struct ThreadSubject {
    /// 64 bits of it; nil where nothing is left.
    let key: Int64?
    /// It is called an answer, and names no message that it answers.
    let isOrphan: Bool

    init(_ summary: MessageSummary) {
        let (base, isReply) = ThreadSubject.base(summary.subject)
        key = base.isEmpty ? nil : messageKey(base)
        isOrphan = isReply && summary.inReplyTo == nil && summary.references.isEmpty && !base.isEmpty
    }

    /// Prefixes of answers, in the languages of the usual mail programs.
    private static let replies: Set<String> = [
        "re", "aw", "antw", "antwort", "sv", "vs", "ref", "rif", "r", "res", "odp", "odg", "bls", "ynt", "vá", "va",
        "atb",
        "απ", "σχετ", "отв", "ответ", "השב", "رد", "回复", "回覆", "答复", "返信", "답장",
    ]
    /// Of what is passed on: another conversation, of the same subject.
    private static let forwards: Set<String> = [
        "fwd", "fw", "wg", "tr", "i", "rv", "enc", "doorst", "vb", "vl", "pd", "ilt", "továbbítás", "πρθ", "转发", "轉寄",
        "転送",
        "전달",
    ]
    private static let mostPrefixes = 30

    /// Lower case, with single spaces.
    /// - Returns: also whether the first prefix is that of an answer.
    static func base(_ subject: String) -> (text: String, isReply: Bool) {
        var rest = subject.lowercased()[...]
        var isReply = false
        var isFirst = true
        for _ in 0..<mostPrefixes {
            rest = rest.drop { $0 == " " || $0 == "\t" }
            // What a mailing list puts before it: [list].
            if rest.first == "[", let end = rest.firstIndex(of: "]"), rest.index(after: end) < rest.endIndex {
                let after = rest[rest.index(after: end)...].drop { $0 == " " }
                if !after.isEmpty {
                    rest = after
                    continue
                }
            }
            guard let colon = rest.prefix(16).firstIndex(where: { $0 == ":" || $0 == "：" }) else { break }
            // Re[2]:, Re^2:, Re (2):, and French puts a space before the colon.
            let word = String(rest[..<colon].prefix { !" [^(0123456789".contains($0) })
            let tail = rest[..<colon].dropFirst(word.count)
            guard tail.allSatisfy({ " []^()0123456789".contains($0) }) else { break }
            let isAnswer = replies.contains(word)
            guard isAnswer || forwards.contains(word) else { break }
            if isFirst { isReply = isAnswer }
            isFirst = false
            rest = rest[rest.index(after: colon)...]
        }
        return (rest.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " "), isReply)
    }
}
