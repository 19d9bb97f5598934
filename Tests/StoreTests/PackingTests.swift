import Base
import Testing

@testable import Store

extension StoreTests {
    @Suite struct PackingVerbs {
        @Test(arguments: [0, 1, -1, 63, 64, -64, -65, 1 << 40, Int64.max, Int64.min])
        func numbersGoThereAndBack(_ number: Int64) {
            var packer = Packer()
            packer.int(number)
            var unpacker = Unpacker(packer.bytes)
            #expect(unpacker.int() == number)
            #expect(unpacker.isAtEnd)
        }

        @Test func recordsGoThereAndBack() {
            let record = Record([
                "text": .text("Grüße\u{0}"), "bytes": .bytes([0, 255]), "none": .list([]), "int": .int(-5),
                "list": .list([.record(Record(["a": .text("")])), .int(1)]),
            ])
            #expect(Unpacker.record(Packer.record(record)) == record)
            var deep = Value.int(1)
            for _ in 0..<100 { deep = .list([deep]) }
            #expect(Unpacker.record(Packer.record(Record(["deep": deep])))["deep"] != nil)
        }

        /// Any bytes at all: read as far as they make sense, and never a trap.
        @Test func damageIsReadWithoutHarm() {
            let whole = Packer.record(Record(["a": .list([.text("b"), .record(Record(["c": .bytes([1, 2, 3])]))])]))
            let detail = MessageDetail(mail(1, references: ["x"]).summary).packed
            for length in 0..<whole.count { _ = Unpacker.record(Array(whole[..<length])) }
            for length in 0..<detail.count { _ = MessageDetail(packed: Array(detail[..<length])) }
            var state: UInt64 = 1
            for _ in 0..<2_000 {
                let bytes = (0..<64).map { _ -> UInt8 in
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return UInt8(truncatingIfNeeded: state >> 56)
                }
                _ = Unpacker.record(bytes)
                _ = MessageDetail(packed: bytes)
            }
            #expect(Unpacker.record([UInt8](repeating: 8, count: 10_000)).fields.count <= 4)
            #expect(MessageDetail(packed: detail).parts.count == 2)
        }

        @Test(arguments: [
            (["\\Seen", "\\FLAGGED", "work", "work", ""], ["\\Seen", "\\Flagged", "work"]),
            (["\\Unknown", "a b", "Z", "A"], ["A", "Z", "\\Unknown"]), ([], []),
        ])
        func flagsAreSystemFlagsAndKeywords(_ given: [String], _ kept: [String]) {
            let set = FlagSet(given)
            #expect(set.names == kept)
            #expect(FlagSet(bits: set.bits, keywords: set.keywordText) == set)
        }
    }
}
