import CSystem
import Glibc
import Testing

/// A server on loopback for one test: every connection is given to a closure, on a thread of its own.
final class LocalServer: @unchecked Sendable {
    /// One accepted connection, blocking.
    struct Client: Sendable {
        let descriptor: Int32

        func send(_ text: String) { send(Array(text.utf8)) }

        func send(_ bytes: [UInt8]) {
            var done = 0
            while done < bytes.count {
                let count = bytes.withUnsafeBytes { csystem_send(descriptor, $0.baseAddress! + done, $0.count - done) }
                guard count > 0 else { return }
                done += count
            }
        }

        /// What comes next; empty at the end.
        func receive() -> [UInt8] {
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            return Array(buffer.prefix(max(0, count)))
        }

        func receiveLine() -> String {
            var line: [UInt8] = []
            var byte: UInt8 = 0
            while recv(descriptor, &byte, 1, 0) == 1, byte != 10 { line.append(byte) }
            return String(decoding: line.filter { $0 != 13 }, as: UTF8.self)
        }

        func receiveByte() -> UInt8? {
            var byte: UInt8 = 0
            return recv(descriptor, &byte, 1, 0) == 1 ? byte : nil
        }

        /// Until the other side is gone.
        func waitForEnd() { while !receive().isEmpty {} }
    }

    let port: UInt16
    private let listener: Int32
    private let serve: @Sendable (Client) -> Void
    private var thread = pthread_t()

    init(_ serve: @escaping @Sendable (Client) -> Void) throws {
        (listener, port) = try LocalServer.listen(backlog: 16)
        self.serve = serve
        let own = Unmanaged.passUnretained(self)
        let code = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<LocalServer>.fromOpaque(argument).takeUnretainedValue().accept() }
                return nil
            }, own.toOpaque())
        try #require(code == 0)
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        pthread_join(thread, nil)
        close(listener)
    }

    private func accept() {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            serve(Client(descriptor: descriptor))
            close(descriptor)
        }
    }

    /// A socket on a free port, listening where it is given a backlog.
    static func listen(backlog: Int32?) throws -> (Int32, UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = try withUnsafeMutableBytes(of: &address) { raw -> UInt16 in
            let pointer = raw.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            try #require(bind(descriptor, pointer, length) == 0)
            try #require(getsockname(descriptor, pointer, &length) == 0)
            return raw.load(as: sockaddr_in.self).sin_port.bigEndian
        }
        if let backlog { try #require(Glibc.listen(descriptor, backlog) == 0) }
        return (descriptor, port)
    }

    /// A port on which nobody listens, and nobody else can while the descriptor is open.
    static func silentPort() throws -> (Int32, UInt16) { try listen(backlog: nil) }

    /// A blocking connection to a local port, tried until somebody listens there.
    static func connect(to port: UInt16) -> Client? {
        for _ in 0..<500 {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            address.sin_port = port.bigEndian
            let code = withUnsafeBytes(of: &address) {
                Glibc.connect(
                    descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self),
                    socklen_t(MemoryLayout<sockaddr_in>.size))
            }
            if code == 0 { return Client(descriptor: descriptor) }
            close(descriptor)
            usleep(20_000)
        }
        return nil
    }
}
