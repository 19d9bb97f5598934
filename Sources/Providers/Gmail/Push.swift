import Base
import CMailroom
import PluginKit

/// Gmail's own push: it tells a topic of Google Cloud Pub/Sub that the account has changed. The host of the library is told by
/// that topic's subscription, and calls for a sync.
enum Push {
    /// options: topic text (`projects/NAME/topics/NAME`), labels text (Gmail's ids of labels, with blanks between; by
    /// default all).
    static func begin(_ host: Host, _ api: GmailApi, _ options: Fields) throws(Failure) {
        guard let topic = options.text("topic"), !topic.isEmpty else { throw .invalid("topic", "is missing") }
        var body = Record(["topicName": .text(topic)])
        guard !options.isList("labels") else {
            throw .invalid("labels", "is a list; give one text, with blanks between the ids of labels")
        }
        let labels = (options.text("labels") ?? "").split(separator: " ")
        if !labels.isEmpty {
            body["labelIds"] = .list(labels.map { .text(String($0)) })
            body["labelFilterBehavior"] = .text("include")
        }
        let answer = try api.post(host, ["watch"], body, cost: GmailApi.Units.watch, step: "watch")
        var result = Record()
        result.set("expires", answer.text("expiration").flatMap { Int64($0) })
        result.set("history", answer.text("historyId"))
        try host.emit("result", result)
    }

    static func end(_ host: Host, _ api: GmailApi) throws(Failure) {
        _ = try api.post(host, ["stop"], Record(), cost: GmailApi.Units.stop, step: "watch")
        try host.emit("result", Record())
    }
}
