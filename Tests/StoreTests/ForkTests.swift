import Base
import CMailroom
import Glibc
import Synchronization
import Testing

@testable import Store

/// fork(2), which Swift hides because a child has one thread alone. These children use the store and end.
private func forkProcess() throws -> pid_t {
    typealias Fork = @convention(c) () -> pid_t
    let symbol = try #require(dlsym(nil, "fork"))
    return unsafeBitCast(symbol, to: Fork.self)()
}

/// The child's exit status; -1 where it was killed.
private func wait(for child: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {}
    return status & 0x7f == 0 ? status >> 8 & 0xff : -1
}

private final class Writer: @unchecked Sendable {
    let store: Store
    let go = Atomic<Bool>(true)
    let rows = Atomic<Int>(0)
    let failures = Atomic<Int>(0)
    private var thread = pthread_t()

    init(_ store: Store) { self.store = store }

    func start() {
        pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let writer = Unmanaged<Writer>.fromOpaque(argument).takeUnretainedValue()
                var number = 0
                while writer.go.load(ordering: .relaxed) {
                    number += 1
                    let written: Void? = try? writer.store.addLog(NewLog(what: "parent", message: "m\(number)"))
                    let row = NewLog(what: "parent \(number)", message: "m")
                    let second: Void? = try? writer.store.addLog(row)
                    if written == nil || second == nil { writer.failures.add(1, ordering: .relaxed) }
                    writer.rows.add(1, ordering: .relaxed)
                }
                return nil
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    func stop() {
        go.store(false, ordering: .relaxed)
        pthread_join(thread, nil)
    }
}

extension StoreTests {
    @Suite struct ForkVerbs {
        /// As a fork leaves a store: without connections. The next file may then get the number of the removed one's inode.
        @Test func aRemovedStoreIsNotTakenForTheNextFile() throws {
            let scratch = try Scratch()
            var held: [Store] = []
            for round in 0..<8 {
                let path = scratch.path + "/\(round).db"
                let store = try Store.open(path, options())
                #expect(store.path == path)
                try store.addLog(NewLog(what: "here", message: "m"))
                store.gate.closeAll()
                unlink(path)
                held.append(store)
            }
            for store in held { store.close() }
        }

        @Test(arguments: [false, true]) func whatParentAndChildWriteIsAllThere(_ busy: Bool) throws {
            let scratch = try Scratch()
            let path = scratch.store
            let store = try Store.open(path, options())
            try store.addLog(NewLog(what: "before", message: "m"))
            _ = try store.ownerID()
            let writers = busy ? [Writer(store), Writer(store)] : []
            for writer in writers { writer.start() }
            var children: [pid_t] = []
            for number in 0..<5 {
                let child = try forkProcess()
                if child == 0 {
                    alarm(30)
                    var code: Int32 = 0
                    if result({ try store.addLog(NewLog(what: "old", message: "m")) }) != Int32(MR_E_FORKED) {
                        code = 1
                    }
                    if result({ _ = try store.find("log", Record(), after: nil, limit: 1) }) != Int32(MR_E_FORKED) {
                        code = 2
                    }
                    store.close()
                    do {
                        let own = try Store.open(path, options())
                        if own === store { code = 3 }
                        for row in 0..<20 { try own.addLog(NewLog(what: "child \(number).\(row)", message: "m")) }
                        if try own.ownerID().isEmpty { code = 4 }
                        own.close()
                    } catch {
                        code = 5
                    }
                    _exit(code)
                }
                children.append(child)
                try store.addLog(NewLog(what: "between \(number)", message: "m"))
            }
            #expect(children.map(wait(for:)) == [0, 0, 0, 0, 0])
            for writer in writers { writer.stop() }
            #expect(writers.allSatisfy { $0.failures.load(ordering: .relaxed) == 0 })
            let owner = path + ".run/owner-" + (try store.ownerID())
            #expect(access(owner, F_OK) == 0)
            store.close()
            let db = try Connection(path: path, role: .writer)
            try db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            #expect(try db.int("SELECT count(*) FROM log WHERE what LIKE 'child %'") == 100)
            #expect(try db.int("SELECT count(*) FROM log WHERE what LIKE 'between %'") == 5)
            #expect(try db.first("PRAGMA integrity_check") { (row) throws(Failure) in row.text(0) } == "ok")
            let numbered = try db.int("SELECT count(*) FROM log WHERE what LIKE 'parent _%'") ?? 0
            let most = writers.map { $0.rows.load(ordering: .relaxed) }.max() ?? 0
            #expect(numbered >= Int64(most))
            db.close()
        }
    }
}
