import Base
import CMailroom
import PluginKit
import Wire

/// A stream that speaks IMAP: commands out, responses in, bodies in pieces.
final class ImapConnection {
    /// What comes next from the server.
    enum Arrival {
        case event(Imap.Dialogue.Event)
        /// Octets of a message follow: `body` passes them on. What is not asked for is read past.
        case body(Imap.BodyLiteral)
    }

    /// Octets of a message that are in memory at one time.
    private static let piece = 64 << 10

    private let stream: Stream
    private let limits: Imap.Limits
    private(set) var dialogue = Imap.Dialogue()
    /// What is known of the server.
    private(set) var quirks = Quirks()
    /// Where the mailboxes of others are: nil until the server was asked.
    var namespaces: Imap.Namespaces?
    /// Whether COMPRESS was said.
    var hasCompressed = false
    /// Whether the mailbox was opened with QRESYNC.
    var hasResynced = false
    private var reader: Imap.ResponseReader
    /// Only while something is asked for: thousands of connections wait.
    private var held: UnsafeMutableRawBufferPointer?
    private(set) var isBroken = false
    /// Lines that a server's talk may still bring into the log.
    private var linesToLog = 32

    init(_ stream: Stream, limits: Imap.Limits = .init()) {
        self.stream = stream
        self.limits = limits
        reader = Imap.ResponseReader(limits: limits)
    }

    deinit { release() }

    private var buffer: UnsafeMutableRawBufferPointer {
        if let held { return held }
        let made = UnsafeMutableRawBufferPointer.allocate(byteCount: ImapConnection.piece, alignment: 16)
        held = made
        return made
    }

    private func release() {
        held?.deallocate()
        held = nil
    }

    var capabilities: Imap.Capabilities { dialogue.capabilities ?? Imap.Capabilities() }

    /// Whether a new command may be started, and its answer be told from others.
    var isIdle: Bool { !isBroken && dialogue.inFlight == 0 && reader.remaining == 0 }

    /// Hangs up without a word.
    func abandon() {
        isBroken = true
        stream.close()
    }

    /// What a failure at the opening means.
    func explain(_ failure: Failure, _ server: ServerSettings) -> Failure {
        stream.explain(failure, server, speaks: "IMAP")
    }

    /// Adds the step to a failure, and gives the connection up: its place in the dialogue is lost.
    private func broken(_ failure: Failure) -> Failure {
        var failure = failure
        if failure.step == nil { failure.step = dialogue.step }
        abandon()
        return failure
    }

    /// Leaves out what is known to be broken in the server, and what the settings (`off`) say.
    func avoid(_ quirks: Quirks, _ off: Set<String>) {
        self.quirks = quirks
        dialogue.off = quirks.off.union(off)
    }

    /// What says that one is still there, and does nothing.
    var sign: Imap.Command {
        quirks.hangsUpOnNoop ? .status(mailbox: Array("INBOX".utf8), items: ["MESSAGES"]) : .noop
    }

    // MARK: Out

    /// Sends a command. Its end arrives as `.done` with this tag.
    func start(_ host: Host, _ command: Imap.Command) throws(Failure) -> Imap.Dialogue.Tag {
        let tag = try dialogue.start(command)
        try flush(host)
        return tag
    }

    /// Keeps a command, to be sent along with the next one.
    func queue(_ command: Imap.Command) throws(Failure) -> Imap.Dialogue.Tag { try dialogue.start(command) }

    func flush(_ host: Host) throws(Failure) {
        let bytes = dialogue.takeOutput()
        if bytes.isEmpty { return }
        do throws(Failure) {
            try stream.write(host, bytes)
        } catch {
            throw broken(error)
        }
    }

    /// Octets that a command needs besides its line: those of a message.
    func send(_ host: Host, _ bytes: UnsafeRawBufferPointer) throws(Failure) {
        do throws(Failure) {
            try stream.write(host, bytes)
        } catch {
            throw broken(error)
        }
    }

    /// Ends an APPEND's message, or an IDLE. The command's own end is still to come.
    func end(_ host: Host, _ tag: Imap.Dialogue.Tag) throws(Failure) {
        try dialogue.end(tag)
        try flush(host)
    }

    /// Leaves the stream to the host, until something comes or the time (ms) is over.
    func park(_ host: Host, wakeAfter milliseconds: Int64) throws(Failure) {
        release()
        do throws(Failure) {
            try stream.park(host, wakeAfter: milliseconds)
        } catch {
            throw broken(error)
        }
    }

    // MARK: In

    /// The next thing that concerns the caller. A BYE that nobody asked for is thrown.
    func next(_ host: Host) throws(Failure) -> Arrival {
        do throws(Failure) {
            try pass(host) { _ in }
            while true {
                let line = try stream.readLine(host, limit: limits.line)
                var step = try reader.line(line)
                while case .literal(let size) = step {
                    let count = try stream.read(
                        host, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(size, buffer.count)]))
                    step = try reader.literal(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                }
                switch step {
                case .line, .literal: continue
                case .body(let literal): return .body(literal)
                case .response(let response):
                    if let event = try take(host, response) { return .event(event) }
                }
            }
        } catch {
            throw broken(error)
        }
    }

    private func take(_ host: Host, _ response: Imap.Response) throws(Failure) -> Imap.Dialogue.Event? {
        let step = dialogue.step
        let event = try dialogue.receive(response)
        for alert in dialogue.takeAlerts() { log(host, 4, "the server wants this to be read: \(alert)") }
        switch event {
        case .nothing:
            try flush(host)
            return nil
        case .bye(let status): throw Imap.Refusal.failure(status, step: step)
        case .untagged(.damaged(let name, let why)):
            log(host, 7, "unreadable \(name): \(why)")
            return event
        case .done:
            if dialogue.inFlight == 0 { release() }
            return event
        case .greeting, .untagged, .goAhead: return event
        }
    }

    private func log(_ host: Host, _ level: Int32, _ text: String) {
        guard linesToLog > 0 else { return }
        linesToLog -= 1
        host.log(level, text)
    }

    /// Passes the octets of the present literal on, as they come.
    func body(_ host: Host, _ take: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        do throws(Failure) {
            try pass(host, take)
        } catch {
            throw broken(error)
        }
    }

    private func pass(_ host: Host, _ take: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        while reader.remaining > 0 {
            let size = Int(min(Int64(buffer.count), reader.remaining))
            let count = try stream.read(host, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]))
            try reader.passed(count)
            try take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    // MARK: One command at a time

    /// Sends a command and waits for its end; its data goes to `data`.
    func run(
        _ host: Host, _ command: Imap.Command, _ data: (Imap.Response) throws(Failure) -> Void = { _ in }
    ) throws(Failure) -> Imap.Status {
        let tag = try start(host, command)
        while true {
            switch try next(host) {
            case .event(.done(tag, let status)): return status
            case .event(.untagged(let response)): try data(response)
            case .event, .body: continue
            }
        }
    }

    /// As `run`; anything but OK is thrown.
    func must(
        _ host: Host, _ command: Imap.Command, _ data: (Imap.Response) throws(Failure) -> Void = { _ in }
    ) throws(Failure) {
        let status = try run(host, command, data)
        if status.kind != .ok { throw Imap.Refusal.failure(status, step: command.step) }
    }

    /// TLS from here on. What the server said before is forgotten.
    func startTLS(_ host: Host) throws(Failure) {
        do throws(Failure) {
            try stream.startTLS(host)
        } catch {
            // The step is the host's to say: tls, or starttls where something was injected.
            abandon()
            throw error
        }
    }

    /// Compression from here on.
    func startDeflate(_ host: Host) throws(Failure) {
        do throws(Failure) {
            try stream.startDeflate(host)
        } catch {
            var failure = error
            if failure.step == nil { failure.step = "compress" }
            throw broken(failure)
        }
    }

    /// Says goodbye without waiting for the answer, and hangs up.
    func logout(_ host: Host) {
        if isIdle { _ = try? start(host, .logout) }
        abandon()
    }
}
