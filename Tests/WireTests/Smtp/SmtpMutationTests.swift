import Base
import CMailroom
import Testing

@testable import Wire

/// Replies changed at random: each is read or refused with MR_E_PROTOCOL, and what is read is within its bounds.
struct SmtpMutationTests {
    static let replies = [
        "250-mail.example.com\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-AUTH PLAIN LOGIN\r\n250-AUTH=PLAIN\r\n250 8BITMIME\r\n",
        "550-5.1.1 The email account that you tried to reach\r\n550 5.1.1 does not exist\r\n",
        "421 4.7.0 [TSS04] Messages temporarily deferred\r\n354 End data with <CR><LF>.<CR><LF>\r\n",
        "334 VXNlcm5hbWU6\r\n235 2.7.0 Authentication successful\r\n",
    ]

    @Test(arguments: replies.indices)
    func mutated(_ number: Int) {
        let seed = seed(UInt64(number))
        var random = SmtpRandom(seed: seed)
        var read = 0
        var refused = 0
        for round in 0..<4000 {
            let what = "seed \(seed), round \(round)"
            var bytes = Array(Self.replies[number].utf8)
            for _ in 0...random.below(4) {
                let at = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[at] = UInt8(random.below(256))
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + random.below(30))], at: at)
                default: bytes[at] ^= UInt8(1 << random.below(8))
                }
                if bytes.isEmpty { bytes = [48] }
            }
            var parser = SmtpReplyParser()
            for line in bytes.split(separator: 10, omittingEmptySubsequences: false) {
                let line = line.last == 13 ? line.dropLast() : line
                do throws(Failure) {
                    guard let reply = try Self.feed(&parser, Array(line)) else { continue }
                    read += 1
                    #expect((200...599).contains(reply.code), "\(what)")
                    #expect(reply.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }, "\(what)")
                    if let enhanced = reply.enhanced {
                        #expect(enhanced.statusClass == Int(reply.code) / 100, "\(what)")
                    }
                    let offers = SmtpCapabilities(ehlo: reply)
                    #expect((offers.sizeLimit ?? 1) > 0, "\(what)")
                } catch {
                    refused += 1
                    #expect(error.result == mr_result(MR_E_PROTOCOL), "\(what)")
                    break
                }
            }
        }
        #expect(read > 0 && refused > 0, "seed \(seed)")
    }

    static func feed(_ parser: inout SmtpReplyParser, _ line: [UInt8]) throws(Failure) -> SmtpReply? {
        var outcome: Result<SmtpReply?, Failure> = .success(nil)
        line.withUnsafeBytes { bytes in
            do throws(Failure) { outcome = .success(try parser.feed(bytes)) } catch { outcome = .failure(error) }
        }
        return try outcome.get()
    }
}
