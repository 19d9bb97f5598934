import Glibc
import Testing

/// A directory of a test's own, removed with everything in it at the end.
final class Scratch {
    let path: String

    init() throws {
        var template = Array("\(P_tmpdir)/mailroom-test-XXXXXX".utf8CString)
        let made = mkdtemp(&template)
        path = String(cString: try #require(made))
    }

    deinit { _ = try? run(["rm", "-rf", path]) }

    func directory(_ name: String, mode: mode_t = 0o755) throws -> String {
        let full = "\(path)/\(name)"
        try #require(mkdir(full, 0o755) == 0 || errno == EEXIST)
        try #require(chmod(full, mode) == 0)
        return full
    }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws -> String {
        let full = "\(path)/\(name)"
        let file = try #require(fopen(full, "w"))
        fputs(text, file)
        fclose(file)
        try #require(chmod(full, mode) == 0)
        return full
    }

    /// Compiles C against the project's own headers into a shared library.
    func compile(_ source: String, to name: String, _ flags: [String] = []) throws {
        let file = try write("source-\(name.split(separator: "/").joined(separator: "-")).c", source)
        try #require(
            try run(
                ["gcc", "-shared", "-fPIC", "-O1", "-Wall", "-I", Scratch.headers] + flags + [
                    file, "-o", "\(path)/\(name)",
                ]) == 0)
        try #require(chmod("\(path)/\(name)", 0o755) == 0)
    }

    /// The project's include directory, found from this file.
    static var headers: String {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/") + "/include"
    }
}

/// Runs a program to its end.
/// - Returns: its exit status.
@discardableResult
func run(_ arguments: [String]) throws -> Int32 {
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var process = pid_t()
    try #require(posix_spawnp(&process, arguments[0], nil, nil, &pointers, environ) == 0)
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return (status >> 8) & 0xFF
}
