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
        var rest = Array(subject.lowercased().utf8)[...]
        var isReply = false
        var isFirst = true
        for _ in 0..<mostPrefixes {
            rest = rest.drop(while: isBlank)
            // What a mailing list puts before it: [list].
            if rest.first == UInt8(ascii: "["), let end = rest.firstIndex(of: UInt8(ascii: "]")) {
                let after = rest[(end + 1)...].drop(while: isBlank)
                if !after.isEmpty {
                    rest = after
                    continue
                }
            }
            guard let (before, after) = colon(rest) else { break }
            // Re[2]:, Re^2:, Re (2):, and French puts a space before the colon.
            let word = before.prefix { !(isCount($0) || isBlank($0)) }
            guard before[word.endIndex...].allSatisfy({ isCount($0) || isBlank($0) }) else { break }
            let name = String(decoding: word, as: UTF8.self)
            let isAnswer = replies.contains(name)
            guard isAnswer || forwards.contains(name) else { break }
            if isFirst { isReply = isAnswer }
            isFirst = false
            rest = after
        }
        let words = rest.split(whereSeparator: isBlank).joined(separator: CollectionOfOne(UInt8(ascii: " ")))
        return (String(decoding: Array(words), as: UTF8.self), isReply)
    }

    /// What stands before and after the first colon, also that of Chinese and Japanese writing, where it comes early.
    private static func colon(_ text: ArraySlice<UInt8>) -> (before: ArraySlice<UInt8>, after: ArraySlice<UInt8>)? {
        for (index, byte) in zip(text.indices, text).prefix(48) {
            if byte == UInt8(ascii: ":") { return (text[..<index], text[(index + 1)...]) }
            if byte == 0xEF, text[index...].starts(with: [0xEF, 0xBC, 0x9A]) {
                return (text[..<index], text[(index + 3)...])
            }
        }
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func isCount(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]")
            || byte == UInt8(ascii: "^") || byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")")
    }
}
