import Base
import CMailroom
import Glibc
import PluginKit
import Wire

/// A stream that speaks POP3: commands out, lines and messages in.
final class Pop3Connection {
    /// Octets that are in memory at one time: more than a line may have.
    private static let piece = 64 << 10

    private let stream: Stream
    private let limits: Pop3.Limits
    private var dialogue: Pop3.Dialogue
    /// Only while something is asked for.
    private var memory: UnsafeMutableRawBufferPointer?
    /// What was read and not used yet.
    private var held = 0..<0
    /// Until TLS may still begin, lines come from the host, which would see bytes that were slipped in before it.
    private var mayBuffer: Bool
    private var message: [UInt8] = []
    private(set) var isBroken = false
    /// What the server asks for between two logins.
    var loginDelayMs: Int64?
    /// Whether TOP works; false once it was refused.
    var hasTop = true

    init(_ stream: Stream, mayBuffer: Bool, limits: Pop3.Limits = .init()) {
        self.stream = stream
        self.limits = limits
        self.mayBuffer = mayBuffer
        dialogue = Pop3.Dialogue(limits: limits)
    }

    deinit { memory?.deallocate() }

    private var buffer: UnsafeMutableRawBufferPointer {
        if let memory { return memory }
        let made = UnsafeMutableRawBufferPointer.allocate(byteCount: Pop3Connection.piece, alignment: 16)
        memory = made
        return made
    }

    /// Nothing is asked for any more.
    private func release() {
        guard held.isEmpty else { return }
        memory?.deallocate()
        memory = nil
        held = 0..<0
        message = []
    }

    var capabilities: Pop3.Capabilities? { dialogue.capabilities }
    var timestamp: String? { dialogue.timestamp }
    var tokenRefusal: TokenRefusal? { dialogue.tokenRefusal }
    var isPipelining: Bool { dialogue.capabilities?.pipelining == true }

    /// Whether a command may be said, and its answer be told from others.
    var isReady: Bool { !isBroken && dialogue.state == .transaction && dialogue.inFlight == 0 }

    /// Hangs up without a word: what was marked for removal stays on the server.
    func abandon() {
        isBroken = true
        stream.close()
    }

    /// What a failure at the opening means.
    func explain(_ failure: Failure, _ server: ServerSettings) -> Failure {
        stream.explain(failure, server, speaks: "POP3")
    }

    /// Adds the step to a failure, and gives the connection up: its place in the dialogue is lost.
    private func broken(_ failure: Failure, _ step: String) -> Failure {
        var failure = failure
        if failure.step == nil { failure.step = step }
        abandon()
        return failure
    }

    func refusal(_ reply: Pop3.Reply, _ step: String) -> Failure {
        Pop3.Refusal.failure(reply, step: step, loginDelay: loginDelayMs)
    }

    // MARK: In and out

    private func flush(_ host: Host) throws(Failure) {
        let bytes = dialogue.takeOutput()
        if !bytes.isEmpty { try stream.write(host, bytes) }
    }

    /// Reads more behind what is held. The buffer has room: no line is as long as it.
    private func fill(_ host: Host) throws(Failure) {
        if held.lowerBound > 0, let base = buffer.baseAddress {
            memmove(base, base + held.lowerBound, held.count)
            held = 0..<held.count
        }
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer[held.upperBound...])
        held = 0..<held.count + (try stream.read(host, into: room))
    }

    /// The next line, without its end. It lives until the next call.
    private func line(_ host: Host) throws(Failure) -> UnsafeRawBufferPointer {
        guard mayBuffer else { return try stream.readLine(host, limit: limits.line) }
        var looked = 0
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: buffer[held])
            if let base = rest.baseAddress, let found = memchr(base + looked, 10, rest.count - looked) {
                let end = UnsafeRawPointer(found) - base
                held = held.lowerBound + end + 1..<held.upperBound
                let isCR = end > 0 && rest[end - 1] == 13
                return UnsafeRawBufferPointer(rebasing: rest[..<(isCR ? end - 1 : end)])
            }
            looked = rest.count
            guard looked <= limits.line else {
                throw Failure(MR_E_PROTOCOL, "the server sent a line that does not end")
            }
            try fill(host)
        }
    }

    /// The next event that is not only the dialogue's own business, and the line that brought it.
    private func next(_ host: Host) throws(Failure) -> (event: Pop3.Dialogue.Event, line: UnsafeRawBufferPointer) {
        while true {
            let line = try line(host)
            let event = try dialogue.line(line)
            guard case .nothing = event else { return (event, line) }
            try flush(host)
        }
    }

    // MARK: Whole answers

    /// What the server says first; a refusal is thrown.
    func greet(_ host: Host) throws(Failure) {
        do throws(Failure) {
            guard case .greeting(let reply) = try next(host).event else {
                throw Failure(MR_E_PROTOCOL, "the server does not greet as a POP3 server does")
            }
            if !reply.isOK { throw refusal(reply, "greeting") }
        } catch {
            throw broken(error, "greeting")
        }
    }

    /// Says commands, and hands over their answers in order: together where the server takes it so, else one by one.
    /// - Parameters:
    ///   - entry: lines of listings, without their ends.
    ///   - content: the octets of messages, in pieces.
    ///   - reply: the first line of each answer, before its lines or octets; with the index of its command.
    ///   - ended: the answer of that command is whole.
    func run(
        _ host: Host, _ commands: [Pop3.Command],
        entry: (UnsafeRawBufferPointer) throws(Failure) -> Void = { _ in },
        content: (UnsafeRawBufferPointer) throws(Failure) -> Void = { _ in },
        reply: (Int, Pop3.Reply) throws(Failure) -> Void,
        ended: (Int) throws(Failure) -> Void = { _ in }
    ) throws(Failure) {
        var step = commands.first?.step ?? "read"
        do throws(Failure) {
            let together = isPipelining
            if together {
                for command in commands { _ = try dialogue.start(command) }
                try flush(host)
            }
            for (index, command) in commands.enumerated() {
                step = command.step
                if !together {
                    _ = try dialogue.start(command)
                    try flush(host)
                }
                try answer(host, index, entry, content, reply)
                try ended(index)
            }
            release()
        } catch {
            throw broken(error, step)
        }
    }

    private func answer(
        _ host: Host, _ index: Int, _ entry: (UnsafeRawBufferPointer) throws(Failure) -> Void,
        _ content: (UnsafeRawBufferPointer) throws(Failure) -> Void,
        _ reply: (Int, Pop3.Reply) throws(Failure) -> Void
    ) throws(Failure) {
        while true {
            if dialogue.isInContent {
                try octets(host, content)
                return
            }
            let (event, line) = try next(host)
            switch event {
            case .done(_, let said): return try reply(index, said)
            case .begun(_, let said): try reply(index, said)
            case .entry(_, let skip): try entry(UnsafeRawBufferPointer(rebasing: line[skip...]))
            case .ended: return
            case .greeting, .nothing: continue
            }
        }
    }

    /// The octets of one message, to its end.
    private func octets(
        _ host: Host, _ take: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        while dialogue.isInContent {
            if held.isEmpty { try fill(host) }
            message.removeAll(keepingCapacity: true)
            let (taken, _) = try dialogue.content(UnsafeRawBufferPointer(rebasing: buffer[held]), into: &message)
            held = held.lowerBound + taken..<held.upperBound
            if !message.isEmpty { try message.withBytes(take) }
        }
    }

    /// One command, and the first line of its answer.
    func ask(_ host: Host, _ command: Pop3.Command) throws(Failure) -> Pop3.Reply {
        var said: Pop3.Reply?
        try run(host, [command], reply: { (_, reply) throws(Failure) in said = reply })
        guard let said else { throw broken(Failure(MR_E_PROTOCOL, "the server did not answer"), command.step) }
        return said
    }

    /// TLS from here on. What the server said before is forgotten.
    func startTLS(_ host: Host) throws(Failure) {
        do throws(Failure) {
            try stream.startTLS(host)
            mayBuffer = true
        } catch {
            // The step is the host's to say: tls, or starttls where something was injected.
            abandon()
            throw error
        }
    }

    /// Ends the session: only now is removed what was marked (RFC 1939, section 6).
    /// - Returns: what the server says to it.
    func quit(_ host: Host) throws(Failure) -> Pop3.Reply {
        let reply = try ask(host, .quit)
        abandon()
        return reply
    }
}
