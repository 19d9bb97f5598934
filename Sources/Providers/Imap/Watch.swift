import Base
import CMailroom
import PluginKit
import Wire

/// Waits for changes of folders: by IDLE (RFC 2177) of the first, and by NOTIFY (RFC 5465) of all others.
///
/// Between two calls the stream is the host's, and everything that the server said is either read or still in the
/// host's buffers: nothing is kept here but what was seen and not yet told.
final class Watch {
    /// Octets of names in one NOTIFY: servers limit their lines.
    private static let longestList = 6000
    private static let events = ["MessageNew", "MessageExpunge"]

    private let connection: ImapConnection
    /// How long it is parked at most (ms).
    private let renewal: Int64
    /// The paths of the folders that are watched, by the names under which the server speaks of them.
    private var paths: [[UInt8]: String] = [:]
    private var selected: String?
    /// The IDLE that is open; nil under NOTIFY of a server that has no IDLE.
    private var idle: Imap.Dialogue.Tag?
    private var exists: UInt32 = 0
    /// Paths that have news of which the host does not know yet.
    private var news: [String] = []
    /// Whether the server had too much to tell, and tells nothing under NOTIFY any more (RFC 5465, section 5.8).
    private var isOverflown = false

    init(_ host: Host, _ connection: ImapConnection) throws(Failure) {
        self.connection = connection
        renewal = try ImapSettings.idleMinutes(host) * 60_000
    }

    // MARK: Beginning

    /// Parks before it returns. `MR_E_UNSUPPORTED` where the server has neither way.
    func begin(_ host: Host, _ folders: [Fields]) throws(Failure) {
        let capabilities = connection.capabilities
        guard capabilities.has("NOTIFY") || capabilities.idle else {
            throw .unsupported("the server tells nothing by itself: it has neither NOTIFY nor IDLE")
        }
        var refusal: Failure?
        var rest = folders[...]
        while selected == nil, let folder = rest.popFirst() {
            do throws(Failure) {
                exists = try connection.examine(host, folder).exists
                let path = folder.text("path") ?? ""
                paths[key(connection.name(of: folder))] = path
                selected = path
            } catch {
                guard connection.isIdle else { throw error }
                refusal = error
                try unwatched(host, folder)
            }
        }
        guard selected != nil else { throw refusal ?? .invalid("items", "has no folder") }
        let isNotified = capabilities.has("NOTIFY") ? try notify(host, Array(rest)) : false
        if !isNotified {
            guard capabilities.idle else { throw .unsupported("the server refuses NOTIFY, and it has no IDLE") }
            for folder in rest { try unwatched(host, folder) }
        }
        // Dovecot tells of the selected mailbox in time only while it idles.
        if capabilities.idle { try startIdle(host) }
        // What came meanwhile is told as soon as the host asks: at once.
        try connection.park(host, wakeAfter: news.isEmpty ? renewal : 1)
    }

    /// The selected folder alone is watched from now on.
    private func fallBack(_ host: Host) throws(Failure) {
        isOverflown = false
        for (name, path) in paths.sorted(by: { $0.value < $1.value }) where path != selected {
            try host.emit("unwatched", Record(["path": .text(path)]))
            paths[name] = nil
        }
        if idle == nil { throw .unsupported("the server has stopped telling, and it has no IDLE") }
    }

    private func unwatched(_ host: Host, _ folder: Fields) throws(Failure) {
        try host.emit("unwatched", Record(["path": .text(folder.text("path") ?? "")]))
    }

    /// INBOX in any case is INBOX (RFC 9051, section 5.1).
    private func key(_ name: [UInt8]) -> [UInt8] {
        let inbox = Array("INBOX".utf8)
        return name.count == 5 && name.map({ $0 & 0xdf }) == inbox ? inbox : name
    }

    /// False where the server refuses it.
    private func notify(_ host: Host, _ folders: [Fields]) throws(Failure) -> Bool {
        var names: [[UInt8]] = []
        var left: [Fields] = []
        var length = 0
        for folder in folders {
            let name = connection.name(of: folder)
            length += name.count + 3
            if length > Self.longestList { left.append(folder) } else { names.append(name) }
        }
        // Not every server tells of flags in mailboxes that are not selected.
        for events in [Self.events + ["FlagChange"], Self.events] {
            let status = try run(host, .notify(Imap.Notify(selected: true, mailboxes: names, events: events)))
            guard status.kind == .ok else { continue }
            for folder in folders.prefix(names.count) {
                paths[key(connection.name(of: folder))] = folder.text("path") ?? ""
            }
            for folder in left { try unwatched(host, folder) }
            return true
        }
        return false
    }

    private func startIdle(_ host: Host) throws(Failure) {
        let tag = try connection.start(host, .idle)
        while true {
            switch try connection.next(host) {
            case .event(.goAhead(tag)):
                idle = tag
                return
            case .event(.done(tag, let status)): throw ImapConnection.refused(status, "idle")
            case .event(.untagged(let response)): take(response)
            case .event, .body: continue
            }
        }
    }

    // MARK: Going on

    /// True: `changed` was emitted.
    func wake(_ host: Host, _ reason: WakeReason) throws(Failure) -> Bool {
        switch reason {
        case .data: try read(host)
        case .timer where !news.isEmpty: break
        case .timer, .clock: try renew(host)
        case .hungUp: while true { try read(host) }
        case .stop:
            try stop(host)
            return false
        }
        let changed = news
        news = []
        for path in changed { try host.emit("changed", Record(["path": .text(path)])) }
        if isOverflown { try fallBack(host) }
        try connection.park(host, wakeAfter: renewal)
        return !changed.isEmpty
    }

    /// One response: the host wakes when a line is there, and again where more are.
    private func read(_ host: Host) throws(Failure) {
        switch try connection.next(host) {
        case .event(.untagged(let response)): take(response)
        case .event(.done(let tag, let status)) where tag == idle:
            // Some end an IDLE by themselves.
            idle = nil
            guard status.kind == .ok else { throw Imap.Refusal.failure(status, step: "idle") }
            try startIdle(host)
        case .event: break
        case .body: try connection.body(host) { _ in }
        }
    }

    /// Something is said before the server, or a box between, thinks that nobody is there (RFC 2177: 29 minutes).
    private func renew(_ host: Host) throws(Failure) {
        if idle == nil {
            let status = try run(host, connection.sign)
            if status.kind != .ok { throw Imap.Refusal.failure(status, step: "noop") }
        } else {
            try endIdle(host)
            try startIdle(host)
        }
    }

    private func endIdle(_ host: Host) throws(Failure) {
        guard let tag = idle else { return }
        idle = nil
        try connection.end(host, tag)
        while true {
            switch try connection.next(host) {
            case .event(.done(tag, let status)):
                if status.kind != .ok { throw Imap.Refusal.failure(status, step: "idle") }
                return
            case .event(.untagged(let response)): take(response)
            case .event, .body: continue
            }
        }
    }

    /// Says DONE and goodbye in one breath, and waits for nothing.
    private func stop(_ host: Host) throws(Failure) {
        if let tag = idle { try connection.end(host, tag) }
        idle = nil
        _ = try connection.start(host, .logout)
    }

    private func run(_ host: Host, _ command: Imap.Command) throws(Failure) -> Imap.Status {
        try connection.run(host, command) { response in take(response) }
    }

    // MARK: What is news

    private func take(_ response: Imap.Response) {
        switch response {
        case .exists(let count):
            // The same number again is a sign of life, and no news.
            if count != exists { tell(selected) }
            exists = count
        case .expunge, .fetch:
            exists = connection.dialogue.mailbox?.exists ?? exists
            tell(selected)
        case .vanished(let vanished) where !vanished.earlier:
            exists = connection.dialogue.mailbox?.exists ?? exists
            tell(selected)
        case .mailboxStatus(let status): tell(paths[key(status.name)])
        case .status(let status) where status.code?.name == "NOTIFICATIONOVERFLOW":
            for path in paths.values.sorted() { tell(path) }
            isOverflown = true
        default: break
        }
    }

    private func tell(_ path: String?) {
        if let path, !news.contains(path) { news.append(path) }
    }
}
