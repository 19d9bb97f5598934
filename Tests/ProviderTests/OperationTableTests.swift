import Base
import CMailroom
import PluginKit
import Testing

/// Operations of a provider in Swift, as the host finds them in its table.
struct OperationTableTests {
    private final class Login: Session {}

    private enum Plain: Provider {
        static let scheme: StaticString = "plain"
        static func open(_ host: Host) throws(Failure) -> any Session { Login() }
    }

    private enum Able: Provider {
        static let scheme: StaticString = "able"
        static func open(_ host: Host) throws(Failure) -> any Session { Login() }
        static var operations: [Operation] {
            [
                Operation("able.count", argument: "options", summary: "counts") {
                    Bridge.run($0, $1, $2) { (session: Login, host, options) throws(Failure) in
                        try host.emit("result", Record(["n": .int(options.int("n") ?? 0)]))
                    }
                },
                Operation("able.reset", summary: "resets") {
                    Bridge.run($0, $1) { (session: Login, host) throws(Failure) in try host.check() }
                },
            ]
        }
    }

    @Test func table() throws {
        let table = Bridge.table(of: Able.self) { Bridge.open(Able.self, $0, $1) }
        #expect(table.operation_count == 2)
        #expect(Int(table.operation_size) == MemoryLayout<mr_operation>.size)
        let entries = try #require(table.operations)
        let texts = (0..<2).map { index in
            let entry = entries[index]
            return [entry.name, entry.signature, entry.argument_names, entry.summary].map { String(cString: $0) }
        }
        #expect(texts == [["able.count", "r", "options", "counts"], ["able.reset", "", "", "resets"]])
        #expect(Int(entries[0].size) == MemoryLayout<mr_operation>.size)
        // Called without a session or a host it refuses, and nothing is followed.
        let count = unsafeBitCast(entries[0].function, to: Operation.WithRecord.self)
        let reset = unsafeBitCast(entries[1].function, to: Operation.Plain.self)
        #expect(Int(count(nil, nil, nil)) == MR_E_INVALID)
        #expect(Int(reset(nil, nil)) == MR_E_INVALID)
    }

    @Test func noOperations() {
        let table = Bridge.table(of: Plain.self) { Bridge.open(Plain.self, $0, $1) }
        #expect(table.operation_count == 0)
        #expect(table.operations == nil)
    }
}
