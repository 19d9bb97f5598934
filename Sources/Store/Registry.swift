import Base
import CMailroom
import CSystem
import Glibc
import Synchronization

/// The stores that this process has open, by the file's identity, so that a file is never opened twice: closing one
/// descriptor of a file drops the locks of all (fcntl(2)).
///
/// The lock is one of the C library: it is held across a fork and let go on both sides.
final class Registry: @unchecked Sendable {
    struct Identity: Hashable {
        let device: UInt64
        let inode: UInt64

        init(_ info: stat) {
            device = UInt64(info.st_dev)
            inode = UInt64(info.st_ino)
        }
    }

    static let shared = Registry()
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    /// Every store, also those that tests open beside the first.
    private var stores: [Store] = []
    private var prepared: [Store] = []
    private let ownersMutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    /// Owner ids of this process. Its own owner files must never be opened again: closing them would drop the lock.
    private var owners: Set<String> = []

    private init() {
        pthread_mutex_init(mutex, nil)
        pthread_mutex_init(ownersMutex, nil)
    }

    func withOwners<T>(_ body: (inout Set<String>) -> T) -> T {
        pthread_mutex_lock(ownersMutex)
        defer { pthread_mutex_unlock(ownersMutex) }
        return body(&owners)
    }

    func locked<T>(_ body: (inout [Store]) throws(Failure) -> T) throws(Failure) -> T {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        Fork.watch(
            prepare: { Registry.shared.prepare() }, parent: { Registry.shared.parent() },
            child: { Registry.shared.child() })
        return try body(&stores)
    }

    /// Always in the order in which the stores were opened.
    private func prepare() {
        pthread_mutex_lock(mutex)
        prepared = stores
        for store in prepared { store.gate.freeze() }
        pthread_mutex_lock(ownersMutex)
    }

    private func parent() {
        pthread_mutex_unlock(ownersMutex)
        for store in prepared.reversed() { store.gate.thaw() }
        prepared = []
        pthread_mutex_unlock(mutex)
    }

    /// The old stores are forgotten with the first open in the child.
    private func child() {
        owners = []
        pthread_mutex_unlock(ownersMutex)
        for store in prepared.reversed() { store.gate.thaw(inChild: true) }
        pthread_mutex_unlock(mutex)
    }

    /// The store that has this file open, to be used under the lock.
    ///
    /// Once a file is removed and nobody has it open, as around a fork, the next file may get its inode's number: a store whose
    /// name no longer leads to the file is that file's only as long as it has connections.
    func store(of identity: Identity, in stores: [Store]) -> Store? {
        stores.first { store in
            guard store.identity == identity, store.users.load(ordering: .relaxed) > 0 else { return false }
            var info = stat()
            return stat(store.path, &info) == 0 && Identity(info) == identity || store.gate.hasConnections
        }
    }

    /// What is left of the parent's stores: their memory is freed, and nothing else is touched.
    func forgetForked(_ stores: inout [Store]) {
        prepared = []
        let now = Fork.generation
        stores.removeAll { $0.generation != now }
    }
}
