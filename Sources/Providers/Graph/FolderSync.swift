import Base
import CMailroom
import PluginKit

/// Brings one folder up to date: the first time by a list of all its messages, the newest first; then by what changed since.
final class FolderSync {
    /// Messages of a page.
    static let page = 100
    private static let mostPages = 100_000
    /// A link that says nothing new is kept for so long (ms): to store a younger one is a transaction.
    private static let linkAge: Int64 = 6 * 3_600_000

    let host: Host
    let client: GraphClient
    let folder: Fields
    let native: String
    let asksMessageID: Bool
    let asksHeader: Bool
    /// What is stored with the next commit.
    private(set) var cursor: GraphCursor?
    private var isDirty = false
    /// Of the drafts, the references under which the store has them, by their ids.
    private var versions: [String: [String]]?
    private var pages = 0
    private var done: Int64 = 0
    private var total: Int64 = 0

    init(_ host: Host, _ client: GraphClient, _ folder: Fields) {
        self.host = host
        self.client = client
        self.folder = folder
        native = String(decoding: folder.bytes("native") ?? [], as: UTF8.self)
        asksMessageID = folder.int("ask") == 1
        asksHeader = folder.int("header") == 1
    }

    func run(_ bytes: [UInt8]) throws(Failure) {
        cursor = bytes.isEmpty ? nil : try GraphCursor(bytes)
        do throws(Failure) {
            switch cursor {
            case .changes(let link, let at) where folder.int("walk") != 1: try changes(link, at)
            case .listing(let link): try list(from: link)
            case nil where try host.known(folder, after: 0).items.isEmpty: try list(from: nil)
            case nil, .comparing, .changes: try compare()
            }
        } catch {
            guard Self.isExpired(error) else { throw error }
            try compare()
        }
    }

    /// The service does not know the link any more (410, or a token that it cannot read).
    private static func isExpired(_ failure: Failure) -> Bool {
        if failure.http == 410 { return true }
        let code = failure.code?.lowercased() ?? ""
        return code == "syncstatenotfound" || code == "resyncrequired" || code == "syncstateinvalid"
    }

    // MARK: the parts

    private var first: String {
        "\(client.folder(native))/messages/delta?\(GraphMessage.query)&$orderby=receivedDateTime%20desc"
    }

    /// Lists all there is, from the beginning or from where it was left off.
    private func list(from link: String?) throws(Failure) {
        try count()
        if link != nil { done = min(try known(), total) }
        var seen: Set<Int>?
        let end = try listed(from: link, &seen) { .listing($0) }
        try host.emit("complete")
        cursor = .changes(end, at: host.now(wall: true))
        try commit()
        report(total)
    }

    /// Lists all there is, and looks for what the store has beside that.
    private func compare() throws(Failure) {
        try count()
        cursor = .comparing
        var seen: Set<Int>? = []
        let end = try listed(from: nil, &seen) { _ in .comparing }
        try commit()
        try eachKnown { (refs) throws(Failure) in
            try confirm(refs.filter { !(seen ?? []).contains(GraphMessage.id(of: $0).hashValue) })
        }
        try host.emit("complete")
        cursor = .changes(end, at: host.now(wall: true))
        try commit()
        report(total)
    }

    /// - Returns: the link from which changes are told.
    private func listed(
        from link: String?, _ seen: inout Set<Int>?, _ next: (String) -> GraphCursor
    ) throws(Failure) -> String {
        var path = link ?? first
        while true {
            let answer = try client.get(host, path, page: Self.page, step: "list")
            let items = try GraphClient.items(answer, step: "list")
            for item in items { if let id = item.text("id") { seen?.insert(id.hashValue) } }
            try take(items, isHistory: true)
            if let link = answer.text("@odata.deltaLink") { return try client.relative(link) }
            path = try following(answer, path)
            cursor = next(path)
            try commit()
            done += Int64(items.count)
            report(done)
        }
    }

    /// What changed since the link was given.
    private func changes(_ link: String, _ at: Int64) throws(Failure) {
        var path = link
        var seen: Set<String> = []
        while true {
            let answer = try client.get(host, path, page: Self.page, step: "list")
            let items = try GraphClient.items(answer, step: "list")
            for item in items { if let id = item.text("id") { seen.insert(id) } }
            try take(items, isHistory: false)
            if let link = answer.text("@odata.deltaLink") {
                try confirm(
                    folder.items("placed").compactMap { $0.text("ref") }.filter {
                        !seen.contains(GraphMessage.id(of: $0))
                    })
                let now = host.now(wall: true)
                guard isDirty || now - at > Self.linkAge || now < at else { return }
                cursor = .changes(try client.relative(link), at: now)
                return try commit()
            }
            path = try following(answer, path)
            cursor = .changes(path, at: at)
            try commit()
        }
    }

    private func following(_ answer: Record, _ path: String) throws(Failure) -> String {
        guard let link = answer.text("@odata.nextLink") else {
            throw GraphApi.damaged("a page of messages has no link to the next one", step: "list")
        }
        let next = try client.relative(link)
        pages += 1
        guard next != path, pages < Self.mostPages else { throw GraphApi.damaged("the pages do not end", step: "list") }
        return next
    }

    // MARK: what a page says

    private func take(_ items: [Record], isHistory: Bool) throws(Failure) {
        var wanted: [(GraphMessage, Wanted)] = []
        // Where a page says several things of a message, the last one holds.
        var last: [String: Int] = [:]
        for (index, item) in items.enumerated() { if let id = item.text("id") { last[id] = index } }
        for (index, item) in items.enumerated() {
            guard let message = GraphMessage(item), last[message.id] == index else { continue }
            if item["@removed"] != nil {
                try gone(message.id, but: nil)
                continue
            }
            // A change may be told without what did not change.
            guard let whole = try message.flags == nil ? again(message.id) : message else { continue }
            isDirty = true
            try gone(whole.id, but: whole.ref(in: folder))
            let answer = try host.want(
                whole.record(in: folder, asksMessageID: asksMessageID, asksHeader: asksHeader))
            if answer != .nothing { wanted.append((whole, answer)) }
        }
        try BodyFetch(self, isHistory: isHistory).run(wanted)
    }

    /// A message is not there any more, or is another version of itself now.
    private func gone(_ id: String, but present: String?) throws(Failure) {
        var refs = present == nil ? [id] : []
        if folder.text("role") == "drafts" {
            if versions == nil {
                var known: [String: [String]] = [:]
                try eachKnown { for ref in $0 { known[GraphMessage.id(of: ref), default: []].append(ref) } }
                versions = known
            }
            refs = (versions?[id] ?? refs).filter { $0 != present }
        }
        for ref in refs { try emit("gone", Record(["ref": .text(ref)])) }
        if !refs.isEmpty { versions?[id] = present.map { [$0] } }
    }

    private func again(_ id: String) throws(Failure) -> GraphMessage? {
        do throws(Failure) {
            let message = try client.look(host, id)
            return message.folder == native ? message : nil
        } catch {
            guard error.result == Int32(MR_E_NOT_FOUND) else { throw error }
            return nil
        }
    }

    /// Messages of which nobody said anything: those that the folder does not have are gone.
    private func confirm(_ refs: [String]) throws(Failure) {
        let requests = refs.map { BatchRequest("\(client.message(GraphMessage.id(of: $0)))?$select=id,parentFolderId") }
        for (index, answer) in try client.batch(host, requests, step: "list").enumerated() {
            guard answer.status == 200 || answer.isGone else { throw answer.failure(step: "list") }
            let place = answer.record.text("parentFolderId")
            // What does not say where it lies has not said that it is gone.
            guard answer.isGone || place != nil else {
                throw GraphApi.damaged("a message without its folder", step: "list")
            }
            if answer.isGone || place != native {
                try emit("gone", Record(["ref": .text(refs[index])]))
            }
        }
    }

    // MARK: storing

    func emit(_ kind: String, _ record: Record) throws(Failure) {
        isDirty = true
        if try host.emit(kind, record) { try commit() }
    }

    /// With the cursor as it was at the beginning of the page: after a crash the page is read again.
    func commit() throws(Failure) {
        try host.commit(cursor?.bytes ?? [])
        isDirty = false
    }

    private func eachKnown(_ body: ([String]) throws(Failure) -> Void) throws(Failure) {
        var after: Int64 = 0
        repeat {
            let page = try host.known(folder, after: after)
            guard page.next == 0 || page.next > after else {
                throw Failure(MR_E_INTERNAL, "the pages of known messages do not end")
            }
            after = page.next
            try body(page.items.map(\.ref))
        } while after != 0
    }

    private func known() throws(Failure) -> Int64 {
        var count: Int64 = 0
        try eachKnown { count += Int64($0.count) }
        return count
    }

    private func count() throws(Failure) {
        total =
            try client.get(host, "\(client.folder(native))?$select=totalItemCount", step: "select").int(
                "totalItemCount"
            )
            .map { max($0, 0) } ?? 0
        report(0)
    }

    private func report(_ done: Int64) { host.progress(done: min(done, total), total: total) }
}
