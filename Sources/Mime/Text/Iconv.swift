import Base
import CSystem

/// Conversion to UTF-8 by iconv(3). Opened descriptors are kept for the next use, a few of each charset.
enum Iconv {
    /// Owns one descriptor; used by one thread at a time.
    private struct Descriptor: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    private static let idle = PerProcess { Lock<[(name: String, descriptor: Descriptor)]>([]) }
    private static let idleLimit = 16

    /// Nil where iconv does not know the charset. What cannot be read becomes U+FFFD, byte by byte.
    static func decode(_ bytes: [UInt8], _ name: String, truncated: Bool) -> (text: String, exact: Bool)? {
        guard let descriptor = take(name) else { return nil }
        defer { give(name, descriptor) }
        csystem_iconv_reset(descriptor.pointer)
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 2)
        var exact = true
        bytes.withUnsafeBytes { input in
            withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
                var at = 0
                while at < input.count {
                    var used = 0
                    var made = 0
                    let code = csystem_iconv(
                        descriptor.pointer, input.baseAddress.map { $0 + at }, input.count - at, buffer.baseAddress,
                        buffer.count, &used, &made)
                    out.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<made]))
                    at += used
                    if code == 0 || code == E2BIG { continue }
                    if code == EINVAL, truncated { break }
                    exact = false
                    out.append(contentsOf: [0xEF, 0xBF, 0xBD])
                    at += 1
                }
                let made = csystem_iconv_flush(descriptor.pointer, buffer.baseAddress, buffer.count)
                out.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<made]))
            }
        }
        return (String(decoding: out, as: UTF8.self), exact)
    }

    private static func take(_ name: String) -> Descriptor? {
        let kept: Descriptor? = idle.current.withLock { list in
            guard let index = list.lastIndex(where: { $0.name == name }) else { return nil }
            return list.remove(at: index).descriptor
        }
        if let kept { return kept }
        return csystem_iconv_open("UTF-8", name).map { Descriptor(pointer: $0) }
    }

    private static func give(_ name: String, _ descriptor: Descriptor) {
        let kept = idle.current.withLock { list in
            guard list.count < idleLimit else { return false }
            list.append((name, descriptor))
            return true
        }
        if !kept { csystem_iconv_close(descriptor.pointer) }
    }
}
