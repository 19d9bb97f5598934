import Base
import FakeHost
import PluginKit

@testable import GmailProvider
@testable import GraphProvider

/// A provider that speaks HTTP, with a service that answers anything.
struct ApiTarget: Sendable {
    let open: @Sendable (Host) throws(Failure) -> any Session
    /// The setting that says where the service is, and where that is.
    let setting: String
    let base: String
    /// Where its requests may go, without the slash behind it.
    let places: [String]
    let folder: String
    let drafts: String
    /// Without one of these words no answer says that a message is gone; with `*` in place of its reference.
    let words: [String]
    /// What this provider alone does, or only with large messages.
    let own: @Sendable (Host, any Session, Fields, UnsafeRawBufferPointer) throws(Failure) -> Void

    static let gmail = ApiTarget(
        open: { (host) throws(Failure) in try GmailProvider.open(host) }, setting: "gmail_api",
        base: "https://api.example",
        places: ["https://api.example", "https://gmail.googleapis.com", "https://www.googleapis.com"], folder: "INBOX",
        drafts: "DRAFT", words: ["*"],
        own: { (host, session, options, _) throws(Failure) in
            if let session = session as? GmailSession { try Push.begin(host, session.api, options) }
        })
    static let graph = ApiTarget(
        open: { (host) throws(Failure) in try GraphProvider.open(host) }, setting: "graph_api",
        base: "https://api.example/v1.0", places: ["https://api.example", "https://graph.microsoft.com"], folder: "F",
        drafts: "D", words: ["@removed", "parentFolderId", "changeKey"],
        own: { (host, session, _, message) throws(Failure) in
            guard let session = session as? GraphSession else { return }
            try LargeDraft(host, session.client, message, header: Array(message)).send()
        })

    func run(_ input: UnsafeRawBufferPointer) -> [String] {
        var choices = Choices(input, 3)
        let site = FuzzSite(UnsafeRawBufferPointer(rebasing: input.dropFirst(3)))
        let host = FakeHost(NoPeer(), settings: [setting: base, "address": "ann@example.com"])
        host.answer = { _ in site.answer() }
        let first = choices.next()
        if first & 16 != 0 { host.piece = 7 }
        if first & 32 != 0 { host.commitAfter = 3 }
        if first & 64 != 0 { host.settings["auth"] = "service" }
        var more = Record()
        if first & 1 != 0 { more.set("ask", 1) }
        if first & 2 != 0 { more.set("since", 1_700_000_000_000) }
        if first & 4 != 0 { more.set("walk", 1) }
        if first & 8 != 0 { more.set("header", 1) }
        let second = choices.next()
        host.choose(choices.next())
        var path = folder
        if second & 128 != 0 {
            path = drafts
            more.set("role", "drafts")
        }
        let talk = ApiTalk(target: self, host: host, site: site, path: path, more: more)
        let broken = talk.run(second & 15, isListing: second & 16 == 0, again: second & 32 != 0)
        return host.verdict + broken + host.requests.compactMap(strays)
    }

    /// The token goes to the service alone.
    private func strays(_ request: FakeRequest) -> String? {
        guard request.isAuthorized, !places.contains(where: { request.url.hasPrefix($0 + "/") }) else { return nil }
        return "the token went to \(request.url)"
    }
}
