import Base
import CMailroom
import PluginKit
import Wire

/// A stream that speaks SMTP: commands out, whole replies in.
final class SmtpConnection {
    let stream: Stream
    private(set) var isBroken = false

    init(_ stream: Stream) {
        self.stream = stream
    }

    /// Hangs up without a word. For a dialogue that has lost its place.
    func abandon() {
        isBroken = true
        stream.close()
    }

    /// Writes bytes. A failure carries the step.
    func write(_ host: Host, _ bytes: [UInt8], _ step: SmtpStep) throws(Failure) {
        do throws(Failure) {
            try stream.write(host, bytes)
        } catch {
            throw broken(error, step)
        }
    }

    /// The next reply, whatever it says. One that makes no sense is `MR_E_PROTOCOL`; the connection is closed then.
    func reply(_ host: Host, _ step: SmtpStep) throws(Failure) -> SmtpReply {
        do throws(Failure) {
            var parser = SmtpReplyParser()
            while true {
                let line = try stream.readLine(host, limit: SmtpReplyParser.lineLimit)
                if let reply = try parser.feed(line) { return reply }
            }
        } catch {
            throw broken(error, step)
        }
    }

    /// Writes a command and waits for its reply.
    func exchange(_ host: Host, _ command: SmtpCommand, _ step: SmtpStep) throws(Failure) -> SmtpReply {
        try write(host, command.encoded(), step)
        return try reply(host, step)
    }

    func broken(_ failure: Failure, _ step: SmtpStep) -> Failure {
        abandon()
        var failure = failure
        if failure.step == nil { failure.step = step.rawValue }
        return failure
    }
}
