import CSystem
import Glibc
import Testing

/// A directory of a test's own, removed with everything in it at the end.
final class Scratch: @unchecked Sendable {
    let path: String

    init() throws {
        var template = Array("\(P_tmpdir)/mailroom-test-XXXXXX".utf8CString)
        let made = mkdtemp(&template)
        path = String(cString: try #require(made))
    }

    deinit { _ = try? Program(["rm", "-rf", path]).wait() }

    func write(_ name: String, _ text: String) throws {
        let file = try #require(fopen("\(path)/\(name)", "w"))
        fputs(text, file)
        fclose(file)
    }
}

/// A program that a test started; killed at the latest with its object.
final class Program: @unchecked Sendable {
    private var process: pid_t
    private var input: Int32 = -1

    /// - Parameters:
    ///   - quiet: its output goes nowhere. Its input stays open and empty.
    ///   - output: a file for its standard output.
    init(_ arguments: [String], quiet: Bool = false, output: String = "/dev/null") throws {
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var pipes: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        try #require(socketpair(AF_UNIX, type, 0, &pipes) == 0)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipes[0], 0)
        if quiet {
            posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        }
        process = 0
        let code = posix_spawnp(&process, arguments[0], &actions, nil, &pointers, environ)
        close(pipes[0])
        input = pipes[1]
        try #require(code == 0)
    }

    deinit { stop() }

    func stop() {
        guard process > 0 else { return }
        kill(process, SIGKILL)
        _ = wait()
    }

    @discardableResult
    func wait() -> Int32 {
        var status: Int32 = 0
        while process > 0, waitpid(process, &status, 0) < 0, errno == EINTR {}
        process = 0
        if input >= 0 { close(input) }
        input = -1
        return (status >> 8) & 0xFF
    }
}
