import Base
import CMailroom

extension Pop3 {
    /// The state of one connection (RFC 1939, section 3): what was said, what was answered, what may be said.
    ///
    /// The driver starts commands, writes what `takeOutput` gives, and hands in what comes: lines, and where
    /// `isInContent` the octets of a message. Answers come in the order of the commands. More than one command may
    /// be in flight where the server offers PIPELINING.
    package struct Dialogue: Sendable {
        package enum State: Sendable, Equatable {
            case greeting, authorization, transaction
            /// After QUIT was answered: nothing more can be said.
            case closed
        }

        package typealias Tag = UInt32

        package enum Event: Sendable, Equatable {
            case greeting(Reply)
            /// A command is over: its answer was this line alone.
            case done(Tag, Reply)
            /// The answer begins: lines or octets follow.
            case begun(Tag, Reply)
            /// The line is one of a listing; the first so many octets of it are not a part of it.
            case entry(Tag, skip: Int)
            /// The listing or the message is whole: the command is over.
            case ended(Tag)
            /// The state took it in; there may be output.
            case nothing
        }

        package private(set) var state = State.greeting
        /// What the last answer to CAPA said; nil where it was not asked in this state of the connection, or refused.
        package private(set) var capabilities: Capabilities?
        /// Of the greeting, for APOP.
        package private(set) var timestamp: String?

        /// Why the server refused a token, as it said it before it refused the login.
        package private(set) var tokenRefusal: TokenRefusal?

        private struct Pending {
            let tag: Tag
            let command: Command
            /// Lines that wait for the server's go-ahead.
            var chunks: ArraySlice<[UInt8]>
            var hasBegun = false
            var lines = 0
        }
        private var pending: [Pending] = []
        private var output: [UInt8] = []
        private var last: Tag = 0
        private var told = Capabilities()
        private var content = Content()
        private let limits: Limits

        package init(limits: Limits = .init()) { self.limits = limits }

        /// How many commands are not answered yet.
        package var inFlight: Int { pending.count }

        /// Whether the next octets are those of a message, for `content`.
        package var isInContent: Bool { pending.first.map { $0.hasBegun && $0.command.answer == .content } ?? false }

        /// The step of the command that is being answered.
        package var step: String { pending.first?.command.step ?? (state == .greeting ? "greeting" : "read") }

        /// Takes a command into the output.
        /// - Throws: `MR_E_INTERNAL` where it is not its turn; `MR_E_INVALID` where it cannot be said.
        package mutating func start(_ command: Command) throws(Failure) -> Tag {
            guard isTurn(command) else { throw Failure(MR_E_INTERNAL, "a command out of turn: \(command.step)") }
            let chunks = try command.encoded()
            last &+= 1
            output.append(contentsOf: chunks[0])
            pending.append(Pending(tag: last, command: command, chunks: chunks[1...]))
            if command == .capa { told = Capabilities() }
            if case .auth = command { tokenRefusal = nil }
            return last
        }

        private func isTurn(_ command: Command) -> Bool {
            if !pending.isEmpty, state != .transaction || capabilities?.pipelining != true { return false }
            switch command {
            case .capa, .quit: return state == .authorization || state == .transaction
            case .stls, .user, .pass, .apop, .auth: return state == .authorization
            case .stat, .list, .uidl, .retr, .top, .dele, .rset, .noop: return state == .transaction
            }
        }

        /// What is to be written now.
        package mutating func takeOutput() -> [UInt8] {
            defer { output.removeAll() }
            return output
        }

        /// Takes a line without its CRLF.
        /// - Throws: `MR_E_PROTOCOL` where it makes no sense at this point; what the server says to go with it where
        ///   it ends the session unasked.
        package mutating func line(_ line: UnsafeRawBufferPointer) throws(Failure) -> Event {
            guard line.count <= limits.line else { throw Pop3.malformed("a line is too long", line.prefix(80)) }
            if let first = pending.first, first.hasBegun { return try listed(line, first) }
            guard let reply = Reply(line) else { throw Pop3.malformed("no reply of POP3", line) }
            guard let first = pending.first else { return try unasked(reply) }
            if reply.kind == .goAhead { return try goAhead(first, reply) }
            if reply.isOK, first.command.answer != .line {
                pending[0].hasBegun = true
                if first.command.answer == .content { content = Content(limit: limits.message) }
                return .begun(first.tag, reply)
            }
            pending.removeFirst()
            settle(first.command, reply)
            return .done(first.tag, reply)
        }

        private mutating func unasked(_ reply: Reply) throws(Failure) -> Event {
            guard state == .greeting else {
                if reply.kind == .err { throw Refusal.failure(reply, step: "read") }
                throw Pop3.malformed("an answer to no command", Array(reply.words.utf8))
            }
            guard reply.kind != .goAhead else { throw Pop3.malformed("no greeting", Array(reply.words.utf8)) }
            state = reply.isOK ? .authorization : .closed
            timestamp = Pop3.timestamp(reply)
            return .greeting(reply)
        }

        private mutating func goAhead(_ first: Pending, _ reply: Reply) throws(Failure) -> Event {
            guard case .auth(let mechanism) = first.command else {
                throw Pop3.malformed("a go-ahead that nothing waits for", Array(reply.words.utf8))
            }
            if first.chunks.isEmpty, tokenRefusal == nil, let answer = mechanism.answerToRefusal,
                let refusal = TokenRefusal(challenge: reply.text)
            {
                tokenRefusal = refusal
                pending[0].lines = 1
                output.append(contentsOf: Array(Base64.encode(answer).utf8) + [13, 10])
            } else if let chunk = first.chunks.first {
                pending[0].chunks.removeFirst()
                output.append(contentsOf: chunk)
            } else if first.lines == 0, mechanism.responses.count == 1 {
                // It overlooked the initial response, and asks for it again.
                pending[0].lines = 1
                output.append(contentsOf: Array(Base64.encode(mechanism.responses[0]).utf8) + [13, 10])
            } else if first.lines < 2 {
                // It wants more than there is to say: the login is given up (RFC 5034, section 4).
                pending[0].lines = 2
                output.append(contentsOf: [UInt8(ascii: "*"), 13, 10])
            } else {
                throw Pop3.malformed("a login that does not end", Array(reply.words.utf8))
            }
            return .nothing
        }

        private mutating func listed(_ line: UnsafeRawBufferPointer, _ first: Pending) throws(Failure) -> Event {
            guard first.command.answer == .listing else { throw Pop3.malformed("a line inside a message") }
            var skip = 0
            if line.first == UInt8(ascii: ".") {
                if line.count == 1 {
                    pending.removeFirst()
                    if first.command == .capa { capabilities = told }
                    return .ended(first.tag)
                }
                skip = 1
            }
            pending[0].lines += 1
            guard pending[0].lines <= limits.lines else { throw Pop3.malformed("a listing that does not end") }
            if first.command == .capa { told.add(UnsafeRawBufferPointer(rebasing: line[skip...])) }
            return .entry(first.tag, skip: skip)
        }

        /// Takes octets of a message; what it is without its periods is appended to `output`.
        /// - Returns: how many octets were the message's, and `.ended` where it is whole.
        package mutating func content(
            _ octets: UnsafeRawBufferPointer, into output: inout [UInt8]
        ) throws(Failure) -> (taken: Int, event: Event) {
            guard isInContent, let first = pending.first else { throw Pop3.malformed("octets outside of a message") }
            let taken = try content.feed(octets, into: &output)
            guard content.isOver else { return (taken, .nothing) }
            pending.removeFirst()
            return (taken, .ended(first.tag))
        }

        private mutating func settle(_ command: Command, _ reply: Reply) {
            switch command {
            case .stls where reply.isOK:
                // What was said in plain text is void (RFC 2595, section 4).
                capabilities = nil
                timestamp = nil
            case .capa: capabilities = nil
            case .pass where reply.isOK, .apop where reply.isOK, .auth where reply.isOK: state = .transaction
            case .quit: state = .closed
            default: break
            }
        }
    }
}
