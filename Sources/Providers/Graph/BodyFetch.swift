import Base
import CMailroom
import PluginKit

/// Fetches messages as MIME: small ones many in a request, larger ones one by one and in pieces.
struct BodyFetch {
    /// Octets, about, up to which a message is fetched together with others; and of all that are fetched together.
    private static let small: Int64 = 128 << 10
    private static let together: Int64 = 2 << 20

    private let sync: FolderSync
    private let isHistory: Bool

    init(_ sync: FolderSync, isHistory: Bool) {
        self.sync = sync
        self.isHistory = isHistory
    }

    func run(_ messages: [(message: GraphMessage, wanted: Wanted)]) throws(Failure) {
        var group: [GraphMessage] = []
        var octets: Int64 = 0
        for (message, wanted) in messages {
            let about = message.about ?? Int64.max
            guard wanted == .whole, about <= Self.small else {
                try fetch(group)
                (group, octets) = ([], 0)
                try alone(message, headerOnly: wanted == .header)
                continue
            }
            if group.count == GraphClient.mostInBatch || octets + about > Self.together {
                try fetch(group)
                (group, octets) = ([], 0)
            }
            group.append(message)
            octets += about
        }
        try fetch(group)
    }

    private func fetch(_ messages: [GraphMessage]) throws(Failure) {
        if messages.count < 2 {
            for message in messages { try alone(message, headerOnly: false) }
            return
        }
        let requests = messages.map { BatchRequest("\(sync.client.message($0.id))/$value") }
        for (index, answer) in try sync.client.batch(sync.host, requests, step: "fetch").enumerated() {
            let message = messages[index]
            switch answer.status {
            case 200:
                guard let bytes = answer.bytes, !bytes.isEmpty else {
                    try alone(message, headerOnly: false)
                    continue
                }
                try sync.host.messageBegin(begin(message), size: Int64(bytes.count))
                try bytes.withBytes { (bytes) throws(Failure) in try sync.host.messageData(bytes) }
                try end()
            // It is gone since it was listed: what changed next says so.
            case 404 where answer.isGone: continue
            default: try alone(message, headerOnly: false)
            }
        }
    }

    private func alone(_ message: GraphMessage, headerOnly: Bool) throws(Failure) {
        do throws(Failure) {
            let mime = try MimeContent(sync.host, sync.client, message.id)
            guard try mime.give(sync.host, begin(message), headerOnly: headerOnly, about: message.about) else {
                return try refused(message, "the service gives nothing of it")
            }
            try end()
        } catch {
            if error.result == Int32(MR_E_NOT_FOUND) { return }
            guard Self.isOwn(error) else { throw error }
            try refused(message, error.serverText ?? error.message)
        }
    }

    private func refused(_ message: GraphMessage, _ text: String) throws(Failure) {
        var record = Record(["ref": .text(message.ref(in: sync.folder)), "flags": .text(message.flags?.text ?? "")])
        record.set("size", message.about)
        record.set("internal_date", message.date)
        record.set("text", text)
        try sync.emit("refused", record)
    }

    private func begin(_ message: GraphMessage) -> Record {
        message.begin(message.ref(in: sync.folder), historical: isHistory)
    }

    private func end() throws(Failure) {
        if try sync.host.messageEnd() { try sync.commit() }
    }

    /// The service has the message and cannot give it, and the next one may fare better.
    static func isOwn(_ failure: Failure) -> Bool {
        guard let http = failure.http, failure.result != Int32(MR_E_AUTH) else { return false }
        return http == 500 || (400..<500).contains(http) && ![401, 403, 408, 410, 423, 429].contains(http)
    }
}
