import Base
import CMailroom
import Store

/// mr_put, mr_update and mr_remove of batches.
extension Engine {
    /// So many sends are stored in one transaction.
    private static let slice = 500

    /// When it returns, every message of the batch is durable; where it fails, none is left.
    func putBatch(_ values: Record) throws(Failure) -> Int64 {
        let form = try BatchForm(values, core)
        var batch = NewBatch(template: Record(), authors: form.authors)
        batch.name = try Engine.line(values, "name")
        if let key = form.key {
            guard (1...255).contains(key.utf8.count) else {
                throw .invalid("idempotency_key", "is empty or longer than 255 bytes")
            }
            batch.idempotencyKey = key
            batch.contentDigest = form.digest
        }
        try form.checkRecipients()
        (batch.template, batch.bodies) = try stored(form.message)
        let size = try form.sizeOfFirst(batch.template, core)
        try form.precheck(size, core)
        let (id, existed) = try core.store.beginBatch(batch)
        guard !existed else { return id }
        do throws(Failure) {
            try fill(id, form, size)
            try core.store.openBatch(id)
        } catch {
            try? core.store.abandonBatch(id)
            throw error
        }
        return id
    }

    /// Each account gets its share of every slice, in a row.
    private func fill(_ batch: Int64, _ form: BatchForm, _ size: Int64) throws(Failure) {
        var start = 0
        while start < form.recipients.count {
            try checkOpen()
            let count = min(Engine.slice, form.recipients.count - start)
            var sends: [NewSend] = []
            sends.reserveCapacity(count)
            for index in start..<(start + count) {
                let author = form.authors[(index - start) * form.authors.count / count]
                sends.append(try form.send(index, by: author, about: size))
            }
            try core.store.addToBatch(batch, sends)
            start += count
        }
    }

    /// The template with its attachments as sealed bodies, and those.
    private func stored(_ message: Record) throws(Failure) -> (template: Record, bodies: [Int64]) {
        guard let given = message["attachments"]?.list else { return (message, []) }
        var bodies: [Int64] = []
        var attachments: [Value] = []
        for (index, item) in given.enumerated() {
            let field = "message.attachments[\(index)]"
            var attachment = item.record ?? Record()
            if let data = attachment.bytes("data") ?? attachment.text("data").map({ Array($0.utf8) }) {
                guard attachment["blob"] == nil else { throw .invalid("\(field).blob", "cannot stand beside data") }
                attachment["data"] = nil
                attachment.set("blob", try sealed(data))
            }
            guard let body = attachment.int("blob") else {
                throw .invalid("\(field).data", "is missing, and so is blob")
            }
            guard (try? core.store.bodySize(body)) != nil else {
                throw .invalid("\(field).blob", "there is no sealed blob \(body)")
            }
            bodies.append(body)
            attachments.append(.record(attachment))
        }
        var template = message
        template["attachments"] = .list(attachments)
        return (template, bodies)
    }

    private func sealed(_ bytes: [UInt8]) throws(Failure) -> Int64 {
        let writer = try core.store.bodyBegin()
        do throws(Failure) {
            try bytes.withBytes { (piece) throws(Failure) in try writer.write(piece) }
            return try writer.seal()
        } catch {
            writer.abandon()
            throw error
        }
    }

    func updateBatch(_ id: Int64, _ values: Record) throws(Failure) {
        try RecordSpec.batchChanges.check(values)
        let name = try Engine.line(values, "name")
        if let state = values.text("state") {
            guard state == "cancelled" else { throw .invalid("state", "can only become cancelled") }
            guard values["send_at"] == nil else { throw .invalid("send_at", "cannot stand beside state") }
        }
        if let name {
            try core.store.renameBatch(id, name.isEmpty ? nil : name)
        } else {
            _ = try core.store.get("batch", id)
        }
        if let time = values.int("send_at") { try core.store.postponeBatch(id, until: time) }
        if values["state"] != nil { try core.store.cancelBatch(id) }
    }
}
