import CSystem
import Glibc

/// What an exchange runs on: libcurl's handles with at most one connection, which goes back to the pool when it can be used
/// again.
final class HTTPLine: @unchecked Sendable {
    let easy: UnsafeMutableRawPointer
    let multi: UnsafeMutableRawPointer
    /// What libcurl has open; it outlives the handles.
    let sockets: UnsafeMutablePointer<csystem_curl_sockets>
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
        sockets = .allocate(capacity: 1)
        sockets.initialize(to: csystem_curl_sockets())
    }

    /// The socket of its connection; -1 where there is none.
    var descriptor: Int32 { csystem_curl_socket(sockets) }

    /// A child made by fork(2) shares its parent's sockets, and says nothing on them.
    var isOurs: Bool { getpid() == process }

    deinit {
        guard isOurs else { return }
        csystem_curl_free(easy)
        csystem_curl_multi_free(multi)
        sockets.deallocate()
    }
}
