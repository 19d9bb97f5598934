import CSystem
import Glibc

/// What an exchange runs on: libcurl's handles with at most one connection, which goes back to the pool when it can be used
/// again.
final class HTTPLine: @unchecked Sendable {
    let easy: UnsafeMutableRawPointer
    let multi: UnsafeMutableRawPointer
    private let process = getpid()
    /// By the boot clock: since when it is idle.
    var idleSince: Int64 = 0

    init?() {
        guard let easy = csystem_curl_new() else { return nil }
        guard let multi = csystem_curl_multi(1) else {
            csystem_curl_free(easy)
            return nil
        }
        self.easy = easy
        self.multi = multi
    }

    /// A child made by fork(2) shares its parent's sockets, and says nothing on them.
    var isOurs: Bool { getpid() == process }

    deinit {
        guard isOurs else { return }
        csystem_curl_free(easy)
        csystem_curl_multi_free(multi)
    }
}
