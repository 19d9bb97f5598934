import ArgumentParser

enum Priority: String, ExpressibleByArgument, CaseIterable {
    case high, normal, low
}

/// How something is sent: when, before what, and how often.
struct QueueOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Not before: '2026-01-31 14:30' in local time, or +90m, +2h, +3d from now.", valueName: "time"))
    var at: String?
    @Option(help: "high, normal or low: what of an account's mail goes first.") var priority: Priority?
    @Flag(help: "What fails is failed at once, also where it would pass: you decide what goes again.") var noRetry =
        false

    func fill(_ record: Fields) throws {
        try record.int("send_at", try at.map { try When.milliseconds("--at", $0) })
        try record.text("priority", priority?.rawValue)
        if noRetry { try record.int("auto_retry", 0) }
    }
}
