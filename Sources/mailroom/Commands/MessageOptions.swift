import ArgumentParser
import Glibc

/// The message to be sent.
struct MessageOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A recipient. Repeatable, as are --cc and --bcc.", valueName: "address"))
    var to: [String] = []
    @Option(help: ArgumentHelp("A recipient of a copy.", valueName: "address")) var cc: [String] = []
    @Option(help: ArgumentHelp("A recipient that the others do not see.", valueName: "address")) var bcc: [String] = []
    @Option(help: "One line.") var subject: String?
    @Option(help: "The text.") var text: String?
    @Option(help: ArgumentHelp("The text from a file; - is standard input.", valueName: "file")) var textFile: String?
    @Option(help: ArgumentHelp("The HTML from a file; - is standard input.", valueName: "file")) var htmlFile: String?
    @Option(help: ArgumentHelp("A file to attach. Repeatable.", valueName: "file")) var attach: [String] = []
    @Option(help: ArgumentHelp("Another sender than the account's address.", valueName: "address")) var from: String?
    @Option(help: ArgumentHelp("Where answers go. Repeatable.", valueName: "address")) var replyTo: [String] = []
    @Option(help: ArgumentHelp("The Message-ID that it answers.", valueName: "id")) var inReplyTo: String?
    @Option(
        help: ArgumentHelp(
            "The stored message that it answers, as messages lists it: gives In-Reply-To, References, subject and recipient.",
            valueName: "id"))
    var answers: Int64?
    @Option(help: ArgumentHelp("One more header field. Repeatable.", valueName: "NAME: VALUE")) var header: [String] =
        []
    @Option(help: ArgumentHelp("The same key and content again is the same send.", valueName: "key"))
    var idempotencyKey: String?

    /// Whether anything of a message was named.
    var isGiven: Bool {
        let texts = [subject, text, textFile, htmlFile, from, inReplyTo, idempotencyKey]
        return answers != nil || texts.contains { $0 != nil }
            || [to, cc, bcc, attach, replyTo, header].contains { !$0.isEmpty }
    }

    func validate() throws {
        guard inReplyTo?.contains("@") ?? true else {
            throw ValidationError(
                "--in-reply-to wants the Message-ID that it answers, as <name@example.com>, and no id of the store")
        }
        guard text == nil || textFile == nil else { throw ValidationError("--text and --text-file exclude each other") }
    }

    /// - Parameter key: false where the key is not the message's own.
    func record(_ room: Room, key: Bool = true) throws -> Fields {
        let message = try Fields()
        try message.texts("to", to)
        try message.texts("cc", cc)
        try message.texts("bcc", bcc)
        try message.texts("reply_to", replyTo)
        try message.text("subject", subject)
        try message.text("from", from)
        try message.text("in_reply_to", inReplyTo.map(Self.withoutBrackets))
        try message.int("reply_to_message", answers)
        for line in header {
            guard let colon = line.firstIndex(of: ":") else {
                throw ToolError(.usage, "--header: '\(line.oneLine)' is not NAME: VALUE")
            }
            let field = try Fields()
            try field.text("name", String(line[..<colon]))
            try field.text("value", String(line[line.index(after: colon)...].drop { $0 == " " }))
            try message.add("headers", field)
        }
        if key { try message.text("idempotency_key", idempotencyKey) }
        try message.text("text", try textFile.map(InputFile.text) ?? text)
        try message.text("html", try htmlFile.map(InputFile.text))
        for path in attach { try message.add("attachments", try InputFile.attachment(room, path)) }
        return message
    }

    private static func withoutBrackets(_ id: String) -> String {
        id.hasPrefix("<") && id.hasSuffix(">") ? String(id.dropFirst().dropLast()) : id
    }
}

/// Files that go into a message.
enum InputFile {
    /// The longest text or HTML that is read whole.
    private static let limit = 64 << 20

    static func text(_ path: String) throws -> String {
        var bytes: [UInt8] = []
        try read(path) { piece in
            bytes.append(contentsOf: piece)
            guard bytes.count <= limit else { throw ToolError(.usage, "\(path): longer than 64 MiB") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ToolError(.usage, "\(path): is not UTF-8")
        }
        return text
    }

    /// An attachment whose content goes into the store in pieces, however large it is.
    static func attachment(_ room: Room, _ path: String) throws -> Fields {
        let blob = try room.newBlob()
        try read(path) { try blob.write($0) }
        let attachment = try Fields()
        try attachment.text("name", path.split(separator: "/").last.map(String.init) ?? path)
        try attachment.text("type", MediaType.of(path))
        try attachment.int("blob", try blob.seal())
        return attachment
    }

    /// The absolute path of what an option names: the store keeps it, and a worker has another working directory.
    static func absolute(_ option: String, _ path: String) throws -> String {
        guard let real = realpath(path, nil) else {
            throw ToolError(.usage, "\(option) \(path.oneLine): \(String(cString: strerror(errno)))")
        }
        defer { free(real) }
        return String(cString: real)
    }

    private static func read(_ path: String, _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        let file = path == "-" ? dup(0) : open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw ToolError(.usage, "\(path): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Blob.pieceSize, alignment: 1)
        defer { buffer.deallocate() }
        while true {
            let count = Glibc.read(file, buffer.baseAddress, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw ToolError(.usage, "\(path): \(String(cString: strerror(errno)))") }
            guard count > 0 else { return }
            try take(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
        }
    }
}

/// The media type that a file's name suggests; the library's default where it suggests none.
enum MediaType {
    private static let types = [
        "txt": "text/plain", "csv": "text/csv", "html": "text/html", "ics": "text/calendar", "pdf": "application/pdf",
        "json": "application/json", "xml": "application/xml", "zip": "application/zip", "gz": "application/gzip",
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
        "svg": "image/svg+xml", "mp3": "audio/mpeg", "mp4": "video/mp4", "eml": "message/rfc822",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "odt": "application/vnd.oasis.opendocument.text", "ods": "application/vnd.oasis.opendocument.spreadsheet",
    ]

    static func of(_ path: String) -> String? {
        guard let dot = path.lastIndex(of: ".") else { return nil }
        return types[path[path.index(after: dot)...].lowercased()]
    }
}
