import CSystem
import Glibc

/// The system's trusted authorities, by the places where distributions keep them. OpenSSL's own default places are
/// not asked for, because they come from the environment.
enum TrustStore {
    /// A directory whose files are named by the hash of their subject: read one at a time, at need.
    private static let directory = "/etc/ssl/certs"
    /// All in one file: Debian and Alpine, Fedora, openSUSE.
    private static let bundles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]

    /// Where nothing is found, only a `ca_file` is trusted.
    static func load(into store: OpaquePointer?) {
        if isHashed(directory), X509_STORE_load_path(store, directory) == 1 { return }
        for bundle in bundles where access(bundle, R_OK) == 0 {
            if X509_STORE_load_file(store, bundle) == 1 { return }
        }
    }

    /// Whether a directory has a file named as OpenSSL looks for it: eight hexadecimal digits, a dot, a number.
    private static func isHashed(_ path: String) -> Bool {
        guard let directory = opendir(path) else { return false }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let hashed = withUnsafeBytes(of: &entry.pointee.d_name) { name in
                name[8] == UInt8(ascii: ".") && name[9] == UInt8(ascii: "0") && name[10] == 0
                    && name.prefix(8).allSatisfy { isxdigit(Int32($0)) != 0 }
            }
            if hashed { return true }
        }
        return false
    }
}
