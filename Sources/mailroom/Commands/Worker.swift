/// What makes queued mail go: said where a command only queues it.
enum Worker {
    /// Whether a worker showed life within the last half minute, as the account's row says; it does every ten seconds.
    static func isSeen(_ account: Row) -> Bool {
        account.int("worker_seen_at").map { Moment.now() - $0 < 30_000 } ?? false
    }

    /// The account is shown as stale for its mail alone: nobody asks whether the mailbox is in step.
    static func isMissedByMail(_ account: Row) -> Bool { account.text("cause") == "worker.mail_waits" }

    /// A step of the library's advice with the store's own path in it.
    static func spelled(_ step: String, _ room: Room) -> String {
        step.replacing("--store FILE", with: "--store \(room.path.oneLine)")
    }

    static func tell(_ room: Room, _ output: Output) throws {
        output.note(
            try room.hasWorker()
                ? "  the worker on this store sends it"
                : "  no worker runs on this store; it goes once one does: mailroom --store \(room.path.oneLine) run")
    }
}
