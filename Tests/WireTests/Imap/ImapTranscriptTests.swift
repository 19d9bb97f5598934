import Base
import Testing

@testable import Wire

/// What real servers said, answer by answer, taken in by the dialogue. The transcripts are not a part of this project:
/// the tests run where `ImapCorpusTests.folder` is.
struct ImapTranscriptTests {
    /// The transcript with tags in place of its placeholders, in the order of the commands, and how many there are.
    private static func tagged(_ name: String) -> (bytes: [UInt8], count: Int) {
        let mark = Array("A########".utf8)
        var rest = ImapCorpusTests.bytes(name)[...]
        var out: [UInt8] = []
        var count = 0
        while let first = rest.first {
            if first == mark[0], rest.starts(with: mark) {
                // ESEARCH names the tag of a command that is not over yet.
                let isOver = out.isEmpty || out.last == 10
                out += Array("m\(count + 1)".utf8)
                count += isOver ? 1 : 0
                rest = rest.dropFirst(mark.count)
            } else {
                out.append(first)
                rest = rest.dropFirst()
            }
        }
        return (out, count)
    }

    /// What was asked, as far as it changes the state; else a command that does not.
    private static func command(_ file: String) -> Imap.Command {
        if file.hasPrefix("select") { return .select(mailbox: Array("INBOX".utf8)) }
        if file.hasPrefix("authenticate") { return .authenticate(.plain(user: [0x61], password: [0x62])) }
        if file.hasPrefix("logout") { return .logout }
        return file.hasPrefix("capability") ? .capability : .noop
    }

    @Test(
        .enabled(if: !ImapCorpusTests.transcripts.isEmpty, "no transcripts at \(ImapCorpusTests.folder)"),
        arguments: ImapCorpusTests.transcripts)
    func everyAnswerHasItsCommand(_ name: String) throws {
        let file = name.split(separator: "/").last.map(String.init) ?? ""
        let (bytes, count) = Self.tagged(name)
        var feed = ImapFeed()
        try feed.feed(bytes)
        var dialogue = Imap.Dialogue()
        if file.hasSuffix("greeting.txt") {
            guard case .greeting = try dialogue.receive(#require(feed.responses.first)) else {
                Issue.record("no greeting")
                return
            }
            #expect(dialogue.state == (file.hasPrefix("preauth") ? .authenticated : .notAuthenticated))
            return
        }
        let command = Self.command(file)
        let isLogin = if case .authenticate = command { true } else { false }
        _ = try dialogue.receive(.status(Imap.Status(isLogin ? .ok : .preauth, text: "hi")))
        // A go-ahead alone is the answer to IDLE.
        let waits = feed.responses.contains { if case .goAhead = $0 { true } else { false } }
        for _ in 0..<count { _ = try dialogue.start(command) }
        if waits { _ = try dialogue.start(.idle) }
        var done = 0
        var went = false
        for response in feed.responses {
            switch try dialogue.receive(response) {
            case .done(_, let status):
                done += 1
                if case .select = command, status.kind == .ok {
                    #expect(dialogue.state == .selected)
                    #expect(dialogue.mailbox != nil)
                }
                if isLogin { #expect(dialogue.state == (status.kind == .ok ? .authenticated : .notAuthenticated)) }
            case .goAhead: went = true
            case .bye, .greeting, .untagged, .nothing: continue
            }
        }
        #expect(done == count)
        #expect(went == waits)
        #expect(dialogue.damaged == 0)
        #expect(dialogue.inFlight == (waits ? 1 : 0))
    }
}
