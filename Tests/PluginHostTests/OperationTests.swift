import Base
import CMailroom
import PluginHost
import Testing

/// Operations of a provider's own, through libffi.
struct OperationTests {
    private let scratch: Scratch
    private let provider: LoadedProvider

    init() throws {
        scratch = try Scratch()
        provider = try ToyPlugin.load(scratch)
    }

    private static let good = Record([
        "i": .int(-2_147_483_648), "l": .int(.max), "d": .text("-12.25"), "s": .text("grün"), "o": .text("there"),
        "y": .bytes([0, 255, 7]), "r": .record(Record(["inner": .text("deep")])),
    ])

    private func call(_ operation: String, _ arguments: Record) throws -> RecordingDelegate {
        let delegate = RecordingDelegate()
        let session = try ProviderSession.open(provider, CallOptions(), delegate)
        defer { session.close(CallOptions(), delegate) }
        try session.call(CallOptions(), delegate, operation: operation, arguments: arguments)
        return delegate
    }

    @Test func everyLetterThereAndBack() throws {
        let result = try #require(try call("toy.all", OperationTests.good).kinds("result").first)
        #expect(result.int("i") == -2_147_483_648)
        #expect(result.int("l") == .max)
        #expect(result.int("d") == -12_250)
        #expect(result.text("s") == "grün")
        #expect(result.text("o") == "there")
        #expect(result.bytes("y") == [0, 255, 7])
        #expect(result.text("r") == "deep")
    }

    @Test func optionalTextMayBeAbsent() throws {
        var arguments = OperationTests.good
        arguments["o"] = nil
        arguments["y"] = .bytes([])
        arguments["d"] = .int(3)
        let result = try #require(try call("toy.all", arguments).kinds("result").first)
        #expect(result["o"] == nil)
        #expect(result.bytes("y") == [])
        #expect(result.int("d") == 3000)
    }

    @Test func noArguments() throws {
        #expect(try call("toy.none", Record()).kinds("told").count == 1)
    }

    /// A changed argument, and the one that the failure names.
    @Test(arguments: [
        ("i", Value.int(2_147_483_648)), ("i", .text("5")), ("l", .bytes([1])), ("d", .text("twelve")),
        ("d", .text("inf")),
        ("s", .text("a\u{0}b")), ("s", .int(5)), ("o", .bytes([])), ("y", .text("x")), ("r", .text("x")),
        ("z", .int(1)),
    ])
    func wrongArgument(name: String, value: Value) throws {
        var arguments = OperationTests.good
        arguments[name] = value
        let failure = try #require(throws: Failure.self) { try call("toy.all", arguments) }
        #expect(Int(failure.result) == MR_E_INVALID)
        #expect(failure.field == name)
    }

    @Test(arguments: ["i", "l", "d", "s", "y", "r"])
    func missingArgument(name: String) throws {
        var arguments = OperationTests.good
        arguments[name] = nil
        let failure = try #require(throws: Failure.self) { try call("toy.all", arguments) }
        #expect(failure.field == name)
    }

    @Test func unknownOperation() throws {
        let failure = try #require(throws: Failure.self) { try call("toy.absent", Record()) }
        #expect(Int(failure.result) == MR_E_NOT_FOUND)
        #expect(provider.operationNames == ["toy.all", "toy.none"])
    }
}
