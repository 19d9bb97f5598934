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
    /// Where a worker lives: syncs these folders as it would, so that what has only just come or gone, and what nobody could
    /// sync meanwhile, is no difference. Nil: what differs differs.
    let again: (([String]) throws(Failure) -> Void)?
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

    /// What was found of one folder, or why it could not be read.
    private struct Found {
        let pair: Pair
        var findings: AuditCall.Findings?
        var reason: String?

        var differs: Bool { findings.map { $0.counts.missing + $0.counts.extra + $0.counts.flags > 0 } ?? false }
    }

    private struct Result {
        var folders: [Found] = []
        /// Paths that are not kept up to date, and so not compared.
        var off: [String] = []

        var done: Int64 { folders.reduce(0) { $0 + ($1.findings?.counts.server ?? 0) } }
        var items: Int { folders.reduce(0) { $0 + ($1.findings?.items.count ?? 0) } }
        /// Folders of the store in which something differs.
        var different: [FolderRow] { folders.filter(\.differs).compactMap(\.pair.row) }
    }

    /// - Returns: server, stored, missing, extra, flags, skipped, quarantined, failed_folders, `folders` with the same of
    ///   each, `items`, and `not_synced`, the folders that were not compared; and the folders that differ.
    func run() throws(Failure) -> (record: Record, different: [FolderRow]) {
        var result = try look(nil)
        let suspects = result.folders.filter { $0.differs || ($0.pair.row == nil && $0.findings != nil) }.map(
            \.pair.path)
        if let again, !suspects.isEmpty {
            do throws(Failure) {
                try again(suspects)
            } catch {
                // It is compared anyway; why the sync failed is in the log.
                guard interruption.reason == .none else { throw error }
            }
            for found in try look(Set(suspects.map { Array($0.utf8) })).folders {
                result.folders.removeAll { $0.pair.path.utf8.elementsEqual(found.pair.path.utf8) }
                result.folders.append(found)
            }
            result.folders.sort { AuditWork.isBefore($0.pair, $1.pair) }
        }
        for folder in result.different { try core.store.setFolderWalk(folder.id, true, lease: lease) }
        return (record(result), result.different)
    }

    /// Compares, on a session of its own, the folders with these paths; nil: all that are meant.
    private func look(_ paths: Set<[UInt8]>?) throws(Failure) -> Result {
        let call = FolderCall(core: core, account: account, interruption: interruption)
        let session = try call.open(account.provider)
        defer { call.close(session, account.provider) }
        try session.folders(call.options(account.provider), call)
        let rows = try core.store.folders(account.id)
        let policy = try core.store.policy(account.id)
        var result = Result()
        let total = rows.reduce(Int64(0)) { $0 + max($1.serverMessages ?? 0, $1.messages) }
        for pair in try pairs(call.folders, rows, &result.off)
        where paths.map({ $0.contains(Array(pair.path.utf8)) }) ?? true {
            do throws(Failure) {
                let done = result.done
                let findings = try audit(pair, policy, session, AuditWork.mostItems - result.items) { more in
                    report(done + more, total > 0 ? total : nil, pair.path)
                }
                result.folders.append(Found(pair: pair, findings: findings))
            } catch {
                guard FolderFailure(error.result) == .folder, interruption.reason == .none else { throw error }
                result.folders.append(Found(pair: pair, reason: error.serverText ?? error.message))
            }
        }
        return result
    }

    /// The folders to be compared: those on the server that hold messages, and those that the store alone has.
    /// - Parameter off: gets the paths of those that are not kept up to date.
    private func pairs(
        _ listed: [Record], _ rows: [FolderRow], _ off: inout [String]
    ) throws(Failure) -> [Pair] {
        var byPath: [[UInt8]: FolderRow] = [:]
        for row in rows { byPath[Array(row.path.utf8)] = row }
        var pairs: [Pair] = []
        for entry in listed where entry.int("selectable") != 0 {
            guard let path = entry.text("path") else { continue }
            let row = byPath.removeValue(forKey: Array(path.utf8))
            // Folders of others are off until they are chosen.
            let isMeant = row?.synced ?? ["", "personal"].contains(entry.text("namespace") ?? "")
            if only.map({ FolderRow.isPath(path, named: $0) }) ?? isMeant {
                pairs.append(Pair(path: path, listed: entry, row: row))
            } else if only == nil {
                off.append(path)
            }
        }
        for row in rows where byPath[Array(row.path.utf8)] != nil && row.selectable {
            let isListed = listed.contains { $0.text("path").map { $0.utf8.elementsEqual(row.path.utf8) } ?? false }
            if only.map(row.isNamed) ?? (row.synced && !isListed) {
                pairs.append(Pair(path: row.path, listed: nil, row: row))
            }
        }
        if let only, pairs.isEmpty {
            throw .noFolder(only, of: account)
        }
        off.sort()
        return pairs.sorted(by: AuditWork.isBefore)
    }

    /// The inbox first, then by path.
    private static func isBefore(_ left: Pair, _ right: Pair) -> Bool {
        let (a, b) = (left.row?.role == "inbox" ? 0 : 1, right.row?.role == "inbox" ? 0 : 1)
        return (a, left.path) < (b, right.path)
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

    private static func set(_ counts: AuditCounts, in record: inout Record) {
        record.set("server", counts.server)
        record.set("stored", counts.stored)
        record.set("missing", counts.missing)
        record.set("extra", counts.extra)
        record.set("flags", counts.flags)
        record.set("skipped", counts.skipped)
        record.set("quarantined", counts.quarantined)
    }

    private static func record(_ found: Found) -> Record {
        var folder = Record(["folder": .text(found.pair.path)])
        if let findings = found.findings { set(findings.counts, in: &folder) }
        folder.set("reason", found.reason)
        return folder
    }

    private static func record(_ item: AuditDifference, of pair: Pair) -> Record {
        var row = Record(["folder": .text(pair.path), "ref": .text(item.ref)])
        row.set("message_id", item.messageID)
        row.set("what", item.what.rawValue)
        row["server_flags"] = .list(item.serverFlags.map(Value.text))
        row["store_flags"] = .list(item.storeFlags.map(Value.text))
        return row
    }

    private func record(_ result: Result) -> Record {
        var counts = AuditCounts()
        for one in result.folders.compactMap(\.findings?.counts) {
            counts.server += one.server
            counts.stored += one.stored
            counts.missing += one.missing
            counts.extra += one.extra
            counts.flags += one.flags
            counts.skipped += one.skipped
            counts.quarantined += one.quarantined
        }
        let items = result.folders.flatMap { found in
            (found.findings?.items ?? []).map { AuditWork.record($0, of: found.pair) }
        }
        var record = Record(["account": .int(account.id)])
        AuditWork.set(counts, in: &record)
        record.set("failed_folders", Int64(result.folders.count { $0.reason != nil }))
        record["folders"] = .list(result.folders.map { .record(AuditWork.record($0)) })
        record["items"] = .list(items.prefix(AuditWork.mostItems).map(Value.record))
        record["not_synced"] = .list(result.off.map(Value.text))
        return record
    }
}
