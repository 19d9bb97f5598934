import ArgumentParser
import CMailroom
import Glibc

enum Work: String, ExpressibleByArgument, CaseIterable {
    case never, wait
}

/// The options that stand before the command or after it.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The store: one file, made by connect and run.", valueName: "file")) var store: String?
    @Flag(help: "Print JSON.") var json = false
    @Option(help: ArgumentHelp("A directory with more plugins. Repeatable.", valueName: "directory"))
    var plugins: [String] = []
    @Option(
        help: ArgumentHelp(
            "The key that secrets are encrypted with: 32 bytes, or 64 hexadecimal digits. Without it the key is kept beside the store.",
            valueName: "file"))
    var keyFile: String?
    @Option(help: "never: leave the work to a running worker. wait: do what is waited for here.")
    var work: Work?
    @Option(help: "auto, always or never.") var color: ColorChoice?

    /// What stands after the command goes before what stands in front of it.
    func over(_ outer: CommonOptions) -> CommonOptions {
        var merged = self
        merged.store = store ?? outer.store
        merged.json = json || outer.json
        merged.plugins = plugins == outer.plugins ? plugins : outer.plugins + plugins
        merged.keyFile = keyFile ?? outer.keyFile
        merged.work = work ?? outer.work
        merged.color = color ?? outer.color
        return merged
    }

    /// - Parameters:
    ///   - path: the store in place of the one that was named.
    ///   - always: true for the worker.
    ///   - more: adds options of one command.
    func open(
        create: Bool, at path: String? = nil, always: Bool = false, _ more: (Fields) throws -> Void = { _ in }
    ) throws -> Room {
        guard let path = path ?? store else {
            throw ToolError(
                .usage, "no store was named", advice: "Name it before the command: mailroom --store FILE COMMAND")
        }
        let options = try Fields()
        try options.text("work", always ? "always" : (work ?? .wait).rawValue)
        try options.texts("plugins", try plugins.map { try InputFile.absolute("--plugins", $0) })
        try options.int("create", create ? 1 : 0)
        try more(options)
        if let keyFile {
            let key = try Key.file(keyFile)
            // Digits go in as text, the key itself as bytes.
            key.count == 64
                ? try options.text("key", String(decoding: key, as: UTF8.self)) : try options.bytes("key", key)
        } else if always || create || access(path + ".key", F_OK) == 0 {
            try options.int("key_file", 1)
        }
        do { return try Room(path, options) } catch let failure as LibraryError {
            // The library names a field where that is wrong; everything else is about the file.
            guard failure.field("field") == nil else { throw failure }
            let named = failure.about(path)
            throw failure.result == Int32(MR_E_NOT_FOUND)
                ? named.advising("Check the path; mailroom --store FILE connect ADDRESS makes a store.") : named
        }
    }
}

enum Key {
    /// The file's content without a line end: 32 bytes, or their 64 hexadecimal digits.
    static func file(_ path: String) throws -> [UInt8] {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw ToolError(.usage, "\(path): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = read(file, &bytes, bytes.count)
        guard count > 0 else { throw ToolError(.usage, "\(path): holds no key") }
        bytes.removeLast(bytes.count - count)
        if bytes.count == 65, bytes.last == 0x0A { bytes.removeLast() }
        guard bytes.count == 32 || bytes.count == 64 else {
            throw ToolError(.usage, "\(path): a key has 32 bytes, or 64 hexadecimal digits")
        }
        return bytes
    }
}
