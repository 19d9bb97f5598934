import Glibc

/// A file that the tool writes.
enum OutputFile {
    /// Writes the file whole or not at all: a reader sees the old one or the new one.
    static func replace(_ path: String, with text: String) throws {
        let draft = "\(path).\(getpid()).new"
        // The draft's name is nobody's but ours.
        func failed() -> ToolError { ToolError(.usage, "\(path): \(String(cString: strerror(errno)))") }
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw failed() }
        var text = text
        let isWhole = text.withUTF8 { Output.write(file, UnsafeRawBufferPointer($0)) }
        let failure = isWhole ? nil : failed()
        close(file)
        if failure == nil, rename(draft, path) == 0 { return }
        let end = failure ?? failed()
        unlink(draft)
        throw end
    }
}
