import Base
import CMailroom
import PluginKit

/// The folders of a mailbox as the host is told of them: level by level, those of one level in one batch.
struct FolderTree {
    private static let page = 200
    private static let most = 20_000
    private static let deepest = 60
    private static let select = "$select=id,displayName,childFolderCount,totalItemCount&$top=\(page)"

    private struct Folder {
        let id: String
        let path: String
        let children: Int64
    }

    private let host: Host
    private let client: GraphClient
    private let wellKnown: WellKnownFolders

    init(_ host: Host, _ client: GraphClient, _ wellKnown: WellKnownFolders) {
        self.host = host
        self.client = client
        self.wellKnown = wellKnown
    }

    func emit() throws(Failure) {
        var seen: Set<String> = []
        var level: [Folder] = []
        try client.each(host, "\(client.mailbox)/mailFolders?\(Self.select)", page: 0, step: "list") {
            (items) throws(Failure) in
            level += try take(items, under: nil, &seen)
        }
        var depth = 0
        while true {
            let parents = level.filter { $0.children > 0 }
            if parents.isEmpty { return }
            depth += 1
            guard depth <= Self.deepest, seen.count <= Self.most else {
                throw GraphApi.damaged("there is no end of folders", step: "list")
            }
            level = try children(of: parents, &seen)
        }
    }

    private func children(of parents: [Folder], _ seen: inout Set<String>) throws(Failure) -> [Folder] {
        let requests = parents.map { BatchRequest("\(client.folder($0.id))/childFolders?\(Self.select)") }
        var found: [Folder] = []
        for (index, answer) in try client.batch(host, requests, step: "list").enumerated() {
            // Removed since its parent was listed.
            if answer.isGone { continue }
            guard answer.status == 200 else { throw answer.failure(step: "list") }
            found += try take(answer.record.records("value"), under: parents[index].path, &seen)
            guard let link = answer.record.text("@odata.nextLink") else { continue }
            try client.each(host, client.relative(link), page: 0, step: "list") { (items) throws(Failure) in
                found += try take(items, under: parents[index].path, &seen)
            }
        }
        return found
    }

    /// Emits them, but those that hold no mail of their own.
    private func take(
        _ items: [Record], under parent: String?, _ seen: inout Set<String>
    ) throws(Failure) -> [Folder] {
        var found: [Folder] = []
        for item in items {
            guard let id = item.text("id"), (1...1000).contains(id.utf8.count), seen.insert(id).inserted,
                // A search folder shows messages of others.
                item.text("@odata.type")?.hasSuffix("mailSearchFolder") != true
            else { continue }
            let (role, isShown) = wellKnown.role(of: id)
            if !isShown { continue }
            let name = role == "inbox" ? "INBOX" : Self.name(item.text("displayName") ?? id)
            let path = parent.map { "\($0)/\(name)" } ?? name
            var record = Record([
                "path": .text(path), "delimiter": .text("/"), "native": .bytes(Array(id.utf8)), "stable": .text(id),
            ])
            record.set("role", role)
            record.set("messages", item.int("totalItemCount"))
            if id.utf8.count > 255 { record["stable"] = nil }
            try host.emit("folder", record)
            found.append(Folder(id: id, path: path, children: item.int("childFolderCount") ?? 0))
        }
        return found
    }

    /// A name may have the character that stands between levels: another one that looks like it takes its place.
    private static func name(_ name: String) -> String {
        let shown = String(name.map { $0 == "/" ? "\u{2215}" : $0 })
        return shown.isEmpty ? "_" : shown
    }
}
