import Base
import PluginKit
import Wire

extension ImapConnection {
    /// Commands in flight at one time. Outlook.com loses its place in about 50 STATUS commands that come at once.
    private static let window = 20

    /// Runs commands whose answers do not depend on each other, several in flight, and gives their ends in the order of
    /// the commands. All data goes to `data`. A failure that is not the one command's own (throttled, an outage)
    /// is thrown.
    func batch(
        _ host: Host, _ commands: [Imap.Command], _ data: (Imap.Response) throws(Failure) -> Void
    ) throws(Failure) -> [Imap.Status] {
        var statuses = [Imap.Status](repeating: Imap.Status(.bad, text: ""), count: commands.count)
        var tags: [Imap.Dialogue.Tag: Int] = [:]
        var next = 0
        var failure: Failure?
        while next < commands.count || !tags.isEmpty {
            if failure != nil { next = commands.count }
            while next < commands.count, tags.count < Self.window, dialogue.mayStart {
                tags[try queue(commands[next])] = next
                next += 1
            }
            if tags.isEmpty { break }
            try flush(host)
            switch try self.next(host) {
            case .event(.untagged(let response)): try data(response)
            case .event(.done(let tag, let status)):
                guard let index = tags.removeValue(forKey: tag) else { continue }
                statuses[index] = status
                let refusal = Imap.Refusal.failure(status, step: commands[index].step)
                if status.kind != .ok, failure == nil, !Imap.Refusal.isOwn(refusal) { failure = refusal }
            case .event, .body: continue
            }
        }
        if let failure { throw failure }
        return statuses
    }
}
