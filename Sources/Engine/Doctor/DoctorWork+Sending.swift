import Base
import CMailroom
import Mime
import PluginHost
import Store
import Transport

extension DoctorWork {
    /// For the name servers in all, in milliseconds.
    private static let domainMs: Int64 = 20_000

    func sending(_ chart: inout DoctorChart) throws(Failure) {
        let scheme = try core.sendingScheme(account)
        let call = DoctorSend(core: core, account: account, interruption: interruption)
        let session = try look(.send, scheme, call, &chart)
        defer { if let session { call.close(session, scheme) } }
        chart.add(try domain())
        guard sends else { return }
        guard let session else { return chart.skip("send", .send, because: "there is no session") }
        var step = DoctorStep("send", .send)
        let began = Clock.boot()
        do throws(Failure) {
            try send(session, scheme, call, &step)
        } catch {
            guard error.result != Int32(MR_E_CANCELLED) || error.code == "deadline" else { throw error }
            var failure = error
            if failure.cause == nil {
                let found = SendClass.find(failure)
                failure.cause = found.cause
                failure.failureClass = found.result.rawValue
            }
            let (provider, statusURL) = core.knownProvider(account, .send)
            step.fails(failure.explained(at: provider, statusURL: statusURL))
        }
        step.ms = Clock.boot() - began
        chart.add(step)
    }

    /// What the sending domain publishes of itself. Name servers that say nothing are no fault of the account.
    private func domain() throws(Failure) -> DoctorStep {
        report(0, "the sending domain")
        var step = DoctorStep("sending_domain", .send)
        let began = Clock.boot()
        let patience = Patience(
            deadline: min(until, began + DoctorWork.domainMs), timeoutMs: 3_000, cancellation: interruption.wake
        ) { () throws(Failure) in try interruption.check() }
        do throws(Failure) {
            let name = account.address.split(separator: "@").last.map(String.init) ?? ""
            try DNSClient.check(name)
            let servers = try resolver.map { (text) throws(Failure) in [try NameServer(text)] }
            var check = DomainCheck(client: DNSClient(servers ?? NameServer.system(), patience), domain: name)
            check.server = account.settings["smtp_host"]
            let found = try check.run()
            let steps = (found["steps"]?.list ?? []).compactMap(\.record)
            step.found = steps.map { one in
                "\(one.text("step") ?? ""): \(one.int("ok") == 1 ? "good" : one.int("unknown") == 1 ? "unknown" : "not good")"
            }.joined(separator: ", ")
            if let bad = steps.first(where: { $0.int("ok") != 1 && $0.int("unknown") != 1 }) {
                step.fails("send.unauthenticated", bad.text("reason"))
                step.advice = bad.text("advice")
            }
        } catch {
            try interruption.check()
            step.isSkipped = true
            step.reason = error.message
        }
        step.ms = Clock.boot() - began
        return step
    }

    /// One message to the account's own address, and, where mail comes in, until it is seen here. It is left in the mailbox.
    private func send(
        _ session: ProviderSession, _ scheme: String, _ call: DoctorSend, _ step: inout DoctorStep
    ) throws(Failure) {
        report(0, "a message to \(account.address)")
        let message = try VerifyMessage(
            account, subject: "Mailroom looks after this mailbox",
            text: "This message shows that mail goes out of this mailbox and comes back. It can be deleted.")
        var envelope = Record(["from": .text(account.address), "message_id": .text(message.messageID)])
        envelope.set("size", Int64(message.bytes.count))
        envelope.set("utf8", account.address.utf8.contains { $0 > 127 } ? 1 : 0)
        envelope["recipients"] = .list([.record(Record(["address": .text(account.address)]))])
        let inbox = try core.store.folders(account.id).first(where: \.isInbox)
        let last = try inbox.map { (inbox) throws(Failure) in try core.store.lastPlace(folder: inbox.id) } ?? 0
        let exclusion = try Exclusion(core.store, account, try core.store.policy(account.id))
        let rule = exclusion.isAny ? try exclusion.reason(MessageParser.parse(message.bytes)) : nil
        defer { interruption.letGo() }
        try message.bytes.withBytes { (bytes) throws(Failure) in
            try session.send(
                call.options(scheme, within: max(until - Clock.boot(), 1_000)), call, envelope: envelope, message: bytes
            )
        }
        if let refused = call.refused { throw refused }
        guard account.receives else {
            step.found = "accepted"
            return
        }
        if let rule, rule == .erased {
            // Nothing of such a message is noted by which it could be seen.
            step.found = "accepted; the mailbox does not keep it: \(LeftOut.words(rule.rawValue))"
            return
        }
        guard try arrives(message.messageID, inbox, last, isKept: rule == nil) else {
            step.found = "accepted, and not seen in the mailbox"
            return step.fails(Cause.unseen.code)
        }
        step.found = "accepted, and seen in the mailbox"
        if let rule {
            step.found = "accepted, and seen in the mailbox, which does not keep it: \(LeftOut.words(rule.rawValue))"
        }
    }

    /// Waits until the store shows the message, or, where a rule of the mailbox does not keep it, knows of one for its own address.
    private func arrives(
        _ messageID: String, _ inbox: FolderRow?, _ last: Int64, isKept: Bool
    ) throws(Failure) -> Bool {
        while Clock.boot() < until {
            let found = try core.store.find(
                "message", Record(["account": .int(account.id), "message_id": .text(messageID)]), after: nil, limit: 1)
            if !found.rows.isEmpty { return true }
            if !isKept, let inbox, try core.store.hasLeftOut(account.address, folder: inbox.id, after: last) {
                return true
            }
            try interruption.check()
            if try !core.hasWorker(), let inbox, let lease = try core.leases.take(account.id, .receive, interruption) {
                defer {
                    core.leases.give(back: account.id, .receive)
                    core.freed(account.id)
                }
                _ = try runner.syncAccount(
                    try core.store.account(account.id), interruption, lease, only: [inbox.path])
            }
            _ = core.running.wait(milliseconds: 250) { _ -> Bool? in nil }
        }
        return false
    }
}

/// A call that offers the doctor's message: it is in no queue.
private final class DoctorSend: AccountCall {
    /// Why the recipient was refused; nil where it was not.
    private(set) var refused: Failure?

    override func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32 {
        switch kind {
        case "offer": try interruption.hold()
        case "recipient" where fields.text("outcome") != "accepted":
            var failure = Failure(MR_E_REFUSED, "the server refused \(account.address)")
            failure.step = fields.text("step") ?? "rcpt"
            failure.smtp = fields.int("smtp").map { Int32(truncatingIfNeeded: $0) }
            failure.enhanced = fields.text("enhanced")
            failure.serverText = fields.text("text")
            refused = failure
        case "recipient": break
        default: return try super.emit(kind, fields)
        }
        return Int32(MR_OK)
    }
}
