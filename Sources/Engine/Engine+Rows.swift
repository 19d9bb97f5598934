import Base
import CMailroom
import PluginHost
import Store

extension Engine {
    package func find(_ kind: String, _ query: Record) throws(Failure) -> Cursor {
        try checkOpen()
        guard let spec = RecordSpec.rows.first(where: { $0.name == kind }), kind != "change" else {
            throw .invalid("kind", "'\(kind)' is no kind of row")
        }
        switch kind {
        case "provider": return try Cursor(fixed: ProviderList(core.registry).rows, spec, query, self)
        case "cause": return try Cursor(fixed: try words.records, spec, query, self)
        default: return try Cursor(kind, query, self)
        }
    }

    package func get(_ kind: String, _ id: Int64) throws(Failure) -> Record {
        try checkOpen()
        guard RecordSpec.rows.contains(where: { $0.name == kind }), kind != "change" else {
            throw .invalid("kind", "'\(kind)' is no kind of row")
        }
        switch kind {
        case "account": return try status(id)
        case "provider", "cause":
            let rows = kind == "cause" ? try words.records : ProviderList(core.registry).rows
            guard let row = rows.first(where: { $0.int("id") == id }) else { throw .notFound("\(kind) \(id)") }
            return row
        default: return try shown(kind, try core.store.get(kind, id))
        }
    }

    package func put(_ kind: String, _ values: Record) throws(Failure) -> Int64 {
        try checkOpen()
        switch kind {
        case "contact": return try putContact(values)
        case "contacts": return try putContacts(values)
        case "policy": return try putPolicy(values)
        case "pacing": return try putPacing(values)
        case "message": return try putMessage(values)
        case "batch": return try putBatch(values)
        case "place": return try putPlace(values)
        case "company": return try putCompany(values)
        case "cause": return try putCause(values)
        default:
            guard let spec = RecordSpec.rows.first(where: { $0.name == kind }) else {
                throw .invalid("kind", "'\(kind)' is no kind of row")
            }
            throw .unsupported("putting a row of kind '\(spec.name)' comes with a later version")
        }
    }

    package func update(_ kind: String, _ id: Int64, _ values: Record) throws(Failure) {
        try checkOpen()
        switch kind {
        case "folder": return try updateFolder(id, values)
        case "contact": return try updateContact(id, values)
        case "policy": return try updatePolicy(id, values)
        case "pacing": return try updatePacing(id, values)
        case "message": return try updateMessage(id, values)
        case "batch": return try updateBatch(id, values)
        case "place": return try updatePlace(id, values)
        case "company": try updateCompany(id, values)
        default:
            _ = try get(kind, id)
            throw .unsupported("changing a row of kind '\(kind)' comes with a later version")
        }
    }

    /// A company without accounts; a contact, whose mail stays; a send that has ended, with its content; a batch that has ended, with its sends; a message
    /// or a place, on the server, too; a policy: everything is kept from then on; pacing: what the provider allows holds; a cause:
    /// the host's own words for it, in every language.
    package func remove(_ kind: String, _ id: Int64) throws(Failure) {
        try checkOpen()
        switch kind {
        case "company": try core.store.removeCompany(id)
        case "contact": try core.store.removeContact(id)
        case "cause": try removeCause(id)
        case "send": try core.store.removeSend(id)
        case "batch": try core.store.removeBatch(id)
        case "policy": try core.store.removePolicy(id)
        case "pacing": try removePacing(id)
        case "message": try removeMessage(id)
        case "place": try removePlace(id)
        default:
            _ = try get(kind, id)
            throw .unsupported("removing a row of kind '\(kind)' comes with a later version")
        }
    }

    package func changes(_ after: Int64, _ query: Record) throws(Failure) -> Cursor {
        try checkOpen()
        guard after >= 0 else { throw .invalid("after", "is below 0") }
        return try Cursor(changesAfter: after, query, self)
    }

    /// What is shown of a row beyond what is stored.
    /// - Parameter view: what the rows of one page share; nil: a page of its own.
    func shown(_ kind: String, _ row: Record, _ view: SendingView? = nil) throws(Failure) -> Record {
        let view = view ?? SendingView(core)
        switch kind {
        case "account": return try AccountView(core: core, words: try view.words(self)).shown(row, view)
        case "send":
            var shown = row
            try view.words(self).put(into: &shown)
            shown.set("paced_until", try view.pacedUntil(row))
            return shown
        case "log", "recipient":
            guard row["cause"] != nil else { return row }
            var shown = row
            try view.words(self).put(into: &shown)
            if kind == "recipient" { shown["title"] = nil }
            return shown
        case "batch":
            // The others' mail in those queues goes before it, or between it.
            guard (row.int("queued") ?? 0) + (row.int("retry_wait") ?? 0) > 0 else { return row }
            var last: Int64?
            for account in (row["accounts"]?.list ?? []).compactMap(\.int) {
                if let at = try view.lastAt(account) { last = max(last ?? 0, at) }
            }
            var shown = row
            shown.set("last_at", last)
            return shown
        default: return row
        }
    }
}
