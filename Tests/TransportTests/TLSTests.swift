import Base
import CMailroom
import Glibc
import Testing
import Transport

/// TLS against `openssl s_server`: what is accepted, and the name of each refusal.
struct TLSTests {
    private func dial(
        _ port: UInt16, _ caFile: String?, host: String = "localhost",
        _ patience: Patience = Patience(timeoutMs: 20_000)
    ) throws -> Connection {
        try Connection.dial(
            try Peer(host: host, port: port), .implicit, caFile: caFile, connectTimeoutMs: 20_000, patience)
    }

    private func line(_ connection: Connection, _ patience: Patience = Patience(timeoutMs: 20_000)) throws -> String {
        String(decoding: try connection.readLine(limit: 200_000, patience), as: UTF8.self)
    }

    @Test(arguments: ["localhost", "127.0.0.1"], [["-tls1_2"], ["-tls1_3"]])
    func goodCertificate(host: String, flags: [String]) throws {
        let server = try TLSServer(.good, flags)
        let connection = try dial(server.port, server.caFile, host: host)
        #expect(connection.isEncrypted)
        for word in ["hello", "again", String(repeating: "ab", count: 5000) + "c"] {
            try connection.write(Array("\(word)\n".utf8), Patience())
            #expect(try line(connection) == String(word.reversed()))
        }
        connection.close()
    }

    /// certificate, host, whether its authority is trusted, the cause, a part of the server's words
    @Test(arguments: [
        (TLSServer.Certificate.expired, "localhost", true, "tls.expired", "expired"),
        (.future, "localhost", true, "tls.not_yet_valid", "not yet valid"),
        (.otherName, "localhost", true, "tls.name_mismatch", "ostname mismatch"),
        (.otherName, "127.0.0.1", true, "tls.name_mismatch", "IP address mismatch"),
        (.selfSigned, "localhost", true, "tls.untrusted", "self"),
        (.good, "localhost", false, "tls.untrusted", "issuer"),
    ])
    func refusedCertificate(
        certificate: TLSServer.Certificate, host: String, trusted: Bool, cause: String, words: String
    ) throws {
        let server = try TLSServer(certificate)
        let failure = try #require(throws: Failure.self) {
            try dial(server.port, trusted ? server.caFile : nil, host: host)
        }
        #expect(Int(failure.result) == MR_E_TLS)
        #expect(failure.cause == cause)
        #expect(failure.step == "tls")
        #expect(failure.message.hasPrefix("\(host):\(server.port): "))
        #expect(failure.serverText?.contains(words) == true, "\(failure.serverText ?? "")")
        #expect(failure.serverText?.contains("CN=localhost, valid until") == true)
    }

    @Test func oldProtocol() throws {
        let server = try TLSServer(.good, ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"])
        let failure = try #require(throws: Failure.self) { try dial(server.port, server.caFile) }
        #expect(Int(failure.result) == MR_E_TLS)
        #expect(failure.cause == "tls.handshake")
        #expect(failure.serverText != nil)
    }

    @Test(arguments: ["* OK ready\r\n", "220 mail.example.org ESMTP\r\n", "x"])
    func plaintextAnswer(greeting: String) throws {
        let server = try LocalServer { client in
            client.send(greeting)
            client.waitForEnd()
        }
        // The end of one octet alone is only seen at the time's end, or as here when there is enough to judge.
        guard greeting.utf8.count > 5 else { return }
        let failure = try #require(throws: Failure.self) { try dial(server.port, nil) }
        #expect(Int(failure.result) == MR_E_TLS)
        #expect(failure.cause == "tls.not_offered")
        #expect(failure.serverText == greeting.filter { $0 != "\r\n" })
    }

    @Test func hangsUpInTheHandshake() throws {
        let server = try LocalServer { _ = $0.receive() }
        let failure = try #require(throws: Failure.self) { try dial(server.port, nil) }
        #expect(Int(failure.result) == MR_E_CONNECTION)
        #expect(failure.cause == "connection.lost")
        #expect(failure.step == "tls")
    }

    @Test func hangsInTheHandshake() throws {
        let server = try LocalServer { $0.waitForEnd() }
        let began = Clock.boot()
        let failure = try #require(throws: Failure.self) {
            try dial(server.port, nil, Patience(deadline: began + 300))
        }
        #expect(failure.cause == "connection.timed_out")
        #expect(failure.step == "tls")
        #expect(Clock.boot() - began < 60_000)
    }

    /// A server in plain text that hands the stream to the TLS server after STARTTLS.
    private func startTLSServer(_ tls: TLSServer, after answer: String) throws -> LocalServer {
        let port = tls.port
        return try LocalServer { client in
            client.send("220 ready\r\n")
            _ = client.receiveLine()
            client.send(answer)
            guard let inner = LocalServer.connect(to: port) else { return }
            var watched = [client.descriptor, inner.descriptor].map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            while poll(&watched, 2, 20_000) > 0 {
                for (index, target) in [inner, client].enumerated() where watched[index].revents != 0 {
                    let bytes = LocalServer.Client(descriptor: watched[index].fd).receive()
                    if bytes.isEmpty {
                        close(inner.descriptor)
                        return
                    }
                    target.send(bytes)
                }
            }
            close(inner.descriptor)
        }
    }

    private func greeted(_ server: LocalServer, _ caFile: String) throws -> Connection {
        let connection = try Connection.dial(
            try Peer(host: "localhost", port: server.port), .plain, caFile: caFile, connectTimeoutMs: 20_000, Patience()
        )
        #expect(try line(connection) == "220 ready")
        try connection.write(Array("STARTTLS\r\n".utf8), Patience())
        #expect(try line(connection) == "220 go ahead")
        return connection
    }

    @Test func startTLS() throws {
        let tls = try TLSServer()
        let server = try startTLSServer(tls, after: "220 go ahead\r\n")
        let connection = try greeted(server, tls.caFile)
        #expect(!connection.isEncrypted)
        try connection.startTLS(Patience(timeoutMs: 20_000))
        #expect(connection.isEncrypted)
        try connection.write(Array("secret\n".utf8), Patience())
        #expect(try line(connection) == "terces")
        let failure = try #require(throws: Failure.self) { try connection.startTLS(Patience()) }
        #expect(Int(failure.result) == MR_E_INVALID)
        connection.close()
    }

    @Test func injectionBeforeTLS() throws {
        let tls = try TLSServer()
        let server = try startTLSServer(tls, after: "220 go ahead\r\n250 injected\r\n")
        let connection = try greeted(server, tls.caFile)
        let failure = try #require(throws: Failure.self) { try connection.startTLS(Patience()) }
        #expect(Int(failure.result) == MR_E_TLS)
        #expect(failure.cause == "tls.injection")
        connection.close()
    }

    @Test func certificateFileThatIsNone() throws {
        let scratch = try Scratch()
        try scratch.write("empty.pem", "nothing\n")
        let server = try LocalServer { $0.waitForEnd() }
        for file in ["\(scratch.path)/absent.pem", "\(scratch.path)/empty.pem", scratch.path] {
            let failure = try #require(throws: Failure.self) { try dial(server.port, file) }
            #expect(Int(failure.result) == MR_E_INVALID)
            #expect(failure.field == "ca_file")
        }
    }

    /// The trusted file may be replaced while the process runs.
    @Test func certificateFileThatChanges() throws {
        let server = try TLSServer()
        let other = try TLSServer()
        let file = "\(server.scratch.path)/trusted.pem"
        try #require(try Program(["cp", other.caFile, file]).wait() == 0)
        let failure = try #require(throws: Failure.self) { try dial(server.port, file) }
        #expect(failure.cause == "tls.untrusted")
        try #require(try Program(["cp", server.caFile, "\(file).new"]).wait() == 0)
        try #require(rename("\(file).new", file) == 0)
        let connection = try dial(server.port, file)
        #expect(connection.isEncrypted)
    }
}
