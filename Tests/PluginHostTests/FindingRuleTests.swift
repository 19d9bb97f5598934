import Base
import CMailroom
import Testing

@testable import PluginHost

/// Which findings belong to which function.
@Suite struct FindingRuleTests {
    @Test(
        arguments: [
            ("gone", .sync, true), ("gone", .apply, true), ("gone", .fetch, true), ("gone", .list, false),
            ("flags", .sync, true), ("flags", .fetch, false), ("refused", .sync, true), ("refused", .fetch, false),
            ("placed", .append, true), ("placed", .sync, false), ("sent", .findSent, true), ("sent", .send, false),
        ] as [(String, Invocation.Kind, Bool)])
    func whereTheyBelong(kind: String, function: Invocation.Kind, isAllowed: Bool) {
        let record = Record(["ref": .text("1")])
        if isAllowed {
            #expect(throws: Never.self) { try FindingRule.check(kind, record, in: function) }
        } else {
            let failure = #expect(throws: Failure.self) { try FindingRule.check(kind, record, in: function) }
            #expect(failure?.result == Int32(MR_E_INVALID))
        }
    }
}
