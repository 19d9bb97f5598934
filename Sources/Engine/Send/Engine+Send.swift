import Base
import CMailroom
import PluginHost
import Store

extension Engine {
    /// - Parameter account: 0: the account that has the message which this one answers.
    package func send(_ account: Int64, _ message: Record) throws(Failure) -> Int64 {
        try checkOpen()
        let row: AccountRow
        if account == 0 {
            try RecordSpec.outgoing.check(message)
            guard let answered = message.int("reply_to_message") else {
                throw .invalid("account", "is 0, and reply_to_message names nothing that this answers")
            }
            row = try Answer.account(core.store, for: answered)
        } else {
            row = try core.store.account(account)
        }
        if let key = message.key("idempotency_key"),
            let there = try core.store.sendOf(
                row.id, key: key, contentDigest: Composer.digest(message, without: Composer.beside))
        {
            return there  // whatever has become of the account and its limits meanwhile
        }
        try Engine.requireSending(row)
        var made = try Composer(store: core.store, account: row).compose(message)
        core.noteAnswered(&made)
        try core.precheck(row, made)
        let stored = try core.store.insertSend(made)
        return stored.id
    }

    /// - Throws: `MR_E_UNSUPPORTED` for an account that only receives, `MR_E_CLOSED` for one that is disconnected.
    static func requireSending(_ account: AccountRow) throws(Failure) {
        guard account.sends else {
            var failure = Failure.unsupported("\(account.address) only receives: it has no server for sending")
            failure.advice = "Reconnect it with a server for sending (smtp_host), or send from another account."
            throw failure
        }
        guard account.health.state != "disconnected" else {
            throw Failure(MR_E_CLOSED, "\(account.address) is disconnected; reconnect it first")
        }
    }

    package func resend(_ send: Int64, _ options: Record) throws(Failure) {
        try checkOpen()
        try RecordSpec.resend.check(options)
        var to: [String]?
        if options["to"] != nil {
            to = options["to"]?.text.map { [$0] } ?? options.texts("to")
            for (index, address) in (to ?? []).enumerated() { try Engine.checkAddress(address, "to[\(index)]") }
            guard let to, !to.isEmpty else { throw .invalid("to", "is empty") }
            try Composer.check(recipients: to)
            try core.prechecked(try core.store.account(try core.store.sendRow(send).account)).check(recipients: to)
        }
        let accept = try Composer.truth(options, "accept_duplicate") ?? false
        var content: NewSend?
        if let message = options["message"]?.record {
            content = try edited(message, try core.store.sendRow(send))
        } else if let to {
            content = try Readdressing(store: core.store).content(try core.store.sendRow(send), to: to)
        }
        try core.store.resend(send, to: to, content: content, acceptDuplicate: accept)
    }

    /// Other content for a send, as mr_send takes it. Its fields are named as those of `message`.
    private func edited(_ message: Record, _ send: SendRow) throws(Failure) -> NewSend {
        for name in ["idempotency_key", "sent_copy", "priority", "auto_retry"] where message[name] != nil {
            throw .invalid("message.\(name)", "stays as it was")
        }
        guard send.state != "sending" else { throw Failure(MR_E_BUSY, "send \(send.id) is being sent") }
        do throws(Failure) {
            let account = try core.store.account(send.account)
            var made = try Composer(store: core.store, account: account).compose(message)
            core.noteAnswered(&made)
            try core.precheck(account, made)
            return made
        } catch {
            throw error.within("message")
        }
    }

    package func resendAll(_ query: Record) throws(Failure) -> Int64 {
        try checkOpen()
        try RecordSpec.resendAll.check(query)
        return try core.store.resendAll(query)
    }

    package func cancel(_ send: Int64) throws(Failure) {
        try checkOpen()
        try core.store.cancelSend(send)
    }

    /// Waits until the send has been tried, at most so many milliseconds (below 0: for ever). In a process that may
    /// work, it is sent here if nobody else is at it.
    package func sendWait(_ send: Int64, timeoutMs: Int32) throws(Failure) -> WaitResult {
        let until = timeoutMs < 0 ? Int64.max : Clock.boot() + Int64(timeoutMs)
        while true {
            try checkOpen()
            let row = try core.store.sendRow(send)
            let shown = try shown("send", try core.store.get("send", send))
            guard row.state == "queued" || row.state == "sending" else { return .done(shown) }
            // What is held, or not yet meant to go, nobody can wait for.
            if shown["held_reason"] != nil { return .done(shown) }
            let early = row.sendAt.map { $0 > Clock.wall() } ?? false
            if timeoutMs != 0, options.work != .never, !early, !core.isRunning(.sending(row.account)) {
                try SendRunner(core: core, only: options.work == .wait ? send : nil).start(row.account)
            }
            let left = until - Clock.boot()
            // Nor what the limits let go only later than that.
            if let paced = shown.int("paced_until"), paced - Clock.wall() > left { return .done(shown) }
            guard left > 0 else {
                var answer = shown
                answer.set("worker_seen_at", try core.store.workerSeenAt())
                return .timeout(answer)
            }
            if core.isRunning(.sending(row.account)) {
                _ = core.running.wait(milliseconds: min(left, 200)) {
                    $0[.sending(row.account)] == nil ? true : nil
                }
            } else {
                pause(min(left, 100))
            }
        }
    }
}
