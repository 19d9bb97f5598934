import Base
import FakeHost

@testable import GmailProvider

/// A mailbox behind Gmail's interface, as far as syncing and sending ask it.
final class FakeGmail {
    /// The newest first.
    var ids: [String]
    var labels: [String: [String]] = [:]
    var latest = 100
    /// Records of the history, as JSON; nil: it is not kept so far back.
    var history: [String]? = []
    var page = 500
    /// Ids that no list shows, though they are there.
    var unlisted: Set<String> = []
    /// Messages whose content comes as nothing.
    var empty: Set<String> = []
    /// Answers before the mailbox does, also to the parts of a batch; status 0: the connection breaks.
    var instead: (_ method: String, _ path: String) -> FakeAnswer? = { _, _ in nil }
    let fake: FakeHost

    init(_ count: Int = 0) {
        ids = (0..<count).map { "18\(String($0, radix: 16))" }
        for id in ids { labels[id] = ["INBOX", "UNREAD"] }
        fake = FakeHost(NoPeer(), settings: ["gmail_api": "https://gmail.example"])
        fake.answer = { [unowned self] in answer($0) }
    }

    func session() throws(Failure) -> GmailSession {
        GmailSession(try GmailApi(fake.host), latest: UInt64(latest), at: FakeHost.clock)
    }

    func sync(_ session: GmailSession, _ label: String = "INBOX") throws(Failure) {
        try fake.call { () throws(Failure) in
            try session.sync(fake.host, folder: fake.folder(label), cursor: fake.cursor)
        }
    }

    /// Something happens to every message, and the history tells of it.
    func change(_ kind: String, _ label: String) {
        for id in ids {
            latest += 1
            if kind == "labelsRemoved" { labels[id]?.removeAll { $0 == label } } else { labels[id]?.append(label) }
            let now = (labels[id] ?? []).map { "\"\($0)\"" }.joined(separator: ",")
            history?.append(
                #"{"id":"\#(latest)","\#(kind)":[{"message":{"id":"\#(id)","labelIds":[\#(now)]},"labelIds":["\#(label)"]}]}"#
            )
        }
    }

    // MARK: answering

    private func answer(_ request: FakeRequest) -> FakeAnswer? {
        guard request.path == "/batch/gmail/v1" else { return call(request.method, request.path, request.query) }
        var text = ""
        var number = 0
        for line in String(decoding: request.body, as: UTF8.self).split(separator: "\r\n") where line.hasPrefix("GET ")
        {
            let target = line.split(separator: " ")[1].split(separator: "?")
            let part = call(
                "GET", String(target[0]), target.dropFirst().flatMap { $0.split(separator: "&").map(String.init) })
            text += "--b\r\nContent-Type: application/http\r\nContent-ID: <response-\(number)>\r\n\r\n"
            text += "HTTP/1.1 \(part?.status ?? 500) X\r\n"
            for field in part?.headers ?? [] { text += "\(field.name): \(field.value)\r\n" }
            text += "\r\n\(String(decoding: part?.body ?? [], as: UTF8.self))\r\n"
            number += 1
        }
        return FakeAnswer(200, text + "--b--\r\n", headers: [("content-type", "multipart/mixed; boundary=b")])
    }

    private func call(_ method: String, _ path: String, _ query: [String]) -> FakeAnswer? {
        if let answer = instead(method, path) { return answer.status == 0 ? nil : answer }
        let words = path.split(separator: "/").map(String.init).drop { $0 != "me" }.dropFirst()
        switch (method, Array(words)) {
        case ("GET", ["profile"]): return FakeAnswer(200, #"{"historyId":"\#(latest)"}"#)
        case ("GET", ["history"]):
            guard let history else { return FakeAnswer(404, "{}") }
            let start = query.first { $0.hasPrefix("startHistoryId=") }.flatMap { Int($0.dropFirst(15)) } ?? 0
            let later = history.suffix(max(0, latest - start))
            return FakeAnswer(200, #"{"history":[\#(later.joined(separator: ","))],"historyId":"\#(latest)"}"#)
        case ("GET", ["labels"]): return FakeAnswer(200, #"{"labels":[]}"#)
        case ("GET", ["messages"]): return list(query)
        case ("GET", let words) where words.count == 2 && words[0] == "messages":
            return message(words[1], isRaw: query.contains("format=raw"))
        default: return FakeAnswer(200, #"{"id":"1"}"#)
        }
    }

    private func list(_ query: [String]) -> FakeAnswer {
        let wanted = query.filter { $0.hasPrefix("labelIds=") }.map { String($0.dropFirst(9)) }
        let found = ids.filter { id in
            !unlisted.contains(id) && wanted.allSatisfy { labels[id]?.contains($0) == true }
        }
        let start = query.first { $0.hasPrefix("pageToken=") }.flatMap { Int($0.dropFirst(10)) } ?? 0
        let items = found.dropFirst(start).prefix(page).map { #"{"id":"\#($0)"}"# }.joined(separator: ",")
        let next = start + page < found.count ? #","nextPageToken":"\#(start + page)""# : ""
        return FakeAnswer(200, #"{"messages":[\#(items)],"resultSizeEstimate":\#(found.count)\#(next)}"#)
    }

    private func message(_ id: String, isRaw: Bool) -> FakeAnswer {
        guard let now = labels[id] else { return FakeAnswer(404, "{}") }
        let list = now.map { "\"\($0)\"" }.joined(separator: ",")
        let content = empty.contains(id) ? "" : Base64.encode(Array("Subject: \(id)\r\n\r\nx\r\n".utf8))
        let raw = isRaw ? #","raw":"\#(content)""# : ""
        return FakeAnswer(200, #"{"id":"\#(id)","labelIds":[\#(list)],"sizeEstimate":30\#(raw)}"#)
    }
}
