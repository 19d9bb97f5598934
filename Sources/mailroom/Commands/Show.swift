import ArgumentParser
import Glibc

struct Show: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show one message: its header, its text, its attachments.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The message's id.") var id: Int64
    @Flag(help: "The message as it came, byte for byte.") var raw = false
    @Option(help: ArgumentHelp("One part, decoded: 1, 1.2 ...", valueName: "n")) var part: String?
    @Option(help: ArgumentHelp("Write --raw or --part into this file, which must not be there yet.", valueName: "file"))
    var output: String?

    func validate() throws {
        guard !raw || part == nil else { throw ValidationError("--raw and --part exclude each other") }
        guard output == nil || raw || part != nil else { throw ValidationError("--output needs --raw or --part") }
    }

    func run(_ room: Room, _ out: Output) throws {
        if raw || part != nil { return try save(room, out) }
        let message = try room.get("message", id)
        let parts = try room.find("part") { try $0.int("message", id) }.all()
        if out.json {
            var row = message
            row["parts"] = .list(parts.map(Field.record))
            let body = message.int("has_body") == 0 ? nil : try MessageText.read(room, id, parts)
            row["text"] = body.map { .text($0.text) }
            return out.row(row)
        }
        header(message, out)
        out.line()
        if message.int("has_body") == 0 {
            out.line(out.paint("The body was not kept. Its beginning: \(message.text("preview").oneLine)", .dim))
        } else if let body = try MessageText.read(room, id, parts) {
            if body.fromHTML { out.line(out.paint("(from HTML)", .dim)) }
            out.line(body.text.manyLines)
            if !body.whole { out.line(out.paint("(cut here; --part \(body.part) has all of it)", .dim)) }
        } else {
            out.line(out.paint("(no text)", .dim))
        }
        attachments(parts, out)
    }

    private func header(_ message: Row, _ out: Output) {
        func line(_ name: String, _ text: String) {
            if !text.isEmpty { out.line(out.paint(name.padded(12), .bold) + text.oneLine) }
        }
        line("From", Self.address(message.text("from_name"), message.text("from")))
        for (name, field) in [("To", "to"), ("Cc", "cc"), ("Bcc", "bcc"), ("Reply-To", "reply_to")] {
            line(
                name,
                message.rows(field).map { Self.address($0.text("name"), $0.text("address")) }.joined(separator: ", "))
        }
        line("Date", Moment.text(message.int("date")))
        line("Subject", message.text("subject"))
        line("Message-ID", message.text("message_id"))
        line("In-Reply-To", message.text("in_reply_to"))
        line("Folder", message.text("folder"))
        line("Flags", message.texts("flags").joined(separator: " "))
        line("Damaged", message.texts("defects").joined(separator: ", "))
    }

    private func attachments(_ parts: [Row], _ out: Output) {
        let attachments = parts.filter { $0.int("attachment") == 1 }
        guard !attachments.isEmpty else { return }
        out.line()
        var table = Table([
            .init(title: "PART"), .init(title: "ATTACHMENT", gives: true), .init(title: "TYPE"),
            .init(title: "SIZE", right: true),
        ])
        for part in attachments {
            table.add([
                .init(part.text("part")), .init(part.said("name") ?? "(no name)"), .init(part.text("type"), .dim),
                .init(part.int("size").map { Moment.size($0) } ?? ""),
            ])
        }
        table.print(out)
    }

    private static func address(_ name: String, _ address: String) -> String {
        name.isEmpty ? address : "\(name) <\(address)>"
    }

    /// Bytes as they are, but on a terminal made harmless.
    private func save(_ room: Room, _ out: Output) throws {
        guard output != nil || !out.json else {
            throw ToolError(
                .usage, "--raw and --part print bytes, not JSON",
                advice: "With --json, name a file for them: --output FILE")
        }
        let blob = try room.blob(id, part: part)
        if output == nil, out.terminal.outputIsTerminal {
            let text = try blob.bytes(limit: 16 << 20)
            return out.line(String(decoding: text.bytes, as: UTF8.self).manyLines)
        }
        guard let output else {
            return try blob.read { piece in
                guard Output.write(1, piece) else { throw ToolError(.failed, "standard output was closed") }
            }
        }
        let file = open(output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw ToolError(.usage, "\(output): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        do {
            try blob.read { piece in
                guard Output.write(file, piece) else {
                    throw ToolError(.failed, "\(output): \(String(cString: strerror(errno)))")
                }
            }
        } catch {
            unlink(output)
            throw error
        }
        if out.json {
            var row = Row()
            row["message"] = .int(id)
            row["output"] = .text(output)
            out.row(row)
        } else {
            out.line("written to \(output.oneLine)")
        }
    }
}
