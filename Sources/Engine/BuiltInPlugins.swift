import CSystem
import Glibc

/// The directory of the plugins that come with the library: `mailroom/plugins` beside the library's own file.
enum BuiltInPlugins {
    static let directory: String? = {
        guard let file = csystem_own_file(), let resolved = realpath(file, nil) else { return nil }
        defer { free(resolved) }
        let path = String(cString: resolved)
        guard let slash = path.lastIndex(of: "/") else { return nil }
        return String(path[..<slash]) + "/mailroom/plugins"
    }()
}
