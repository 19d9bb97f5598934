import Glibc

/// Secrets: from a file, from standard input, or asked for on the terminal. Never an argument.
enum Secret {
    /// The longest secret that is read.
    static let limit = 64 * 1024

    /// The file's first line, without its line end.
    static func file(_ path: String) throws -> String {
        guard let file = fopen(path, "re") else {
            throw ToolError(.usage, "\(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        guard let line = readLine(from: file) else { throw ToolError(.usage, "\(path): holds no secret") }
        return line
    }

    /// All of the file.
    static func whole(_ path: String) throws -> String {
        guard let file = fopen(path, "re") else {
            throw ToolError(.usage, "\(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let next = getc(file), next != EOF {
            guard bytes.count < limit else { throw ToolError(.usage, "\(path): is too long for a secret") }
            bytes.append(UInt8(truncatingIfNeeded: next))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The next line of standard input, without its line end.
    static func standardInput() throws -> String {
        guard let line = Swift.readLine(strippingNewline: true) else {
            throw ToolError(.usage, "standard input ended before a secret came")
        }
        guard line.utf8.count <= limit else { throw ToolError(.usage, "the secret is too long") }
        return line.hasSuffix("\r") ? String(line.dropLast()) : line
    }

    private static func readLine(from file: UnsafeMutablePointer<FILE>) -> String? {
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let next = getc(file)
            if next == EOF || next == 0x0A { break }
            bytes.append(UInt8(truncatingIfNeeded: next))
        }
        if bytes.last == 0x0D { bytes.removeLast() }
        return bytes.isEmpty || bytes.count > limit ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// Asks on the terminal without showing what is typed.
    /// - Returns: nil where there is no terminal to ask on.
    static func ask(_ question: String) throws -> String? {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { return nil }
        defer { close(terminal) }
        var before = termios()
        guard tcgetattr(terminal, &before) == 0 else { return nil }
        // Without ISIG a Ctrl-C arrives as a byte, so that the terminal is always put right again.
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(terminal, TCSAFLUSH, &silent)
        defer { tcsetattr(terminal, TCSAFLUSH, &before) }
        Output.write(terminal, question)
        defer { Output.write(terminal, "\n") }
        var secret: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = read(terminal, &byte, 1)
            if count < 0 && errno == EINTR { continue }
            guard count == 1 else { break }
            switch byte {
            case 0x0A, 0x0D, 0x04: return String(decoding: secret, as: UTF8.self)
            case 0x03, 0x1A, 0x1C: throw ToolError(.usage, "stopped while a secret was asked for")
            case 0x08, 0x7F: if !secret.isEmpty { dropLastCharacter(&secret) }
            case 0x15: secret = []
            default: if secret.count < limit { secret.append(byte) }
            }
        }
        return String(decoding: secret, as: UTF8.self)
    }

    /// Removes one UTF-8 character, however many bytes it has.
    private static func dropLastCharacter(_ bytes: inout [UInt8]) {
        while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
    }
}
