import Glibc

/// The content of a message as DATA carries it (RFC 5321, section 4.5.2): a period at the beginning of a line is
/// doubled. Lines end in CRLF: a bare LF or CR, which no server may be sent (section 2.3.8), becomes one.
/// Nothing else is touched. It streams: the split of the input does not show in the output.
package struct SmtpDotStuffer: Sendable {
    private var atLineStart = true
    /// The last octet was a CR whose line end has been written; an LF that follows belongs to it.
    private var afterCR = false

    package init() {}

    /// Appends what `input` becomes to `output`.
    package mutating func feed(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        var position = 0
        // Each is looked for again only when it has been passed, so that no input takes more than linear time.
        var lf = Self.first(10, input, from: 0)
        var cr = Self.first(13, input, from: 0)
        while position < input.count {
            if afterCR {
                afterCR = false
                if input[position] == 10 {
                    position += 1
                    continue
                }
            }
            if atLineStart, input[position] == UInt8(ascii: ".") { output.append(UInt8(ascii: ".")) }
            if lf < position { lf = Self.first(10, input, from: position) }
            if cr < position { cr = Self.first(13, input, from: position) }
            let end = min(lf, cr)
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[position..<end]))
            atLineStart = end < input.count
            if atLineStart {
                output.append(13)
                output.append(10)
                afterCR = input[end] == 13
            }
            position = end &+ 1
        }
    }

    /// Appends the end of the last line where it has none. The final period is not a part of the content:
    /// `terminator` is written apart, directly after the last question whether to go on.
    package mutating func finish(into output: inout [UInt8]) {
        if !atLineStart {
            output.append(13)
            output.append(10)
        }
        atLineStart = true
        afterCR = false
    }

    /// The line that ends the content.
    package static let terminator: [UInt8] = [UInt8(ascii: "."), 13, 10]

    /// Where the octet stands at or after `from`; the end where it does not.
    private static func first(_ octet: Int32, _ input: UnsafeRawBufferPointer, from: Int) -> Int {
        guard let base = input.baseAddress, let found = memchr(base + from, octet, input.count - from) else {
            return input.count
        }
        return UnsafeRawPointer(found) - base
    }
}
