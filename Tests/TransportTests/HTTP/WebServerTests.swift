import Base
import CMailroom
import Glibc
import Testing

@testable import Transport

/// Exchanges with a real web server and through a real proxy.
@Suite struct WebServerTests {
    private static func get(
        _ server: WebServer, _ path: String, _ options: HTTPOptions? = nil, compressed: Bool = true
    ) throws -> (status: Int32, headers: [HTTPRequest.Header], body: [UInt8]) {
        try HTTPClient.fetch(
            HTTPRequest("GET", "https://127.0.0.1:\(server.port)\(path)", compressed: compressed),
            options ?? HTTPOptions(caFile: server.caFile, ioTimeoutMs: 10_000))
    }

    @Test func http2TLSAndGzip() throws {
        let server = try WebServer()
        let words = String(decoding: try Self.get(server, "/protocol").body, as: UTF8.self)
        #expect(words.hasPrefix("HTTP/2.0 TLSv1."))
        let small = try Self.get(server, "/small.txt")
        #expect(small.status == 200)
        #expect(String(decoding: small.body, as: UTF8.self) == "hello from nginx\n")
        #expect(try Self.get(server, "/absent").status == 404)
        #expect(String(decoding: try Self.get(server, "/moved").body, as: UTF8.self) == "hello from nginx\n")
        let large = try Self.get(server, "/large.txt")
        #expect(large.headers.contains { $0.name == "content-encoding" && $0.value == "gzip" })
        #expect(large.body.count == 16 << 17)
        let plain = try Self.get(server, "/large.txt", compressed: false)
        #expect(!plain.headers.contains { $0.name == "content-encoding" })
        #expect(plain.body == large.body)
    }

    @Test func aBodyIsStreamedOverHTTP2() throws {
        let server = try WebServer()
        let options = HTTPOptions(caFile: server.caFile, ioTimeoutMs: 10_000)
        let piece = [UInt8](repeating: 5, count: 1 << 20)
        for (size, status) in [(Int64(4 << 20), Int32(200)), (20 << 20, 413)] {
            let reply = try HTTPClient.open(
                HTTPRequest("POST", "https://127.0.0.1:\(server.port)/length", bodySize: size), options)
            for _ in 0..<(size >> 20) { try piece.withBytes { (bytes) throws(Failure) in try reply.write(bytes) } }
            try reply.write(UnsafeRawBufferPointer(start: nil, count: 0))
            #expect(reply.status == status)
            if status == 200 {
                #expect(String(decoding: try reply.body(limit: 100), as: UTF8.self) == "\(size) POST")
            }
            reply.close()
        }
    }

    @Test(arguments: [
        (TLSServer.Certificate.expired, "tls.expired"), (.future, "tls.not_yet_valid"),
        (.otherName, "tls.name_mismatch"), (.selfSigned, "tls.untrusted"),
    ])
    func certificatesAreChecked(_ certificate: TLSServer.Certificate, _ cause: String) throws {
        let server = try WebServer(certificate)
        let failure = #expect(throws: Failure.self) { try Self.get(server, "/small.txt") }
        #expect(failure?.result == Int32(MR_E_TLS))
        #expect(failure?.cause == cause)
        #expect(failure?.step == "tls")
        // Without the authority no certificate is good.
        let unknown = #expect(throws: Failure.self) { try Self.get(server, "/small.txt", HTTPOptions()) }
        #expect(["tls.untrusted", cause].contains(unknown?.cause))
    }

    @Test func throughAProxy() throws {
        let server = try WebServer()
        let proxy = try ProxyServer(allowed: [server.port])
        let options = HTTPOptions(proxy: "http://127.0.0.1:\(proxy.port)", caFile: server.caFile, ioTimeoutMs: 10_000)
        #expect(String(decoding: try Self.get(server, "/protocol", options).body, as: UTF8.self).hasPrefix("HTTP/2.0"))
        #expect(try Self.get(server, "/small.txt", options).status == 200)
        #expect(proxy.connects == 1)
    }

    @Test func aProxyThatRefuses() throws {
        let server = try WebServer()
        let closed = try ProxyServer(allowed: [1])
        let locked = try ProxyServer(login: "ann secret-word", allowed: [server.port])
        for (proxy, status) in [
            ("http://127.0.0.1:\(closed.port)", Int32(403)), ("http://127.0.0.1:\(locked.port)", 407),
            ("http://ann:wrong@127.0.0.1:\(locked.port)", 407),
        ] {
            let failure = #expect(throws: Failure.self) {
                try Self.get(server, "/small.txt", HTTPOptions(proxy: proxy, caFile: server.caFile))
            }
            #expect(failure?.cause == "connection.proxy")
            #expect(failure?.step == "dial")
            // tinyproxy says 401 where it means 407.
            #expect(failure?.http == status || failure?.http == 401 && status == 407)
        }
        let good = HTTPOptions(proxy: "http://ann:secret-word@127.0.0.1:\(locked.port)", caFile: server.caFile)
        #expect(try Self.get(server, "/small.txt", good).status == 200)
    }

    /// What the environment says of proxies, of certificates and of keys counts for nothing.
    @Test func theEnvironmentIsNotAsked() throws {
        let server = try WebServer()
        let names = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"]
        for name in names { setenv(name, "http://127.0.0.1:9/none", 1) }
        defer { for name in names { unsetenv(name) } }
        #expect(try Self.get(server, "/small.txt").status == 200)
    }
}
