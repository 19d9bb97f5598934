import CSystem
import Glibc
import Testing

/// nginx on loopback: TLS with HTTP/2 by ALPN, gzip, a place that takes bodies, one that is slow; and tinyproxy before it.
final class WebServer: @unchecked Sendable {
    let port: UInt16
    let scratch: Scratch
    var caFile: String { "\(scratch.path)/ca.pem" }
    private let program: Program

    init(_ certificate: TLSServer.Certificate = .good) throws {
        scratch = try Scratch()
        try TLSServer.make(certificate, in: scratch)
        port = try WebServer.freePort()
        try scratch.write("small.txt", "hello from nginx\n")
        try scratch.write("large.txt", String(repeating: "0123456789abcdef", count: 1 << 17))
        try scratch.write(
            "nginx.conf",
            """
            daemon off; master_process off; worker_processes 1; pid \(scratch.path)/nginx.pid;
            error_log \(scratch.path)/error.log;
            events { worker_connections 64; }
            http {
              access_log \(scratch.path)/access.log;
              default_type text/plain; gzip on; gzip_types text/plain; gzip_min_length 100;
              client_body_temp_path \(scratch.path)/body; proxy_temp_path \(scratch.path)/proxy;
              fastcgi_temp_path \(scratch.path)/f; uwsgi_temp_path \(scratch.path)/u; scgi_temp_path \(scratch.path)/s;
              client_max_body_size 8m;
              server {
                listen 127.0.0.1:\(port) ssl http2;
                ssl_certificate \(scratch.path)/server.pem; ssl_certificate_key \(scratch.path)/server.key;
                root \(scratch.path);
                location = /protocol { return 200 "$server_protocol $ssl_protocol"; }
                location = /length { proxy_pass https://127.0.0.1:\(port)/told; }
                location = /told { return 200 "$http_content_length $request_method"; }
                location = /moved { return 302 /small.txt; }
              }
            }
            """)
        let path = access("/usr/sbin/nginx", X_OK) == 0 ? "/usr/sbin/nginx" : "nginx"
        program = try Program(["\(path)", "-c", "\(scratch.path)/nginx.conf", "-p", scratch.path], quiet: true)
        try WebServer.await(port)
    }

    deinit { program.stop() }

    static func freePort() throws -> UInt16 {
        let (descriptor, port) = try LocalServer.listen(backlog: nil)
        close(descriptor)
        return port
    }

    /// Until something listens there.
    static func await(_ port: UInt16) throws {
        for _ in 0..<500 {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            address.sin_port = port.bigEndian
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let code = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
            }
            if code == 0 { return }
            usleep(20_000)
        }
        Issue.record("nothing listens on port \(port)")
    }
}

/// tinyproxy on loopback, with or without a login.
final class ProxyServer: @unchecked Sendable {
    let port: UInt16
    private let scratch: Scratch
    private let program: Program

    init(login: String = "", allowed: [UInt16]) throws {
        scratch = try Scratch()
        port = try WebServer.freePort()
        try scratch.write(
            "tinyproxy.conf",
            """
            Port \(port)
            Listen 127.0.0.1
            Timeout 60
            MaxClients 20
            LogFile "\(scratch.path)/log"
            Allow 127.0.0.1
            \(allowed.map { "ConnectPort \($0)" }.joined(separator: "\n"))
            \(login.isEmpty ? "" : "BasicAuth \(login)")
            """)
        program = try Program(["tinyproxy", "-d", "-c", "\(scratch.path)/tinyproxy.conf"], quiet: true)
        try WebServer.await(port)
    }

    deinit { program.stop() }

    /// How many connections it made for others.
    var connects: Int {
        guard let file = fopen("\(scratch.path)/log", "r") else { return -1 }
        defer { fclose(file) }
        var count = 0
        var line = [CChar](repeating: 0, count: 2000)
        while fgets(&line, 2000, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if text.contains("CONNECT 127.0.0.1") || text.contains("Request"), text.contains("CONNECT") { count += 1 }
        }
        return count
    }
}
