import Base
import CMailroom

extension Imap {
    /// Puts responses together from lines and literals, as the driver reads them.
    ///
    /// The driver feeds one line without its CRLF to `line` and does what the step says, until a response is
    /// whole. Octets of message bodies never come in here: of those the driver is told how many follow.
    package struct ResponseReader: Sendable {
        package enum Step: Sendable, Equatable {
            /// Feed the next line.
            case line
            /// Feed so many octets to `literal`, in any pieces.
            case literal(Int)
            /// So many octets of a message follow: pass them on, and say with `passed` how many were.
            case body(BodyLiteral)
            case response(Response)
        }

        package let limits: Limits
        private var buffer: [UInt8] = []
        private var streamed: [Int] = []
        private var literals = 0
        private var fetch: FetchReader?
        /// Octets of the present literal that are still to come.
        private var awaited: Int64 = 0

        package init(limits: Limits = .init()) { self.limits = limits }

        /// Octets of the present literal that are still to come.
        package var remaining: Int64 { awaited }

        /// Takes a line. The bytes are copied. `MR_E_PROTOCOL` where it is beyond the limits.
        package mutating func line(_ line: UnsafeRawBufferPointer) throws(Failure) -> Step {
            guard awaited == 0 else { throw Imap.malformed("a line inside a literal") }
            guard line.count <= limits.line, buffer.count + line.count <= limits.response else {
                throw Imap.malformed("a response is too long", ArraySlice(line.prefix(80)))
            }
            let start = buffer.count
            buffer.append(contentsOf: line)
            guard mayHaveLiteral, let mark = LiteralMark(buffer, from: start) else { return .response(try whole()) }
            literals += 1
            guard literals <= limits.literals else { throw Imap.malformed("too many literals in one response") }
            if let body = try body(mark) { return .body(body) }
            guard mark.size <= Int64(limits.literal), buffer.count + Int(mark.size) <= limits.response else {
                throw Imap.malformed("a literal of \(mark.size) octets is too long", buffer[start...])
            }
            buffer.append(0x0d)
            buffer.append(0x0a)
            awaited = mark.size
            return awaited == 0 ? .line : .literal(Int(awaited))
        }

        /// Takes octets of a literal; more than was asked for is an error.
        package mutating func literal(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> Step {
            guard bytes.count <= awaited else { throw Imap.malformed("more octets than the literal has") }
            buffer.append(contentsOf: bytes)
            awaited -= Int64(bytes.count)
            return awaited == 0 ? .line : .literal(Int(awaited))
        }

        /// Octets of a body literal that the driver has read and passed on.
        package mutating func passed(_ count: Int) throws(Failure) {
            guard count >= 0, Int64(count) <= awaited else { throw Imap.malformed("more octets than the literal has") }
            awaited -= Int64(count)
        }

        /// Status lines end in free text, in which `{5}` is no literal. The tag of a command is no `*`.
        private var mayHaveLiteral: Bool {
            guard buffer.count > 2, buffer[0] == 0x2a else { return false }
            var scanner = Scanner(buffer, at: 1, limits: limits)
            scanner.spaces()
            guard let byte = scanner.current else { return false }
            if byte.isDigit { return true }
            let word = scanner.atom()
            for status: StaticString in ["OK", "NO", "BAD", "BYE", "PREAUTH"] where scanner.word(word, is: status) {
                return false
            }
            return true
        }

        /// The body literal that the mark announces: nil where it is another literal.
        private mutating func body(_ mark: LiteralMark) throws(Failure) -> BodyLiteral? {
            var before = mark.open
            while before > 0, buffer[before - 1] == 0x20 { before -= 1 }
            guard before > 0 else { return nil }
            let tail = buffer[..<before].suffix(13).map(\.upperCased)
            let names: [StaticString] = ["RFC822", "RFC822.TEXT", "RFC822.HEADER"]
            guard
                tail.last == 0x5d || tail.last == 0x3e
                    || names.contains(where: { tail.suffix($0.octets.count).elementsEqual($0.octets) })
            else { return nil }
            streamed.append(mark.open)
            var scanner = Scanner(buffer, streamed: streamed, limits: limits)
            guard var reader = fetch ?? FetchReader(scanner) else {
                streamed.removeLast()
                return nil
            }
            do throws(Failure) {
                try reader.read(&scanner)
            } catch {
                streamed.removeLast()
                return nil
            }
            guard scanner.isAtEnd, let last = reader.data.sections.last, case .streamed(let size) = last.content else {
                streamed.removeLast()
                return nil
            }
            // Some fields of a header are no message: they are held, as any other value is.
            if last.section.name.hasPrefix("HEADER.FIELDS"), size <= Int64(limits.literal) {
                streamed.removeLast()
                return nil
            }
            guard size <= limits.body else { throw Imap.malformed("a message of \(size) octets is too long") }
            fetch = reader
            awaited = size
            return BodyLiteral(size: size, section: last.section, fetch: reader.data)
        }

        private mutating func whole() throws(Failure) -> Response {
            defer {
                buffer.removeAll(keepingCapacity: buffer.capacity <= 1 << 16)
                streamed.removeAll(keepingCapacity: true)
                literals = 0
                fetch = nil
            }
            guard var reader = fetch else {
                return try Response.parse(buffer, streamed: streamed, limits: limits)
            }
            var scanner = Scanner(buffer, streamed: streamed, limits: limits)
            do throws(Failure) {
                try reader.read(&scanner)
                if reader.isDone { return .fetch(reader.data) }
            } catch {
                return .damaged(name: "FETCH", why: error.serverText ?? error.message)
            }
            return .damaged(name: "FETCH", why: "it has no end")
        }
    }
}
