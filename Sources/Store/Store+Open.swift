import Base
import CMailroom
import CSystem
import Glibc
import Synchronization

extension Store {
    /// Opens the store, making it where `options.create` allows. The same file again in this process is the same
    /// Store; each open takes its own `close`.
    /// - Throws: `MR_E_NOT_FOUND`, `MR_E_STORE` (not a store, of a newer library, not writable), `MR_E_KEY` (another
    ///   key than the store's), `MR_E_INVALID` (options).
    package static func open(_ path: String, _ options: StoreOptions) throws(Failure) -> Store {
        try open(path, options, bootID: nil, shared: true)
    }

    /// - Parameters:
    ///   - bootID: for tests; nil: the machine's.
    ///   - shared: false, for tests: a Store beside the others, as another process would have it.
    static func open(
        _ path: String, _ options: StoreOptions, bootID: String?, shared: Bool
    ) throws(Failure) -> Store {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .invalid("store", "is not a path") }
        if options.key != nil, options.keyFile { throw .invalid("key_file", "cannot stand together with key") }
        let box = try options.key.map { (key) throws(Failure) in try SecretBox(key: key) }
        return try Registry.shared.locked { (stores) throws(Failure) -> Store in
            Registry.shared.forgetForked(&stores)
            let (file, identity) = try find(path, options)
            if shared, let open = Registry.shared.store(of: identity, in: stores) {
                try open.applyKey(box, options)
                open.users.add(1, ordering: .relaxed)
                return open
            }
            let generation = Fork.generation
            let store = Store(
                path: file, identity: identity,
                run: try RunDirectory(store: file, groupAccess: options.groupAccess, generation: generation),
                bootID: bootID ?? machineBootID(), options: options)
            do throws(Failure) {
                try store.prepare()
                try store.applyKey(box, options)
                try store.sweepOrphans()
            } catch {
                store.gate.closeAll()
                store.run.close()
                rmdir(file + ".run")  // where it was made for nothing; one that is in use is not empty
                throw error
            }
            store.users.store(1, ordering: .relaxed)
            stores.append(store)
            return store
        }
    }

    /// Gives one open back. The last one closes the connections and removes this process's files in `<store>.run/`.
    /// In a forked child it does nothing.
    package func close() {
        guard generation == Fork.generation else { return }
        _ = try? Registry.shared.locked { (stores) throws(Failure) in
            guard users.load(ordering: .relaxed) > 0, users.subtract(1, ordering: .relaxed).newValue == 0 else {
                return
            }
            stores.removeAll { $0 === self }
            gate.closeAll()
            run.close()
        }
    }

    /// The file's absolute path and identity. It is never opened here but to make it: closing a descriptor would
    /// drop SQLite's locks on it.
    private static func find(
        _ path: String, _ options: StoreOptions
    ) throws(Failure) -> (file: String, identity: Registry.Identity) {
        var info = stat()
        if stat(path, &info) != 0 {
            guard csystem_errno() == ENOENT else {
                throw Failure(MR_E_STORE, "the store cannot be opened (\(String(cString: strerror(csystem_errno()))))")
            }
            guard options.create else { throw .notFound("the store") }
            let mode: mode_t = options.groupAccess ? 0o660 : 0o600
            let fd = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
            if fd >= 0 {
                fchmod(fd, mode)
                Glibc.close(fd)
            } else if csystem_errno() != EEXIST {
                throw Failure(MR_E_STORE, "the store cannot be made (\(String(cString: strerror(csystem_errno()))))")
            }
            guard stat(path, &info) == 0 else { throw Failure(MR_E_STORE, "the store cannot be opened") }
        }
        guard info.st_mode & S_IFMT == S_IFREG else { throw Failure(MR_E_STORE, "the store's path is not a file") }
        guard let resolved = realpath(path, nil) else {
            throw Failure(MR_E_STORE, "the store's path cannot be resolved")
        }
        defer { free(resolved) }
        return (String(cString: resolved), Registry.Identity(info))
    }

    /// Checks what the file is, and brings its schema up to date.
    private func prepare() throws(Failure) {
        let current = try gate.watch { (db) throws(Failure) in
            try Migration.state(of: db) == .store(version: Migration.newest)
        }
        if current { return }
        try gate.write { (db) throws(Failure) in try Migration.run(on: db) }
    }

    /// Takes the key after comparing it with the store's check value; the first key ever sets that value.
    private func applyKey(_ given: SecretBox?, _ options: StoreOptions) throws(Failure) {
        var wanted = given
        let check = try gate.read { (db) throws(Failure) in
            try db.first("SELECT value FROM meta WHERE name = 'key_check'") { (row) throws(Failure) in row.bytes(0) }
        }
        if options.keyFile {
            wanted = try SecretBox(key: try KeyFile.key(path: path + ".key", create: check == nil))
        }
        guard let wanted else { return }
        if check == nil {
            let sealed = try wanted.seal(Array("mailroom".utf8), table: "meta", row: 0, field: "key_check")
            try write { (transaction) throws(Failure) in
                // Another process may have been faster: then its value stands, and is compared below.
                try transaction.db.run("INSERT OR IGNORE INTO meta(name, value) VALUES('key_check', ?)", sealed)
                if transaction.db.changedRows > 0 {
                    try transaction.db.run(
                        "INSERT OR REPLACE INTO meta(name, value) VALUES('key_id', ?)", options.keyID)
                }
            }
        }
        let (stored, keyID) = try gate.read { (db) throws(Failure) in
            (
                try db.first("SELECT value FROM meta WHERE name = 'key_check'") { (row) throws(Failure) in row.bytes(0)
                },
                try db.first("SELECT value FROM meta WHERE name = 'key_id'") { (row) throws(Failure) in row.text(0) }
            )
        }
        guard let stored, (try? wanted.open(stored, table: "meta", row: 0, field: "key_check")) != nil else {
            var failure = Failure(
                MR_E_KEY, "the key is not the store's own; the store's has the name '\(keyID ?? "host")'")
            failure.advice = "Give the key that the store was made with: without it nobody reads its passwords."
            throw failure
        }
        setSecretBox(wanted)
    }

    /// The name of the key that the store was made with; nil where it has none yet.
    package func keyID() throws(Failure) -> String? {
        try read { (db) throws(Failure) in
            try db.first("SELECT value FROM meta WHERE name = 'key_id'") { (row) throws(Failure) in row.text(0) }
        }
    }

    /// A text that differs after each start of the machine.
    private static func machineBootID() -> String {
        let fd = Glibc.open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { return "unknown" }
        defer { Glibc.close(fd) }
        var text = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(fd, &text, text.count)
        return String(decoding: text.prefix(max(count, 0)).prefix { $0 > 32 }, as: UTF8.self)
    }
}
