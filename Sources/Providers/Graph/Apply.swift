import Base
import CMailroom
import PluginKit

/// Carries out one wish on the server: flags, move, copy or delete.
struct Apply {
    private static let tries = 4

    private let host: Host
    private let client: GraphClient
    private let change: Fields
    private let ref: String
    private let id: String

    init(_ host: Host, _ client: GraphClient, _ change: Fields) throws(Failure) {
        self.host = host
        self.client = client
        self.change = change
        ref = change.text("ref") ?? ""
        id = GraphMessage.id(of: ref)
        guard !id.isEmpty else { throw .invalid("ref", "is missing") }
    }

    /// A message that is not in the folder is `gone`, and a success.
    func run() throws(Failure) {
        do throws(Failure) {
            let kind = change.text("kind")
            guard let message = try present() else { return try gone() }
            guard message.folder == native(change) else {
                try gone()
                // An earlier try may have moved it.
                if kind == "move", message.folder == native(try target()) { try placed(message) }
                return
            }
            switch kind {
            case "flags": try flags(message)
            case "move": try move(message)
            case "copy": try copy(message)
            case "delete": try delete(message)
            default: throw .invalid("kind", "is none of flags, move, copy, delete")
            }
        } catch {
            guard error.http == 404, error.step != "copy", error.step != "move" else { throw error }
            try gone()
        }
    }

    private func native(_ folder: Fields) -> String { String(decoding: folder.bytes("native") ?? [], as: UTF8.self) }

    private func target() throws(Failure) -> Fields {
        guard let target = change.items("target").first else { throw .invalid("target", "is missing") }
        return target
    }

    private func gone() throws(Failure) { try host.emit("gone", Record(["ref": .text(ref)])) }

    private func placed(_ message: GraphMessage) throws(Failure) {
        try host.emit("placed", Record(["ref": .text(message.ref(in: try target()))]))
    }

    /// Nil where the mailbox does not have it.
    private func present() throws(Failure) -> GraphMessage? {
        do throws(Failure) {
            return try client.look(host, id)
        } catch {
            guard error.http == 404 else { throw error }
            return nil
        }
    }

    // MARK: the kinds

    /// All of them or none, on the version that was read: categories are one value, which another client may change meanwhile.
    private func flags(_ message: GraphMessage) throws(Failure) {
        var message = message
        for attempt in 1...Self.tries {
            guard let before = message.flags else { throw GraphApi.damaged("a message without flags", step: "store") }
            var after = before
            for flag in words("add") where !after.set(flag, true) { throw refused("the flag \(flag) cannot be set") }
            for flag in words("remove") where !after.set(flag, false) {
                throw refused("the flag \(flag) cannot be taken away")
            }
            do throws(Failure) {
                let patch = after.patch(from: before)
                if !patch.isEmpty {
                    _ = try client.ask(
                        host, "PATCH", client.message(id), body: .object(patch), match: message.etag, step: "store")
                }
                try host.emit("flags", Record(["ref": .text(ref), "flags": .text(after.text)]))
                return
            } catch {
                guard error.http == 412 || error.http == 409, attempt < Self.tries else { throw error }
                guard let now = try present(), now.folder == native(change) else { return try gone() }
                message = now
            }
        }
    }

    private func words(_ name: String) -> [String] { (change.text(name) ?? "").split(separator: " ").map(String.init) }

    private func refused(_ message: String) -> Failure {
        var failure = Failure(MR_E_REFUSED, message)
        failure.step = "store"
        return failure
    }

    private func move(_ message: GraphMessage) throws(Failure) {
        let moved = try transfer("move")
        try gone()
        try placed(moved)
    }

    /// A second place in another folder, unless an earlier try that was cut off has made it.
    private func copy(_ message: GraphMessage) throws(Failure) {
        if change.int("again") == 1, let messageID = message.messageID {
            let twins = try MessageSearch(host, client).find(messageID, in: native(try target()))
            if let twin = twins.first(where: { $0.id != id }) { return try placed(twin) }
        }
        try placed(try transfer("copy"))
    }

    /// - Returns: the message in the target.
    private func transfer(_ verb: String) throws(Failure) -> GraphMessage {
        let answer = try client.ask(
            host, "POST", "\(client.message(id))/\(verb)?$select=\(GraphMessage.placeSelect)",
            body: .object([("destinationId", .text(native(try target())))]), step: verb)
        guard let message = GraphMessage(answer) else {
            throw GraphApi.damaged("the answer names no message", step: verb)
        }
        return message
    }

    private func delete(_ message: GraphMessage) throws(Failure) {
        _ = try client.ask(host, "DELETE", client.message(id), step: "expunge")
        try gone()
    }
}
