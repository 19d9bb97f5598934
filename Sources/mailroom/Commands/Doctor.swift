import ArgumentParser

struct Doctor: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look into a mailbox step by step: where it stops, why, and what to do.",
        discussion: """
            Its access token, name resolution, port, TLS, greeting, capabilities, login, folders, special-use folders, the sending side, the sending \
            domain; with --send also a message to the account's own address. Each side stops at its first failure. --all looks into \
            every account that is not disconnected and ends with a summary. The exit status is 0 where all is well, else that of \
            the first failure: 4 for a login, 5 for a connection, 1 for anything else.
            """)

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id.") var address: String?
    @Flag(help: "Every account.") var all = false
    @Flag(help: "Also send a message to the account's own address, and wait for it.") var send = false
    @Option(
        help: ArgumentHelp(
            "The name server to ask about the sending domain; else the system's.", valueName: "address[:port]"))
    var resolver: String?
    @Option(help: ArgumentHelp("So many seconds for one account.", valueName: "s")) var timeout: Double = 120

    func validate() throws {
        guard (address != nil) != all else { throw ValidationError("give an account's ADDRESS, or --all") }
    }

    func run(_ room: Room, _ output: Output) throws {
        guard timeout >= 1, timeout <= 3600 else { throw ToolError(.usage, "--timeout: seconds from 1 to 3600") }
        guard let address else { return try everything(room, output) }
        let (result, exit) = try look(room, output, try Accounts.find(room, address))
        if output.json { output.row(result) }
        if exit != .done { throw Ended(exit: exit) }
    }

    private func everything(_ room: Room, _ output: Output) throws {
        let accounts = try room.find("account").all().filter { $0.text("state") != "disconnected" }
        var results: [(row: Row, exit: Exit)] = []
        for account in accounts {
            do { results.append(try look(room, output, account)) } catch let failure as LibraryError {
                // A doctor that could not even begin is one more finding, and stops none of the others.
                output.note("\u{2717} \(account.text("address").oneLine)  \(failure.message.oneLine)")
                var row = Self.head(account)
                row["ok"] = .int(0)
                row["error"] = .record(failure.row)
                results.append((row, Exit(result: failure.result)))
            }
        }
        if output.json {
            output.list(results.map(\.row))
        } else if accounts.isEmpty {
            output.line("no account to look into")
        } else {
            summary(results.map(\.row), output)
        }
        if let exit = results.map(\.exit).first(where: { $0 != .done }) { throw Ended(exit: exit) }
    }

    private static func head(_ account: Row) -> Row {
        var row = Row()
        row["account"] = account["id"]
        row["address"] = account["address"]
        return row
    }

    private func look(_ room: Room, _ output: Output, _ account: Row) throws -> (row: Row, exit: Exit) {
        let arguments = try Fields()
        try arguments.int("account", account.int("id"))
        if send { try arguments.int("send", 1) }
        try arguments.text("resolver", resolver)
        try arguments.int("timeout_ms", Int64(timeout * 1000))
        let job: Job
        do { job = try room.check("doctor", arguments) } catch let failure as LibraryError {
            throw failure.withoutField("resolver", instead: "--resolver ")
        }
        if !output.json { output.line(output.paint(account.text("address").oneLine, .bold)) }
        let result = try Waiting.job(job, output, title: "Looking into \(account.text("address"))", timeout: nil)
        if !output.json { show(result, output, LoginStep.of(room, account, cause: result.text("cause"))) }
        var row = Self.head(account)
        for field in result.fields { row[field.name] = field.value }
        return (row, try Self.exit(room, result))
    }

    /// - Parameter login: the commands that mend the login.
    private func show(_ result: Row, _ output: Output, _ login: [String]) {
        for step in result.rows("steps") { DoctorStep(step).show(output) }
        guard result.int("ok") != 1 else { return output.line("\(output.paint("\u{2713}", .green)) all is well") }
        output.line(
            "\(output.paint("\u{2717}", .red)) \((result.said("title") ?? result.text("reason")).oneLine)"
                + (result.said("cause").map { " (\($0.oneLine))" } ?? ""))
        for line in result.text("advice").cleanLines { output.line("  -> \(line)") }
        let wantsLogin = ["authentication", "login", "account"].contains(result.text("failed_step"))
        let cause = result.text("cause")
        if wantsLogin, cause.hasPrefix("auth.") || LoginStep.concerns(cause) {
            for step in login { output.line("  -> \(step)") }
        }
    }

    private func summary(_ results: [Row], _ output: Output) {
        output.line()
        var table = Table([
            .init(title: "ACCOUNT"), .init(title: "RESULT"), .init(title: "STEP"), .init(title: "WHY", gives: true),
        ])
        for row in results {
            let isOK = row.int("ok") == 1
            let side = row.said("side").map { ", \($0)" } ?? ""
            var error = Row()
            if case .record(let there)? = row["error"] { error = there }
            table.add([
                .init(row.text("address")), .init(isOK ? "well" : row.said("cause") ?? "failed", isOK ? .green : .red),
                .init(row.said("failed_step").map { $0 + side } ?? ""),
                .init(row.said("title") ?? row.said("reason") ?? error.text("message")),
            ])
        }
        table.print(output)
        let well = results.count { $0.int("ok") == 1 }
        output.line("\(well) of \(Moment.count(Int64(results.count), "mailbox", "mailboxes")) well")
    }

    /// By the class of the cause.
    private static func exit(_ room: Room, _ result: Row) throws -> Exit {
        guard result.int("ok") != 1 else { return .done }
        guard let cause = result.said("cause"),
            let row = try room.find("cause", { try $0.text("code", cause) }).first()
        else { return .failed }
        switch row.text("class") {
        case "auth": return .auth
        case "connection", "tls", "outage", "throttled", "protocol": return .unreachable
        default: return .failed
        }
    }
}

/// One step of the doctor as people read it.
struct DoctorStep {
    private let step: Row

    init(_ step: Row) { self.step = step }

    static func hasFailed(_ step: Row) -> Bool { step.int("ok") == 0 && step.int("skipped") != 1 }

    func show(_ output: Output) {
        let side = step.said("side").map { "\($0) " } ?? ""
        let name = (side + step.text("step")).oneLine.padded(24, right: false)
        if step.int("skipped") == 1 {
            let why = step.said("reason").map { ": \($0.oneLine)" } ?? ""
            return output.line("  - \(output.paint(name + "not looked at" + why, .dim))")
        }
        let mark = Self.hasFailed(step) ? output.paint("\u{2717}", .red) : output.paint("\u{2713}", .green)
        let milliseconds = step.int("ms").map { output.paint("  \($0) ms", .dim) } ?? ""
        output.line("  \(mark) \(name)\(step.text("found").oneLine)\(milliseconds)")
        for line in step.text("auth_note").cleanLines { output.line("      \(line)") }
        if let reason = step.said("reason") { output.line("      \(reason.oneLine)") }
        if let server = step.said("server_text") { output.line("      server: \(server.oneLine)") }
        guard Self.hasFailed(step) else { return }
        for line in step.text("advice").cleanLines { output.line("      -> \(line)") }
    }
}
