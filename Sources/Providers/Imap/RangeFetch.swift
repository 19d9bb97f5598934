import Base
import CMailroom
import PluginKit
import Wire

/// Fetches the messages of UID ranges, one range after the other, with commands for the next ones in flight: the
/// server always has something to do.
///
/// A range is asked twice: its headers (`MessageFacts`), upon which the host says of each message whether
/// it wants it, then the bodies of those. The headers of two ranges are asked ahead of the bodies. All is asked by
/// UID, so a server may do several commands at once (Dovecot does) and mix their answers.
final class RangeFetch {
    /// What the ranges are to the cursor.
    enum Purpose {
        /// Above what was known: `high` follows.
        case new
        /// Below it: `low` follows.
        case backfill
        /// Within it: messages that should be in the store and are not. The cursor stays.
        case heal
    }

    struct Range {
        let bounds: ClosedRange<UInt32>
        var facts: [UInt32: MessageFacts] = [:]
        /// Wanted, and not here yet.
        var waiting: Set<UInt32> = []
        /// Those of them that are wanted without their bodies.
        var headOnly: Set<UInt32> = []
        /// How many messages the server has in it.
        var count: UInt32 = 0
        var inFlight = 0
        var isAsked = false
        /// Something that could not be read came among its headers, or the server left some out: what messages there
        /// are is asked for once more.
        var isDoubtful = false
        /// Those whose bodies did not come: each is asked for once more, alone.
        var singles: [UInt32]?
    }

    enum Work {
        case headers(Int)
        case search(Int)
        case bodies(Int)
        case single(Int, UInt32)
    }

    /// Ranges whose headers are asked for ahead of the last one whose bodies are.
    private static let ahead = 2
    /// Ranges that may be open at a time.
    private static let open = 4
    /// Connections lost at one message after which it is not asked for any more.
    private static let mostLosses = 3
    /// Findings between two commits (mailroom_plugin.h: want).
    private static let skips = 500

    let sync: FolderSync
    let host: Host
    let connection: ImapConnection
    let purpose: Purpose
    /// The items of the first question.
    private let items: [String]
    var ranges: [Range]
    /// Ranges whose headers were asked for, whose bodies were, and that are done: always in this order.
    var started = 0
    private var asked = 0
    var finished = 0
    private var found = 0
    var work: [Imap.Dialogue.Tag: Work] = [:]
    /// The UID that is asked for alone.
    var single: UInt32?
    /// Whether the server answered with anything about it.
    var isSingleThere = false
    /// A body that came before its UID.
    var orphan: [UInt8]?
    var commitNow = false
    /// Whether a message was begun and not ended.
    var isWithinMessage = false
    /// Messages in a row that were refused, alone as well.
    var refusals = 0

    /// The ranges in the order in which they are fetched.
    init(_ sync: FolderSync, _ ranges: [ClosedRange<UInt32>], _ purpose: Purpose) {
        self.sync = sync
        host = sync.host
        connection = sync.connection
        self.purpose = purpose
        items = MessageFacts.items(
            connection.capabilities, messageID: sync.asksMessageID, header: sync.asksHeader)
        self.ranges = ranges.map { Range(bounds: $0) }
    }

    /// - Returns: how many messages the server has in the ranges.
    func run() throws(Failure) -> Int {
        do throws(Failure) {
            try fetch()
        } catch {
            if error.result == mr_result(MR_E_CONNECTION) { try? keep() }
            throw error
        }
        return found
    }

    /// The connection is lost: what has come is stored, and the message that was to come next is noted. Where it is always the
    /// same, it may be what makes the server hang up.
    private func keep() throws(Failure) {
        guard !isWithinMessage, finished < ranges.count, ranges[finished].isAsked,
            let next = ranges[finished].waiting.min()
        else { return }
        let isSame = sync.cursor.suspect == next
        sync.cursor.suspect = next
        sync.cursor.losses = isSame ? min(sync.cursor.losses, 1000) + 1 : 1
        try sync.commit()
    }

    private func fetch() throws(Failure) {
        while finished < ranges.count {
            while single == nil, started < min(asked + Self.ahead, finished + Self.open, ranges.count) {
                try startHeaders()
            }
            switch try connection.next(host) {
            case .body(let literal): try body(literal)
            case .event(.untagged(.fetch(let data))): try take(data)
            case .event(.untagged(.search(let result))): take(result)
            case .event(.untagged(.damaged)): doubt()
            case .event(.done(let tag, let status)): try done(tag, status)
            case .event: continue
            }
            // Where the range has nothing left to wait for, its own commit follows at once.
            if commitNow, finished < ranges.count, !ranges[finished].waiting.isEmpty {
                // The cursor stays: after a crash this range is asked for again, and the host wants nothing twice.
                commitNow = false
                try sync.commit()
            }
        }
    }

    // MARK: Asking

    private func startHeaders() throws(Failure) {
        let set = Imap.NumberSet(ranges[started].bounds)
        let tag = try connection.start(host, .uidFetch(set, items: items, changedSince: nil))
        work[tag] = .headers(started)
        ranges[started].inFlight += 1
        started += 1
    }

    /// Flags and date again: another client may be quick, and a server may have left them out before.
    private func startBodies(_ index: Int) throws(Failure) {
        let range = ranges[index]
        for (uids, body) in [
            (range.waiting.subtracting(range.headOnly), "BODY.PEEK[]"), (range.headOnly, "BODY.PEEK[HEADER]"),
        ] {
            for set in Imap.NumberSet(uids).split() {
                let items = ["UID", "FLAGS", "INTERNALDATE", body]
                let tag = try connection.start(host, .uidFetch(set, items: items, changedSince: nil))
                work[tag] = .bodies(index)
                ranges[index].inFlight += 1
            }
        }
    }

    /// As little as can be: what is unreadable may be one of the other items.
    func startSingle(_ index: Int) throws(Failure) -> Bool {
        while let uid = ranges[index].singles?.popLast() {
            guard ranges[index].waiting.contains(uid) else { continue }
            let items = ["UID", ranges[index].headOnly.contains(uid) ? "BODY.PEEK[HEADER]" : "BODY.PEEK[]"]
            let set = Imap.NumberSet(uid...uid)
            let tag = try connection.start(host, .uidFetch(set, items: items, changedSince: nil))
            work[tag] = .single(index, uid)
            ranges[index].inFlight += 1
            single = uid
            isSingleThere = false
            return true
        }
        return false
    }

    /// Which messages are there, whatever was said of them.
    func startSearch(_ index: Int) throws(Failure) {
        let bounds = ranges[index].bounds
        let tag = try connection.start(host, .uidSearch("UID \(bounds.lowerBound):\(bounds.upperBound)"))
        work[tag] = .search(index)
        ranges[index].inFlight += 1
    }

    func ask(_ index: Int) throws(Failure) {
        ranges[index].count = UInt32(clamping: ranges[index].facts.count)
        found += ranges[index].facts.count
        var skipped = 0
        for (uid, facts) in ranges[index].facts.sorted(by: { $0.key < $1.key }) {
            var record = Record(["ref": .text("\(uid)"), "flags": .text(facts.flags)])
            record.set("size", facts.size)
            record.set("internal_date", facts.date)
            record.set("stable", facts.stable)
            record.set("message_id", facts.messageID)
            record["header"] = facts.header.map(Value.bytes)
            ranges[index].facts[uid]?.header = nil
            let wanted = try host.want(record)
            if wanted != .nothing, uid == sync.cursor.suspect, sync.cursor.losses >= Self.mostLosses {
                try refuse(
                    uid, index, "the server hung up \(sync.cursor.losses) times when it was to give this message")
                continue
            }
            if wanted != .nothing {
                ranges[index].waiting.insert(uid)
                if wanted == .header { ranges[index].headOnly.insert(uid) }
                continue
            }
            sync.progress()
            skipped += 1
            if skipped % Self.skips == 0 { try sync.commit() }
        }
        ranges[index].isAsked = true
        asked += 1
        try startBodies(index)
        if ranges[index].waiting.isEmpty { ranges[index].facts.removeAll() }
    }
}
