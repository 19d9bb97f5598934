import Base
import CMailroom
import CSystem
import Glibc

/// A directory from which code is loaded, held open: nobody but root and this user may put files there.
final class PluginDirectory {
    /// Which file it was, to notice another under the same name.
    struct FileIdentity: Hashable, Sendable {
        let device: UInt
        let inode: UInt
    }

    /// Without links on the way.
    let path: String
    private let descriptor: Int32

    /// - Throws: `MR_E_PLUGIN` with the reason.
    init(_ path: String) throws(Failure) {
        guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(0) else {
            throw Failure(MR_E_PLUGIN, "\(path): is not an absolute path")
        }
        guard let resolved = realpath(path, nil) else { throw PluginDirectory.failure(path) }
        self.path = String(cString: resolved)
        Glibc.free(resolved)
        descriptor = Glibc.open(self.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw PluginDirectory.failure(path) }
        try PluginDirectory.check(descriptor, "the directory \(self.path)", stickyAllowed: false)
        // Who may write to the parent may put another directory in this one's place; a sticky one keeps ours.
        let parent = openat(descriptor, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { throw PluginDirectory.failure(path) }
        defer { Glibc.close(parent) }
        try PluginDirectory.check(parent, "the directory above \(self.path)", stickyAllowed: true)
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 || csystem_errno() != ENOENT }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    /// The names of the manifests, sorted.
    func manifests() throws(Failure) -> [String] {
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else {
            if copy >= 0 { Glibc.close(copy) }
            throw PluginDirectory.failure(path)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream), names.count < 1000 {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".json"), !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// Reads a whole file of this directory, after its check.
    func read(_ name: String, limit: Int) throws(Failure) -> [UInt8] {
        let (file, size, _) = try open(name)
        defer { Glibc.close(file) }
        guard size <= limit else { throw Failure(MR_E_PLUGIN, "\(name) is larger than \(limit) octets") }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { Glibc.read(file, $0 + length, buffer.count - length) } ?? 0
            }
            if count < 0, csystem_errno() == EINTR { continue }
            guard count > 0 else { break }
            length += count
        }
        guard length <= limit else { throw Failure(MR_E_PLUGIN, "\(name) is larger than \(limit) octets") }
        return Array(bytes.prefix(length))
    }

    /// Checks a file without reading it.
    func check(_ name: String) throws(Failure) -> FileIdentity {
        let (file, _, identity) = try open(name)
        Glibc.close(file)
        return identity
    }

    /// A regular file, not reached through a link, that only root and this user may write.
    private func open(_ name: String) throws(Failure) -> (file: Int32, size: Int, identity: FileIdentity) {
        let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else {
            guard csystem_errno() != ELOOP else { throw Failure(MR_E_PLUGIN, "\(name) is a symbolic link") }
            throw PluginDirectory.failure(name)
        }
        do throws(Failure) {
            let facts = try PluginDirectory.check(file, name, stickyAllowed: false)
            guard facts.st_mode & S_IFMT == S_IFREG else { throw Failure(MR_E_PLUGIN, "\(name) is not a regular file") }
            return (file, Int(facts.st_size), FileIdentity(device: UInt(facts.st_dev), inode: UInt(facts.st_ino)))
        } catch {
            Glibc.close(file)
            throw error
        }
    }

    @discardableResult
    private static func check(_ descriptor: Int32, _ name: String, stickyAllowed: Bool) throws(Failure) -> stat {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw failure(name) }
        guard facts.st_uid == 0 || facts.st_uid == geteuid() else {
            throw Failure(MR_E_PLUGIN, "\(name) belongs to another user (\(facts.st_uid))")
        }
        guard facts.st_mode & (S_IWGRP | S_IWOTH) == 0 || stickyAllowed && facts.st_mode & S_ISVTX != 0 else {
            throw Failure(
                MR_E_PLUGIN, "\(name) may be written by others (mode \(String(facts.st_mode & 0o7777, radix: 8)))")
        }
        return facts
    }

    private static func failure(_ name: String) -> Failure {
        Failure(MR_E_PLUGIN, "\(name): \(String(cString: csystem_error_words(csystem_errno())))")
    }
}
