import Base
import CMailroom
import PluginKit
import Wire

/// Fetches the messages of UID ranges, one range after the other, with commands for the next ones in flight: the
/// server always has something to do.
///
/// A range is asked twice: its headers (UID, flags, date, size), upon which the host says of each message whether
/// it wants it, then the bodies of those. The headers of two ranges are asked ahead of the bodies. All is asked by
/// UID, so a server may do several commands at once (Dovecot does) and mix their answers.
final class RangeFetch {
    private struct Header {
        var flags: String
        var date: Int64?
        var size: Int64?
    }

    private struct Range {
        let bounds: ClosedRange<UInt32>
        var headers: [UInt32: Header] = [:]
        /// Wanted, and not here yet.
        var waiting: Set<UInt32> = []
        var inFlight = 0
        var isAsked = false
        /// Something that could not be read came among its headers, or the server left some out: what messages there
        /// are is asked for once more.
        var isDoubtful = false
        /// Those whose bodies did not come: each is asked for once more, alone.
        var singles: [UInt32]?
    }

    private enum Work {
        case headers(Int)
        case search(Int)
        case bodies(Int)
        case single(Int, UInt32)
    }

    /// Ranges whose headers are asked for ahead of the last one whose bodies are.
    private static let ahead = 2
    /// Ranges that may be open at a time.
    private static let open = 4
    private static let headerItems = ["UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE"]
    /// Flags and date again: another client may be quick, and a server may have left them out before.
    private static let bodyItems = ["UID", "FLAGS", "INTERNALDATE", "BODY.PEEK[]"]
    /// As little as can be: what is unreadable may be one of the others.
    private static let singleItems = ["UID", "BODY.PEEK[]"]
    /// Findings between two commits (mailroom_plugin.h: want).
    private static let skips = 500
    /// Messages of one range that are believed.
    private static let bound = 1 << 20

    private let sync: FolderSync
    private let host: Host
    private let connection: ImapConnection
    private let isBackfill: Bool
    private var ranges: [Range]
    /// Ranges whose headers were asked for, whose bodies were, and that are done: always in this order.
    private var started = 0
    private var asked = 0
    private var finished = 0
    private var found = 0
    private var work: [Imap.Dialogue.Tag: Work] = [:]
    /// The UID that is asked for alone.
    private var single: UInt32?
    /// Whether the server answered with anything about it.
    private var isSingleThere = false
    /// A body that came before its UID.
    private var orphan: [UInt8]?
    private var commitNow = false

    /// The ranges in the order in which they are fetched.
    init(_ sync: FolderSync, _ ranges: [ClosedRange<UInt32>], isBackfill: Bool) {
        self.sync = sync
        host = sync.host
        connection = sync.connection
        self.isBackfill = isBackfill
        self.ranges = ranges.map { Range(bounds: $0) }
    }

    /// - Returns: how many messages the server has in the ranges.
    func run() throws(Failure) -> Int {
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
        return found
    }

    // MARK: Asking

    private func startHeaders() throws(Failure) {
        let set = Imap.NumberSet(ranges[started].bounds)
        let tag = try connection.start(host, .uidFetch(set, items: Self.headerItems, changedSince: nil))
        work[tag] = .headers(started)
        ranges[started].inFlight += 1
        started += 1
    }

    private func startBodies(_ index: Int) throws(Failure) {
        for set in Imap.NumberSet(ranges[index].waiting).split() {
            let tag = try connection.start(host, .uidFetch(set, items: Self.bodyItems, changedSince: nil))
            work[tag] = .bodies(index)
            ranges[index].inFlight += 1
        }
    }

    private func startSingle(_ index: Int) throws(Failure) -> Bool {
        while let uid = ranges[index].singles?.popLast() {
            guard ranges[index].waiting.contains(uid) else { continue }
            let set = Imap.NumberSet(uid...uid)
            let tag = try connection.start(host, .uidFetch(set, items: Self.singleItems, changedSince: nil))
            work[tag] = .single(index, uid)
            ranges[index].inFlight += 1
            single = uid
            isSingleThere = false
            return true
        }
        return false
    }

    /// Which messages are there, whatever was said of them.
    private func startSearch(_ index: Int) throws(Failure) {
        let bounds = ranges[index].bounds
        let tag = try connection.start(host, .uidSearch("UID \(bounds.lowerBound):\(bounds.upperBound)"))
        work[tag] = .search(index)
        ranges[index].inFlight += 1
    }

    private func ask(_ index: Int) throws(Failure) {
        found += ranges[index].headers.count
        var skipped = 0
        for (uid, header) in ranges[index].headers.sorted(by: { $0.key < $1.key }) {
            var record = Record(["ref": .text("\(uid)")])
            record.set("size", header.size)
            record.set("internal_date", header.date)
            if try host.want(record) != .nothing {
                ranges[index].waiting.insert(uid)
                continue
            }
            sync.progress()
            skipped += 1
            if skipped % Self.skips == 0 { try sync.commit() }
        }
        ranges[index].isAsked = true
        asked += 1
        try startBodies(index)
        if ranges[index].waiting.isEmpty { ranges[index].headers.removeAll() }
    }

    // MARK: Taking

    private func index(of uid: UInt32) -> Int? {
        (finished..<started).first { ranges[$0].bounds.contains(uid) }
    }

    /// Octets of a message follow.
    private func body(_ literal: Imap.BodyLiteral) throws(Failure) {
        guard literal.section.isWhole, literal.section.origin ?? 0 == 0 else { return }
        guard let uid = literal.fetch.uid ?? single else {
            // The UID comes behind the body. What is small is kept until then; what is not is asked for alone.
            var bytes: [UInt8] = []
            guard literal.size <= 1 << 20 else { return }
            try connection.body(host) { bytes.append(contentsOf: $0) }
            orphan = bytes
            return
        }
        guard let index = index(of: uid), ranges[index].waiting.contains(uid) else { return }
        if literal.size == 0, ranges[index].headers[uid]?.size ?? 0 > 0 { return }
        try begin(uid, index, literal.fetch, size: literal.size)
        try connection.body(host) { (bytes) throws(Failure) in try self.host.messageData(bytes) }
        try end(uid, index)
    }

    /// An answer could not be read: it may have been the header of a message.
    private func doubt() {
        for index in finished..<started where !ranges[index].isAsked { ranges[index].isDoubtful = true }
    }

    /// Messages that are there and of which no header came: their flags and dates come with their bodies.
    private func take(_ result: Imap.SearchResult) {
        for index in finished..<started where ranges[index].isDoubtful && !ranges[index].isAsked {
            for range in result.all.ranges where range.overlaps(ranges[index].bounds) {
                for uid in range.clamped(to: ranges[index].bounds) where ranges[index].headers[uid] == nil {
                    guard ranges[index].headers.count < Self.bound else { return }
                    ranges[index].headers[uid] = Header(flags: "")
                }
            }
        }
    }

    private func begin(_ uid: UInt32, _ index: Int, _ data: Imap.FetchData, size: Int64) throws(Failure) {
        let header = ranges[index].headers[uid]
        if let flags = data.flags { ranges[index].headers[uid]?.flags = FlagText.join(flags) }
        var record = Record(["ref": .text("\(uid)"), "flags": .text(ranges[index].headers[uid]?.flags ?? "")])
        record.set("internal_date", data.internalDate ?? header?.date)
        record.set("historical", isBackfill ? 1 : 0)
        try host.messageBegin(record, size: size)
    }

    private func end(_ uid: UInt32, _ index: Int) throws(Failure) {
        if try host.messageEnd() { commitNow = true }
        ranges[index].waiting.remove(uid)
        sync.progress()
    }

    /// A FETCH is whole.
    private func take(_ data: Imap.FetchData) throws(Failure) {
        let orphan = self.orphan
        self.orphan = nil
        guard let uid = data.uid ?? (data.sections.isEmpty ? nil : single), let index = index(of: uid) else { return }
        if uid == single, !data.sections.isEmpty { isSingleThere = true }
        if !ranges[index].isAsked {
            let known = ranges[index].headers[uid]
            ranges[index].headers[uid] = Header(
                flags: data.flags.map { FlagText.join($0) } ?? known?.flags ?? "",
                date: data.internalDate ?? known?.date, size: data.size ?? known?.size)
            return
        }
        for section in data.sections where section.section.isWhole && section.section.origin ?? 0 == 0 {
            if ranges[index].waiting.contains(uid) {
                switch section.content {
                // Passed over on its way: empty, too large, or without its UID.
                case .streamed: if let orphan { try deliver(uid, index, data, orphan) }
                // In quotes where it should be a literal.
                case .string(let bytes), .atom(let bytes): try deliver(uid, index, data, bytes)
                case .none, .list: break
                }
            } else if let flags = data.flags.map({ FlagText.join($0) }), let header = ranges[index].headers[uid],
                !FlagText.same(flags, header.flags)
            {
                // They came behind the body.
                ranges[index].headers[uid]?.flags = flags
                if try host.emit("flags", Record(["ref": .text("\(uid)"), "flags": .text(flags)])) { commitNow = true }
            }
        }
    }

    private func deliver(_ uid: UInt32, _ index: Int, _ data: Imap.FetchData, _ bytes: [UInt8]) throws(Failure) {
        if bytes.isEmpty, ranges[index].headers[uid]?.size ?? 0 > 0 { return }
        try begin(uid, index, data, size: Int64(bytes.count))
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(Failure) in try host.messageData(bytes) }
        }
        try result.get()
        try end(uid, index)
    }

    // MARK: Ending

    private func done(_ tag: Imap.Dialogue.Tag, _ status: Imap.Status) throws(Failure) {
        guard let work = work.removeValue(forKey: tag) else { return }
        switch work {
        case .headers(let index):
            ranges[index].inFlight -= 1
            if status.kind != .ok {
                guard Imap.Refusal.isOnlyMissing(status) else {
                    throw Imap.Refusal.failure(status, step: "fetch")
                }
                ranges[index].isDoubtful = true
            }
            if ranges[index].isDoubtful { try startSearch(index) } else { try ask(index) }
        case .search(let index):
            ranges[index].inFlight -= 1
            if status.kind != .ok { throw Imap.Refusal.failure(status, step: "search") }
            try ask(index)
        case .bodies(let index):
            ranges[index].inFlight -= 1
            if status.kind != .ok {
                // One bad message makes some servers refuse the whole range.
                let failure = Imap.Refusal.failure(status, step: "fetch")
                guard failure.result == mr_result(MR_E_REFUSED) || failure.code == "SERVERBUG" else { throw failure }
            }
        case .single(let index, let uid):
            ranges[index].inFlight -= 1
            single = nil
            if status.kind != .ok {
                let failure = Imap.Refusal.failure(status, step: "fetch")
                guard failure.result == mr_result(MR_E_REFUSED) || failure.code == "SERVERBUG" else { throw failure }
            }
            let isGone = status.kind == .ok ? !isSingleThere : Imap.Refusal.isOnlyMissing(status)
            if ranges[index].waiting.contains(uid), !isGone {
                host.log(4, "message \(uid) cannot be fetched: \(status.words)")
            }
        }
        while finished < started, ranges[finished].isAsked, ranges[finished].inFlight == 0 {
            if try retries(finished) { return }
            try finish()
        }
    }

    /// Whether messages of the range are asked for alone, one after the other: a row that did not come may have been
    /// forgotten, refused with the others, or unreadable.
    private func retries(_ index: Int) throws(Failure) -> Bool {
        if ranges[index].waiting.isEmpty { return false }
        // With nothing else in flight: a body without a UID is then the one that was asked for.
        guard work.isEmpty else { return true }
        if ranges[index].singles == nil { ranges[index].singles = ranges[index].waiting.sorted(by: >) }
        return try startSingle(index)
    }

    /// Everything of the oldest open range is stored: the cursor moves. What is still waiting was expunged, or is
    /// never given.
    private func finish() throws(Failure) {
        let bounds = ranges[finished].bounds
        ranges[finished] = Range(bounds: bounds, isAsked: true)
        finished += 1
        if isBackfill {
            sync.cursor.low = UInt64(bounds.lowerBound)
            if sync.cursor.isComplete { try host.emit("complete") }
        } else {
            sync.cursor.high = bounds.upperBound
        }
        commitNow = false
        try sync.commit()
    }
}
