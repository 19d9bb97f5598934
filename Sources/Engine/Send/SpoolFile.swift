import Base
import CMailroom
import CSystem
import Glibc
import Store

/// A message on its way out: a provider sees it as bytes. A small one is in memory; a larger one is an unlinked temporary
/// file mapped into memory, so that the process's memory does not follow its size.
final class SpoolFile {
    let bytes: UnsafeRawBufferPointer
    private let isMapped: Bool
    private var released = 0

    /// Up to so many bytes it is kept in memory.
    static let small = 256 * 1024

    /// A small one.
    init(_ content: [UInt8]) {
        bytes = SpoolFile.copy(content)
        isMapped = false
    }

    private static func copy(_ content: [UInt8]) -> UnsafeRawBufferPointer {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 8)
        copy.copyBytes(from: content)
        return UnsafeRawBufferPointer(copy)
    }

    /// Copies a sealed body out of the store.
    convenience init(_ store: Store, body: Int64) throws(Failure) {
        try self.init(store) { (sink) throws(Failure) in
            let size = try store.bodySize(body)
            let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 8)
            defer { piece.deallocate() }
            var at: Int64 = 0
            while at < size {
                let got = try store.bodyRead(body, offset: at, into: piece)
                guard got > 0 else { throw Failure(MR_E_STORE, "a stored message is shorter than it says") }
                try sink(UnsafeRawBufferPointer(rebasing: piece[..<got]))
                at += Int64(got)
            }
        }
    }

    /// Takes what `source` writes, piece by piece.
    init(
        _ store: Store,
        from source: (_ sink: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) -> Void
    ) throws(Failure) {
        var held: [UInt8] = []
        var descriptor: Int32 = -1
        var size = 0
        defer { if descriptor >= 0 { close(descriptor) } }
        try source { (bytes) throws(Failure) in
            size += bytes.count
            if descriptor < 0 {
                held.append(contentsOf: bytes)
                guard held.count > SpoolFile.small else { return }
                descriptor = SpoolFile.unlinkedFile(store.path + ".run")
                guard descriptor >= 0 else { throw SpoolFile.failure("made") }
                try held.withBytes { (all) throws(Failure) in try SpoolFile.write(all, descriptor) }
                held = []
            } else {
                try SpoolFile.write(bytes, descriptor)
            }
        }
        isMapped = descriptor >= 0
        guard isMapped else {
            bytes = SpoolFile.copy(held)
            return
        }
        guard let mapped = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), mapped != MAP_FAILED else {
            throw SpoolFile.failure("mapped")
        }
        bytes = UnsafeRawBufferPointer(start: mapped, count: size)
    }

    deinit {
        if !isMapped {
            bytes.deallocate()
        } else if let base = bytes.baseAddress {
            munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
        }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32) throws(Failure) {
        guard let base = bytes.baseAddress else { return }
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, base + written, bytes.count - written)
            guard count > 0 else { throw failure("written") }
            written += count
        }
    }

    /// Gives the pages of what has been sent back to the system.
    func release(upTo sent: Int64) {
        guard isMapped else { return }
        let page = 4096
        if sent < released { released = 0 }  // read again from the start
        let end = Int(min(max(sent, 0), Int64(bytes.count))) / page * page
        guard end - released >= 1 << 20, let base = bytes.baseAddress else { return }
        madvise(UnsafeMutableRawPointer(mutating: base + released), end - released, MADV_DONTNEED)
        released = end
    }

    private static func unlinkedFile(_ directory: String) -> Int32 {
        let path = "\(directory)/spool-\(hex(randomBytes(8)))"
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 { unlink(path) }
        return descriptor
    }

    private static func failure(_ what: String) -> Failure {
        Failure(MR_E_STORE, "the spool file could not be \(what): \(String(cString: strerror(csystem_errno())))")
    }
}
