import Base
import CMailroom
import Testing

@testable import Wire

/// Numbers, sizes and names of a maildrop.
struct Pop3MaildropTests {
    static func maildrop(
        _ sizes: [String], _ names: [String], limits: Pop3.Limits = .init()
    ) throws(Failure) -> Pop3.Maildrop {
        var maildrop = Pop3.Maildrop(limits: limits)
        for line in sizes { try maildrop.size(Array(line.utf8)) }
        for line in names { try maildrop.uniqueID(Array(line.utf8)) }
        try maildrop.seal()
        return maildrop
    }

    static func refs(_ maildrop: Pop3.Maildrop) -> [String?] { (0..<maildrop.count).map { maildrop.ref($0) } }

    @Test func inOrder() throws {
        let maildrop = try Self.maildrop(["1 10", "3 30", "2 20", "3 31"], ["2 b", "1 a", "4 d", "2 x", "0 z", "x"])
        #expect(Self.refs(maildrop) == ["a", "b", nil, "d"])
        #expect((0..<4).map { maildrop.number($0) } == [1, 2, 3, 4])
        #expect((0..<4).map { maildrop.size($0) } == [10, 20, 30, nil])
        #expect((0..<4).map { maildrop.hasName($0) } == [true, true, false, true])
        #expect(maildrop.index(ofRef: "d") == 3 && maildrop.index(ofRef: "c") == nil)
    }

    @Test func empty() throws {
        let maildrop = try Self.maildrop([], [])
        #expect(maildrop.count == 0)
        #expect(maildrop.index(ofRef: "") == nil && maildrop.index(ofRef: "a") == nil)
        #expect(Pop3.Maildrop().index(ofRef: "a") == nil)
    }

    @Test func copies() throws {
        let maildrop = try Self.maildrop([], ["1 a", "2 b", "3 a", "4 a"])
        #expect(Self.refs(maildrop) == ["a", "b", "a 2", "a 3"])
        #expect((0..<4).map { maildrop.isShared($0) } == [true, false, true, true])
        for (index, ref) in Self.refs(maildrop).enumerated() { #expect(maildrop.index(ofRef: ref ?? "") == index) }
        #expect(maildrop.index(ofRef: "a 4") == nil)
    }

    /// The same name every time, at most 255 octets of text, and never the name of another one.
    @Test func digests() throws {
        let long = String(repeating: "x", count: 241)
        let maildrop = try Self.maildrop([], ["1 \(long)", "2 \(String(repeating: "x", count: 240))", "3 ä"])
        let refs = Self.refs(maildrop).compactMap { $0 }
        #expect(Set(refs).count == 3)
        #expect(refs[0] == "~\(hex(SHA256.of(Array(long.utf8))))")
        #expect(refs[1].utf8.count == 240)
        #expect(refs[2].hasPrefix("~") && refs[2].utf8.count == 65)
        for (index, ref) in refs.enumerated() { #expect(maildrop.index(ofRef: ref) == index) }
    }

    @Test func many() throws {
        var maildrop = Pop3.Maildrop()
        for number in 1...20_000 { try maildrop.size(Array("\(number) \(number * 2)".utf8)) }
        for number in 1...20_000 { try maildrop.uniqueID(Array("\(number) id\(number * 7)".utf8)) }
        try maildrop.seal()
        #expect(maildrop.count == 20_000)
        for index in stride(from: 0, to: 20_000, by: 371) {
            #expect(maildrop.index(ofRef: "id\((index + 1) * 7)") == index)
            #expect(maildrop.size(index) == Int64((index + 1) * 2))
        }
    }

    @Test func bounds() {
        var limits = Pop3.Limits()
        limits.lines = 3
        limits.names = 40
        limits.copies = 1
        let numbers = ["1 a", "2 b", "3 c", "4 d"]
        for (sizes, names) in [
            (["1 1", "2 2", "3 3", "4 4"], []), ([], numbers), ([], ["1 a", "2 a", "3 a"]),
            ([], ["1 \(String(repeating: "a", count: 41))"]),
        ] {
            let failure = #expect(throws: Failure.self) { try Self.maildrop(sizes, names, limits: limits) }
            #expect(failure?.result == mr_result(MR_E_PROTOCOL))
        }
    }
}
