import Base
import CMailroom
import Glibc

/// A directory of a test's own, removed with everything in it at the end.
final class Scratch {
    let path: String
    var store: String { path + "/crm.db" }

    /// - Parameter place: where it is made.
    init(in place: String = P_tmpdir) throws {
        var template = Array("\(place)/mailroom-engine-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure(MR_E_STORE, "no temporary directory") }
        path = String(cString: made)
    }

    deinit { Scratch.remove(path) }

    private static func remove(_ path: String) {
        guard let directory = opendir(path) else {
            unlink(path)
            return
        }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { remove(path + "/" + name) }
        }
        closedir(directory)
        rmdir(path)
    }
}
