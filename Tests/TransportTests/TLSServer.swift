import Glibc
import Testing

/// `openssl s_server` on loopback, with a certificate of a private authority made for the test. It answers each line
/// with the line reversed.
final class TLSServer: @unchecked Sendable {
    enum Certificate {
        case good
        case expired
        case future
        case otherName
        /// Its own authority, unknown to everybody.
        case selfSigned
    }

    let port: UInt16
    let scratch: Scratch
    /// The authority's certificate.
    var caFile: String { "\(scratch.path)/ca.pem" }
    private let program: Program

    init(_ certificate: Certificate = .good, _ flags: [String] = []) throws {
        scratch = try Scratch()
        try TLSServer.make(certificate, in: scratch)
        let output = "\(scratch.path)/output"
        program = try Program(
            [
                "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", "\(scratch.path)/server.pem", "-key",
                "\(scratch.path)/server.key", "-rev",
            ] + flags, quiet: true, output: output)
        port = try TLSServer.port(in: output)
    }

    /// The port that the kernel chose, out of the line `ACCEPT 127.0.0.1:12345`.
    private static func port(in path: String) throws -> UInt16 {
        for _ in 0..<3000 {
            var buffer = [CChar](repeating: 0, count: 200)
            if let file = fopen(path, "r") {
                defer { fclose(file) }
                while fgets(&buffer, 200, file) != nil {
                    let line = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                    guard line.hasPrefix("ACCEPT "), line.hasSuffix("\n") else { continue }
                    let digits = line.dropLast().split(separator: ":").last
                    return try #require(digits.flatMap { UInt16($0) })
                }
            }
            usleep(20_000)
        }
        throw Failed("openssl s_server does not listen")
    }

    private struct Failed: Error {
        let why: String
        init(_ why: String) { self.why = why }
    }

    deinit { program.stop() }

    static func make(_ certificate: Certificate, in scratch: Scratch) throws {
        try scratch.write(
            "ca.cnf",
            """
            [ca]
            default_ca = d
            [d]
            new_certs_dir = .
            database = index.txt
            serial = serial
            default_md = sha256
            policy = p
            copy_extensions = copy
            unique_subject = no
            [p]
            commonName = supplied
            """)
        try scratch.write("index.txt", "")
        try scratch.write("serial", "01\n")
        let names = certificate == .otherName ? "DNS:mail.example.org,IP:192.0.2.1" : "DNS:localhost,IP:127.0.0.1"
        let dates =
            switch certificate {
            case .expired: "-startdate 20200101000000Z -enddate 20200201000000Z"
            case .future: "-startdate 20980101000000Z -enddate 20990101000000Z"
            default: "-startdate 20200101000000Z -enddate 20990101000000Z"
            }
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        let sign =
            certificate == .selfSigned
            ? "openssl req -x509 \(key) -keyout server.key -out server.pem -days 3650 -subj /CN=localhost -addext subjectAltName=\(names)"
            : """
            openssl req -new \(key) -keyout server.key -out server.csr -subj /CN=localhost -addext subjectAltName=\(names) &&
            openssl ca -config ca.cnf -batch -notext -in server.csr -out server.pem -cert ca.pem -keyfile ca.key \(dates)
            """
        let script = """
            cd '\(scratch.path)' &&
            openssl req -x509 \(key) -keyout ca.key -out ca.pem -days 3650 -subj '/CN=Test Authority' \
              -addext basicConstraints=critical,CA:TRUE &&
            \(sign)
            """
        try #require(try Program(["sh", "-c", script], quiet: true).wait() == 0)
    }
}
