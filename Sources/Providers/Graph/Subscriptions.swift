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

    /// Fields: url; folder (its id or well-known name; absent: all mail), changes ("created,updated,deleted"), state, lifecycle_url,
    /// minutes.
    private static func create(_ client: GraphClient, _ host: Host, _ fields: Fields) throws(Failure) {
        guard let url = fields.text("url"), url.hasPrefix("https://") || url.hasPrefix("http://127.0.0.1:") else {
            throw .invalid("url", "is no https address")
        }
        let mailbox = String(client.mailbox.dropFirst())
        let folder = (fields.text("folder") ?? "").filter { $0 != "'" }
        var body: [(String, JsonText)] = [
            ("changeType", .text(fields.text("changes") ?? "created,updated,deleted")), ("notificationUrl", .text(url)),
            (
                "resource",
                .text(folder.isEmpty ? "\(mailbox)/messages" : "\(mailbox)/mailFolders('\(folder)')/messages")
            ),
            ("expirationDateTime", .text(try expiry(host, fields))),
        ]
        if let state = fields.text("state") { body.append(("clientState", .text(state))) }
        if let url = fields.text("lifecycle_url") { body.append(("lifecycleNotificationUrl", .text(url))) }
        try tell(host, client.ask(host, "POST", "/subscriptions", body: .object(body), step: "subscribe"))
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
