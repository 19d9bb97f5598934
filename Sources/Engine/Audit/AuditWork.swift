import Base
import CMailroom
import PluginHost
import Store

/// Compares every message of the server with the store, on a session of its own, and believes neither cursors nor counters.
struct AuditWork {
    let core: Core
    let account: AccountRow
    let interruption: Interruption
    let lease: Lease
    /// This folder alone, by its path; nil: all that are kept up to date.
    let only: String?
    /// Told how many messages were compared, of how many where that is known, and in which folder.
    let report: (_ done: Int64, _ total: Int64?, _ note: String) -> Void

    /// Differences that are told one by one.
    static let mostItems = 1000

    /// One folder, by the server's list and by the store's.
    private struct Pair {
        let path: String
        let listed: Record?
        let row: FolderRow?
    }

    private struct Result {
        var folders: [Record] = []
        var items: [Record] = []
        var counts = AuditCounts()
        var failed: Int64 = 0
        /// Folders of the store in which something differs.
        var different: [FolderRow] = []
        var done: Int64 = 0
    }

    /// - Returns: server, stored, missing, extra, flags, skipped, quarantined, failed_folders, `folders` with the same of
    ///   each, and `items`; and the folders that differ.
    func run() throws(Failure) -> (record: Record, different: [FolderRow]) {
        let call = FolderCall(core: core, account: account, interruption: interruption)
        let session = try call.open(account.provider)
        defer { call.close(session, account.provider) }
        try session.folders(call.options(account.provider), call)
        let rows = try core.store.folders(account.id)
        let policy = try core.store.policy(account.id)
        var result = Result()
        let total = rows.reduce(Int64(0)) { $0 + max($1.serverMessages ?? 0, $1.messages) }
        for pair in try pairs(call.folders, rows) {
            let room = AuditWork.mostItems - result.items.count
            do throws(Failure) {
                let findings = try audit(pair, policy, session, room) { done in
                    report(result.done + done, total > 0 ? total : nil, pair.path)
                }
                add(findings, pair, &result)
            } catch {
                guard FolderFailure(error.result) == .folder, interruption.reason == .none else { throw error }
                result.failed += 1
                result.folders.append(
                    Record(["folder": .text(pair.path), "reason": .text(error.serverText ?? error.message)]))
            }
        }
        for folder in result.different { try core.store.setFolderWalk(folder.id, true, lease: lease) }
        return (record(result), result.different)
    }

    /// The folders to be compared: those on the server that hold messages, and those that the store alone has.
    private func pairs(_ listed: [Record], _ rows: [FolderRow]) throws(Failure) -> [Pair] {
        var byPath: [[UInt8]: FolderRow] = [:]
        for row in rows { byPath[Array(row.path.utf8)] = row }
        var pairs: [Pair] = []
        for entry in listed where entry.int("selectable") != 0 {
            guard let path = entry.text("path") else { continue }
            let row = byPath.removeValue(forKey: Array(path.utf8))
            // Folders of others are off until they are chosen.
            let isMeant = row?.synced ?? ["", "personal"].contains(entry.text("namespace") ?? "")
            if only.map({ $0.utf8.elementsEqual(path.utf8) }) ?? isMeant {
                pairs.append(Pair(path: path, listed: entry, row: row))
            }
        }
        for row in rows where byPath[Array(row.path.utf8)] != nil && row.selectable {
            let isListed = listed.contains { $0.text("path").map { $0.utf8.elementsEqual(row.path.utf8) } ?? false }
            if only.map({ $0.utf8.elementsEqual(row.path.utf8) }) ?? (row.synced && !isListed) {
                pairs.append(Pair(path: row.path, listed: nil, row: row))
            }
        }
        if let only, pairs.isEmpty {
            throw .invalid("folder", "the account has no folder '\(only)' that holds messages")
        }
        return pairs.sorted { (left, right) in
            let (a, b) = (left.row?.role == "inbox" ? 0 : 1, right.row?.role == "inbox" ? 0 : 1)
            return (a, left.path) < (b, right.path)
        }
    }

    private func audit(
        _ pair: Pair, _ policy: PolicyRow?, _ session: ProviderSession, _ room: Int,
        _ report: @escaping (Int64) -> Void
    ) throws(Failure) -> AuditCall.Findings {
        let reader = try pair.row.map { (row) throws(Failure) in try core.store.auditReader(row.id) }
        let since = pair.row.flatMap { KeepRule(policy, $0).since } ?? policy?.since
        let call = AuditCall(
            core: core, account: account, interruption: interruption, reader: reader, since: since, room: max(room, 0),
            report: report)
        if let listed = pair.listed {
            var folder = fields(listed, pair)
            folder.set("since", since)
            try session.list(call.options(account.provider), call, folder: folder)
        }
        return try call.finish()
    }

    private func fields(_ listed: Record, _ pair: Pair) -> Record {
        if let row = pair.row { return row.asFields }
        var fields = Record(["path": .text(pair.path)])
        fields["native"] = .bytes(listed.bytes("native") ?? Array((listed.text("native") ?? pair.path).utf8))
        fields.set("delimiter", listed.text("delimiter"))
        fields.set("role", listed.text("role"))
        return fields
    }

    // MARK: the result

    private func add(_ findings: AuditCall.Findings, _ pair: Pair, _ result: inout Result) {
        let counts = findings.counts
        result.done += counts.server
        result.counts.server += counts.server
        result.counts.stored += counts.stored
        result.counts.missing += counts.missing
        result.counts.extra += counts.extra
        result.counts.flags += counts.flags
        result.counts.skipped += counts.skipped
        result.counts.quarantined += counts.quarantined
        var folder = Record(["folder": .text(pair.path)])
        AuditWork.set(counts, in: &folder)
        result.folders.append(folder)
        for item in findings.items {
            var row = Record(["folder": .text(pair.path), "ref": .text(item.ref)])
            row.set("message_id", item.messageID)
            row.set("what", item.what.rawValue)
            row["server_flags"] = .list(item.serverFlags.map(Value.text))
            row["store_flags"] = .list(item.storeFlags.map(Value.text))
            result.items.append(row)
        }
        if counts.missing + counts.extra + counts.flags > 0, let row = pair.row { result.different.append(row) }
    }

    private static func set(_ counts: AuditCounts, in record: inout Record) {
        record.set("server", counts.server)
        record.set("stored", counts.stored)
        record.set("missing", counts.missing)
        record.set("extra", counts.extra)
        record.set("flags", counts.flags)
        record.set("skipped", counts.skipped)
        record.set("quarantined", counts.quarantined)
    }

    private func record(_ result: Result) -> Record {
        var record = Record(["account": .int(account.id)])
        AuditWork.set(result.counts, in: &record)
        record.set("failed_folders", result.failed)
        record["folders"] = .list(result.folders.map(Value.record))
        record["items"] = .list(result.items.map(Value.record))
        return record
    }
}
