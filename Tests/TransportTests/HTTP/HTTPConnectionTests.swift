import Base
import CMailroom
import Glibc
import Synchronization
import Testing

@testable import Transport

/// Which connection a request takes, how often it goes out, and where it is sent on to.
@Suite struct HTTPConnectionTests {
    private typealias Exchange = HTTPExchangeTests

    /// Counts connections and requests of a server.
    private final class Counts: Sendable {
        let connections = Atomic<Int>(0)
        let requests = Atomic<Int>(0)
    }

    private static func options(_ account: Int64) -> HTTPOptions {
        HTTPOptions(ioTimeoutMs: 5000, plain: .here, account: account)
    }

    @Test func connectionsAreKeptForTheSameAccountAlone() throws {
        let counts = Counts()
        let server = try LocalServer { client in
            counts.connections.add(1, ordering: .relaxed)
            while Exchange.request(client) != nil {
                counts.requests.add(1, ordering: .relaxed)
                client.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }
        let request = HTTPRequest("GET", "http://127.0.0.1:\(server.port)/")
        for _ in 0..<5 { _ = try HTTPClient.fetch(request, Self.options(71)) }
        #expect(counts.connections.load(ordering: .relaxed) == 1)
        #expect(counts.requests.load(ordering: .relaxed) == 5)
        let key = HTTPPool.Key(origin: "http://127.0.0.1:\(server.port)", proxy: "", caFile: "", account: 71)
        let line = HTTPPool.shared.take(key)
        #expect(line != nil)
        let other = HTTPPool.Key(origin: key.origin, proxy: "", caFile: "", account: 72)
        #expect(HTTPPool.shared.take(other) == nil)
    }

    @Test func anAnswerThatIsNotReadCostsItsConnection() throws {
        let counts = Counts()
        let server = try LocalServer { client in
            counts.connections.add(1, ordering: .relaxed)
            while Exchange.request(client) != nil {
                client.send("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n")
                client.send([UInt8](repeating: 1, count: 5_000_000))
            }
        }
        let request = HTTPRequest("GET", "http://127.0.0.1:\(server.port)/")
        let reply = try HTTPClient.open(request, Self.options(73))
        reply.close()
        #expect(try HTTPClient.fetch(request, Self.options(73)).body.count == 5_000_000)
        #expect(counts.connections.load(ordering: .relaxed) == 2)
    }

    /// A server that answers once a connection, and hangs up on the next request without a word.
    @Test(arguments: ["GET", "PUT", "DELETE", "POST", "PATCH"])
    func aRequestOnADeadConnectionGoesAgainOnlyWhereItMay(_ method: String) throws {
        let counts = Counts()
        let server = try LocalServer { client in
            counts.connections.add(1, ordering: .relaxed)
            guard Exchange.request(client) != nil else { return }
            counts.requests.add(1, ordering: .relaxed)
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            if Exchange.request(client) != nil { counts.requests.add(1, ordering: .relaxed) }
        }
        let request = HTTPRequest(
            method, "http://127.0.0.1:\(server.port)/", body: method == "GET" ? [] : Array("x".utf8))
        _ = try HTTPClient.fetch(request, Self.options(74))
        do {
            #expect(try HTTPClient.fetch(request, Self.options(74)).status == 200)
            #expect(["GET", "PUT", "DELETE"].contains(method))
            #expect(counts.requests.load(ordering: .relaxed) == 3)
        } catch {
            #expect(["POST", "PATCH"].contains(method))
            #expect(error.cause == "connection.lost")
            #expect(counts.requests.load(ordering: .relaxed) == 2)
        }
    }

    struct Redirect: Sendable, CustomTestStringConvertible {
        let location: String
        let method: String
        let status: Int
        let sites: [String]
        /// Where it ends: the path that was answered last, or the failure's code.
        let ends: String
        var testDescription: String { "\(method) \(status) \(location) \(sites)" }
    }

    static let redirects = [
        Redirect(location: "/b", method: "GET", status: 302, sites: [], ends: "200 /b"),
        Redirect(location: "b?x=1#f", method: "GET", status: 301, sites: [], ends: "200 /b?x=1"),
        Redirect(location: "?q", method: "GET", status: 307, sites: [], ends: "200 /a?q"),
        Redirect(location: "HOST/c", method: "HEAD", status: 308, sites: [], ends: "200 "),
        Redirect(location: "/b", method: "POST", status: 302, sites: [], ends: "302 /a"),
        Redirect(location: "/b", method: "GET", status: 304, sites: [], ends: "304 "),
        Redirect(location: "http://localhost:PORT/d", method: "GET", status: 302, sites: [], ends: "redirect"),
        Redirect(
            location: "http://localhost:PORT/d", method: "GET", status: 302, sites: ["LOCALHOST"],
            ends: "200 /d no token"),
        Redirect(location: "http://evil@127.0.0.1/", method: "GET", status: 302, sites: [], ends: "invalid"),
        Redirect(
            location: "file:///etc/passwd", method: "GET", status: 302, sites: [], ends: "200 /file:///etc/passwd"),
        Redirect(location: "/a", method: "GET", status: 302, sites: [], ends: "redirect"),
    ]

    @Test(arguments: redirects) func redirectsStayWithinTheProvider(_ row: Redirect) throws {
        let place = Mutex("")
        let server = try LocalServer { client in
            while let (head, _) = Exchange.request(client) {
                let path = String(head[0].split(separator: " ")[1])
                if path == "/a" {
                    let location = place.withLock { $0 }
                    client.send(
                        "HTTP/1.1 \(row.status) See\r\nLocation: \(location)\r\nConnection: close\r\nContent-Length: "
                            + (row.status == 304 ? "0\r\n\r\n" : "2\r\n\r\n/a"))
                    return
                }
                let token = Exchange.value("authorization", head)
                let text = path + (token == nil ? " no token" : "")
                client.send(
                    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
                        + (row.method == "HEAD" ? "" : text))
                return
            }
        }
        let origin = "http://127.0.0.1:\(server.port)"
        place.withLock {
            $0 =
                row.location.hasPrefix("HOST")
                ? origin + row.location.dropFirst(4)
                : row.location.split(separator: "PORT", omittingEmptySubsequences: false).joined(
                    separator: "\(server.port)")
        }
        var ends: String
        do {
            let answer = try HTTPClient.fetch(
                HTTPRequest(
                    row.method, origin + "/a", headers: [.init("Authorization", "Bearer secret")], sameSite: row.sites),
                Self.options(0))
            ends = "\(answer.status) \(String(decoding: answer.body, as: UTF8.self))"
        } catch {
            ends = Int(error.result) == MR_E_INVALID ? "invalid" : error.code ?? error.message
            #expect(!error.message.has("secret"))
        }
        #expect(ends == row.ends)
    }

    @Test func aChildOfForkLeavesItsParentsConnectionsAlone() throws {
        let counts = Counts()
        let server = try LocalServer { client in
            counts.connections.add(1, ordering: .relaxed)
            while Exchange.request(client) != nil { client.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
        }
        let key = HTTPPool.Key(origin: "http://127.0.0.1:\(server.port)", proxy: "", caFile: "", account: 75)
        let request = HTTPRequest("GET", "http://127.0.0.1:\(server.port)/")
        _ = try HTTPClient.fetch(request, Self.options(75))
        let line = try #require(HTTPPool.shared.take(key))
        #expect(line.isOurs)
        HTTPPool.shared.give(line, key)
        // The child has no connection of its parent's, and its exit says nothing on them.
        let raw = try #require(dlsym(UnsafeMutableRawPointer(bitPattern: 0), "fork"))
        let fork = unsafeBitCast(raw, to: (@convention(c) () -> pid_t).self)
        let child = fork()
        if child == 0 { _exit(HTTPPool.shared.count == 0 && !line.isOurs ? 7 : 1) }
        var status: Int32 = 0
        #expect(waitpid(child, &status, 0) == child)
        #expect((status >> 8) & 0xFF == 7)
        _ = try HTTPClient.fetch(request, Self.options(75))
        #expect(counts.connections.load(ordering: .relaxed) == 1)
    }

    @Test(
        arguments: [
            ("120", Int64(120_000)), ("0", 0), ("-1", nil), ("x", nil), ("99999999", 7 * 86_400_000),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("Wed, 01 Jan 2020 00:01:00 GMT", 60_000),
            ("Wednesday, 01-Jan-20 00:01:00 GMT", 60_000), ("Wed Jan  1 00:01:00 2020", 60_000),
        ] as [(String, Int64?)])
    func retryAfter(_ text: String, _ expected: Int64?) throws {
        let server = try Exchange.server { client, _, _ in
            client.send(
                "HTTP/1.1 429 Slow\r\nDate: Wed, 01 Jan 2020 00:00:00 GMT\r\nRetry-After: \(text)\r\nContent-Length: 0\r\n\r\n"
            )
        }
        let reply = try HTTPClient.open(HTTPRequest("GET", "http://127.0.0.1:\(server.port)/"), Self.options(0))
        #expect(reply.retryAfterMs == expected)
        reply.close()
    }
}
