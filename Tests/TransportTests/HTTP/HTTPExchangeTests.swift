import Base
import CMailroom
import Testing

@testable import Transport

/// Exchanges with a scripted server in the clear: what goes out, what comes back, and where it ends.
@Suite struct HTTPExchangeTests {
    /// Answers each connection with what the script gives for the request's head and body.
    static func server(_ answer: @escaping @Sendable (LocalServer.Client, [String], [UInt8]) -> Void) throws
        -> LocalServer
    {
        try LocalServer { client in
            while let (head, body) = request(client) { answer(client, head, body) }
        }
    }

    /// One request with its body, by Content-Length or in chunks; nil at the end.
    static func request(_ client: LocalServer.Client) -> ([String], [UInt8])? {
        var head: [String] = []
        while true {
            let line = client.receiveLine()
            if line.isEmpty { break }
            head.append(line)
        }
        guard !head.isEmpty else { return nil }
        var body: [UInt8] = []
        if let length = value("content-length", head).flatMap({ Int($0) }) {
            while body.count < length {
                let more = client.receive()
                if more.isEmpty { return nil }
                body += more
            }
        } else if value("transfer-encoding", head) == "chunked" {
            while true {
                let size = Int(client.receiveLine(), radix: 16) ?? 0
                var chunk: [UInt8] = []
                while chunk.count < size {
                    guard let byte = client.receiveByte() else { return nil }
                    chunk.append(byte)
                }
                _ = client.receiveLine()
                body += chunk
                if size == 0 { break }
            }
        }
        return (head, body)
    }

    static func value(_ name: String, _ head: [String]) -> String? {
        for line in head.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name {
                return String(parts[1].drop { $0 == " " })
            }
        }
        return nil
    }

    static func fetch(
        _ server: LocalServer, _ method: String = "GET", _ path: String = "/", headers: [HTTPRequest.Header] = [],
        body: [UInt8] = [], limit: Int64 = 1 << 20, timeoutMs: Int64? = nil, sameSite: [String] = []
    ) throws -> (status: Int32, headers: [HTTPRequest.Header], body: [UInt8]) {
        try HTTPClient.fetch(
            HTTPRequest(
                method, "http://127.0.0.1:\(server.port)\(path)", headers: headers, body: body, limitBytes: limit,
                timeoutMs: timeoutMs, sameSite: sameSite),
            HTTPOptions(ioTimeoutMs: 5000, plain: .here))
    }

    @Test func aRequestGoesOutAsItWasAskedAndTheAnswerComesBack() throws {
        let server = try Self.server { client, head, body in
            let echo = head.sorted().joined(separator: "|") + "#" + String(decoding: body, as: UTF8.self)
            client.send(
                "HTTP/1.1 201 Made\r\nX-One: a\r\nx-one: b\r\nContent-Length: \(echo.utf8.count)\r\n\r\n\(echo)")
        }
        let answer = try Self.fetch(
            server, "POST", "/a?b=c", headers: [HTTPRequest.Header("Content-Type", "text/x"), .init("X-Empty", "")],
            body: Array("hello".utf8))
        #expect(answer.status == 201)
        #expect(answer.headers.filter { $0.name == "x-one" }.map(\.value) == ["a", "b"])
        let echo = String(decoding: answer.body, as: UTF8.self)
        let parts = echo.split(separator: "#").map(String.init)
        #expect(parts[1] == "hello")
        #expect(
            Set(parts[0].split(separator: "|").map(String.init))
                == [
                    "POST /a?b=c HTTP/1.1", "Host: 127.0.0.1:\(server.port)", "Accept: */*",
                    "Accept-Encoding: gzip, deflate", "User-Agent: Mailroom/1", "Content-Type: text/x",
                    "Content-Length: 5", "X-Empty:",
                ])
    }

    @Test func plainAddressesAreTakenOnlyWhereThatWasSaid() {
        let failure = #expect(throws: Failure.self) {
            try HTTPClient.fetch(HTTPRequest("GET", "http://127.0.0.1:1/"))
        }
        #expect(failure?.result == Int32(MR_E_INVALID) && failure?.field == "url")
    }
}
