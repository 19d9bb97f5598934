import Glibc

/// A directory of mode 0700 that is gone again when the work is done.
struct TemporaryDirectory {
    let path: String

    /// In TMPDIR, else in /tmp.
    init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/mailroom.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ToolError(.failed, "\(base): no temporary directory: \(String(cString: strerror(errno)))")
        }
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes everything in it, following no link out of it.
    func remove() { Self.remove(path, depth: 0) }

    private static func remove(_ path: String, depth: Int) {
        if depth < 16, let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                guard name != ".", name != ".." else { continue }
                // What is no directory, a link to one included, is only unlinked.
                if unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)", depth: depth + 1) }
            }
            closedir(directory)
        }
        rmdir(path)
    }
}
