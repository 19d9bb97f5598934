import Base
import CMailroom
import CSystem
import Glibc

/// `<store>.key`: the key of a store that is one user's alone, as 64 hexadecimal digits, readable by nobody else.
enum KeyFile {
    /// - Parameter create: false where the store has a key already: a new one could not open its secrets.
    /// - Throws: `MR_E_KEY` where the file is missing and must not be made, others may read it, or it holds no key.
    static func key(path: String, create: Bool) throws(Failure) -> [UInt8] {
        if let key = try read(path) { return key }
        guard create else { throw missing }
        try make(path)
        guard let key = try read(path) else { throw missing }
        return key
    }

    private static var missing: Failure {
        var failure = Failure(MR_E_KEY, "the key file beside the store is missing")
        failure.advice = "Give the key that the store was made with, or put its key file back beside it."
        return failure
    }

    private static func read(_ path: String) throws(Failure) -> [UInt8]? {
        let fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard fd >= 0 else {
            if csystem_errno() == ENOENT { return nil }
            throw Failure(MR_E_KEY, "the key file cannot be read (\(String(cString: strerror(csystem_errno()))))")
        }
        defer { close(fd) }
        var info = stat()
        guard fstat(fd, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            throw Failure(MR_E_KEY, "the key file is not a file")
        }
        guard info.st_mode & 0o077 == 0 else {
            throw Failure(MR_E_KEY, "the key file may be read by others: its mode must be 0600")
        }
        var text = [UInt8](repeating: 0, count: 256)
        let count = Glibc.read(fd, &text, text.count)
        guard count >= 64, let key = decode(text[..<64]) else {
            throw Failure(MR_E_KEY, "the key file does not hold 64 hexadecimal digits")
        }
        return key
    }

    private static func decode(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
        var key: [UInt8] = []
        var half: UInt8?
        for digit in digits {
            let value: UInt8
            switch digit {
            case 48...57: value = digit - 48
            case 97...102: value = digit - 87
            case 65...70: value = digit - 55
            default: return nil
            }
            if let high = half {
                key.append(high << 4 | value)
                half = nil
            } else {
                half = value
            }
        }
        return key.count == 32 ? key : nil
    }

    /// Written whole before it gets its name; another process that was faster wins.
    private static func make(_ path: String) throws(Failure) {
        let temporary = "\(path).new-\(hex(randomBytes(6)))"
        let fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard fd >= 0 else {
            throw Failure(MR_E_KEY, "the key file cannot be made (\(String(cString: strerror(csystem_errno()))))")
        }
        defer { unlink(temporary) }
        let text = Array((hex(randomBytes(32)) + "\n").utf8)
        let written = text.withUnsafeBytes { Glibc.write(fd, $0.baseAddress, $0.count) }
        let stored = written == text.count && fchmod(fd, 0o600) == 0 && fsync(fd) == 0
        close(fd)
        guard stored else { throw Failure(MR_E_KEY, "the key file cannot be written") }
        if link(temporary, path) != 0, csystem_errno() != EEXIST {
            throw Failure(MR_E_KEY, "the key file cannot be made (\(String(cString: strerror(csystem_errno()))))")
        }
    }
}
