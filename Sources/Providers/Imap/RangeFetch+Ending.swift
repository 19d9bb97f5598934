import Base
import CMailroom
import PluginKit
import Wire

/// A command is over: what follows it, and what did not come.
extension RangeFetch {
    /// Messages refused one after the other that are believed to be bad.
    private static let mostRefusals = 50

    func done(_ tag: Imap.Dialogue.Tag, _ status: Imap.Status) throws(Failure) {
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
                guard Imap.Refusal.isOwn(failure) else { throw failure }
            }
        case .single(let index, let uid):
            ranges[index].inFlight -= 1
            single = nil
            if status.kind != .ok {
                let failure = Imap.Refusal.failure(status, step: "fetch")
                guard Imap.Refusal.isOwn(failure) else { throw failure }
            }
            let isGone = status.kind == .ok ? !isSingleThere : Imap.Refusal.isOnlyMissing(status)
            if ranges[index].waiting.contains(uid), !isGone { try refuse(uid, index, status) }
        }
        while finished < started, ranges[finished].isAsked, ranges[finished].inFlight == 0 {
            if try retries(finished) { return }
            try finish()
        }
    }

    /// The server has the message and does not give it, alone either.
    private func refuse(_ uid: UInt32, _ index: Int, _ status: Imap.Status) throws(Failure) {
        refusals += 1
        // So many in a row are no bad messages: it is the server that is unwell.
        if refusals >= Self.mostRefusals {
            let failure = Imap.Refusal.failure(status, step: "fetch")
            throw status.kind == .ok ? Failure(MR_E_OUTAGE, "the server gives no message of this folder") : failure
        }
        try refuse(uid, index, status.kind == .ok ? "its body is empty, or cannot be read" : status.words)
    }

    /// The host keeps it in quarantine.
    func refuse(_ uid: UInt32, _ index: Int, _ why: String) throws(Failure) {
        host.log(4, "message \(uid) cannot be fetched: \(why)")
        let facts = ranges[index].facts[uid]
        var record = Record([
            "ref": .text("\(uid)"), "flags": .text(facts?.flags ?? ""), "text": .text(why),
        ])
        record.set("size", facts?.size)
        record.set("internal_date", facts?.date)
        if try host.emit("refused", record) { commitNow = true }
        ranges[index].waiting.remove(uid)
        sync.progress()
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

    /// Everything of the oldest open range is stored: the cursor moves. What is still waiting was expunged.
    private func finish() throws(Failure) {
        let (bounds, count) = (ranges[finished].bounds, ranges[finished].count)
        ranges[finished] = Range(bounds: bounds, isAsked: true)
        finished += 1
        switch purpose {
        case .backfill:
            sync.cursor.low = UInt64(bounds.lowerBound)
            if sync.cursor.isComplete { try host.emit("complete") }
        case .new:
            sync.cursor.high = bounds.upperBound
            // Cut off here, the next sync must still see whether something is gone.
            sync.cursor.exists += min(count, UInt32.max - sync.cursor.exists)
        case .heal: break
        }
        commitNow = false
        (sync.cursor.suspect, sync.cursor.losses) = (0, 0)
        try sync.commit()
    }
}
