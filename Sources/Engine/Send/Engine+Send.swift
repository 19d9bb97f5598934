import Base
import CMailroom
import PluginHost
import Store

extension Engine {
    package func send(_ account: Int64, _ message: Record) throws(Failure) -> Int64 {
        try checkOpen()
        let row = try core.store.account(account)
        guard row.sends else {
            var failure = Failure.unsupported("\(row.address) only receives: it has no server for sending")
            failure.advice = "Reconnect it with a server for sending (smtp_host), or send from another account."
            throw failure
        }
        guard row.health.state != "disconnected" else {
            throw Failure(MR_E_CLOSED, "\(row.address) is disconnected; reconnect it first")
        }
        let made = try Composer(store: core.store, account: row).compose(message)
        let stored = try core.store.insertSend(made)
        return stored.id
    }

    package func resend(_ send: Int64, _ options: Record) throws(Failure) {
        try checkOpen()
        try RecordSpec.resend.check(options)
        var to: [String]?
        if options["to"] != nil {
            to = options["to"]?.text.map { [$0] } ?? options.texts("to")
            for (index, address) in (to ?? []).enumerated() { try Engine.checkAddress(address, "to[\(index)]") }
            guard to?.isEmpty == false else { throw .invalid("to", "is empty") }
        }
        let accept = options.int("accept_duplicate") ?? 0
        guard (0...1).contains(accept) else { throw .invalid("accept_duplicate", "is neither 0 nor 1") }
        try core.store.resend(send, to: to, acceptDuplicate: accept == 1)
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
