import Base
import CMailroom
import Testing

@testable import Engine

@Suite struct EngineOptionsTests {
    @Test(arguments: [
        ("work", Value.text("sometimes")), ("work", .int(1)), ("plugins", .list([.text("relative/path")])),
        ("key", .bytes([1, 2, 3])), ("key", .text("zz")), ("key_file", .int(2)), ("lease_ms", .int(0)),
        ("poll_ms", .int(-1)), ("connect_timeout_ms", .int(.max)), ("no_such_option", .int(1)),
    ])
    func badOptionsAreNamed(_ name: String, _ value: Value) {
        let failure = #expect(throws: Failure.self) { try EngineOptions(Record([:]).adding(name, value)) }
        #expect(failure?.result == Int32(MR_E_INVALID))
        #expect(failure?.field == name)
    }

    @Test func aKeyIsBytesOrHexadecimal() throws {
        let bytes = [UInt8](0..<32)
        #expect(try EngineOptions(Record(["key": .bytes(bytes)])).key == bytes)
        #expect(try EngineOptions(Record(["key": .text(hex(bytes).uppercased())])).key == bytes)
    }

    @Test func withoutOptionsAProcessDoesOnlyWhatIsWaitedFor() throws {
        #expect(try EngineOptions(Record()).work == .wait)
    }
}

extension Record {
    fileprivate func adding(_ name: String, _ value: Value) -> Record {
        var copy = self
        copy[name] = value
        return copy
    }
}
