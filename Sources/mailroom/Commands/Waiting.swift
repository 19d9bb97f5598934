import Glibc

/// Waiting for a job with its progress shown, or for a send.
enum Waiting {
    /// How often the bar is drawn again.
    static let stepMs: Int64 = 150
    /// How often it is looked whether a signal has come.
    private static let sliceMs: Int64 = 500

    /// - Parameter timeout: seconds; nil waits for ever.
    /// - Parameter interrupted: what to do after Ctrl-C, which then cancels the job; nil: Ctrl-C ends the tool at once.
    /// - Parameter later: what to do where the time ran out, and it is not that a worker goes on with it.
    /// - Returns: the job's result.
    /// - Throws: the job's failure, or an exit with 7 where the time ran out.
    static func job(
        _ job: Job, _ output: Output, title: String, timeout: Double?, interrupted: String? = nil,
        later: String? = nil
    ) throws -> Row {
        var progress = Progress(output, title)
        defer { progress.clear() }
        let end = try deadline(timeout)
        if interrupted != nil { Interrupt.listen() }
        while true {
            if let interrupted, Interrupt.hasCome {
                job.cancel()
                _ = try? job.wait(timeoutMs: 3_000)
                throw ToolError(.failed, "interrupted", advice: interrupted)
            }
            let left = end.map { $0 - Moment.now() }
            let (row, ended) = try job.wait(timeoutMs: Int32(max(0, min(stepMs, left ?? stepMs))))
            if ended { return row }
            if let left, left <= 0 {
                let failure = timedOut("\(title): not ended in the time given", row)
                throw later.map { ToolError(failure.exit, failure.message, advice: $0) } ?? failure
            }
            progress.show(try job.progress())
        }
    }

    /// - Returns: the send as it ended: sent, failed, outcome_unknown ... or as it is where it is held or put off.
    static func send(_ room: Room, _ id: Int64, timeout: Double?) throws -> Row {
        let end = try deadline(timeout)
        while true {
            guard !Interrupt.hasCome else {
                throw ToolError(
                    .failed, "interrupted",
                    advice: "mailroom sends --id \(id) shows what became of send \(id), and cancel takes it back.")
            }
            let left = end.map { $0 - Moment.now() }
            let (row, ended) = try room.sendWait(id, timeoutMs: Int32(max(0, min(sliceMs, left ?? sliceMs))))
            if ended {
                guard let pause = pause(row, left) else { return row }
                usleep(UInt32(pause) * 1000)
                continue
            }
            guard let left, left <= 0 else { continue }
            if let at = try room.get("send", id).int("send_at"), at > Moment.now() {
                throw ToolError(
                    .timedOut, "send \(id): waits for its time, \(Moment.text(at))",
                    advice: "A worker sends it then: mailroom run. mailroom cancel \(id) takes it back.")
            }
            throw timedOut("send \(id): not ended in the time given", row)
        }
    }

    /// How long until a send is looked at again that the limits let go while it is waited for; nil for every other one.
    private static func pause(_ row: Row, _ left: Int64?) -> Int64? {
        guard row.text("state") == "queued", row.said("held_reason") == nil, let until = row.int("paced_until") else {
            return nil
        }
        let still = until - Moment.now()
        return still <= min(left ?? 60_000, 60_000) ? max(10, min(sliceMs, still)) : nil
    }

    /// Before anything is changed, too: a bad time is wrong usage.
    @discardableResult
    static func deadline(_ timeout: Double?) throws -> Int64? {
        guard let timeout else { return nil }
        guard timeout >= 0, timeout <= 31_536_000 else {
            throw ToolError(.usage, "--timeout: seconds from 0 to a year")
        }
        return Moment.now() + Int64(timeout * 1000)
    }

    /// The seconds until then.
    static func left(_ end: Int64?) -> Double? { end.map { Double(max($0 - Moment.now(), 0)) / 1000 } }

    private static func timedOut(_ what: String, _ row: Row) -> ToolError {
        let advice =
            if let seen = row.int("worker_seen_at") {
                Moment.now() - seen < 30_000
                    ? "A worker showed life \(Moment.since(seen)). It goes on with it; look again with mailroom status."
                    : "Give it more time, or start a worker: the last one was seen \(Moment.since(seen)); mailroom run is one."
            } else {
                "Give it more time, or leave it to a worker: none runs on this store; mailroom run is one."
            }
        return ToolError(.timedOut, what, advice: advice)
    }
}
