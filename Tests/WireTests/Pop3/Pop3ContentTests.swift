import Base
import CMailroom
import Testing

@testable import Wire

/// The octets of a message: periods taken away, the end found, whatever the pieces.
struct Pop3ContentTests {
    /// What comes out, how many octets were taken, and whether the end was there.
    static func read(_ bytes: [UInt8], piece: Int, limit: Int64 = 1 << 31) throws(Failure) -> (
        out: [UInt8], taken: Int, isOver: Bool
    ) {
        var content = Pop3.Content(limit: limit)
        var out: [UInt8] = []
        var position = 0
        while position < bytes.count, !content.isOver {
            let some = Array(bytes[position..<min(position + piece, bytes.count)])
            position += try some.withBytes { (raw) throws(Failure) in try content.feed(raw, into: &out) }
        }
        return (out, position, content.isOver)
    }

    @Test(
        arguments: [
            (".\r\n", "", 3), ("a\r\n.\r\n+OK", "a\r\n", 6), ("..\r\n.\r\n", ".\r\n", 7),
            (".a\r\n...b\r\n.\r\n", "a\r\n..b\r\n", 13), ("a\n.\nb", "a\n", 4), ("\r\n\r\n.\r\n", "\r\n\r\n", 7),
            (".\rx\r\n.\r\n", "\rx\r\n", 8), ("a\r.\r\n.\r\n", "a\r.\r\n", 8), ("x.\r\n.\r\n", "x.\r\n", 7),
            ("a\r\n.\r\r\n.\r\n", "a\r\n\r\r\n", 10),
        ] as [(Sample, String, Int)])
    func table(_ input: Sample, _ output: String, _ taken: Int) throws {
        for piece in 1...8 {
            let found = try Self.read(Array(input.utf8), piece: piece)
            #expect(found == (Array(output.utf8), taken, true), "in pieces of \(piece)")
        }
    }

    @Test(arguments: ["", "a", "a\r\n", "a\r\n.", "a\r\n.\r", ".", "..\r\n"] as [Sample])
    func noEnd(_ input: Sample) throws {
        for piece in 1...3 { #expect(try Self.read(Array(input.utf8), piece: piece).isOver == false) }
    }

    @Test func tooLarge() throws {
        #expect(try Self.read(Array("abcd\r\n.\r\n".utf8), piece: 3, limit: 6).isOver)
        let failure = #expect(throws: Failure.self) { try Self.read(Array("abcde\r\n.\r\n".utf8), piece: 3, limit: 6) }
        #expect(failure?.result == mr_result(MR_E_PROTOCOL))
    }

    /// What is stuffed comes out as it was: random messages of few letters, in random pieces.
    @Test func roundTrip() throws {
        let seed = seed(31)
        var chance = ImapChance(state: seed)
        for round in 0..<3000 {
            var message: [UInt8] = []
            for _ in 0..<chance.below(60) {
                message += [[0x2e], [13, 10], [0x61], [13], [0x2e, 0x2e]][chance.below(5)]
            }
            message += [13, 10]
            var stuffed: [UInt8] = []
            var isStart = true
            for byte in message {
                if isStart, byte == 0x2e { stuffed.append(0x2e) }
                stuffed.append(byte)
                isStart = byte == 10
            }
            let behind = Array("+OK next\r\n".utf8)
            let found = try Self.read(stuffed + [0x2e, 13, 10] + behind, piece: 1 + chance.below(70))
            #expect(found.out == message, "seed \(seed), round \(round)")
            #expect(found.taken == stuffed.count + 3 && found.isOver, "seed \(seed), round \(round)")
        }
    }
}
