import Base
import CMailroom

/// Compares what a server lists of a folder with the store. Which places it has shown is one bit each, by their number
/// within the folder; so memory is an eighth of a byte a place ever made. Used by one thread at a time.
package final class AuditReader {
    /// A folder in which more places were ever made is not told what is extra: 32 MB of bits.
    private static let mostPlaces: Int64 = 1 << 28

    private let store: Store
    private let folder: Int64
    /// What is stored from here on came after the audit had begun.
    private let end: Int64
    private var seen: [UInt64]
    /// No reference of the folder counts, until the next sync has gone on with a reset.
    private let isVoid: Bool
    package private(set) var counts = AuditCounts()

    init(_ store: Store, folder: Int64) throws(Failure) {
        self.store = store
        self.folder = folder
        let row = try store.read { (db) throws(Failure) in
            try db.first("SELECT next_place, void_places FROM folder WHERE id = ?", folder) {
                (row) throws(Failure) in (next: row.int(0), void: row.int(1))
            }
        }
        guard let row else { throw .notFound("folder \(folder)") }
        end = min(max(row.next, 0), AuditReader.mostPlaces)
        isVoid = row.void == Reset.running
        seen = [UInt64](repeating: 0, count: Int(end / 64) + 1)
    }

    private struct Place {
        var number: Int64
        var message: Int64?
        /// What the server has, as far as is known: a wish that is open is laid over it.
        var flags: FlagSet
        var skipped: [UInt8]?
        var messageID: String?
        var stable: String?
    }

    /// Compares a page of the server's list.
    /// - Returns: what is missing or has other flags, in the order of the page.
    package func compare(_ page: [AuditItem]) throws(Failure) -> [AuditDifference] {
        let (folder, isVoid) = (folder, isVoid)
        let places = try store.read { (db) throws(Failure) -> [Place?] in
            var places: [Place?] = []
            for item in page { places.append(isVoid ? nil : try AuditReader.place(db, folder, item.ref)) }
            return places
        }
        var differences: [AuditDifference] = []
        for (item, place) in zip(page, places) {
            if let place { mark(place.number) }
            counts.server += 1
            if let difference = judge(item, place) { differences.append(difference) }
        }
        return differences
    }

    private static func place(_ db: Connection, _ folder: Int64, _ ref: String) throws(Failure) -> Place? {
        try db.first(
            """
            SELECT p.id, p.message, CASE WHEN p.wish IS NULL THEN p.bits ELSE coalesce(p.server_bits, p.bits) END,
              CASE WHEN p.wish IS NULL OR p.server_bits IS NULL THEN p.flags ELSE p.server_flags END, p.skipped,
              m.message_id, p.stable
            FROM place p LEFT JOIN message m ON m.id = p.message WHERE p.folder = ? AND p.ref = ?
            """, folder, ref
        ) { (row) throws(Failure) in
            Place(
                number: PlaceID.number(row.int(0)), message: row.optionalInt(1),
                flags: FlagSet(bits: row.int(2), keywords: row.optionalText(3)), skipped: row.optionalBytes(4),
                messageID: row.optionalText(5), stable: row.optionalText(6))
        }
    }

    private func judge(_ item: AuditItem, _ place: Place?) -> AuditDifference? {
        let flags = FlagSet(item.flags)
        guard let place, place.message != nil || place.skipped != nil else {
            counts.missing += 1
            return AuditDifference(
                what: .missing, ref: item.ref, messageID: item.messageID, serverFlags: flags.names, storeFlags: [])
        }
        guard place.message != nil else {
            let reason = place.skipped.map { Skipped(packed: $0).reason }
            if reason == Skipped.quarantine { counts.quarantined += 1 } else { counts.skipped += 1 }
            return nil
        }
        let other =
            if let stable = item.stable, let known = place.stable { stable != known } else {
                item.messageID != nil && item.messageID != place.messageID
            }
        if other {
            counts.missing += 1
            return AuditDifference(
                what: .missing, ref: item.ref, messageID: item.messageID, serverFlags: flags.names,
                storeFlags: place.flags.names)
        }
        counts.stored += 1
        guard flags != place.flags else { return nil }
        counts.flags += 1
        return AuditDifference(
            what: .flags, ref: item.ref, messageID: item.messageID ?? place.messageID, serverFlags: flags.names,
            storeFlags: place.flags.names)
    }

    private func mark(_ number: Int64) {
        guard number >= 0, number < end else { return }
        seen[Int(number / 64)] |= 1 << UInt64(number % 64)
    }

    private func isMarked(_ number: Int64) -> Bool {
        guard number >= 0, number < end else { return true }
        return seen[Int(number / 64)] & 1 << UInt64(number % 64) != 0
    }

    /// After the last page: what the store has and the server did not list. All of it is counted, the first `limit` given.
    package func finish(limit: Int) throws(Failure) -> [AuditDifference] {
        var extras: [AuditDifference] = []
        var last = PlaceID.first(folder)
        while true {
            let from = last
            let page = try store.read { (db) throws(Failure) in
                try db.all(
                    """
                    SELECT p.id, p.ref, p.bits, p.flags, m.message_id FROM place p
                    LEFT JOIN message m ON m.id = p.message
                    WHERE p.id > ? AND p.id < ? AND p.ref IS NOT NULL ORDER BY p.id LIMIT 2000
                    """, from, PlaceID.first(folder) + end
                ) { (row) throws(Failure) in
                    (
                        id: row.int(0), ref: row.text(1),
                        flags: FlagSet(bits: row.int(2), keywords: row.optionalText(3)), messageID: row.optionalText(4)
                    )
                }
            }
            guard let reached = page.last?.id else { return extras }
            last = reached
            for place in page where !isMarked(PlaceID.number(place.id)) {
                counts.extra += 1
                guard extras.count < limit else { continue }
                extras.append(
                    AuditDifference(
                        what: .extra, ref: place.ref, messageID: place.messageID, serverFlags: [],
                        storeFlags: place.flags.names))
            }
        }
    }
}

extension Store {
    /// - Throws: `MR_E_NOT_FOUND`.
    package func auditReader(_ folder: Int64) throws(Failure) -> AuditReader {
        try AuditReader(self, folder: folder)
    }
}
