import Base
import CMailroom
import PluginKit

extension FakeHost {
    func want(_ header: Record) -> Int32 {
        if open != nil { broken.append("want within a message") }
        let ref = header.text("ref") ?? ""
        checkRef(ref)
        wanted.append(header)
        let wanted = policy(header)
        if let held = store[ref], held.whole == nil || wanted != .whole { return skip() }
        if refused.contains(ref) { return skip() }
        switch wanted {
        case .whole: return 0
        case .header: return Int32(MR_HEADER)
        case .nothing: return skip()
        }
    }

    /// What is known, or not kept, is a finding as well.
    private func skip() -> Int32 {
        count()
        return Int32(MR_SKIP)
    }

    private func count() {
        counted += 1
        if counted > mostUncommitted { broken.append("too much without a commit") }
    }

    private func checkRef(_ ref: String) {
        if ref.isEmpty || ref.utf8.count > 255 { broken.append("a ref of \(ref.utf8.count) octets") }
    }

    func emit(_ kind: String, _ record: Record) -> Int32 {
        if open != nil { broken.append("emit within a message") }
        if kind == "server" {
            servers.append(record)
            return 0
        }
        emitted.append((kind, record))
        switch kind {
        // Findings of calls without a cursor.
        case "folder", "listed", "placed", "changed", "unwatched", "recipient", "sent", "offer", "result":
            return 0
        case "flags", "gone", "refused": checkRef(record.text("ref") ?? "")
        default: break
        }
        let message = Message(flags: record.text("flags") ?? "", body: [])
        pending.append((kind, record.text("ref") ?? "", message))
        return gathered()
    }

    private func gathered() -> Int32 {
        count()
        return counted >= commitAfter ? Int32(MR_COMMIT_NOW) : 0
    }

    func begin(_ record: Record, _ size: Int64) {
        if open != nil { broken.append("begin within a message") }
        let ref = record.text("ref") ?? ""
        checkRef(ref)
        open = Open(
            ref: ref,
            message: Message(
                flags: record.text("flags") ?? "", date: record.int("internal_date"),
                historical: record.int("historical"), whole: record.int("whole"), body: []), size: size)
    }

    func data(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        guard open != nil else {
            broken.append("data outside of a message")
            return Int32(MR_E_PLUGIN)
        }
        largestPiece = max(largestPiece, bytes.count)
        open?.message.body += Array(bytes)
        return 0
    }

    func end() -> Int32 {
        guard let open else {
            broken.append("end without a message")
            return Int32(MR_E_PLUGIN)
        }
        if open.size >= 0, open.size != Int64(open.message.body.count) { broken.append("another size than announced") }
        pending.append(("message", open.ref, open.message))
        self.open = nil
        return gathered()
    }

    package func commit(_ bytes: [UInt8]) -> Int32 {
        if open != nil { broken.append("commit within a message") }
        if bytes.count > 65_536 { broken.append("a cursor of \(bytes.count) octets") }
        commits += 1
        if commits == stopAt, !stopsAfter { return Int32(MR_E_CANCELLED) }
        durable.append(pending.contains { $0.kind == "durable" })
        for finding in pending { apply(finding.kind, finding.ref, finding.message) }
        pending = []
        state.merge(pendingState) { $1 }
        pendingState = [:]
        counted = 0
        cursor = bytes
        return commits == stopAt ? Int32(MR_E_CANCELLED) : 0
    }

    func stateGet(_ key: String) -> [UInt8]? {
        (pendingState[key] ?? state[key]).flatMap { $0.isEmpty ? nil : $0 }
    }

    private func apply(_ kind: String, _ ref: String, _ message: Message) {
        switch kind {
        case "message":
            var message = message
            message.storedAt = message.whole == nil ? now : nil
            if store.updateValue(message, forKey: ref) == nil {
                numbers += 1
                places.append((numbers, ref))
            }
        case "flags":
            if store[ref] == nil { odd.append("flags of a message that is not there: \(ref)") }
            store[ref]?.flags = message.flags
        case "gone":
            store[ref] = nil
            places.removeAll { $0.ref == ref }
        case "reset":
            store = [:]
            places = []
            isComplete = false
        case "refused": refused.append(ref)
        case "complete": isComplete = true
        case "durable": break
        default: broken.append("a finding called \(kind)")
        }
    }

    func known(_ after: Int64) -> Record {
        let some = places.filter { $0.number > after }.prefix(page)
        var record = Record()
        for place in some {
            var item = Record(["ref": .text(place.ref), "flags": .text(store[place.ref]?.flags ?? "")])
            item.set("stored_at", store[place.ref]?.storedAt)
            _ = record.add("items", .record(item))
        }
        record.set("next", some.last?.number == places.last?.number ? 0 : some.last?.number)
        return record
    }

    func report(_ done: Int64, _ total: Int64) {
        if done < (progress.last?.done ?? 0) || done > total {
            odd.append("progress goes back or beyond: \(done) of \(total)")
        }
        progress.append((done, total))
    }
}
