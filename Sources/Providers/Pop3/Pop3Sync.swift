import Base
import CMailroom
import PluginKit
import Wire

/// Brings the store up to date with one look at the maildrop: what the store does not know is fetched, newest first.
/// What is gone from the maildrop stays in the store: it was fetched, and removed here or by another program.
final class Pop3Sync {
    /// Messages whose answers may be on their way at one time.
    private static let batch = 50
    /// Messages that need not be fetched, after which there is a commit.
    private static let skips = 400
    /// Refusals in a row after which the server is ill, not the messages.
    private static let refusals = 20
    /// Syncs that ended without the message that they were to fetch first, after which it is left out.
    private static let tries = 2

    let host: Host
    let connection: Pop3Connection
    let maildrop: Pop3.Maildrop
    let leave: Pop3Leave
    /// Messages of the maildrop that are wholly in the store, and since when (ms since 1970).
    private(set) var stored: [(index: Int, since: Int64)] = []

    private let folder: Fields
    private var cursor: Pop3Cursor
    private var committed: Pop3Cursor
    /// By index: the store has it, or it is dealt with.
    private var isKnown: [Bool]
    private var findings = 0
    private var refused = 0
    private var done: Int64 = 0
    /// Whether a header is worth asking for before a body.
    private let asks: Bool
    /// Whether the host decides by the header what it wants.
    private let asksHeader: Bool
    /// Whether what was not kept before is asked about once more.
    private let walks: Bool

    init(
        _ host: Host, _ connection: Pop3Connection, _ maildrop: Pop3.Maildrop, _ folder: Fields, _ cursor: Pop3Cursor
    ) throws(Failure) {
        self.host = host
        self.connection = connection
        self.maildrop = maildrop
        self.folder = folder
        self.cursor = cursor
        committed = cursor
        isKnown = Array(repeating: false, count: maildrop.count)
        asksHeader = folder.int("header") == 1
        asks = folder.int("ask") == 1 || folder.int("since") != nil || asksHeader
        walks = folder.int("walk") == 1
        leave = try Pop3Leave(host)
    }

    /// - Throws: `MR_E_PROTOCOL` where messages have no unique-id; all others are stored then.
    func run() throws(Failure) {
        try compare()
        try fetch()
        report()
        let nameless = (0..<maildrop.count).lazy.filter { !self.maildrop.hasName($0) }.count
        guard nameless == 0 else {
            if findings > 0 { try commit() }
            throw Failure(
                MR_E_PROTOCOL, "\(nameless) messages have no unique-id, and cannot be told apart; they are not fetched")
        }
        cursor.stuck = nil
        cursor.tries = 0
        if !cursor.isComplete {
            try emit("complete")
            cursor.isComplete = true
        }
        if findings > 0 || cursor != committed { try commit() }
    }

    func commit() throws(Failure) {
        try host.commit(cursor.bytes)
        committed = cursor
        findings = 0
    }

    func emit(_ kind: String, _ record: Record = Record()) throws(Failure) {
        findings += 1
        if try host.emit(kind, record) { try commit() }
    }

    // MARK: What is new

    /// Marks what the store has.
    private func compare() throws(Failure) {
        var after: Int64 = 0
        repeat {
            let page = try host.known(folder, after: after)
            guard page.next == 0 || page.next > after else {
                throw Failure(MR_E_INTERNAL, "the pages of known messages do not end")
            }
            after = page.next
            for item in page.items {
                guard let index = maildrop.index(ofRef: item.ref), !isKnown[index] else { continue }
                // What is not whole in the store is asked about again: it may be wanted by now.
                if walks, item.storedAt == nil { continue }
                isKnown[index] = true
                done += 1
                if leave != .forever, let since = item.storedAt { stored.append((index, since)) }
            }
        } while after != 0
        report()
    }

    private func report() {
        host.progress(done: min(done, Int64(maildrop.count)), total: Int64(maildrop.count))
    }

    private func fetch() throws(Failure) {
        var next = maildrop.count
        func take(_ count: Int) -> [Int] {
            var some: [Int] = []
            while next > 0, some.count < count {
                next -= 1
                if !isKnown[next], maildrop.hasName(next) { some.append(next) }
            }
            return some
        }
        var batch = take(1)
        guard let first = batch.first else { return }
        let isAgain = cursor.stuck == maildrop.ref(first)
        cursor.tries = isAgain ? cursor.tries + 1 : 0
        cursor.stuck = maildrop.ref(first)
        if isAgain, cursor.tries > Self.tries {
            let text = "the connection broke whenever this message was fetched"
            host.log(4, "message \(maildrop.ref(first) ?? ""): \(text)")
            try leaveOut(first, text)
            batch = []
        }
        try commit()
        // One by one, each stored at once, where a sync before this one came to nothing.
        let size = isAgain ? 1 : Self.batch
        batch += take(size - batch.count)
        while !batch.isEmpty {
            try fetch(batch)
            if isAgain, findings > 0 { try commit() }
            batch = take(size)
            if let first = batch.first { cursor.stuck = maildrop.ref(first) }
            cursor.tries = 0
        }
    }

    // MARK: One batch

    private func fetch(_ batch: [Int]) throws(Failure) {
        let headers = asks && connection.hasTop ? try self.headers(batch) : [:]
        var whole: [Int] = []
        var unasked: Set<Int> = []
        for index in batch {
            guard !asks || headers[index] != nil else {
                // It is asked about as soon as its header comes.
                whole.append(index)
                unasked.insert(index)
                continue
            }
            switch try want(index, headers[index].map { Pop3Header($0) }) {
            case .whole: whole.append(index)
            case .header: try headerAlone(index, headers[index])
            case .nothing: try skipped(index)
            }
        }
        try bodies(whole) { (index, header) throws(Failure) in
            unasked.contains(index) ? try self.want(index, header) : .whole
        }
    }

    private func want(_ index: Int, _ header: Pop3Header?) throws(Failure) -> Wanted {
        var record = Record(["ref": maildrop.ref(index).map(Value.text)])
        record.set("size", maildrop.size(index))
        record.set("internal_date", header?.date)
        record.set("message_id", header?.messageID)
        if asksHeader { record["header"] = header.map { .bytes($0.bytes) } }
        return try host.want(record)
    }

    private func skipped(_ index: Int) throws(Failure) {
        settled(index)
        findings += 1
        if findings >= Self.skips { try commit() }
    }

    private func settled(_ index: Int) {
        isKnown[index] = true
        done += 1
        if done % 50 == 0 { report() }
    }

    /// The headers of messages, by TOP; of those that the server gives.
    private func headers(_ batch: [Int]) throws(Failure) -> [Int: [UInt8]] {
        var headers: [Int: [UInt8]] = [:]
        var catcher = Pop3HeaderCatcher()
        var isGiven = false
        try connection.run(
            host, batch.map { .top(maildrop.number($0)) },
            content: { piece in _ = catcher.take(piece) },
            reply: { _, reply in
                isGiven = reply.isOK
                catcher = Pop3HeaderCatcher()
            },
            ended: { number in if isGiven { headers[batch[number]] = catcher.bytes } })
        // Offered or not: a server that refuses all of them does not have it.
        if headers.isEmpty { connection.hasTop = false }
        return headers
    }

    private func delivery(_ index: Int) -> Pop3Delivery {
        Pop3Delivery(host, connection, ref: maildrop.ref(index) ?? "", isFirst: !committed.isComplete)
    }

    /// Only the header is kept: by TOP, or where that is not to be had from the beginning of the message.
    private func headerAlone(_ index: Int, _ header: [UInt8]?) throws(Failure) {
        let delivery = delivery(index)
        delivery.whole = maildrop.size(index)
        var isGiven = false
        if let header {
            delivery.isHeaderOnly = true
            try header.withBytes { (bytes) throws(Failure) in try delivery.take(bytes) }
            isGiven = true
        } else if connection.hasTop {
            delivery.isHeaderOnly = true
            try connection.run(
                host, [.top(maildrop.number(index))],
                content: { (piece) throws(Failure) in try delivery.take(piece) },
                reply: { _, reply in isGiven = reply.isOK })
            if !isGiven { connection.hasTop = false }
        }
        guard isGiven else {
            delivery.isHeaderOnly = false
            return try bodies([index]) { _, _ in .header }
        }
        try delivery.end()
        settled(index)
        findings += 1
        if delivery.commitNow { try commit() }
    }

    // MARK: Bodies

    private func bodies(
        _ indices: [Int], _ ask: @escaping (Int, Pop3Header) throws(Failure) -> Wanted
    ) throws(Failure) {
        if indices.isEmpty { return }
        var open: Pop3Delivery?
        try connection.run(
            host, indices.map { .retr(maildrop.number($0)) },
            content: { (piece) throws(Failure) in try open?.take(piece) },
            reply: { (number, reply) throws(Failure) in
                let index = indices[number]
                open = reply.isOK ? self.delivery(index) : nil
                open?.whole = self.maildrop.size(index)
                open?.ask = { (header) throws(Failure) in try ask(index, header) }
                if !reply.isOK { try self.notGiven(index, reply) }
            },
            ended: { (number) throws(Failure) in
                guard let delivery = open else { return }
                open = nil
                try delivery.end()
                try self.delivered(indices[number], delivery)
            })
    }

    private func delivered(_ index: Int, _ delivery: Pop3Delivery) throws(Failure) {
        refused = 0
        if delivery.wanted == .nothing { return try skipped(index) }
        settled(index)
        findings += 1
        if delivery.wanted == .whole, leave != .forever { stored.append((index, host.now(wall: true))) }
        if delivery.commitNow { try commit() }
    }

    /// RETR was refused. That concerns one message, unless the server says that it concerns more.
    private func notGiven(_ index: Int, _ reply: Pop3.Reply) throws(Failure) {
        let failure = connection.refusal(reply, "fetch")
        refused += 1
        guard failure.result == mr_result(MR_E_REFUSED), refused <= Self.refusals else { throw failure }
        let words = reply.text.lowercased()
        // What another session took away meanwhile is not there; what was marked by nobody is not marked.
        guard !words.has("no such message"), !words.has("deleted"), !words.has("expunged") else {
            return host.log(4, "message \(maildrop.number(index)) is gone: \(reply.words)")
        }
        try leaveOut(index, reply.words)
    }

    private func leaveOut(_ index: Int, _ text: String) throws(Failure) {
        var record = Record(["ref": maildrop.ref(index).map(Value.text), "flags": .text(""), "text": .text(text)])
        record.set("size", maildrop.size(index))
        settled(index)
        try emit("refused", record)
    }
}
