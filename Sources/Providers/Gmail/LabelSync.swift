import Base
import CMailroom
import PluginKit

/// Brings one folder up to date: by the account's history, or, the first time and where the history is not kept so far back, by
/// comparing what the folder has with what the store has.
struct LabelSync {
    private let host: Host
    private let session: GmailSession
    private let folder: Fields
    private let place: FolderPlace
    private let fields: [String]?
    private let since: Int64?

    init(_ host: Host, _ session: GmailSession, _ folder: Fields) throws(Failure) {
        self.host = host
        self.session = session
        self.folder = folder
        place = try FolderPlace(folder)
        since = folder.int("since")
        fields = folder.int("header") == 1 ? GmailMessage.people : folder.int("ask") == 1 ? ["Message-ID"] : nil
    }

    func run(_ bytes: [UInt8]) throws(Failure) {
        guard !bytes.isEmpty else { return try compare(from: session.past(host)) }
        let cursor = try GmailCursor(bytes)
        guard cursor.isComplete else { return try compare(from: cursor.history) }
        // The history is not believed either.
        if folder.int("walk") == 1 { return try compare(from: session.past(host)) }
        guard let history = try session.history(host, from: cursor.history, for: place.label) else {
            return try compare(from: session.latest(host))
        }
        try follow(history, since: cursor.history)
    }

    // MARK: by the history

    private func follow(_ history: MailboxHistory, since: UInt64) throws(Failure) {
        let ids = history.touched(place.label, since: since)
        var answers = try history.messages(host, session.api, ids, fields: fields)
        var owed = try OwedMessages(host)
        let rest = Set(owed.of(place.label)).subtracting(ids).sorted()
        answers += zip(rest, try session.api.look(host, rest, fields: fields)).map { (id: $0, answer: $1) }
        // Until all has been taken, the next sync begins where this one did.
        let store = { () throws(Failure) in
            try host.commit(GmailCursor(history: since, isComplete: true).bytes)
        }
        let intake = MessageIntake(host, session.api, store)
        var present: [GmailMessage] = []
        var refused: [(id: String, failure: Failure)] = []
        var known: [String: FlagSets.Flags]?
        for (id, answer) in answers {
            switch answer {
            case .there(let message) where place.has(message): present.append(message)
            case .refused(let failure):
                // Nothing is known of its flags: those of a message that the store has stay as they are.
                if known == nil { known = try storedFlags() }
                if known?[id] != nil { refused.append((id, failure)) } else { try intake.refused(id, failure) }
            default: if try host.emit("gone", Record(["ref": .text(id)])) { try store() }
            }
        }
        present.sort { ($0.date ?? 0, $0.id) > ($1.date ?? 0, $1.id) }
        try intake.take(present)
        try owed.set(host, place.label, refused)
        try host.commit(GmailCursor(history: history.to, isComplete: true).bytes)
    }

    // MARK: by comparing

    private func compare(from history: UInt64) throws(Failure) {
        var known = try storedFlags()
        let states = known.isEmpty ? nil : try FlagSets(host, session.api, place)
        let recent = try recentOnes()
        let open = GmailCursor(history: history, isComplete: false).bytes
        let store = { () throws(Failure) in try host.commit(open) }
        let intake = MessageIntake(host, session.api, store)
        var done: Int64 = 0
        let (labels, search) = place.question
        // A message that comes while the pages are read moves others onto the next one.
        var seen: Set<String> = []
        try session.api.list(host, labels: labels, search: search) { (ids, about) throws(Failure) in
            var new: [String] = []
            for id in ids where seen.insert(id).inserted {
                guard let flags = known.removeValue(forKey: id) else {
                    if recent?.contains(id) ?? true { new.append(id) }
                    continue
                }
                if let now = states?.flags(of: id, in: place.label), now != flags,
                    try host.emit("flags", Record(["ref": .text(id), "flags": .text(FlagSets.text(now))]))
                {
                    try store()
                }
            }
            for start in stride(from: 0, to: new.count, by: BatchBody.most) {
                let some = Array(new[start..<min(start + BatchBody.most, new.count)])
                var present: [GmailMessage] = []
                for (id, answer) in zip(some, try session.api.messages(host, some, fields: fields)) {
                    switch answer {
                    case .there(let message) where place.has(message): present.append(message)
                    case .refused(let failure): try intake.refused(id, failure)
                    // What has left the folder meanwhile is the history's to tell.
                    default: continue
                    }
                }
                try intake.take(present)
                host.progress(done: done + Int64(ids.count - new.count + start + some.count), total: max(about, done))
            }
            done += Int64(ids.count)
            host.progress(done: done, total: max(about, done))
        }
        let refused = try confirm(known.keys.sorted(), store)
        host.progress(done: Int64(seen.count), total: Int64(seen.count))
        try host.emit("complete")
        var owed = try OwedMessages(host)
        try owed.set(host, place.label, refused)
        try host.commit(GmailCursor(history: history, isComplete: true).bytes)
    }

    /// What the store has and the list did not show: a list is made from an index, which may be behind, so the messages are
    /// asked themselves before they count as gone. Nothing would tell of them again.
    /// - Returns: of which Gmail does not say it.
    private func confirm(
        _ refs: [String], _ store: () throws(Failure) -> Void
    ) throws(Failure) -> [(id: String, failure: Failure)] {
        var refused: [(id: String, failure: Failure)] = []
        for start in stride(from: 0, to: refs.count, by: BatchBody.most) {
            let some = Array(refs[start..<min(start + BatchBody.most, refs.count)])
            for (id, answer) in zip(some, try session.api.messages(host, some)) {
                switch answer {
                case .there(let message) where place.has(message): continue
                case .refused(let failure): refused.append((id, failure))
                default: if try host.emit("gone", Record(["ref": .text(id)])) { try store() }
                }
            }
        }
        return refused
    }

    /// What the store has of the folder, with its flags.
    private func storedFlags() throws(Failure) -> [String: FlagSets.Flags] {
        var known: [String: FlagSets.Flags] = [:]
        var after: Int64 = 0
        repeat {
            let page = try host.known(folder, after: after)
            for item in page.items { known[item.ref] = FlagSets.Flags(item.flags) }
            after = page.next
        } while after != 0
        return known
    }

    /// Where older mail is not kept: the messages that are new enough, or nearly.
    private func recentOnes() throws(Failure) -> Set<String>? {
        guard let since else { return nil }
        var recent: Set<String> = []
        let (labels, search) = place.question
        let day: Int64 = 86_400
        let words = [search, "after:\(max(since / 1000 - day, 1))"].filter { !$0.isEmpty }.joined(separator: " ")
        try session.api.list(host, labels: labels, search: words) { (ids, _) throws(Failure) in recent.formUnion(ids) }
        return recent
    }
}
