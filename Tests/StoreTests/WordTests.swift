import Base
import CMailroom
import Glibc
import Testing

@testable import Store

extension StoreTests {
    /// Searching by words.
    @Suite struct Words {
        private func index(_ desk: Desk, _ texts: [String: String] = [:]) throws {
            let waiting = try desk.store.unindexed(limit: 100)
            try desk.store.index(waiting.map { ($0, texts[$0.subject] ?? "") })
        }

        private func found(_ desk: Desk, _ text: String) throws -> [String] {
            try desk.messages(["text": .text(text)]).compactMap { $0.text("subject") }
        }

        @Test(arguments: [
            ("invoice", ["Subject 1"]), ("INVOICE overdue", ["Subject 1"]), ("invoice missing", []),
            ("inv*", ["Subject 1"]), ("\"overdue invoice\"", ["Subject 1"]), ("\"invoice overdue\"", []),
            ("uberraschung", ["Subject 2"]), ("Überraschung", ["Subject 2"]), ("письмо", ["Subject 2"]),
            ("报价", ["Subject 3"]), ("价单", ["Subject 3"]), ("报单", []),
            ("bob@example.com", ["Subject 1", "Subject 2", "Subject 3"]),
            ("subject 2", ["Subject 2"]), ("Bob invoice", ["Subject 1"]), ("NOT", []), ("invoice OR nothing", []),
            ("body : invoice", ["Subject 1"]), ("1,234.50", ["Subject 1"]), ("don't", ["Subject 2"]),
        ])
        func wordsFind(_ text: String, _ subjects: [String]) throws {
            let desk = try Desk()
            try desk.commit([.message(mail(1)), .message(mail(2)), .message(mail(3))])
            try index(
                desk,
                [
                    "Subject 1": "Your overdue invoice over 1,234.50, body of it",
                    "Subject 2": "Eine Überraschung, das письмо; don't",
                    "Subject 3": "请看报价单",
                ])
            #expect(try found(desk, text) == subjects)
        }

        /// Whatever is written in a search, it is words, or told to be none.
        @Test(arguments: [
            "\"", "\"\"", "*", "**", "a*b", "(", ")", "a OR", "AND", "NEAR(a b)", "subject:", "{a b}:c", "^a", "a^",
            "-a", "+",
            "'", "a\"b\"c", "\"a", "\u{0}", "a\u{0}b", ";--", "%", "a AND OR NOT", "NEAR(\"", "\u{feff}", "\u{301}",
            "😀", "rank",
            String(repeating: "\"", count: 99),
        ])
        func nothingThatIsAskedBreaks(_ text: String) throws {
            let desk = try Desk()
            try desk.commit([.message(mail(1))])
            try index(desk)
            do {
                _ = try found(desk, text)
            } catch let failure as Failure {
                #expect(failure.result == Int32(MR_E_INVALID) && failure.field == "text")
                #expect(failure.message.contains("word"))
            }
        }

        @Test func randomQuestionsBreakNothing() throws {
            var random = SeededRandom()
            let desk = try Desk()
            try desk.commit([.message(mail(1))])
            try index(desk)
            let signs = Array("\"*()^:-+{}', aN\u{0}é中ORAND\n\u{301}\\;").map(String.init)
            for _ in 0..<500 {
                let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                    signs.randomElement(using: &random) ?? ""
                }.joined()
                let answer = result { _ = try found(desk, text) }
                #expect(answer == nil || answer == Int32(MR_E_INVALID), "\(text.debugDescription)")
            }
            #expect(result { _ = try found(desk, String(repeating: "a ", count: 51)) } == Int32(MR_E_INVALID))
            #expect(result { _ = try found(desk, String(repeating: "a", count: 2_001)) } == Int32(MR_E_INVALID))
            #expect(result { _ = try desk.messages(["text.in": .list([.text("a")])]) } == Int32(MR_E_INVALID))
        }

        @Test func whatWaitsIsCountedAndIndexedOnce() throws {
            let desk = try Desk()
            try desk.commit([.message(mail(1)), .message(mail(2))])
            #expect(try desk.store.accountStatus(desk.account).int("unindexed") == 2)
            #expect(try desk.store.hasUnindexed())
            let waiting = try desk.store.unindexed(limit: 100)
            #expect(waiting.map(\.subject) == ["Subject 2", "Subject 1"])
            #expect(waiting.first?.people == "Bob bob@example.com  ann@example.com")
            // Two at once: the second finds it done.
            try desk.store.index(waiting.map { ($0, "first") })
            try desk.store.index(waiting.map { ($0, "second") })
            #expect(try found(desk, "first").count == 2)
            #expect(try found(desk, "second").isEmpty)
            #expect(try desk.store.accountStatus(desk.account).int("unindexed") == 0)
            // Another account gets it: nothing is to be done anew.
            try desk.second().commit([.message(mail(1))])
            #expect(try !desk.store.hasUnindexed())
        }

        @Test func aBodyThatComesLaterIsIndexed() throws {
            let desk = try Desk()
            var header = mail(1)
            header.body = .none
            header.whole = header.size
            try desk.commit([.message(header)])
            try index(desk, ["Subject 1": "nothing"])
            try desk.commit([.message(mail(1))])
            #expect(try desk.store.unindexed(limit: 9).count == 1)
            try index(desk, ["Subject 1": "everything"])
            #expect(try found(desk, "everything").count == 1)
            #expect(try found(desk, "nothing").isEmpty)
        }

        @Test func whatIsGoneIsNotFound() throws {
            let desk = try Desk()
            try desk.commit([.message(mail(1)), .message(mail(2))])
            try index(desk, ["Subject 1": "here", "Subject 2": "here"])
            try desk.commit([.gone(ref: "1")])
            try desk.sweep()
            #expect(try found(desk, "here") == ["Subject 2"])
            // One that was never indexed goes as well.
            try desk.commit([.message(mail(3)), .gone(ref: "2")])
            try desk.commit([.gone(ref: "3")])
            try desk.sweep()
            #expect(try found(desk, "here").isEmpty)
            #expect(try !desk.store.hasUnindexed())
        }

        /// After an erasing no word of it is in the file; what others have is still found.
        @Test func anErasedAccountLeavesNoWord() throws {
            let desk = try Desk()
            let other = try desk.second()
            for start in stride(from: 0, to: 400, by: 50) {
                try desk.commit((start..<start + 50).map { .message(mail($0 + 1, body: "raw \($0)")) })
                try index(
                    desk,
                    Dictionary(
                        uniqueKeysWithValues: (start..<start + 50).map {
                            ("Subject \($0 + 1)", "zauberwort geheimnis\($0)")
                        }))
            }
            try other.commit(
                (0..<40).map { .message(mail($0 + 1_001, from: "carl@other.example", to: ["dora@other.example"])) })
            try index(other, Dictionary(uniqueKeysWithValues: (0..<40).map { ("Subject \($0 + 1_001)", "bleibt") }))
            #expect(try found(desk, "zauberwort").count == 400)
            #expect(try bytes(desk).has("zauberwort"))
            try desk.store.disconnectAccount(desk.account, erase: true)
            #expect(try found(desk, "zauberwort").isEmpty)
            #expect(try found(desk, "bleibt").count == 40)
            let left = try bytes(desk)
            for word in ["zauberwort", "geheimnis", "bob@example.com"] { #expect(!left.has(word), "\(word)") }
            #expect(left.has("bleibt"))
        }

        private func bytes(_ desk: Desk) throws -> [UInt8] {
            var all: [UInt8] = []
            for name in ["", "-wal"] {
                let fd = open(desk.scratch.store + name, O_RDONLY)
                guard fd >= 0 else { continue }
                var buffer = [UInt8](repeating: 0, count: 1 << 16)
                while true {
                    let got = Glibc.read(fd, &buffer, buffer.count)
                    if got <= 0 { break }
                    all += buffer[..<got]
                }
                // Not closed: closing would drop the locks of this process.
            }
            return all
        }
    }
}

extension [UInt8] {
    fileprivate func has(_ word: String) -> Bool {
        let word = Array(word.utf8)
        return withUnsafeBytes { bytes in
            word.withUnsafeBytes { sought in
                (0..<Swift.max(1, bytes.count - sought.count + 1)).contains { at in
                    bytes[at] == sought[0]
                        && UnsafeRawBufferPointer(rebasing: bytes[at..<at + sought.count]).elementsEqual(sought)
                }
            }
        }
    }
}
