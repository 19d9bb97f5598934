import CSystem
import Glibc

/// One address to connect to: what getaddrinfo(3) gives, copied.
package struct SocketAddress: Sendable {
    let family: Int32
    /// A sockaddr_in or sockaddr_in6 with the port in it.
    private let bytes: [UInt8]

    init?(_ info: addrinfo) {
        guard info.ai_family == AF_INET || info.ai_family == AF_INET6, let address = info.ai_addr else { return nil }
        family = info.ai_family
        bytes = Array(UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen)))
    }

    /// - Returns: 0, or an errno value; EINPROGRESS while it goes on.
    func connect(_ descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return EINVAL }
            let result = Glibc.connect(
                descriptor, base.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
            return result == 0 ? 0 : csystem_errno()
        }
    }

    /// The address in numbers, without the port.
    package var text: String {
        var buffer = [CChar](repeating: 0, count: 64)
        let result = bytes.withUnsafeBytes { raw -> Int32 in
            guard let base = raw.baseAddress else { return -1 }
            return getnameinfo(
                base.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count), &buffer,
                socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
        }
        guard result == 0 else { return "?" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The families by turns, beginning with that of the first (RFC 8305, section 4): a family that leads nowhere
    /// delays the other by one step only.
    static func interleaved(_ addresses: [SocketAddress]) -> [SocketAddress] {
        guard let first = addresses.first else { return [] }
        var one = addresses.filter { $0.family == first.family }[...]
        var two = addresses.filter { $0.family != first.family }[...]
        var result: [SocketAddress] = []
        while !one.isEmpty || !two.isEmpty {
            if let next = one.popFirst() { result.append(next) }
            if let next = two.popFirst() { result.append(next) }
        }
        return result
    }
}
