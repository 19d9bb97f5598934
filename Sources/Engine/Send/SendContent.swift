import Base
import CMailroom
import Mime
import Store

/// The bytes that a send goes out with: its own body, or what its batch's template makes for its recipient. The template
/// of one batch is kept for the next send of it. One thread at a time.
final class SendContent {
    private let store: Store
    private var kept: (batch: Int64, template: BatchTemplate)?
    private var account: AccountRow?

    init(_ store: Store) { self.store = store }

    /// - Throws: `MR_E_STORE` where the disk does not take it; anything else is wrong with this send alone.
    func open(_ send: SendRow) throws(Failure) -> SpoolFile {
        if let content = send.content { return SpoolFile(content) }
        if let body = send.body { return try SpoolFile(store, body: body) }
        let builder = try builder(send.id)
        return try SpoolFile(store) { (sink) throws(Failure) in try builder.write(to: sink) }
    }

    /// The same as a sealed body: the send's own, or one made now that nobody holds yet. Made again, it has the same bytes.
    func body(_ send: SendRow) throws(Failure) -> Int64 {
        if let body = send.body { return body }
        let builder = try builder(send.id)
        let writer = try store.bodyBegin()
        do throws(Failure) {
            try builder.write { (bytes) throws(Failure) in try writer.write(bytes) }
            return try writer.seal()
        } catch {
            writer.abandon()
            throw error
        }
    }

    private func builder(_ send: Int64) throws(Failure) -> MessageBuilder {
        let content = try store.batchContent(send)
        if kept?.batch != content.batch {
            kept = (content.batch, try BatchTemplate(try store.batchTemplate(content.batch)))
        }
        if account?.id != content.author.account { account = try store.account(content.author.account) }
        guard let template = kept?.template, let account else { throw .notFound("batch \(content.batch)") }
        return try template.builder(content, Composer(store: store, account: account))
    }
}
