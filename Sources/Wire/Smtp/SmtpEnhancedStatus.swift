/// An enhanced status code (RFC 3463, section 2): class, subject and detail, as in `5.7.8`.
package struct SmtpEnhancedStatus: Sendable, Equatable, CustomStringConvertible {
    /// 2 success, 4 persistent transient failure, 5 permanent failure.
    package let statusClass: Int
    /// 0 to 999: 1 address, 2 mailbox, 3 mail system, 4 network, 5 protocol, 6 content, 7 security or policy.
    package let subject: Int
    /// 0 to 999.
    package let detail: Int

    package init(_ statusClass: Int, _ subject: Int, _ detail: Int) {
        self.statusClass = statusClass
        self.subject = subject
        self.detail = detail
    }

    package var description: String { "\(statusClass).\(subject).\(detail)" }

    /// Reads the code at the beginning of a reply's text. Nil where there is none: a number that is not followed by a
    /// blank or the end (`5.7.8x`, `4.2.2.1`) is a part of the text.
    /// - Returns: the code and how many octets it takes, the blanks after it included.
    static func parse(_ text: ArraySlice<UInt8>) -> (status: SmtpEnhancedStatus, length: Int)? {
        var position = text.startIndex
        var numbers = [0, 0, 0]
        for index in 0..<3 {
            if index > 0 {
                guard position < text.endIndex, text[position] == UInt8(ascii: ".") else { return nil }
                position += 1
            }
            var digits = 0
            while position < text.endIndex, digits < 3, text[position] &- 0x30 < 10 {
                numbers[index] = numbers[index] * 10 + Int(text[position] &- 0x30)
                position += 1
                digits += 1
            }
            if digits == 0 || (index == 0 && digits != 1) { return nil }
        }
        guard [2, 4, 5].contains(numbers[0]) else { return nil }
        guard position == text.endIndex || text[position] == 0x20 || text[position] == 0x09 else { return nil }
        while position < text.endIndex, text[position] == 0x20 || text[position] == 0x09 { position += 1 }
        return (
            SmtpEnhancedStatus(numbers[0], numbers[1], numbers[2]), position - text.startIndex
        )
    }
}
