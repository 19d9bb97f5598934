import ArgumentParser
import Glibc

struct Run: ToolCommand {
    static let configuration = CommandConfiguration(
        abstract: "Be the worker: sync and send for every process on this store, until SIGTERM or SIGINT.",
        discussion: "It ends with 0 once running work has ended or reached a point from which it can be resumed.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions

    private static let names = [SIGTERM: "SIGTERM", SIGINT: "SIGINT", SIGHUP: "SIGHUP"]

    func run(_ output: Output, _ options: CommonOptions) throws {
        guard options.work == nil else {
            throw ToolError(.usage, "--work is for the other commands: run does all the work")
        }
        let isNew = options.store.map { access($0, F_OK) != 0 } ?? false
        let signals = StopSignals()
        let room = try options.open(create: true, always: true)
        try room.start()
        if output.json {
            var row = Row()
            row["state"] = .text("ready")
            row["store"] = .text(room.path)
            row["pid"] = .int(Int64(getpid()))
            row["made"] = .int(isNew ? 1 : 0)
            output.row(row)
        } else {
            output.line("ready: mailroom \(Version.text) works on \(room.path.oneLine)")
        }
        if try room.find("account", { try $0.int("limit", 1) }).first() == nil {
            output.note(
                "  \(isNew ? "the store was not there and has been made" : "the store is there"); it has no accounts")
            output.note("  -> mailroom --store \(room.path.oneLine) connect ADDRESS adds one")
        }
        let signal = signals.wait()
        signals.letThrough()
        output.note("stopping: \(Self.names[signal] ?? "signal \(signal)")")
        try room.stop()
    }
}

/// SIGTERM, SIGINT and SIGHUP as something to wait for, instead of an end in the middle of something.
struct StopSignals {
    private var set = sigset_t()

    /// Blocks them, before the library makes its threads.
    init() {
        sigemptyset(&set)
        for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    func wait() -> Int32 {
        var set = set
        var signal: Int32 = 0
        while sigwait(&set, &signal) != 0 {}
        return signal
    }

    /// From now on a second signal ends the process at once.
    func letThrough() {
        var set = set
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }
}
