import Base
import CMailroom
import Mime
import PluginHost
import Store

/// Whether a body is to be fetched: asked for each message that a folder shows.
extension SyncCall {
    /// What a message is, as far as it is known before its body.
    private struct Header {
        let ref: String
        let flags: [String]
        let size: Int64?
        /// The size as far as the server tells it: some tell about how much it is.
        let about: Int64?
        let date: Int64?
        let stable: String?
        let messageID: String?
        /// As far as the plugin was asked for it.
        let bytes: [UInt8]?

        init(_ fields: Record, ref: String) {
            self.ref = ref
            flags = MessageFlags.split(fields.text("flags"))
            size = fields.int("size").flatMap { $0 >= 0 ? $0 : nil }
            about = size ?? fields.int("about").flatMap { $0 >= 0 ? $0 : nil }
            date = fields.int("internal_date")
            stable = MessageFlags.stable(fields)
            messageID = fields.text("message_id").flatMap { $0.isEmpty ? nil : $0 }
            bytes = fields.bytes("header")
        }
    }

    /// - Returns: MR_OK, MR_HEADER or MR_SKIP.
    func answer(_ fields: Record) throws(Failure) -> Int32 {
        let header = Header(fields, ref: try ref(fields))
        let decision = rule.decide(size: header.about, date: header.date)
        switch try reader.held(header.ref) {
        case .message: return known(header, fields)
        // By today's rule the rest is wanted, too.
        case .header where decision == .whole: return Int32(MR_OK)
        case .header: return known(header, fields)
        // It is fetched when its time comes (SyncWork+Quarantine), not with every sync.
        case .skipped(let reason) where reason == SyncCall.quarantine: return known(header, fields)
        case .skipped(let reason) where reason == LeftOut.Reason.erased.rawValue: return known(header, fields)
        case .skipped, .no: return try decide(header, decision)
        }
    }

    /// The place is known: at most its flags are other ones.
    private func known(_ header: Header, _ fields: Record) -> Int32 {
        if fields.text("flags") != nil { add(.flags(ref: header.ref, flags: header.flags)) }
        return Int32(MR_SKIP)
    }

    /// A message that the folder has under a reference which was not known, or did not keep by another rule.
    private func decide(_ header: Header, _ decision: KeepRule.Decision) throws(Failure) -> Int32 {
        // Moved, copied, or all references are new: the same message is not fetched a second time, and what was stored by
        // a wider rule stays.
        if header.stable != nil || header.messageID != nil {
            let found = try core.store.lookup(
                account: account.id, stable: header.stable, messageID: header.messageID, size: header.size,
                receivedAt: header.date, withBody: decision == .whole)
            if let found {
                add(.known(ref: header.ref, flags: header.flags, message: found, stable: header.stable))
                return Int32(MR_SKIP)
            }
        }
        if decision != .nothing(reason: "since"), exclusion.isAny, let bytes = header.bytes {
            let parsed = MessageParser.parse(bytes)
            if let reason = try exclusion.reason(parsed) {
                let leftOut = LeftOut(
                    ref: header.ref, flags: header.flags, size: header.about ?? 0, date: header.date ?? 0,
                    reason: reason, stable: header.stable, people: Exclusion.people(parsed, reason))
                add(.leftOut(leftOut))
                return Int32(MR_SKIP)
            }
        }
        switch decision {
        case .whole: return Int32(MR_OK)
        case .header: return Int32(MR_HEADER)
        case .nothing(let reason):
            add(
                .skipped(
                    ref: header.ref, flags: header.flags, size: header.about ?? 0, date: header.date ?? 0,
                    reason: reason, stable: header.stable))
            return Int32(MR_SKIP)
        }
    }
}
