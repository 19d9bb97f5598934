import Base
import CMailroom

extension Imap {
    /// The state of one connection (RFC 9051, section 3): what was said, what was answered, what may be said.
    ///
    /// The driver starts commands, writes what `takeOutput` gives, and hands in every response. Several commands
    /// may be in flight; the server answers them in order, each with its tag.
    package struct Dialogue: Sendable {
        package enum State: Sendable, Equatable {
            case greeting, notAuthenticated, authenticated, selected, loggedOut
        }

        package typealias Tag = UInt32

        package enum Event: Sendable, Equatable {
            case greeting(Status)
            /// Data, or a status that belongs to no command.
            case untagged(Response)
            /// The server waits for what the driver has to give: see `mayGo`.
            case goAhead(Tag)
            /// A command is over.
            case done(Tag, Status)
            /// The server hangs up, and it was not asked to.
            case bye(Status)
            /// The state took it in; nothing for the driver.
            case nothing
        }

        package private(set) var state = State.greeting
        /// Nil until the server has said them in this state of the connection; without those in `off`.
        package private(set) var capabilities: Capabilities?
        /// Capabilities that are not to be used, whatever the server says: names in upper case.
        package var off: Set<String> = [] { didSet { capabilities = said?.without(off) } }
        private var said: Capabilities? { didSet { capabilities = said?.without(off) } }
        /// What was enabled on this connection (RFC 5161): names in upper case.
        package private(set) var enabled: Set<String> = []
        package private(set) var mailbox: SelectedMailbox?
        /// Texts that must be shown to the user (`[ALERT]`): the driver takes them out.
        package private(set) var alerts: [String] = []
        /// Why the server refused a token, as it said it before it refused the login.
        package private(set) var tokenRefusal: TokenRefusal?
        /// Responses in a row that could not be read.
        package private(set) var damaged = 0

        private struct Pending {
            let tag: Tag
            let command: Command
            /// Parts that wait for the server's go-ahead.
            var chunks: ArraySlice<[UInt8]>
            /// Not all of it is said: an APPEND's message, an IDLE's DONE.
            var isOpen: Bool
        }
        private var pending: [Pending] = []
        private var output: [UInt8] = []
        private var last: Tag = 0
        /// Responses since a command ended, and how many are listened to: nobody's folder has as many messages.
        private var talk = 0
        private let longest: Int

        package init(longest: Int = 1 << 22) { self.longest = longest }

        /// Whether names and other strings are UTF-8 in both directions (RFC 6855).
        package var isUTF8: Bool { enabled.contains("UTF8=ACCEPT") }

        /// Whether a command may be started now: nothing waits for a go-ahead.
        package var mayStart: Bool {
            state != .greeting && state != .loggedOut && pending.allSatisfy { $0.chunks.isEmpty && !$0.isOpen }
        }

        /// How many commands are not answered yet.
        package var inFlight: Int { pending.count }

        /// The step of the command that is being answered.
        package var step: String { pending.first?.command.step ?? (state == .greeting ? "greeting" : "read") }

        /// Takes a command into the output. Commands behind one that waits for a go-ahead are not sent before it:
        /// `MR_E_INTERNAL` where that is tried, or before the greeting.
        package mutating func start(_ command: Command) throws(Failure) -> Tag {
            guard state != .greeting, state != .loggedOut, pending.allSatisfy({ $0.chunks.isEmpty && !$0.isOpen })
            else {
                throw Failure(MR_E_INTERNAL, "a command out of turn: \(command.step)")
            }
            last &+= 1
            let chunks = CommandEncoder(tag: "m\(last)", command, capabilities ?? Capabilities(), utf8: isUTF8).chunks
            output.append(contentsOf: chunks[0])
            pending.append(Pending(tag: last, command: command, chunks: chunks[1...], isOpen: command.isOpenEnded))
            switch command {
            case .authenticate: tokenRefusal = nil
            case .examine(let name, _): mailbox = SelectedMailbox(name: name)
            case .select(let name): mailbox = SelectedMailbox(name: name, isReadOnly: false)
            default: break
            }
            return last
        }

        /// Whether the driver may give the message of this APPEND now, or end this IDLE.
        package func mayGo(_ tag: Tag) -> Bool {
            pending.contains { $0.tag == tag && $0.isOpen && $0.chunks.isEmpty }
        }

        /// Ends what the driver had to give: the line of the APPEND, or the IDLE. `MR_E_INTERNAL` where nothing is open.
        package mutating func end(_ tag: Tag) throws(Failure) {
            guard mayGo(tag), let index = pending.firstIndex(where: { $0.tag == tag }) else {
                throw Failure(MR_E_INTERNAL, "the end of a command that is not open")
            }
            pending[index].isOpen = false
            output.append(contentsOf: (pending[index].command == .idle ? "DONE\r\n" : "\r\n").utf8)
        }

        /// What is to be written now.
        package mutating func takeOutput() -> [UInt8] {
            defer { output.removeAll() }
            return output
        }

        package mutating func takeAlerts() -> [String] {
            defer { alerts.removeAll() }
            return alerts
        }

        /// Takes a response in. `MR_E_PROTOCOL` where it fits no command.
        package mutating func receive(_ response: Response) throws(Failure) -> Event {
            talk += 1
            if talk > longest { throw Imap.malformed("it does not end") }
            if case .damaged = response { damaged += 1 } else { damaged = 0 }
            switch response {
            case .goAhead(let challenge):
                if refusesToken(challenge) { return .nothing }
                // Commands before it may be unanswered still; behind it there are none.
                guard let index = pending.firstIndex(where: { !$0.chunks.isEmpty }),
                    let chunk = pending[index].chunks.popFirst()
                else {
                    // While it idles, some say "+ still idling".
                    if pending.first?.command == .idle { return .nothing }
                    throw Imap.malformed("a go-ahead that nothing waits for")
                }
                output.append(contentsOf: chunk)
                return mayGo(pending[index].tag) ? .goAhead(pending[index].tag) : .nothing
            case .tagged(let name, let status):
                return try finish(name, status)
            case .status(let status):
                return try untagged(status)
            case .capability(let names):
                said = names
                return .untagged(response)
            case .enabled(let names):
                if enabled.count < 100 { enabled.formUnion(names) }
                return .untagged(response)
            case .damaged:
                if damaged > 1000 { throw Imap.malformed("too many unreadable responses") }
                return .untagged(response)
            default:
                if state == .greeting { throw Imap.malformed("no greeting") }
                mailbox?.take(response)
                return .untagged(response)
            }
        }

        /// Answers the challenge that stands before the refusal of a token: once.
        private mutating func refusesToken(_ challenge: String) -> Bool {
            guard let first = pending.first, first.chunks.isEmpty, case .authenticate(let mechanism) = first.command,
                tokenRefusal == nil, let answer = mechanism.answerToRefusal,
                let refusal = TokenRefusal(challenge: challenge)
            else { return false }
            tokenRefusal = refusal
            output.append(contentsOf: (Base64.encode(answer) + "\r\n").utf8)
            return true
        }

        private mutating func untagged(_ status: Status) throws(Failure) -> Event {
            take(status)
            if state == .greeting {
                switch status.kind {
                case .ok: state = .notAuthenticated
                case .preauth: state = .authenticated
                case .bye: state = .loggedOut
                case .no, .bad: throw Imap.malformed("no greeting", ArraySlice(status.words.utf8))
                }
                return .greeting(status)
            }
            guard status.kind == .bye else { return .untagged(.status(status)) }
            let asked = pending.contains { $0.command == .logout }
            state = .loggedOut
            return asked ? .nothing : .bye(status)
        }

        /// Codes count wherever they stand.
        private mutating func take(_ status: Status) {
            guard let code = status.code else { return }
            if case .capability(let names) = code.value, !names.names.isEmpty { said = names }
            if code.name == "ALERT", alerts.count < 16 { alerts.append(status.text) }
            mailbox?.take(code)
        }

        private mutating func finish(_ name: String, _ status: Status) throws(Failure) -> Event {
            guard name.utf8.first == 0x6d, let tag = Tag(name.dropFirst()),
                let index = pending.firstIndex(where: { $0.tag == tag })
            else { throw Imap.malformed("an answer to no command", ArraySlice("\(name) \(status.words)".utf8)) }
            guard status.kind == .ok || status.kind == .no || status.kind == .bad else {
                throw Imap.malformed("an answer that is neither OK, NO nor BAD", ArraySlice(status.words.utf8))
            }
            let done = pending.remove(at: index)
            talk = 0
            if case .startTLS = done.command, status.kind == .ok {
                // What was said in plain text is void (RFC 9051, section 6.2.1), a code in this very line, too.
                said = nil
                return .done(tag, status)
            }
            switch done.command {
            case .login, .authenticate:
                if status.kind == .ok {
                    state = .authenticated
                    said = nil
                }
            case .examine, .select:
                if status.kind == .ok {
                    state = .selected
                    let exists = mailbox?.exists ?? 0
                    mailbox?.existsAtSelect = exists
                } else {
                    state = .authenticated
                    mailbox = nil
                }
            case .logout: state = .loggedOut
            default: break
            }
            take(status)
            return .done(tag, status)
        }
    }
}
