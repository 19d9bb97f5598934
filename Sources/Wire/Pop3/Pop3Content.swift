import Base
import Glibc

extension Pop3 {
    /// The octets of a message as RETR and TOP bring them (RFC 1939, section 3): a period at the beginning of a line
    /// is taken away, one alone in a line ends it. Nothing else is touched. An LF alone ends a line, too.
    ///
    /// It streams: where the input is cut does not show in the output.
    package struct Content: Sendable {
        private enum Place: Sendable {
            case lineStart, within
            /// Behind a period at the beginning of a line, and behind a CR after it.
            case period, periodCR
        }

        private let limit: Int64
        private var place = Place.lineStart
        /// Octets that came out so far.
        package private(set) var octets: Int64 = 0
        package private(set) var isOver = false

        package init(limit: Int64 = Limits().message) { self.limit = limit }

        /// Appends what `input` becomes to `output`.
        /// - Returns: how many octets of the input belong to the message and its end. What is behind that is the next
        ///   answer's.
        /// - Throws: `MR_E_PROTOCOL` where the message has more octets than the limit.
        package mutating func feed(
            _ input: UnsafeRawBufferPointer, into output: inout [UInt8]
        ) throws(Failure) -> Int {
            var position = 0
            let before = output.count
            while position < input.count, !isOver {
                let byte = input[position]
                switch place {
                case .lineStart:
                    if byte == UInt8(ascii: ".") {
                        place = .period
                        position += 1
                    } else {
                        place = .within
                    }
                case .period where byte == 13:
                    place = .periodCR
                    position += 1
                case .period where byte == 10, .periodCR where byte == 10:
                    isOver = true
                    position += 1
                case .period: place = .within
                case .periodCR:
                    output.append(13)
                    place = .within
                case .within:
                    let end = Self.end(input, from: position)
                    output.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[position..<end]))
                    position = end
                    if input[end - 1] == 10 { place = .lineStart }
                }
            }
            octets += Int64(output.count - before)
            guard octets <= limit else { throw Pop3.malformed("a message of more than \(limit) octets") }
            return position
        }

        /// Where a line ends that a period follows, or whose follower is not here yet; else the end of the input.
        private static func end(_ input: UnsafeRawBufferPointer, from start: Int) -> Int {
            guard let base = input.baseAddress else { return input.count }
            var position = start
            while let found = memchr(base + position, 10, input.count - position) {
                position = UnsafeRawPointer(found) - base + 1
                if position == input.count || input[position] == UInt8(ascii: ".") { return position }
            }
            return input.count
        }
    }
}
