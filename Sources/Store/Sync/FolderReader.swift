import Base
import CMailroom

/// What the store holds of one folder, for one call that asks about many references, one at a time.
///
/// An empty folder is not asked at all; after some questions the references are held as 64 bits each (a folder of 300,000
/// takes 2.4 MB), so that one that is not there costs no statement. Used by one thread at a time.
package final class FolderReader {
    /// How a reference is held.
    package enum Held: Sendable, Equatable {
        case no
        /// With its body, or with as much as was kept of it by a rule of another time.
        case message(Int64)
        /// The header alone.
        case header(Int64)
        /// Not stored, by that rule (`SyncItem.skipped`), or "quarantine".
        case skipped(reason: String)
    }

    private static let questionsBeforeHashes = 50

    private let store: Store
    private let folder: Int64
    private var questions = 0
    /// Sorted; nil: not read yet.
    private var hashes: [UInt64]?
    /// Committed since.
    private var added: Set<UInt64> = []
    /// After a reset: what was there before is void, whatever the store still says.
    private var reset = false

    init(_ store: Store, folder: Int64) throws(Failure) {
        self.store = store
        self.folder = folder
        let row = try store.read { (db) throws(Failure) in
            try db.first("SELECT next_place, void_places FROM folder WHERE id = ?", folder) {
                (row) throws(Failure) in (next: row.int(0), void: row.int(1))
            }
        }
        guard let row else { throw .notFound("folder \(folder)") }
        if row.next <= 1 { hashes = [] }
        reset = row.void == Reset.running
    }

    /// True where the folder has the reference, whether with a message or skipped.
    package func has(_ ref: String) throws(Failure) -> Bool { try held(ref) != .no }

    package func held(_ ref: String) throws(Failure) -> Held {
        let hash = FolderReader.hash(ref)
        if !added.contains(hash) {
            if reset { return .no }
            questions += 1
            if hashes == nil, questions > FolderReader.questionsBeforeHashes { hashes = try readHashes() }
            if let hashes, !FolderReader.contains(hashes, hash) { return .no }
        }
        let folder = folder
        return try store.read { (db) throws(Failure) -> Held in
            let row = try db.first(
                """
                SELECT p.message, m.partial, p.skipped FROM place p LEFT JOIN message m ON m.id = p.message
                WHERE p.folder = ? AND p.ref = ?
                """, folder, ref
            ) { (row) throws(Failure) in
                (message: row.optionalInt(0), partial: row.bool(1), skipped: row.optionalBytes(2))
            }
            guard let row else { return .no }
            guard let message = row.message else {
                return .skipped(reason: row.skipped.map { Skipped(packed: $0).reason } ?? "")
            }
            return row.partial ? .header(message) : .message(message)
        }
    }

    /// A commit of this call has stored the reference.
    package func noted(_ ref: String) { added.insert(FolderReader.hash(ref)) }

    /// The call has found that every reference is void.
    package func noteReset() {
        reset = true
        added = []
    }

    private func readHashes() throws(Failure) -> [UInt64] {
        var found: [UInt64] = []
        var last = PlaceID.first(folder)
        let end = PlaceID.last(folder)
        while true {
            let from = last
            let page = try store.read { (db) throws(Failure) in
                try db.all(
                    "SELECT id, ref FROM place WHERE id > ? AND id <= ? AND ref IS NOT NULL ORDER BY id LIMIT 10000",
                    from, end
                ) { (row) throws(Failure) in
                    (id: row.int(0), hash: row.withBytes(1) { FolderReader.hash($0) })
                }
            }
            found.reserveCapacity(found.count + page.count)
            for place in page { found.append(place.hash) }
            guard let reached = page.last?.id else { break }
            last = reached
        }
        found.sort()
        return found
    }

    private static func contains(_ sorted: [UInt64], _ wanted: UInt64) -> Bool {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = low + (high - low) / 2
            if sorted[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low < sorted.count && sorted[low] == wanted
    }

    private static func hash(_ ref: String) -> UInt64 {
        var copy = ref
        return copy.withUTF8 { hash(UnsafeRawBufferPointer($0)) }
    }

    /// FNV-1a.
    private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash
    }
}

extension Store {
    /// - Throws: `MR_E_NOT_FOUND`.
    package func folderReader(_ folder: Int64) throws(Failure) -> FolderReader {
        try FolderReader(self, folder: folder)
    }
}
