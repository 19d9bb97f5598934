import ArgumentParser

struct Smoke: ToolCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "See that the library works on this machine: the whole main job in a temporary directory, in about a second.",
        discussion:
            "It needs no network and no store. It ends with 1 at the first step that fails, and says what to check.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions

    func run(_ output: Output, _ options: CommonOptions) throws {
        let report = SmokeReport(output)
        do {
            let directory = try TemporaryDirectory()
            defer { directory.remove() }
            try SmokeJob(directory.path, options, report).run()
        } catch let failure as SmokeFailure {
            report.end(failure)
            throw Ended(exit: .failed)
        }
        report.end(nil)
    }
}

/// The step that failed, and why.
struct SmokeFailure: Error {
    let step: String
    let reason: String
    let check: String
}

/// What the steps gave, printed as they go or as one JSON document at the end.
final class SmokeReport {
    private let output: Output
    private let began = Moment.now()
    private var steps: [Row] = []

    init(_ output: Output) { self.output = output }

    /// Runs one step.
    /// - Parameters:
    ///   - check: what a person looks at when it fails.
    ///   - work: does it, and says in a few words what it saw.
    /// - Returns: what the work gave.
    @discardableResult
    func step<Result>(_ name: String, check: String, _ work: () throws -> (Result, String)) throws(SmokeFailure)
        -> Result
    {
        let start = Moment.now()
        let (result, seen): (Result, String)
        do { (result, seen) = try work() } catch {
            throw SmokeFailure(step: name, reason: Self.words(error), check: check)
        }
        let took = Moment.now() - start
        add(name, ok: true, seen, took)
        if !output.json {
            output.line(
                "\(output.paint("\u{2713}", .green)) \(name.padded(12)) \(seen.oneLine)  "
                    + output.paint("\(took) ms", .dim))
        }
        return result
    }

    func end(_ failure: SmokeFailure?) {
        if let failure { add(failure.step, ok: false, failure.reason, 0) }
        let took = Moment.now() - began
        if output.json {
            var row = Row()
            row["ok"] = .int(failure == nil ? 1 : 0)
            row["version"] = .text(Version.text)
            row["took_ms"] = .int(took)
            row["steps"] = .list(steps.map(Field.record))
            row["check"] = failure.map { .text($0.check) }
            return output.row(row)
        }
        guard let failure else {
            return output.line("\(output.paint("It works.", .bold)) mailroom \(Version.text), \(took) ms")
        }
        output.line("\(output.paint("\u{2717}", .red)) \(failure.step.padded(12)) \(failure.reason.oneLine)")
        output.line("  -> \(failure.check.oneLine)")
    }

    private func add(_ name: String, ok: Bool, _ seen: String, _ took: Int64) {
        var row = Row()
        row["step"] = .text(name)
        row["ok"] = .int(ok ? 1 : 0)
        row["seen"] = .text(seen)
        row["took_ms"] = .int(took)
        steps.append(row)
    }

    private static func words(_ error: Error) -> String {
        switch error {
        case let failure as LibraryError:
            failure.message + (failure.field("server_text").map { " (server: \($0))" } ?? "")
        case let failure as ToolError: failure.message
        default: "\(error)"
        }
    }
}
