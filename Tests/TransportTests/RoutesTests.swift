import Base
import Testing

@testable import Transport

struct RoutesTests {
    private func target(_ routes: [String], _ host: String, _ port: UInt16) throws -> String {
        try Routes(routes).target(of: try Peer(host: host, port: port)).text
    }

    @Test(arguments: [
        ([], "imap.example.com:993"),
        (["imap.example.com:993:127.0.0.1:10993"], "127.0.0.1:10993"),
        (["IMAP.example.com:993:127.0.0.1:10993"], "127.0.0.1:10993"),
        (["imap.example.com:143:127.0.0.1:10143"], "imap.example.com:993"),
        (["other.example.com:993:127.0.0.1:1", ":993:127.0.0.1:2"], "127.0.0.1:2"),
        (["::127.0.0.1:"], "127.0.0.1:993"),
        (["imap.example.com::[::1]:7"], "[::1]:7"),
        ([":993:other.example.com:"], "other.example.com:993"),
    ])
    func whereItGoes(_ routes: [String], _ expected: String) throws {
        #expect(try target(routes, "imap.example.com", 993) == expected)
    }

    @Test(arguments: [
        "", ":", "a:1:b", "a:1::2", "a:0:b:1", "a:b:c:d", "a:1:b:65536", "a:1:b:0", "a:1:b c:1", "a:1:b:1:2",
    ])
    func whatIsNone(_ text: String) {
        do throws(Failure) {
            _ = try Routes(["a:1:b:1", text])
            Issue.record("'\(text)' was taken")
        } catch {
            #expect(error.field == "connect_to[1]")
        }
    }
}
