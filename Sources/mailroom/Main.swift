import ArgumentParser
import CMailroom
import Glibc

/// Runs the command and turns whatever ends it into what is printed and the exit status.
@main
enum Main {
    static func main() {
        do {
            var command = try Mailroom.parseAsRoot()
            try command.run()
        } catch {
            exit(end(error).rawValue)
        }
    }

    /// Where ids are found, by the kind that the failure begins with.
    private static let lists = [
        "message": "mailroom messages lists the messages with their ids.",
        "send": "mailroom failed lists what was not sent, mailroom sends everything that was queued, with its id.",
        "account": "mailroom status lists the accounts with their ids.",
        "batch": "mailroom batch lists the batches with their ids.",
        "job": "mailroom jobs lists the jobs with their ids.",
    ]

    private static var json: Bool { CommandLine.arguments.contains("--json") }

    private static func end(_ error: Error) -> Exit {
        switch error {
        case let ended as Ended: return ended.exit
        case let failure as LibraryError
        where Int(failure.result) == MR_E_KEY && failure.field("advice")?.contains("--key-file") != true:
            return end(failure.advising("--key-file FILE gives the application's own key."))
        case let failure as LibraryError:
            let failure = pointing(failure)
            say(failure.message, serverText: failure.field("server_text"), advice: failure.field("advice"))
            if json { show(failure.row) }
            return Exit(result: failure.result)
        case let failure as ToolError:
            say(failure.message, serverText: nil, advice: failure.advice)
            if json { show(failure.row) }
            return failure.exit
        case is JSONReader.Malformed:
            return end(ToolError(.failed, "the library's JSON could not be read"))
        default:
            return endOfParsing(error)
        }
    }

    /// The failure with the step that only the tool knows: which command lists the ids, which option gives the key.
    private static func pointing(_ failure: LibraryError) -> LibraryError {
        switch Int(failure.result) {
        case MR_E_KEY where failure.field("advice")?.contains("--key-file") != true:
            return failure.advising("--key-file FILE gives the application's own key.")
        case MR_E_INVALID: return OptionNames.named(failure)
        case MR_E_NOT_FOUND where failure.field("advice") == nil:
            let kind = failure.message.split(separator: " ").first.map(String.init) ?? ""
            return lists[kind].map(failure.advising) ?? failure
        default: return failure
        }
    }

    /// Help and version are no failures; every other error of the parser is wrong usage.
    private static func endOfParsing(_ error: Error) -> Exit {
        if let word = unknownCommand {
            return end(ToolError(.usage, "there is no command \(word.oneLine)", advice: "mailroom --help lists them."))
        }
        let text = Mailroom.fullMessage(for: error)
        if Mailroom.exitCode(for: error) == .success {
            Output.write(1, text + "\n")
            return .done
        }
        Output.write(2, text + "\n")
        if json { show(ToolError(.usage, Mailroom.message(for: error)).row) }
        return .usage
    }

    /// The word where the command should stand, if it is none: the parser only counts it as superfluous.
    private static var unknownCommand: String? {
        let known = Set(Mailroom.configuration.subcommands.map { $0._commandName } + ["help"])
        var words = CommandLine.arguments.dropFirst()
        while let word = words.popFirst() {
            guard word.hasPrefix("-") else { return known.contains(word) ? nil : word }
            if ["--store", "--plugins", "--key-file", "--work", "--color"].contains(word) { _ = words.popFirst() }
        }
        return nil
    }

    private static func say(_ message: String, serverText: String?, advice: String?) {
        var text = "mailroom: \(message.oneLine)\n"
        if let serverText, !serverText.isEmpty { text += "  server: \(serverText.oneLine)\n" }
        for line in advice?.cleanLines ?? [] { text += "  -> \(line)\n" }
        Output.write(2, text)
    }

    private static func show(_ row: Row) {
        var error = Row()
        error["error"] = .record(row)
        Output.write(1, error.json + "\n")
    }
}

extension ToolError {
    /// The failure as `--json` shows it, with the fields that a failure of the library has.
    var row: Row {
        var row = Row()
        row["code"] = .text(code)
        row["message"] = .text(message)
        if let advice { row["advice"] = .text(advice) }
        return row
    }
}
