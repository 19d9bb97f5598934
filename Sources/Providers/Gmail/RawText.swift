import Base
import CMailroom

/// Finds the text of `raw` in a message resource that streams in, and hands its octets on decoded: a message of any size goes through
/// in pieces.
///
/// The resource is one JSON object. Strings are stepped over with their escapes, and nested values by their depth, so that a
/// `"raw"` within a snippet is none.
struct RawText {
    private enum State {
        /// Between values.
        case outside
        /// In a string: a name or a value.
        case string
        /// Behind a backslash in a string.
        case escaped
        /// In the text that is wanted.
        case raw
    }

    private var state = State.outside
    private var depth = 0
    /// The string that was read last, as far as it may be a name.
    private var name: [UInt8] = []
    /// A colon was read: the string that comes is a value.
    private var isValue = false
    private var base64 = WebBase64()
    private var isFound = false
    /// The text has been read to its end.
    private(set) var isOver = false

    private static let wanted = Array("raw".utf8)

    /// Takes a piece of the resource and appends what it has of the message.
    mutating func take(_ piece: UnsafeRawBufferPointer, into out: inout [UInt8]) throws(Failure) {
        var index = 0
        while index < piece.count {
            if state == .raw {
                let end = piece[index...].firstIndex(of: UInt8(ascii: "\"")) ?? piece.count
                base64.decode(piece[index..<end], into: &out)
                if end < piece.count {
                    base64.finish(into: &out)
                    isOver = true
                    state = .outside
                }
                index = end + 1
                continue
            }
            step(piece[index])
            index += 1
        }
        if base64.isDamaged { throw Failure(MR_E_PROTOCOL, "the message's content is no base64") }
    }

    private mutating func step(_ byte: UInt8) {
        switch state {
        case .escaped: state = .string
        case .string:
            if byte == UInt8(ascii: "\\") {
                state = .escaped
            } else if byte == UInt8(ascii: "\"") {
                state = .outside
            } else if !isValue, name.count < 8 {
                name.append(byte)
            }
        case .outside, .raw: between(byte)
        }
    }

    private mutating func between(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""):
            if isValue, depth == 1, name == Self.wanted, !isFound {
                isFound = true
                state = .raw
            } else {
                if !isValue { name = [] }
                state = .string
            }
        case UInt8(ascii: ":"): isValue = true
        case UInt8(ascii: ","): isValue = false
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            depth += 1
            isValue = byte == UInt8(ascii: "[")
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            isValue = true
        default: break
        }
    }
}
