/// The codes in a server's words: the SMTP reply code (RFC 5321, section 4.2) and the enhanced status code (RFC 3463).
struct ReportCodes: Equatable {
    private(set) var smtp: Int32?
    private(set) var enhanced: String?

    /// Of words with both codes side by side those two; else the first of each.
    init(_ words: some StringProtocol) {
        let bytes = Array(words.utf8.prefix(4_000))
        var at = 0
        while at < bytes.count {
            let isStart = at == 0 || !(bytes[at - 1].isAlphanumeric || bytes[at - 1] == UInt8(ascii: "."))
            guard isStart, bytes[at] == UInt8(ascii: "4") || bytes[at] == UInt8(ascii: "5") else {
                at += 1
                continue
            }
            if let (code, end) = Self.enhanced(bytes, at) {
                if enhanced == nil { enhanced = code }
                at = end
            } else if let code = Self.reply(bytes, at) {
                var next = at + 3
                while next < bytes.count, bytes[next] == 32 || Self.separators.contains(bytes[next]) { next += 1 }
                if let (beside, _) = Self.enhanced(bytes, next) {
                    smtp = code
                    enhanced = beside
                    return
                }
                if smtp == nil { smtp = code }
                at += 3
            } else {
                at += 1
            }
        }
    }

    var isEmpty: Bool { smtp == nil && enhanced == nil }

    /// The code of a Status field (RFC 3464, section 2.3.4), of any class.
    static func status(_ value: String) -> String? {
        let bytes = Array(value.utf8.prefix(100))
        guard let start = bytes.firstIndex(where: \.isDigit) else { return nil }
        return code(bytes, start)?.text
    }

    private static let separators: [UInt8] = Array("-#([:".utf8)

    /// A reply code of failure, with no digit or dot after it.
    private static func reply(_ bytes: [UInt8], _ at: Int) -> Int32? {
        guard at + 2 < bytes.count, bytes[at + 1].isDigit, bytes[at + 2].isDigit else { return nil }
        if at + 3 < bytes.count, bytes[at + 3].isAlphanumeric || bytes[at + 3] == UInt8(ascii: ".") { return nil }
        let second = bytes[at + 1] &- 48
        let code = Int32(bytes[at] &- 48) * 100 + Int32(second) * 10 + Int32(bytes[at + 2] &- 48)
        return (1...7).contains(second) || (500...504).contains(code) ? code : nil
    }

    private static func enhanced(_ bytes: [UInt8], _ at: Int) -> (text: String, end: Int)? {
        guard at < bytes.count, bytes[at] == UInt8(ascii: "4") || bytes[at] == UInt8(ascii: "5") else { return nil }
        return code(bytes, at)
    }

    /// `5.1.10`: one digit, then two numbers of at most three.
    private static func code(_ bytes: [UInt8], _ start: Int) -> (text: String, end: Int)? {
        var at = start
        guard at + 1 < bytes.count, bytes[at].isDigit, bytes[at + 1] == UInt8(ascii: ".") else { return nil }
        at += 2
        let second = at
        while at < bytes.count, bytes[at].isDigit, at - second < 3 { at += 1 }
        guard at > second, at < bytes.count, bytes[at] == UInt8(ascii: ".") else { return nil }
        at += 1
        let third = at
        while at < bytes.count, bytes[at].isDigit, at - third < 3 { at += 1 }
        guard at > third else { return nil }
        if at < bytes.count, bytes[at].isDigit { return nil }
        // Four numbers are an address of the network.
        if at + 1 < bytes.count, bytes[at] == UInt8(ascii: "."), bytes[at + 1].isDigit { return nil }
        return (String(decoding: bytes[start..<at], as: UTF8.self), at)
    }
}
