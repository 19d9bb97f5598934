/// What makes queued mail go: said where a command only queues it.
enum Worker {
    static func tell(_ room: Room, _ output: Output) throws {
        output.note(
            try room.hasWorker()
                ? "  the worker on this store sends it"
                : "  no worker runs on this store; it goes once one does: mailroom --store \(room.path.oneLine) run")
    }
}
