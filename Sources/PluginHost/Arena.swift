import Glibc

/// Memory that lives as long as one invocation: what a plugin allocates, and the bytes that it is shown.
final class Arena {
    /// All of one invocation.
    static let limit = 64 << 20
    private static let chunkSize = 16 * 1024

    private var blocks: [UnsafeMutableRawBufferPointer] = []
    private var secrets: [UnsafeMutableRawBufferPointer] = []
    private var free = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private(set) var used = 0

    deinit {
        for secret in secrets {
            if let start = secret.baseAddress { explicit_bzero(start, secret.count) }
        }
        for block in blocks { block.deallocate() }
    }

    /// Zeroed memory, aligned for anything; nil beyond the limit.
    func allocate(_ size: Int) -> UnsafeMutableRawBufferPointer? {
        guard size >= 0, size <= Arena.limit else { return nil }
        let rounded = max(16, (size + 15) & ~15)
        guard used + rounded <= Arena.limit else { return nil }
        used += rounded
        guard rounded <= Arena.chunkSize / 4 else {
            return UnsafeMutableRawBufferPointer(rebasing: block(rounded)[..<size])
        }
        if free.count < rounded { free = block(Arena.chunkSize) }
        let memory = UnsafeMutableRawBufferPointer(rebasing: free[..<rounded])
        free = UnsafeMutableRawBufferPointer(rebasing: free[rounded...])
        return UnsafeMutableRawBufferPointer(start: memory.baseAddress, count: size)
    }

    /// A copy of bytes, with a NUL after them that is not counted.
    func copy(_ bytes: some Collection<UInt8>, secret: Bool = false) -> UnsafeRawBufferPointer? {
        let count = bytes.count
        guard let memory = allocate(count + 1) else { return nil }
        memory.copyBytes(from: bytes)
        if secret { secrets.append(memory) }
        return UnsafeRawBufferPointer(rebasing: memory[..<count])
    }

    private func block(_ size: Int) -> UnsafeMutableRawBufferPointer {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        block.initializeMemory(as: UInt8.self, repeating: 0)
        blocks.append(block)
        return block
    }
}
