import Base
import CMailroom
import Glibc
import Store
import Testing
import Transport

@testable import Engine

@Suite final class InterruptionTests {
    private let scratch: Scratch
    private let store: Store

    init() throws {
        scratch = try Scratch()
        store = try Store.open(scratch.store, StoreOptions())
    }

    deinit { store.close() }

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
