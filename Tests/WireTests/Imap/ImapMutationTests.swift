import Base
import CMailroom
import Testing

@testable import Wire

/// Answers changed at random: each is read, passed over, or refused with MR_E_PROTOCOL; nothing traps or hangs.
struct ImapMutationTests {
    static let answers = [
        "* LIST (\\HasNoChildren \\Sent) \"/\" {5}\r\na/b c\r\n* STATUS \"x\" (MESSAGES 3 UIDNEXT 4)\r\nm1 OK [CAPABILITY A B] x\r\n",
        "* 2 FETCH (UID 10 FLAGS (\\Seen x) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 12 BODY[] {12}\r\nHello World!)\r\n",
        "* 4 FETCH (ENVELOPE (\"d\" {2}\r\nhi ((\"A\" NIL \"a\" \"b\")) NIL NIL NIL NIL NIL NIL \"<m>\") MODSEQ (5) BODY[1.MIME]<0> {3}\r\nabc)\r\n",
        "* 12 FETCH (BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"X\") NIL NIL \"7BIT\" 22 4)(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"8BIT\" 9 (NIL) (\"A\" \"B\") 7) \"MIXED\"))\r\n",
        "* ESEARCH (TAG \"A285\") UID ALL 4:6,10,20:* COUNT 4\r\n* SEARCH 1 2 3 (MODSEQ 5)\r\n* VANISHED (EARLIER) 1:2,5\r\n* OK [PERMANENTFLAGS (a \\*)] z\r\n",
    ]

    @Test(arguments: answers.indices)
    func mutated(_ answer: Int) {
        let seed = seed(UInt64(answer))
        var chance = ImapChance(state: seed)
        var read = 0
        var refused = 0
        for round in 0..<2000 {
            var bytes = Array(Self.answers[answer].utf8)
            for _ in 0...chance.below(5) { Self.mutate(&bytes, &chance) }
            var feed = ImapFeed()
            do throws(Failure) {
                try feed.feed(bytes)
                read += 1
                #expect(feed.responses.count <= bytes.count, "seed \(seed), round \(round)")
            } catch {
                refused += 1
                #expect(error.result == mr_result(MR_E_PROTOCOL), "seed \(seed), round \(round)")
            }
        }
        #expect(read > 0 && refused > 0, "seed \(seed)")
    }

    private static func mutate(_ bytes: inout [UInt8], _ chance: inout ImapChance) {
        guard !bytes.isEmpty else { return bytes = [0x2a] }
        let at = chance.below(bytes.count)
        switch chance.below(6) {
        case 0: bytes[at] = UInt8(chance.below(256))
        case 1: bytes.remove(at: at)
        case 2:
            bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + chance.below(30))], at: chance.below(bytes.count))
        case 3: bytes.insert(Array("(){}[]\"\\<>*:,0 \r\n".utf8)[chance.below(17)], at: at)
        case 4: bytes.insert(contentsOf: Array("{99999999}\r\n".utf8), at: at)
        default: bytes[at] ^= UInt8(1 << chance.below(8))
        }
    }
}
