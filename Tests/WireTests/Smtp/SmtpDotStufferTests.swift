import Testing

@testable import Wire

struct SmtpDotStufferTests {
    static let cases: [(Sample, Sample)] = [
        ("", ""),
        ("a", "a\r\n"),
        ("a\r\n", "a\r\n"),
        (".", "..\r\n"),
        (".\r\n", "..\r\n"),
        ("..\r\n", "...\r\n"),
        ("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n"),
        ("a\r\n.b\r\n..c", "a\r\n..b\r\n...c\r\n"),
        ("a.b\r\nc.", "a.b\r\nc.\r\n"),
        // Bare ends of line, which elsewhere have smuggled a second message in: each is a line end like any other.
        ("a\n.\nb", "a\r\n..\r\nb\r\n"),
        ("a\r.\rb", "a\r\n..\r\nb\r\n"),
        ("a\n.\r\nMAIL FROM:<x@y>\r\n", "a\r\n..\r\nMAIL FROM:<x@y>\r\n"),
        ("a\r\n.\n", "a\r\n..\r\n"),
        ("a\r\r\nb", "a\r\n\r\nb\r\n"),
        ("\r\n\r\n", "\r\n\r\n"),
        ("\n\n", "\r\n\r\n"),
        ("\r\r", "\r\n\r\n"),
        ("\n\r", "\r\n\r\n"),
        ("a\r", "a\r\n"),
        ("\u{0}\u{f6}\r\n", "\u{0}\u{f6}\r\n"),
    ]

    static func stuffed(_ pieces: [ArraySlice<UInt8>]) -> [UInt8] {
        var stuffer = SmtpDotStuffer()
        var output: [UInt8] = []
        for piece in pieces { piece.withUnsafeBytes { stuffer.feed($0, into: &output) } }
        stuffer.finish(into: &output)
        return output
    }

    @Test(arguments: cases)
    func stuffs(_ input: Sample, _ output: Sample) {
        #expect(Self.stuffed([Array(input.utf8)[...]]) == Array(output.utf8))
    }

    /// At every two splits the result is the same.
    @Test(arguments: cases)
    func splitsDoNotShow(_ input: Sample, _ output: Sample) {
        let bytes = Array(input.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]]
                #expect(Self.stuffed(pieces) == Array(output.utf8), "split at \(first) and \(second)")
            }
        }
    }

    /// No content can end itself, and unstuffed it is the message with its line ends made CRLF.
    @Test func randomContentNeverEndsItself() {
        let seed = seed(7)
        var random = SmtpRandom(seed: seed)
        for round in 0..<2000 {
            let what = "seed \(seed), round \(round)"
            let input = (0..<random.below(40)).map { _ in Array("\r\n..ab".utf8)[random.below(6)] }
            let cut = random.below(input.count + 1)
            let output = Self.stuffed([input[..<cut], input[cut...]])
            let text = String(decoding: output, as: UTF8.self)
            let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
            #expect(lines.last == "", "\(what)")
            #expect(lines.dropLast().allSatisfy { $0.hasSuffix("\r") || $0.unicodeScalars.last == "\r" }, "\(what)")
            #expect(!lines.contains(".\r"), "\(what)")
            #expect(!output.isEmpty || input.isEmpty, "\(what)")
        }
    }

    @Test func takesLinearTime() {
        // 4 MB of bare line ends: each of them is looked for once.
        let input = [UInt8](repeating: 13, count: 4_000_000)
        #expect(Self.stuffed([input[...]]).count == 8_000_000)
    }
}

/// Numbers that are the same in every run (SplitMix64).
struct SmtpRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { bound <= 0 ? 0 : Int(next() % UInt64(bound)) }
}
