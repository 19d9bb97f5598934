import Base
import PluginKit
import Wire

/// What comes in: headers, bodies, and answers that make either doubtful.
extension RangeFetch {
    /// Messages of one range that are believed.
    private static let bound = 1 << 20
    /// Octets of a body without a UID that are kept until its UID comes.
    private static let orphanage: Int64 = 1 << 20

    private func index(of uid: UInt32) -> Int? {
        (finished..<started).first { ranges[$0].bounds.contains(uid) }
    }

    /// Whether this is the part of the message that was asked for.
    private func isAnswer(_ section: Imap.Section, _ uid: UInt32, _ index: Int) -> Bool {
        section.origin ?? 0 == 0 && (ranges[index].headOnly.contains(uid) ? section.name == "HEADER" : section.isWhole)
    }

    /// Octets of a message follow.
    func body(_ literal: Imap.BodyLiteral) throws(Failure) {
        guard literal.section.origin ?? 0 == 0, literal.section.isWhole || literal.section.name == "HEADER" else {
            return
        }
        guard let uid = literal.fetch.uid ?? single else {
            // The UID comes behind the body. What is small is kept until then; what is not is asked for alone.
            var bytes: [UInt8] = []
            guard literal.size <= Self.orphanage else { return }
            try connection.body(host) { bytes.append(contentsOf: $0) }
            orphan = bytes
            return
        }
        guard let index = index(of: uid), ranges[index].waiting.contains(uid), isAnswer(literal.section, uid, index)
        else { return }
        if literal.size == 0, ranges[index].facts[uid]?.size ?? 0 > 0 { return }
        try begin(uid, index, literal.fetch, size: literal.size)
        try connection.body(host) { (bytes) throws(Failure) in try self.host.messageData(bytes) }
        try end(uid, index)
    }

    /// An answer could not be read: it may have been the header of a message.
    func doubt() {
        for index in finished..<started where !ranges[index].isAsked { ranges[index].isDoubtful = true }
    }

    /// Messages that are there and of which no header came: their flags and dates come with their bodies.
    func take(_ result: Imap.SearchResult) {
        for index in finished..<started where ranges[index].isDoubtful && !ranges[index].isAsked {
            for range in result.all.ranges where range.overlaps(ranges[index].bounds) {
                for uid in range.clamped(to: ranges[index].bounds) where ranges[index].facts[uid] == nil {
                    guard ranges[index].facts.count < Self.bound else { return }
                    ranges[index].facts[uid] = MessageFacts(flags: "")
                }
            }
        }
    }

    private func begin(_ uid: UInt32, _ index: Int, _ data: Imap.FetchData, size: Int64) throws(Failure) {
        let facts = ranges[index].facts[uid]
        if let flags = data.flags { ranges[index].facts[uid]?.flags = FlagText.join(flags) }
        var record = Record(["ref": .text("\(uid)"), "flags": .text(ranges[index].facts[uid]?.flags ?? "")])
        record.set("internal_date", data.internalDate ?? facts?.date)
        record.set("historical", purpose == .new ? 0 : 1)
        record.set("stable", facts?.stable)
        record.set("thread", facts?.thread)
        if ranges[index].headOnly.contains(uid) { record.set("whole", facts?.size ?? data.size ?? 0) }
        isWithinMessage = true
        try host.messageBegin(record, size: size)
    }

    private func end(_ uid: UInt32, _ index: Int) throws(Failure) {
        if try host.messageEnd() { commitNow = true }
        isWithinMessage = false
        ranges[index].waiting.remove(uid)
        refusals = 0
        sync.progress()
    }

    /// A FETCH is whole.
    func take(_ data: Imap.FetchData) throws(Failure) {
        let orphan = self.orphan
        self.orphan = nil
        guard let uid = data.uid ?? (data.sections.isEmpty ? nil : single), let index = index(of: uid) else { return }
        // Also a row without the body says that the message is there.
        if uid == single { isSingleThere = true }
        if !ranges[index].isAsked {
            guard ranges[index].facts.count < Self.bound || ranges[index].facts[uid] != nil else { return }
            ranges[index].facts[uid] = MessageFacts(
                data, ranges[index].facts[uid], keepsHeader: sync.asksHeader)
            return
        }
        for section in data.sections where isAnswer(section.section, uid, index) {
            if ranges[index].waiting.contains(uid) {
                switch section.content {
                // Passed over on its way: empty, too large, or without its UID.
                case .streamed: if let orphan { try deliver(uid, index, data, orphan) }
                // In quotes where it should be a literal.
                case .string(let bytes), .atom(let bytes): try deliver(uid, index, data, bytes)
                case .none, .list: break
                }
            } else if let flags = data.flags.map({ FlagText.join($0) }), let facts = ranges[index].facts[uid],
                !FlagText.same(flags, facts.flags)
            {
                // They came behind the body.
                ranges[index].facts[uid]?.flags = flags
                if try host.emit("flags", Record(["ref": .text("\(uid)"), "flags": .text(flags)])) { commitNow = true }
            }
        }
    }

    private func deliver(_ uid: UInt32, _ index: Int, _ data: Imap.FetchData, _ bytes: [UInt8]) throws(Failure) {
        if bytes.isEmpty, ranges[index].facts[uid]?.size ?? 0 > 0 { return }
        try begin(uid, index, data, size: Int64(bytes.count))
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(Failure) in try host.messageData(bytes) }
        }
        try result.get()
        try end(uid, index)
    }
}
