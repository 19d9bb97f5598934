import Base
import CMailroom
import Glibc
import Store
import Testing
import Transport

@testable import Engine

@Suite final class InterruptionTests {
    private let directory: String
    private let store: Store

    init() throws {
        var template = Array("\(P_tmpdir)/mailroom-test-XXXXXX".utf8CString)
        directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        store = try Store.open(directory + "/crm.db", StoreOptions())
    }

    deinit {
        store.close()
        for name in ["/crm.db", "/crm.db-wal", "/crm.db-shm"] { unlink(directory + name) }
        unlink(directory + "/crm.db.run/turn")
        rmdir(directory + "/crm.db.run")
        rmdir(directory)
    }

    @Test func aMessageThatIsBeingHandedOverIsNotTornOut() throws {
        let interruption = Interruption(store: store, job: nil)
        try interruption.hold()
        interruption.interrupt(.stopping)
        #expect(!interruption.wake.isCancelled)
        try interruption.check()
        interruption.letGo()
        #expect(throws: Failure.self) { try interruption.check() }
    }

    /// A server that hangs with the whole message is not waited for without an end.
    @Test func inTheEndItIsTornOut() throws {
        let interruption = Interruption(store: store, job: nil)
        try interruption.hold()
        interruption.interrupt(.stopping)
        interruption.cut()
        #expect(interruption.wake.isCancelled)
        let failure = #expect(throws: Failure.self) { try interruption.check() }
        #expect(failure?.result == Int32(MR_E_CANCELLED))
    }

    @Test func nothingIsHandedOverOnceTheEngineStops() {
        let interruption = Interruption(store: store, job: nil)
        interruption.interrupt(.stopping)
        #expect(interruption.wake.isCancelled)
        #expect(throws: Failure.self) { try interruption.hold() }
    }

    @Test func aLostLeaseTearsEvenThat() throws {
        let interruption = Interruption(store: store, job: nil)
        try interruption.hold()
        interruption.interrupt(.leaseLost)
        #expect(interruption.wake.isCancelled)
        let failure = #expect(throws: Failure.self) { try interruption.check() }
        #expect(failure?.result == Int32(MR_E_BUSY))
    }
}
