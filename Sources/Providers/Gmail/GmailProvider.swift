import Base
import PluginKit

/// Gmail by its own interface: the scheme `gmail`.
package enum GmailProvider: Provider {
    package static var scheme: StaticString { "gmail" }

    package static func open(_ host: Host) throws(Failure) -> any Session {
        let api = try GmailApi(host)
        let profile: Record
        do throws(Failure) {
            profile = try api.get(host, ["profile"], cost: GmailApi.Units.profile, step: "auth")
        } catch {
            throw GmailErrors.atLogin(error)
        }
        _ = try? host.emit(
            "server", Record(["size": .int(Submission.largest), "capabilities": .text("history labels threads batch")]))
        return GmailSession(api, latest: profile.text("historyId").flatMap { UInt64($0) }, at: host.now())
    }

    package static var operations: [Operation] {
        [
            Operation(
                "gmail.watch", argument: "options",
                summary:
                    "Gmail tells a Pub/Sub topic of changes, for seven days; the topic's push then calls for a sync"
            ) {
                Bridge.run($0, $1, $2) { (session: GmailSession, host, options) throws(Failure) in
                    try Push.begin(host, session.api, options)
                }
            },
            Operation("gmail.stop", summary: "Gmail tells no topic of changes any more") {
                Bridge.run($0, $1) { (session: GmailSession, host) throws(Failure) in try Push.end(host, session.api) }
            },
        ]
    }
}
