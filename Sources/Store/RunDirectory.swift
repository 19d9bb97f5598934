import Base
import CMailroom
import CSystem
import Glibc
import Synchronization

/// `<store>.run/`: the files by which the processes of one store know of each other. Bells are FIFOs to be rung after
/// a commit; an owner file is locked (fcntl(2)) as long as its process lives, so that a dead one is recognised at once.
final class RunDirectory: Sendable {
    let path: String
    private let fileMode: mode_t
    private let generation: Int
    private let own = Lock<(id: String, fd: Int32)?>(nil)
    private let bells = Atomic<Int>(0)
    private let turnstile: Turnstile

    init(store: String, groupAccess: Bool, generation: Int) throws(Failure) {
        path = store + ".run"
        fileMode = groupAccess ? 0o660 : 0o600
        turnstile = Turnstile(path: path + "/turn", mode: fileMode)
        self.generation = generation
        let mode: mode_t = groupAccess ? 0o770 : 0o700
        if mkdir(path, mode) == 0 {
            chmod(path, mode)
        } else if csystem_errno() != EEXIST {
            throw RunDirectory.failure("the directory beside the store cannot be made")
        }
        var info = stat()
        guard lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
            throw Failure(MR_E_STORE, "the name beside the store that ends in .run is not a directory")
        }
    }

    private static func failure(_ line: String) -> Failure {
        let code = csystem_errno()
        return Failure(MR_E_STORE, "\(line) (\(String(cString: strerror(code))))")
    }

    // MARK: owners

    /// The id of this process in leases and jobs; the locked file is made at the first call.
    func owner() throws(Failure) -> String {
        try own.withLock { (own) throws(Failure) -> String in
            if let own { return own.id }
            let id = hex(randomBytes(8))
            let hidden = "\(path)/.new-\(id)"
            let fd = open(hidden, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, fileMode)
            guard fd >= 0 else { throw RunDirectory.failure("the owner file beside the store cannot be made") }
            fchmod(fd, fileMode)
            var lock = flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
            // Locked before it has its name: nobody can take it for a dead process's.
            guard fcntl(fd, F_SETLK, &lock) == 0, rename(hidden, "\(path)/owner-\(id)") == 0 else {
                let failure = RunDirectory.failure("the owner file beside the store cannot be locked")
                Glibc.close(fd)
                unlink(hidden)
                throw failure
            }
            Registry.shared.withOwners { _ = $0.insert(id) }
            own = (id, fd)
            return id
        }
    }

    /// The id where there is one already.
    var ownerIfAny: String? { own.withLock { $0?.id } }

    /// True while the process of that id lives. A dead one's file is removed.
    func isAlive(_ id: String) -> Bool {
        if Registry.shared.withOwners({ $0.contains(id) }) { return true }
        guard !id.isEmpty, id.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 102) }) else {
            return false
        }
        let file = "\(path)/owner-\(id)"
        let fd = open(file, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard fd >= 0 else { return csystem_errno() != ENOENT }
        defer { Glibc.close(fd) }
        var lock = flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
        guard fcntl(fd, F_GETLK, &lock) == 0 else { return true }
        guard lock.l_type == Int16(F_UNLCK) else { return true }
        unlink(file)
        return false
    }

    /// Lets go of the owner file. In a forked child it is the parent's: nothing is touched, not even the lock, which
    /// another thread may have held when the process forked.
    func close() {
        guard generation == Fork.generation else { return }
        own.withLock { own in
            guard let (id, fd) = own else { return }
            own = nil
            unlink("\(path)/owner-\(id)")
            Glibc.close(fd)
            Registry.shared.withOwners { _ = $0.remove(id) }
        }
        turnstile.close()
    }

    deinit { close() }

    /// Runs `body`, which waits for SQLite's write lock, in turn with the other processes (`Turnstile`).
    func inTurn<T>(_ body: () throws(Failure) -> T) throws(Failure) -> T { try turnstile.pass(body) }

    // MARK: bells

    func openBell() throws(Failure) -> Bell {
        let number = bells.add(1, ordering: .relaxed).newValue
        let name = "bell-\(getpid())-\(hex(randomBytes(4)))-\(number)"
        let (hidden, file) = ("\(path)/.new-\(name)", "\(path)/\(name)")
        guard mkfifo(hidden, fileMode) == 0 else {
            throw RunDirectory.failure("the bell beside the store cannot be made")
        }
        chmod(hidden, fileMode)
        // For writing, too: so that the end of a ringing process never looks like the end of the file. Heard before it has
        // its name: another process takes a bell without a listener for a dead one's, and removes it.
        let fd = open(hidden, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard fd >= 0, rename(hidden, file) == 0 else {
            let failure = RunDirectory.failure("the bell beside the store cannot be opened")
            if fd >= 0 { Glibc.close(fd) }
            unlink(hidden)
            throw failure
        }
        return Bell(fd: fd, file: file, generation: generation)
    }

    /// Rings every bell. One that nobody listens to any more is removed.
    func ring() {
        guard let directory = opendir(path) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasPrefix("bell-") else { continue }
            let file = "\(path)/\(name)"
            let heard = open(file, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
            if heard < 0 {
                if csystem_errno() == ENXIO { unlink(file) }
                continue
            }
            // Written through a descriptor that reads as well: the listener may close at any time, and there must be
            // no SIGPIPE. A full pipe is as good as a rung one.
            let fd = open(file, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
            var byte: UInt8 = 1
            if fd >= 0 {
                _ = write(fd, &byte, 1)
                Glibc.close(fd)
            }
            Glibc.close(heard)
        }
    }
}
