import Base
import CMailroom
import PluginKit
import WebProvider

/// Change notifications: Graph calls the CRM's own web address, and the CRM calls `mr_sync`. Mailroom only asks for them.
enum Subscriptions {
    /// Minutes that one to mail lives at most.
    private static let longest: Int64 = 4230

    static var operations: [Operation] {
        [
            Operation(
                "graph.subscribe", argument: "subscription",
                summary: "Asks Microsoft Graph to call a web address when mail changes; renew within 4,230 minutes."
            ) {
                Bridge.run($0, $1, $2) { (session: GraphSession, host, fields) throws(Failure) in
                    try Subscriptions.create(session.client, host, fields)
                }
            },
            Operation(
                "graph.renew", argument: "subscription", summary: "Makes a subscription live on."
            ) {
                Bridge.run($0, $1, $2) { (session: GraphSession, host, fields) throws(Failure) in
                    try Subscriptions.renew(session.client, host, fields)
                }
            },
            Operation("graph.unsubscribe", argument: "subscription", summary: "Ends a subscription.") {
                Bridge.run($0, $1, $2) { (session: GraphSession, host, fields) throws(Failure) in
                    try Subscriptions.remove(session.client, host, fields)
                }
            },
        ]
    }

    /// Fields: url; folder (absent: all mail), which the host gives as `native` where it is one of the account's; changes
    /// ("created,updated,deleted"), state, lifecycle_url, minutes.
    private static func create(_ client: GraphClient, _ host: Host, _ fields: Fields) throws(Failure) {
        guard let url = fields.text("url"), url.hasPrefix("https://") || url.hasPrefix("http://127.0.0.1:") else {
            throw .invalid("url", "is no https address")
        }
        let mailbox = String(client.mailbox.dropFirst())
        let expires = try expiry(host, fields)
        let folder = try folder(client, host, fields)
        var body: [(String, JsonText)] = [
            ("changeType", .text(fields.text("changes") ?? "created,updated,deleted")), ("notificationUrl", .text(url)),
            (
                "resource",
                .text(folder.map { "\(mailbox)/mailFolders('\($0)')/messages" } ?? "\(mailbox)/messages")
            ),
            ("expirationDateTime", .text(expires)),
        ]
        if let state = fields.text("state") { body.append(("clientState", .text(state))) }
        if let url = fields.text("lifecycle_url") { body.append(("lifecycleNotificationUrl", .text(url))) }
        try tell(host, client.ask(host, "POST", "/subscriptions", body: .object(body), step: "subscribe"))
    }

    /// The folder's id at the service; nil: all mail.
    /// - Throws: `MR_E_INVALID` naming the field, for what is no folder.
    private static func folder(_ client: GraphClient, _ host: Host, _ fields: Fields) throws(Failure) -> String? {
        var id = fields.bytes("native").map { String(decoding: $0, as: UTF8.self) }
        if id == nil {
            guard let name = fields.text("folder") else {
                guard fields.int("folder") == nil, fields.bytes("folder") == nil, !fields.isList("folder") else {
                    throw .invalid("folder", "is neither the path nor the id of a folder")
                }
                return nil
            }
            // One of Graph's own names, or ids.
            do throws(Failure) {
                guard !name.isEmpty else { throw .notFound("a folder without a name") }
                id = try client.get(host, "\(client.folder(name))?$select=id", step: "subscribe").text("id")
            } catch  where error.result == mr_result(MR_E_NOT_FOUND) || error.http == 400 {
            }
            guard id != nil else {
                throw .invalid(
                    "folder",
                    "'\(name.prefix(200))' is no folder of the mailbox: name it by its path or id, as the list of the account's folders has it"
                )
            }
        }
        return id.map { id in id.filter { $0 != "'" } }
    }

    private static func renew(_ client: GraphClient, _ host: Host, _ fields: Fields) throws(Failure) {
        let body = JsonText.object([("expirationDateTime", .text(try expiry(host, fields)))])
        try tell(host, client.ask(host, "PATCH", try path(fields), body: body, step: "renew"))
    }

    private static func remove(_ client: GraphClient, _ host: Host, _ fields: Fields) throws(Failure) {
        _ = try client.ask(host, "DELETE", try path(fields), step: "unsubscribe")
        try host.emit("result", Record(["id": .text(fields.text("id") ?? "")]))
    }

    private static func path(_ fields: Fields) throws(Failure) -> String {
        guard let id = fields.text("id"), !id.isEmpty else { throw .invalid("id", "is missing") }
        return "/subscriptions/\(ApiRequest.encoded(id))"
    }

    private static func expiry(_ host: Host, _ fields: Fields) throws(Failure) -> String {
        let minutes = fields.int("minutes") ?? longest
        guard (1...longest).contains(minutes) else { throw .invalid("minutes", "is not between 1 and \(longest)") }
        // A little less: the service's clock may be behind.
        return GraphTime.text(host.now(wall: true) + minutes * 60_000 - (minutes == longest ? 60_000 : 0))
    }

    private static func tell(_ host: Host, _ answer: Record) throws(Failure) {
        guard let id = answer.text("id") else {
            throw GraphApi.damaged("the answer names no subscription", step: "subscribe")
        }
        var result = Record(["id": .text(id)])
        result.set("expires", answer.text("expirationDateTime").flatMap { GraphTime.milliseconds($0) })
        try host.emit("result", result)
    }
}
