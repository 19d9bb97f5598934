import Base
import CMailroom

/// What a server listed, compared with the folders that are stored: who is who.
struct FolderListing {
    /// A listed folder, as far as the store keeps it.
    struct Entry {
        let path: String
        let native: [UInt8]
        let delimiter: String?
        /// The server's own word.
        let role: String?
        let selectable: Bool
        let messages: Int64?
        let stable: String?
        let namespace: String
        let rights: String?

        init(_ record: Record) throws(Failure) {
            guard let path = record.text("path"), !path.isEmpty else { throw .invalid("path", "a folder has none") }
            self.path = path
            native = record.bytes("native") ?? record.text("native").map { Array($0.utf8) } ?? Array(path.utf8)
            delimiter = record.text("delimiter")
            role = record.text("role").flatMap { $0.isEmpty ? nil : $0 }
            selectable = record.int("selectable") != 0
            messages = record.int("messages")
            stable = record.text("stable").flatMap { $0.isEmpty || $0.utf8.count > 255 ? nil : $0 }
            let namespace = record.text("namespace") ?? ""
            self.namespace = ["other", "shared"].contains(namespace) ? namespace : "personal"
            rights = record.text("rights")
        }
    }

    private(set) var new: [Entry] = []
    private(set) var kept: [(row: FolderRow, entry: Entry)] = []
    private(set) var gone: [FolderRow] = []

    /// By the stable id where both sides have one, else by the path, in octets: names that only look alike are two folders.
    /// A folder that was deleted and made again under the same path is another one, where it has a stable id.
    init(_ listed: [Record], there: [FolderRow]) throws(Failure) {
        var entries: [Entry] = []
        var paths: Set<[UInt8]> = []
        for record in listed {
            let entry = try Entry(record)
            if paths.insert(Array(entry.path.utf8)).inserted { entries.append(entry) }
        }
        var byStable: [String: Int] = [:]
        var byPath: [[UInt8]: Int] = [:]
        for (index, row) in there.enumerated() {
            if let stable = row.stable { byStable[stable] = byStable[stable] ?? index }
            byPath[Array(row.path.utf8)] = index
        }
        var taken: Set<Int> = []
        var rest: [Entry] = []
        for entry in entries {
            // One stable id twice is a server's mistake: the second goes by its path.
            if let stable = entry.stable, let index = byStable[stable], taken.insert(index).inserted {
                kept.append((there[index], entry))
            } else {
                rest.append(entry)
            }
        }
        for entry in rest {
            let index = byPath[Array(entry.path.utf8)]
            if let index, !taken.contains(index), entry.stable == nil || there[index].stable == nil {
                taken.insert(index)
                kept.append((there[index], entry))
            } else {
                new.append(entry)
            }
        }
        gone = there.indices.filter { !taken.contains($0) }.map { there[$0] }
    }
}
