import Base
import CMailroom
import CMailroom
import PluginKit

/// Fetches the body of one message that was skipped before.
struct SingleFetch {
    private let host: Host
    private let client: GraphClient
    private let what: Fields

    init(_ host: Host, _ client: GraphClient, _ what: Fields) {
        self.host = host
        self.client = client
        self.what = what
    }

    /// `MR_E_NOT_FOUND` where the folder does not have it any more, `MR_E_REFUSED` where the service does not give this one.
    func run() throws(Failure) {
        do throws(Failure) {
            try fetch()
        } catch {
            guard BodyFetch.isOwn(error), error.result != Int32(MR_E_NOT_FOUND) else { throw error }
            var failure = error
            failure.result = Int32(MR_E_REFUSED)
            throw failure
        }
    }

    private func fetch() throws(Failure) {
        guard let ref = what.text("ref"), !ref.isEmpty else { throw .invalid("ref", "is missing") }
        let message = try client.look(host, GraphMessage.id(of: ref))
        guard message.folder == String(decoding: what.bytes("native") ?? [], as: UTF8.self) else {
            throw .notFound("message \(ref)")
        }
        let mime = try MimeContent(host, client, message.id)
        guard try mime.give(host, message.begin(ref, historical: false), headerOnly: false, about: message.about) else {
            throw GraphApi.damaged("the service gives nothing of the message", step: "fetch")
        }
        _ = try host.messageEnd()
    }
}
