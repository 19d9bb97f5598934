import ArgumentParser

struct Domain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at what a sending domain publishes.", subcommands: [DomainCheck.self])

    @ParentCommand var root: Mailroom
}

struct DomainCheck: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check MX, SPF, DKIM and DMARC of a domain, and show the records to publish.",
        discussion: """
            DOMAIN is a domain, or the address of an account of the store: then its server is taken into account. Without an account \
            no store is needed. The exit status is 1 where something is not in order.
            """)

    @ParentCommand var parent: Domain
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The domain, or an account's address or id.") var domain: String
    @Option(help: ArgumentHelp("A DKIM selector to ask for; else the usual ones. Repeatable.", valueName: "name"))
    var selector: [String] = []
    @Option(help: ArgumentHelp("The name server to ask; else the system's.", valueName: "address[:port]"))
    var resolver: String?
    @Option(help: ArgumentHelp("So many seconds for one answer.", valueName: "s")) var timeout: Double = 5

    var root: Mailroom { parent.root }

    func run(_ output: Output, _ options: CommonOptions) throws {
        guard timeout >= 0.1, timeout <= 60 else { throw ToolError(.usage, "--timeout: seconds from 0.1 to 60") }
        let result = try check(output, options)
        if output.json { output.row(result) } else { show(result, output) }
        if result.int("ok") != 1 { throw Ended(exit: .failed) }
    }

    /// Nothing of a domain alone is stored: without a store, an empty one in a temporary directory serves.
    private func check(_ output: Output, _ options: CommonOptions) throws -> Row {
        let isAccount = !domain.contains(".") || domain.contains("@")
        guard options.store != nil || !isAccount else {
            throw ToolError(
                .usage, "'\(domain.oneLine)' is no domain, and no store was named that could have such an account",
                advice:
                    "Give a domain, as in example.com; or name the store: mailroom --store FILE domain check ADDRESS")
        }
        guard options.store == nil, !isAccount else {
            let room = try options.open(create: false)
            return try check(room, account: isAccount ? try Accounts.id(room, domain) : nil, output)
        }
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        return try check(try options.open(create: true, at: directory.path + "/store.db"), account: nil, output)
    }

    private func check(_ room: Room, account: Int64?, _ output: Output) throws -> Row {
        let job: Job
        do {
            job = try room.checkDomain(
                account == nil ? domain : nil, account: account, selectors: selector, resolver: resolver,
                timeoutMs: Int64(timeout * 1000))
        } catch let failure as LibraryError { throw failure.withoutField("resolver", instead: "--resolver ") }
        return try withExtendedLifetime(room) {
            do { return try Waiting.job(job, output, title: "Asking about \(domain)", timeout: nil) } catch let failure
                as LibraryError
            {
                guard resolver != nil, failure.field("field") == nil, failure.field("advice") == nil else {
                    throw failure
                }
                throw failure.advising("Check --resolver; without it the name servers of this machine are asked.")
            }
        }
    }

    private func show(_ result: Row, _ output: Output) {
        for step in result.rows("steps") {
            let isOK = step.int("ok") == 1
            let name = step.text("step").uppercased() + (step.said("selector").map { " \($0.oneLine)" } ?? "")
            let mark =
                step.int("unknown") == 1
                ? output.paint("?", .yellow) : Self.mark(isOK, step.said("reason") != nil, output)
            output.line("\(mark) \(name)")
            for line in step.texts("found") { output.line("    \(output.paint(line.oneLine, .dim))") }
            for line in step.text("reason").cleanLines { output.line("    \(line)") }
            for line in step.text("advice").cleanLines { output.line("    -> \(line)") }
            if let record = step.said("record") {
                output.line("    publish \(step.text("record_name").oneLine) \(step.text("record_type").oneLine)")
                output.line("        \(record.oneLine)")
            }
        }
        let isOK = result.int("ok") == 1
        let known = result.rows("steps").contains { $0.int("ok") != 1 && $0.int("unknown") != 1 }
        let service = result.said("service").map { ", mail by \($0.oneLine)" } ?? ""
        output.line(
            "\(Self.mark(isOK, false, output)) \(result.text("domain").oneLine)\(service): "
                + (isOK ? "in order" : known ? "not in order" : "what could be asked is in order"))
        if let note = result.said("note") { output.line("  \(note.oneLine)") }
    }

    /// In order, in order with a remark, or not.
    private static func mark(_ isOK: Bool, _ hasRemark: Bool, _ output: Output) -> String {
        guard isOK else { return output.paint("\u{2717}", .red) }
        return hasRemark ? output.paint("!", .yellow) : output.paint("\u{2713}", .green)
    }
}
